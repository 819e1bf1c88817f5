"""How Alertmanager's sending goes, as its own metrics tell."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import requests
from prometheus_client.parser import text_string_to_metric_families

from exporter.outbound.alertmanager import AlertmanagerAway

_ATTEMPTS = "alertmanager_notification_requests_total"
_FAILED = "alertmanager_notification_requests_failed_total"


class Way(NamedTuple):
    """A kind of message (email, webhook, slack), and the receiver where Alertmanager names it.

    It does with its feature `receiver-name-in-metrics`; the name is empty without it.
    """

    kind: str
    receiver: str

    def is_of(self, other: "Way") -> bool:
        """Whether what is counted here may be of the other way: nameless may be of anybody."""
        return self.kind == other.kind and self.receiver in ("", other.receiver)


@dataclass(frozen=True, slots=True)
class SendingCounts:
    """Attempts to send since Alertmanager started."""

    attempts: Counter[Way]
    failed: Counter[Way]

    def failures(self, way: Way) -> int:
        """Attempts that the other side did not take."""
        return _of(self.failed, way)

    def delivered(self, way: Way) -> int:
        """Attempts that the other side took; a failure may be counted before its attempt is."""
        return max(_of(self.attempts, way) - self.failures(way), 0)


def sending_counts(url: str, timeout: float = 5.0) -> SendingCounts:
    """The counts of the Alertmanager at `url`; raises AlertmanagerAway."""
    try:
        answer = requests.get(f"{url.rstrip('/')}/metrics", timeout=timeout)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise AlertmanagerAway(f"{url}/metrics: {type(error).__name__}") from None
    counts: dict[str, Counter[Way]] = {_ATTEMPTS: Counter(), _FAILED: Counter()}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name in counts:
                labels = sample.labels
                way = Way(labels["integration"], labels.get("receiver_name", ""))
                counts[sample.name][way] += int(sample.value)
    return SendingCounts(counts[_ATTEMPTS], counts[_FAILED])


def _of(counts: Counter[Way], way: Way) -> int:
    return sum(count for counted, count in counts.items() if counted.is_of(way))
