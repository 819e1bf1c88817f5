"""How Alertmanager's sending goes, as its own metrics tell."""

from collections import Counter
from dataclasses import dataclass

import requests
from prometheus_client.parser import text_string_to_metric_families

from exporter.outbound.alertmanager import AlertmanagerAway

_ATTEMPTS = "alertmanager_notification_requests_total"
_FAILED = "alertmanager_notification_requests_failed_total"


@dataclass(frozen=True, slots=True)
class SendingCounts:
    """Attempts to send since Alertmanager started, by kind (email, webhook, slack)."""

    attempts: Counter[str]
    failed: Counter[str]

    def delivered(self, kind: str) -> int:
        """Attempts that the other side took."""
        return self.attempts[kind] - self.failed[kind]


def sending_counts(url: str, timeout: float = 5.0) -> SendingCounts:
    """The counts of the Alertmanager at `url`; raises AlertmanagerAway."""
    try:
        answer = requests.get(f"{url.rstrip('/')}/metrics", timeout=timeout)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise AlertmanagerAway(f"{url}/metrics: {type(error).__name__}") from None
    counts: dict[str, Counter[str]] = {_ATTEMPTS: Counter(), _FAILED: Counter()}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name in counts:
                counts[sample.name][sample.labels["integration"]] += int(sample.value)
    return SendingCounts(counts[_ATTEMPTS], counts[_FAILED])
