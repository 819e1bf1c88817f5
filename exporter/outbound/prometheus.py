"""Prometheus as others ask it: queries, the rules it has loaded, whom it tells."""

from dataclasses import dataclass
from typing import Any

import requests

from exporter.domain.redaction import redact


class PrometheusAway(RuntimeError):
    """No Prometheus answers at its address, or not as one."""

    def __init__(self, message: str) -> None:
        super().__init__(redact(message))  # an address may hold a password


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus by its URL; `timeout` in seconds. Every call raises PrometheusAway."""

    url: str
    timeout: float = 5.0

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Samples of an instant query: `metric` (labels) and `value` ([time, text])."""
        return list(self._get("query", query=expression)["result"])

    def rule_groups(self) -> list[dict[str, Any]]:
        """The loaded groups of rules with their rules."""
        return list(self._get("rules")["groups"])

    def formatted(self, expression: str) -> str:
        """The expression in Prometheus' own form, so that two of them can be compared."""
        return str(self._get("format_query", query=expression))

    def targets(self) -> list[dict[str, Any]]:
        """What it scrapes, with `lastError`."""
        return list(self._get("targets", state="active")["activeTargets"])

    def alertmanagers(self) -> list[str]:
        """URLs of the Alertmanagers that it tells."""
        return [str(server["url"]) for server in self._get("alertmanagers")["activeAlertmanagers"]]

    def _get(self, path: str, **parameters: str) -> Any:
        url = f"{self.url.rstrip('/')}/api/v1/{path}"
        try:
            answer = requests.get(url, params=parameters, timeout=self.timeout)
            body = answer.json()
            data = body["data"]
        except requests.RequestException as error:
            raise PrometheusAway(f"{self.url}: {type(error).__name__}") from None
        except (KeyError, TypeError):
            raise PrometheusAway(f"{self.url}: {answer.status_code} {answer.reason}") from None
        return data
