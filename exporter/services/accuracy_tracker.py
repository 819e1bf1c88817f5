"""Recording draw results: the documented Accuracy Tracker."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from threading import Lock
from typing import Any, Protocol, SupportsFloat, SupportsIndex

from exporter.domain.games import Games
from exporter.domain.periods import parse_days
from exporter.domain.results import (
    InvalidResult,
    Result,
    parse_acceptance,
    parse_key,
    parse_recorder,
    parse_result,
)
from exporter.forks import on_fork
from exporter.logs import get_logger
from exporter.services.delivery import DestinationAway
from exporter.services.envelopes import SpooledResult, refused
from exporter.services.intake import Intake
from exporter.storage.draws import Recorded
from exporter.storage.result_keys import ConflictingResult
from exporter.storage.spool import KeyIsWaiting

_log = get_logger(__name__)
#: Before a result's key in the spool: no caller's key of a prediction begins so.
_RESULT = "result\0"


class ResultRecords(Protocol):
    """The destination of results."""

    def record_result(self, record: SpooledResult) -> Recorded:
        """Keeps and scores a result, once for each moment it was accepted at and for each key.

        Raises DestinationAway, DrawIsClosed, InvalidResult, ConflictingResult.
        """

    def cleanup(self, days: int) -> int:
        """Deletes raw predictions older than this; raises DestinationAway."""


class AccuracyTracker:
    """Takes results in and has every prediction of their draws scored."""

    def __init__(
        self, intake: Intake, records: ResultRecords, games: Games, now: Callable[[], int]
    ) -> None:
        self._intake = intake
        self._records = records
        self._games = games
        self._now = now
        self._last = 0
        self._begin()
        on_fork(self, AccuracyTracker._begin)

    def _begin(self) -> None:
        self._telling_time = Lock()

    def start(self) -> None:
        """Starts delivering what is recorded."""
        self._intake.start()

    def stop(self) -> None:
        """Delivers what waits, as far as the destination can be reached, and stops."""
        self._intake.stop()

    def is_running(self) -> bool:
        """Whether records are being delivered in the background."""
        return self._intake.is_running()

    def record_result(  # noqa: PLR0913 - the documented call
        self,
        game_type: str,
        draw_number: SupportsIndex,
        winning_numbers: Collection[SupportsIndex],
        draw_date: date | datetime | str,
        *,
        prizes: Mapping[Any, SupportsFloat] | None = None,
        recorded_by: str = "api",
        accepted_at: datetime | str | None = None,
        idempotency_key: str | None = None,
        strict: bool = False,
    ) -> Recorded | None:
        """Records a draw's result and scores its predictions.

        `draw_date` is the draw's day, or a moment of that day: the cut-off, where it is not later
        than the scheduled time. `prizes` are the amounts paid in reais by hits.
        The same result again changes nothing; another one is a correction, and is kept with
        what it replaced. A result that breaks its game's rules, or of a draw that is yet to
        come, is quarantined and None returned; with `strict` it raises InvalidResult. While
        the database is away the result waits on disk and None is returned.

        Whoever may send a result again after it was corrected names the moment it took the
        result in (`accepted_at`, now where not given): what the draw said before, with a moment
        no newer than the last told of it, is a repetition, and no correction back. So is what
        comes with the same `idempotency_key`; with another result it raises ConflictingResult.
        `recorded_by` is kept with a correction: a text of at most 128 letters.
        """
        game = self._games[game_type]
        now = self._moment()
        try:
            result = parse_result(game, draw_number, winning_numbers, draw_date, prizes, now=now)
            given = parse_acceptance(accepted_at, now=now)
            at, key = now if given is None else given, parse_key(idempotency_key)
            return self._record(_spooled(game.name, result, parse_recorder(recorded_by), at, key))
        except InvalidResult as error:
            if strict:
                raise
            self._quarantine(game.name, (draw_number, winning_numbers, draw_date), error, now)
            return None

    def _record(self, record: SpooledResult) -> Recorded | None:
        reason = "earlier records wait"  # an earlier result of this draw may be one of them
        if self._intake.flush():
            try:
                with self._intake.outage.spared():
                    return self._records.record_result(record)
            except DestinationAway as error:
                reason = str(error)
        _log.warning("result_waits", draw=record.number, reason=reason)
        self._keep(record)
        return None

    def _keep(self, record: SpooledResult) -> None:
        if record.key is None:
            self._intake.accept(record)
            return
        known, key = None, f"{_RESULT}{record.key}"
        while known is None:
            try:
                self._intake.accept(record, key)
            except KeyIsWaiting:
                known = self._intake.waiting(key)  # None: delivered meanwhile, so this may wait
            else:
                return
        if isinstance(known, SpooledResult) and _said(known) != _said(record):
            raise ConflictingResult(record.key)

    def _moment(self) -> int:
        """Now, and never the same twice: it tells one result from another."""
        with self._telling_time:
            self._last = max(self._now(), self._last + 1)
            return self._last

    def cleanup_old_data(self, days: SupportsIndex) -> int:
        """Deletes raw predictions older than `days`, as MetricsService.cleanup_old_data does."""
        return self._records.cleanup(parse_days(days))

    def _quarantine(
        self, game: str, given: tuple[Any, ...], error: InvalidResult, now: int
    ) -> None:
        _log.warning("result_quarantined", game=game, draw=given[0], reason=str(error))
        names = ("draw_number", "winning_numbers", "draw_date")
        told = dict(zip(names, given, strict=True))
        self._intake.accept(refused("result", game, str(given[0]), str(error), told, now))


def _said(record: SpooledResult) -> SpooledResult:
    return record._replace(accepted_at=0, recorded_by="")


def _spooled(
    game: str, result: Result, recorded_by: str, at: int, key: str | None
) -> SpooledResult:
    prizes = dict(result.prizes)
    return SpooledResult(
        game, result.number, result.drawn_at, str(result.numbers), prizes, recorded_by, at, key
    )
