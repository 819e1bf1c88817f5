"""What goes wrong and is not the database's trouble: told, and passed over."""

from exporter.collectors.retrainer import RETRAINER_FAULTS, Telemetry
from exporter.logs import get_logger, redact

_log = get_logger(__name__)


class Faults:
    """Notes what nobody foresaw, so that the work can go on."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._last = ""

    def note(self, event: str, error: Exception, **fields: object) -> None:
        """Counts an error and logs its traceback; the same one again and again in one line."""
        self._telemetry.add(RETRAINER_FAULTS)
        previous, self._last = self._last, f"{event} {error!r}"
        is_new = self._last != previous
        _log.error(event, error=first_line(error), exc_info=error if is_new else None, **fields)


def first_line(error: Exception) -> str:
    """An error in few words, which are kept and shown: without what is secret in it."""
    return redact(str(error).partition("\n")[0]) or type(error).__name__
