"""What is looked after while the alert system runs: pending channels, and the history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from exporter.alerting.alert_channels import Channels
from exporter.alerting.alert_history import AlertHistory
from exporter.domain.moments import DAY, SECOND, to_micros
from exporter.logs import get_logger
from exporter.outbound.alertmanager import Alertmanager, AlertmanagerAway
from exporter.recording.destination import DestinationUnavailable

#: A firing alert that Alertmanager has not held for this long has ended without our being told.
_SETTLED = 600 * SECOND
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AlertUpkeep:
    """One look; `retention_days`: how long notifications are kept, `now` in microseconds."""

    channels: Channels
    history: AlertHistory
    server: Alertmanager
    retention_days: int
    now: Callable[[], int]

    def __call__(self) -> None:
        """Looks once; what cannot be done now is done at the next look."""
        try:
            self.channels.apply_pending()
            self.history.forget(self.now() - self.retention_days * DAY)
            self._end_lost()
        except (DestinationUnavailable, OSError) as error:
            _log.warning("alert_check_failed", reason=str(error))

    def _end_lost(self) -> None:
        try:
            started = to_micros(datetime.fromisoformat(self.server.status()["uptime"]))
            firing = [str(alert["fingerprint"]) for alert in self.server.alerts()]
        except (AlertmanagerAway, KeyError, TypeError, ValueError):
            return  # nobody there, or something that is no Alertmanager
        now = self.now()
        # Just started, it does not hold yet what Prometheus is about to tell it again.
        if now - started < _SETTLED:
            return
        ended = self.history.end_lost(firing, now - _SETTLED)
        if ended:
            _log.info("alerts_ended_unnoticed", count=ended)
