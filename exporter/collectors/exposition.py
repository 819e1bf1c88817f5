"""The metrics page: rendered once for each snapshot, with the process' own part fresh."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Lock
from time import monotonic

from prometheus_client import registry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family

from exporter.collectors import vitals
from exporter.collectors.bounded_reading import BoundedReading, work_out
from exporter.collectors.catalog import OF_SNAPSHOT
from exporter.collectors.parts import Part
from exporter.domain.games import Games
from exporter.figures.snapshots import Snapshots, State
from exporter.storage.snapshot import Reading

_EOF = b"# EOF\n"
#: Scrapes within this time share what the process says of itself, in seconds.
SHARED_SECONDS = 0.1


class Families(registry.Collector):
    """Families made beforehand, as prometheus_client's encoders want them."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Family]:
        yield from self._families


class Exposition:
    """Renders /metrics: `live` parts at each scrape, the others once for each snapshot."""

    def __init__(
        self,
        snapshots: Snapshots,
        games: Games,
        live: Sequence[Part],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._snapshots = snapshots
        self._games = games
        self._live = live
        self._figures = BoundedReading(Reading(0), games)
        self._cached = [collector.part(lambda: self._figures) for collector in OF_SNAPSHOT]
        self._clock = clock
        self._lock = Lock()
        self._pages: dict[str, bytes] = {}
        self._version = -1
        self._last: dict[str, tuple[float, bytes]] = {}

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The page and its content type, as the scraper's Accept header asks.

        Fifty scrapes at once cost one rendering: what was made for the first serves the others.
        """
        encode, content_type = choose_encoder(accept)
        with self._lock:
            state, moment = self._snapshots.state, self._clock()
            if self._version != state.version:
                self._pages, self._version = {}, state.version
            if content_type not in self._pages:
                self._pages[content_type] = encode(Families(self._of_snapshot(state)))
            made_at, fresh = self._last.get(content_type, (-SHARED_SECONDS, b""))
            if moment - made_at >= SHARED_SECONDS:
                fresh = encode(Families(self._fresh()))
                self._last[content_type] = moment, fresh
            return self._pages[content_type].removesuffix(_EOF) + fresh, content_type

    def _of_snapshot(self, state: State) -> Iterator[Family]:
        yield from vitals.EXPORTER.collect(state)
        if state.reading is not None:
            self._figures = work_out(state.reading, self._games)
            yield from _collected(self._cached)

    def _fresh(self) -> Iterator[Family]:
        yield from _collected(self._live)
        yield from vitals.COLLECTORS.collect([*self._cached, *self._live])


def _collected(parts: Iterable[Part]) -> Iterator[Family]:
    for part in parts:
        yield from part.collect()
