"""The REST calls of another exporter, for predictors that have no database of their own."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
import requests

from exporter.domain.redaction import redact
from exporter.forks import on_fork

_NDJSON = "application/x-ndjson"
#: Refused for now, not for good: the token, the name it is called by, or the pace may be mended.
_LATER = frozenset({401, 403, 408, 421, 425, 429})


class ExporterAway(ConnectionError):
    """The exporter cannot be reached, or cannot take anything now; trying later may work."""

    def __init__(self, message: str) -> None:
        super().__init__(redact(message))  # an address may hold a password


class ExporterRefused(ValueError):
    """The exporter refuses this call for good; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ExporterClient:
    """Calls an exporter at `url` with a bearer token; `timeout` in seconds."""

    def __init__(self, url: str, token: str = "", timeout: float = 10.0) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._begin()
        on_fork(self, ExporterClient._begin)

    def _begin(self) -> None:
        """Connections of this process's own: on a shared one, answers would go astray."""
        self._session = requests.Session()
        if self._token:
            self._session.headers["Authorization"] = f"Bearer {self._token}"

    def post_predictions(self, batch: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What became of each item: a `status` (201, 200, 409, 422) and its key or detail."""
        body = b"\n".join(map(msgspec.json.encode, batch))
        data = self._call("POST", "/api/predictions", body, _NDJSON)
        items: list[dict[str, Any]] = data["items"]
        if len(items) != len(batch):
            raise ExporterAway(f"exporter {self._url}: tells of {len(items)} of {len(batch)} items")
        return items

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer's data to one JSON object."""
        return self._call("POST", path, msgspec.json.encode(body), "application/json")

    def prediction(self, key: str) -> dict[str, Any] | None:
        """The prediction with this idempotency key, with the names it was recorded by."""
        try:
            prediction: dict[str, Any] = self._call(
                "GET", f"/api/predictions/{quote(key, safe='')}"
            )
        except ExporterRefused as error:
            if error.status == 404:
                return None
            raise
        return prediction

    def models(self) -> list[dict[str, Any]]:
        """Every model version."""
        models: list[dict[str, Any]] = self._call("GET", "/api/models")
        return models

    def _call(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        headers = {"Content-Type": kind} if kind else {}
        url = f"{self._url}{path}"
        try:
            answer = self._session.request(
                method, url, data=body, headers=headers, timeout=self._timeout
            )
        except requests.RequestException as error:
            raise ExporterAway(f"exporter {self._url}: {type(error).__name__}") from None
        if answer.status_code in _LATER or answer.status_code >= 500:
            answered = f"answers {answer.status_code}{_detail(answer)}"
            raise ExporterAway(f"exporter {self._url}: {answered}")
        return _data(answer)


def _detail(answer: requests.Response) -> str:
    """The exporter's own words on one line; what stands between may answer anything."""
    try:
        detail = answer.json()["detail"]
    except (ValueError, LookupError, TypeError):
        return ""
    return f": {' '.join(str(detail).split())[:300]}"


def _data(answer: requests.Response) -> Any:
    try:
        document = answer.json()
    except ValueError:
        raise ExporterAway(f"{answer.url}: is no exporter, its answer is not JSON") from None
    if answer.status_code >= 400:
        raise ExporterRefused(answer.status_code, str(document.get("detail", answer.reason)))
    return document["data"]
