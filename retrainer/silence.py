"""Which runs nobody does any more: told from what was watched, not from anybody's clock."""

from collections.abc import Sequence

from exporter.domain.moments import SECOND
from exporter.storage.retraining import Run
from retrainer.clock import Pace


class Silence:
    """Watches the runs under way for signs of life.

    A sign is that `alive_at` has changed; its value is of another machine's clock, or of ours
    before it was set, and says nothing.
    """

    def __init__(self, pace: Pace) -> None:
        self._steady = pace.steady
        self._lease = round(pace.lease * SECOND)
        self._looked_at = 0
        self._seen: dict[int, tuple[int, int]] = {}

    def silent(self, runs: Sequence[Run]) -> list[Run]:
        """Those of the runs under way that gave no sign for the lease while they were watched.

        After half a lease without a look it begins anew: the database was away, perhaps, and
        then no sign could be given either.
        """
        now = self._steady()
        if now - self._looked_at > self._lease // 2:
            self._seen = {}
        self._looked_at = now
        self._seen = {run.id: self._last_sign(run, now) for run in runs}
        return [run for run in runs if now - self._seen[run.id][1] > self._lease]

    def _last_sign(self, run: Run, now: int) -> tuple[int, int]:
        alive_at, since = self._seen.get(run.id, (run.alive_at, now))
        return (alive_at, since) if alive_at == run.alive_at else (run.alive_at, now)
