"""A marked test notification through the real route, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from exporter.domain.moments import SECOND, from_micros
from exporter.outbound.alertmanager import Alertmanager
from exporter.outbound.alertmanager_counts import SendingCounts, Way, sending_counts

#: The test ends by itself; its end is told as well.
_LASTS = timedelta(minutes=1)
_POLL_SECONDS = 0.2


class TrialOutcome(StrEnum):
    """What Alertmanager's counters say: they do not tell one message of a way from another."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ChannelTrial:
    """Sends through `server`; `now` gives microseconds, `sleep` takes seconds."""

    server: Alertmanager
    now: Callable[[], int]
    sleep: Callable[[float], None]

    def send(
        self,
        way: Way,
        labels: Mapping[str, str],
        annotations: Mapping[str, str],
        timeout: float,
    ) -> TrialOutcome:
        """Sends an alert with these labels and waits for word of a message of this way.

        `timeout` in seconds. Raises AlertmanagerAway.
        """
        before = sending_counts(self.server.url)
        started = self.now()
        marked = {**labels, "test": f"{started:x}"}
        begin = from_micros(started)
        self.server.post_alerts(
            [
                {
                    "labels": marked,
                    "annotations": dict(annotations),
                    "startsAt": begin.isoformat(),
                    "endsAt": (begin + _LASTS).isoformat(),
                }
            ]
        )
        while self.now() - started < timeout * SECOND:
            self.sleep(_POLL_SECONDS)
            outcome = _compared(before, sending_counts(self.server.url), way)
            if outcome is not TrialOutcome.UNKNOWN:
                return outcome
        return TrialOutcome.UNKNOWN


def _compared(before: SendingCounts, now: SendingCounts, way: Way) -> TrialOutcome:
    if now.delivered(way) > before.delivered(way):
        return TrialOutcome.DELIVERED
    if now.failures(way) > before.failures(way):
        return TrialOutcome.FAILED
    return TrialOutcome.UNKNOWN
