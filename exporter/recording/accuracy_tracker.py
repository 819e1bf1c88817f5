"""Recording draw results: the documented Accuracy Tracker."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import partial
from threading import Lock
from typing import Any, SupportsFloat, SupportsIndex

from exporter.domain.fates import ConflictingKey, Fate, Fates
from exporter.domain.predictions import same_record
from exporter.domain.results import (
    InvalidResult,
    Result,
    parse_acceptance,
    parse_key,
    parse_recorder,
    parse_result,
)
from exporter.logs import get_logger
from exporter.recording.envelopes import SpooledResult, refused
from exporter.recording.service import RecordingService

_log = get_logger(__name__)


class AccuracyTracker(RecordingService):
    """Takes results in and has every prediction of their draws scored."""

    _last = 0

    def _begin(self) -> None:
        self._telling_time = Lock()

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
    ) -> Fate | None:
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
        comes with the same `idempotency_key`; with another result it raises ConflictingKey.
        `recorded_by` is kept with a correction: a text of at most 128 letters.
        """
        game = self._games[game_type]
        now = self._moment()
        try:
            result = parse_result(game, draw_number, winning_numbers, draw_date, prizes, now=now)
            at = parse_acceptance(accepted_at, now=now)
            by, key = parse_recorder(recorded_by), parse_key(idempotency_key)
            record = _spooled(game.name, result, by, now if at is None else at, key)
            return self._record(record)
        except InvalidResult as error:
            if strict:
                raise
            body = {"draw_number": draw_number, "winning_numbers": winning_numbers}
            self._quarantine(game.name, body | {"draw_date": draw_date}, error, now)
            return None

    def _record(self, record: SpooledResult) -> Fate | None:
        keep = partial(self._keep, record)
        if self._intake.courier.flush():
            deliver = partial(self._intake.destination.deliver, [record])
            fates = self._intake.hand_on(deliver, keep)
        else:  # an earlier result of this draw may be one of them
            fates = keep("earlier records wait")
        fate = fates.of(0)
        if fate is Fate.CONFLICT:
            raise ConflictingKey(str(record.key), "result")
        if fate is Fate.REFUSED:
            raise fates.refused[0]
        return None if fate is Fate.WAITING else fate

    def _keep(self, record: SpooledResult, why: str) -> Fates:
        _log.warning("result_waits", draw=record.number, reason=why)
        self._intake.accept_once(record, record.key, same_record)
        return Fates.one(Fate.WAITING)

    def _moment(self) -> int:
        """Now, and never the same twice: it tells one result from another."""
        with self._telling_time:
            self._last = max(self._now(), self._last + 1)
            return self._last

    def _quarantine(
        self, game: str, result: Mapping[str, Any], error: InvalidResult, now: int
    ) -> None:
        number, why = result["draw_number"], str(error)
        _log.warning("result_quarantined", game=game, draw=number, reason=why)
        self._intake.accept(refused("result", game, str(number), why, result, now))


def _spooled(
    game: str, result: Result, recorded_by: str, at: int, key: str | None
) -> SpooledResult:
    prizes = dict(result.prizes)
    return SpooledResult(
        game, result.number, result.drawn_at, str(result.numbers), prizes, recorded_by, at, key
    )
