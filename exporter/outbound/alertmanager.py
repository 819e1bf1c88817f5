"""Alertmanager goes out here: its state, its configuration, and a reload that can be undone."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests
from filelock import FileLock

from exporter.domain.redaction import redact

#: Readable by nobody else: the configuration holds passwords and tokens.
PRIVATE = 0o600
_NONE: Mapping[str, str] = MappingProxyType({})
_SHOWN = 300
#: How long amtool may take over a configuration.
AMTOOL_SECONDS = 30


class ConfigOutcome(StrEnum):
    """What became of a configuration that was not refused; why it waits, where it does."""

    APPLIED = "applied"
    AWAY = "no Alertmanager answers"  # the next one to start reads what was written
    ELSEWHERE = "the Alertmanager that answers reads another file"
    UNWRITTEN = "its configuration cannot be written"


class AlertmanagerAway(RuntimeError):
    """No Alertmanager answers at its address."""

    def __init__(self, message: str) -> None:
        super().__init__(redact(message))  # an address may hold a password


class ConfigurationRefused(ValueError):
    """Alertmanager does not take the configuration; the message is its reason in one line."""


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """An Alertmanager by its URL; `timeout` in seconds."""

    url: str
    timeout: float = 5.0

    def status(self) -> dict[str, Any]:
        """Version, uptime, configuration. Raises AlertmanagerAway."""
        status: dict[str, Any] = self._get("status", _is_status)
        return status

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts it holds, with who is told and what silences them. Raises AlertmanagerAway."""
        alerts: list[dict[str, Any]] = self._get("alerts", _are_alerts)
        return alerts

    def post_alerts(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        """Tells it alerts as Prometheus would. Raises AlertmanagerAway."""
        self._call("POST", "/api/v2/alerts", json=[dict(alert) for alert in alerts])

    def reload(self) -> None:
        """Makes it read its configuration. Raises AlertmanagerAway or ConfigurationRefused."""
        answer = self._send("POST", "/-/reload")
        if not answer.ok:
            raise ConfigurationRefused(_one_line(answer.text))

    def _get(self, path: str, is_right: Callable[[Any], bool]) -> Any:
        answer = self._call("GET", f"/api/v2/{path}")
        try:
            body = answer.json()
            right = is_right(body)
        except (KeyError, TypeError, ValueError):
            right = False
        if not right:
            raise AlertmanagerAway(f"{self.url} answers, but is no Alertmanager")
        return body

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self._send(method, path, **options)
        if not answer.ok:
            raise AlertmanagerAway(f"{self.url}{path} answers {answer.status_code}")
        return answer

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.url.rstrip('/')}{path}"
        try:
            return requests.request(method, url, timeout=self.timeout, **options)
        except requests.RequestException as error:
            raise AlertmanagerAway(f"{url}: {type(error).__name__}") from None


def _is_status(body: Any) -> bool:
    texts = (body["versionInfo"]["version"], body["config"]["original"])
    started = datetime.fromisoformat(body["uptime"])
    return started.tzinfo is not None and all(isinstance(text, str) for text in texts)


def _are_alerts(body: Any) -> bool:
    return isinstance(body, list) and all(isinstance(alert["fingerprint"], str) for alert in body)


def apply_configuration(
    path: Path,
    text: str,
    server: Alertmanager,
    *,
    beside: Mapping[str, str] = _NONE,
    mode: int = PRIVATE,
) -> ConfigOutcome:
    """Checks, writes and loads a configuration; what is refused leaves the old one in force.

    `beside`: other files by their path below the configuration's folder (templates). `mode`:
    of the files, for an Alertmanager that runs as another user. Raises ConfigurationRefused.
    """
    files = {path: text, **{path.parent / name: content for name, content in beside.items()}}
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        _check(path, files)
        before = {file: file.read_text("utf-8") if file.is_file() else None for file in files}
        _write_all(files, mode)
        return _load(server, before, mode)


def _load(server: Alertmanager, before: Mapping[Path, str | None], mode: int) -> ConfigOutcome:
    try:
        server.reload()
    except AlertmanagerAway:
        return ConfigOutcome.AWAY
    except ConfigurationRefused:
        _write_all(before, mode)
        # The old one never left its memory; this only clears its mark of failure.
        with suppress(AlertmanagerAway, ConfigurationRefused):
            server.reload()
        raise
    return ConfigOutcome.APPLIED


def _check(path: Path, files: Mapping[Path, str]) -> None:
    """Asks amtool where there is one, without touching the configuration in force."""
    amtool = shutil.which("amtool")
    if amtool is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        staged = {Path(folder) / file.relative_to(path.parent): files[file] for file in files}
        _write_all(staged, PRIVATE)
        command = [amtool, "check-config", str(Path(folder) / path.name)]
        answer = _answer(command)
        if answer.returncode:
            reason = f"{answer.stdout}\n{answer.stderr}".partition("FAILED:")[2] or answer.stderr
            raise ConfigurationRefused(_one_line(reason.replace(f"{folder}/", "")))


def _answer(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603 - our own file
            command, capture_output=True, text=True, timeout=AMTOOL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ConfigurationRefused(f"amtool gave no answer in {AMTOOL_SECONDS} s") from None


def _write_all(files: Mapping[Path, str | None], mode: int) -> None:
    for file, content in files.items():
        if content is None:
            file.unlink(missing_ok=True)
        else:
            _write(file, content, mode)


def _write(file: Path, content: str, mode: int) -> None:
    """All or nothing, and never readable by more than `mode` allows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _one_line(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= _SHOWN else f"{joined[:_SHOWN]}…"
