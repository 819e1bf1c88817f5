"""The metrics page: rendered once for each snapshot, with the process' own part fresh."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from platform import python_version
from threading import Lock
from time import monotonic

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from exporter import catalog
from exporter.collectors import (
    accuracy,
    calibration,
    database,
    draws,
    evidence,
    models,
    money,
    predictions,
    retraining,
)
from exporter.collectors.families import family, single
from exporter.collectors.figures import Figures, work_out
from exporter.collectors.runner import Runner, health
from exporter.domain.games import Games
from exporter.domain.moments import SECOND
from exporter.services.snapshots import Snapshots, State
from exporter.storage.snapshot import Reading

_EOF = b"# EOF\n"
#: Scrapes within this time share what the process says of itself, in seconds.
SHARED_SECONDS = 0.1
_FROM_READING: Mapping[str, Callable[[Figures], Iterable[Family]]] = {
    "predictions": predictions.collect,
    "accuracy": accuracy.collect,
    "evidence": evidence.collect,
    "calibration": calibration.collect,
    "money": money.collect,
    "draws": draws.collect,
    "database": database.collect,
    "models": models.collect,
    "retraining": retraining.collect,
}


class Families(Collector):
    """Families made beforehand, as prometheus_client's encoders want them."""

    def __init__(self, made: Iterable[Family]) -> None:
        self._made = list(made)

    def collect(self) -> Iterator[Family]:
        yield from self._made


class Exposition:
    """Renders /metrics: `live` collectors at each scrape, the others once for each snapshot."""

    def __init__(
        self,
        snapshots: Snapshots,
        games: Games,
        live: Mapping[str, Callable[[], Iterable[Family]]],
        version: str,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._snapshots = snapshots
        self._games = games
        self._live = Runner(live)
        self._figures = Figures(Reading(0), games)
        self._cached = Runner({n: partial(self._collect, fn) for n, fn in _FROM_READING.items()})
        self._version = version
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[str, bytes] = {}
        self._kept_for = -1
        self._last: dict[str, tuple[float, bytes]] = {}

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The page and its content type, as the scraper's Accept header asks.

        Fifty scrapes at once cost one rendering: what was made for the first serves the others.
        """
        encode, content_type = choose_encoder(accept)
        with self._lock:
            state, moment = self._snapshots.state, self._clock()
            if self._kept_for != state.version:
                self._kept, self._kept_for = {}, state.version
            if content_type not in self._kept:
                self._kept[content_type] = encode(Families(self._of_snapshot(state)))
            made_at, fresh = self._last.get(content_type, (-SHARED_SECONDS, b""))
            if moment - made_at >= SHARED_SECONDS:
                fresh = encode(Families(self._fresh()))
                self._last[content_type] = moment, fresh
            return self._kept[content_type].removesuffix(_EOF) + fresh, content_type

    def _of_snapshot(self, state: State) -> list[Family]:
        made = _about(state, self._version)
        if state.reading is None:
            return made
        self._figures = work_out(state.reading, self._games)
        return made + self._cached.collect()

    def _collect(self, fn: Callable[[Figures], Iterable[Family]]) -> Iterable[Family]:
        return fn(self._figures)

    def _fresh(self) -> list[Family]:
        return [*self._live.collect(), *health([self._cached, self._live])]


def _about(state: State, version: str) -> list[Family]:
    taken = state.reading.taken_at / SECOND if state.reading else 0
    return [
        family(catalog.BUILD_INFO, [((version, python_version()), 1)]),
        single(catalog.UP, state.is_up),
        single(catalog.DATABASE_UP, state.is_up),
        single(catalog.SNAPSHOT_TIMESTAMP, taken),
        single(catalog.SNAPSHOT_DURATION, state.seconds),
        single(catalog.SNAPSHOT_FAILURES, state.failures),
    ]
