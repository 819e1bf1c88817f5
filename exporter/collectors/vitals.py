"""How the exporter itself does: its build, its snapshots of the database, its collectors."""

from collections.abc import Sequence

from exporter.collectors.declarations import BUILD, Collector, named, this_build
from exporter.collectors.parts import Part
from exporter.domain.moments import SECOND
from exporter.figures.snapshots import State

EXPORTER = Collector[State]("exporter")
COLLECTORS = Collector[Sequence[Part]]("collectors")

BUILD_INFO = EXPORTER.by(BUILD, lambda _: [(this_build(), 1)]).gauge(
    "lotofacil_exporter_build_info",
    "Constant 1, labelled with the exporter's and Python's version.",
    float,
)
_state = EXPORTER.single()
UP = _state.gauge(
    "lotofacil_up",
    "1 when the last snapshot of the database succeeded, else 0; older figures stay exposed.",
    lambda state: state.is_up,
)
DATABASE_UP = _state.gauge(
    "lotofacil_database_up",
    "1 when the last snapshot could reach the database.",
    lambda state: state.is_up,
)
SNAPSHOT_TIMESTAMP = _state.gauge(
    "lotofacil_snapshot_timestamp_seconds",
    "When the figures on this page were read from the database (they are cached between reads).",
    lambda state: state.reading.taken_at / SECOND if state.reading else 0,
)
SNAPSHOT_DURATION = _state.gauge(
    "lotofacil_snapshot_duration_seconds",
    "How long the last successful snapshot of the roll-ups took.",
    lambda state: state.seconds,
)
SNAPSHOT_FAILURES = _state.counter(
    "lotofacil_snapshot_failures",
    "Snapshots that failed since this process started.",
    lambda state: state.failures,
)

_parts = COLLECTORS.by(("collector",), lambda parts: named({part.name: part for part in parts}))
COLLECTOR_DURATION = _parts.gauge(
    "lotofacil_collector_duration_seconds",
    "How long this collector took the last time its metrics were rendered.",
    lambda part: part.seconds,
)
COLLECTOR_SUCCESS = _parts.gauge(
    "lotofacil_collector_success",
    "1 when this collector worked the last time, 0 when its series are left out.",
    lambda part: not part.failed,
)
COLLECTOR_FAILURES = _parts.counter(
    "lotofacil_collector_failures",
    "Times this collector failed since this process started.",
    lambda part: part.failures,
)
