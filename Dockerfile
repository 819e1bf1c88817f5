# One image for the exporter, the retrainer and, in the demo profile, the feed and the mail catcher.
FROM python:3.12-slim AS build
WORKDIR /build
RUN python -m venv /opt/lotofacil
COPY requirements/runtime.txt requirements/
RUN /opt/lotofacil/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY pyproject.toml LICENSE ./
COPY api api
COPY exporter exporter
COPY retrainer retrainer
RUN /opt/lotofacil/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN groupadd --gid 10001 lotofacil \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data lotofacil \
 && install -d -o lotofacil -g lotofacil /data /settings /alertmanager
COPY --from=build /opt/lotofacil /opt/lotofacil
COPY docker/write-settings /usr/local/bin/
# A new volume at this place starts with these files.
COPY --chown=lotofacil:lotofacil alertmanager /alertmanager
ENV PATH=/opt/lotofacil/bin:$PATH PYTHONUNBUFFERED=1 LOTOFACIL_DATA_DIR=/data
USER lotofacil
WORKDIR /data
EXPOSE 5000
CMD ["lotofacil", "serve"]
