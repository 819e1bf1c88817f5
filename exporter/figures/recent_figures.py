"""How the version in use did lately: what a retraining is decided on."""

from collections import Counter
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from exporter.domain.moments import DAY
from exporter.domain.predictions import MILLION
from exporter.domain.retraining import Figures
from exporter.figures.cells import add_up
from exporter.storage.evidence import states
from exporter.storage.read_figures import daily_cells
from exporter.storage.read_models import read_models
from exporter.storage.read_scores import ScoredDraw, last_totals

#: Draws, and days with calls, that count when no sample size is asked for.
_USUAL = 30
#: Calls older than this say nothing about today, however few came since.
_LONGEST = 365 * DAY
_CALLS = ("predictions", "failures", "confidence", "confidence_sum")


def current_figures(
    connection: Connection, game: str, now: int, sample: int | None = None
) -> Figures:
    """Figures of the game's model in use `now` (microseconds), and of no version before it.

    Accuracy is that of the latest draws that hold `sample` scored tickets together, confidence
    and errors those of the latest days (UTC) that hold `sample` calls, none older than a year.
    Without a sample size the last 30 draws count, and the last 30 days with calls.
    """
    used = (row for row in read_models(connection) if row.game == game and row.active)
    model = next(used, None)
    if model is None:
        return Figures()
    draws = _recent_draws(connection, model.game_id, model.id, sample)
    numbers = sum(draw.totals.numbers for draw in draws)
    sums = _recent_calls(connection, model.id, now, sample)
    evidence = states(connection).get(model.id)
    return Figures(
        model_version=model.version,
        draws=len(draws),
        tickets=sum(draw.tickets for draw in draws),
        accuracy=_ratio(sum(draw.totals.hits for draw in draws), numbers),
        mean_confidence=_ratio(sums["confidence_sum"], sums["confidence"] * MILLION),
        calls=_calls(sums),
        error_rate=_ratio(sums["failures"], _calls(sums)),
        evidence=evidence.worse.e_value if evidence else None,
        is_promoted=model.promoted,
    )


def _recent_draws(
    connection: Connection, game: int, model: int, tickets: int | None
) -> list[ScoredDraw]:
    """The latest draws, newest first."""
    latest = last_totals(connection, game, model, tickets or _USUAL)[::-1]
    if tickets is None:
        return latest
    sums = [sum(draw.tickets for draw in latest[:before]) for before in range(len(latest))]
    return [draw for draw, before in zip(latest, sums, strict=True) if before < tickets]


def _recent_calls(connection: Connection, model: int, now: int, calls: int | None) -> Counter[str]:
    """Sums of the latest days by measure."""
    days = daily_cells(connection, model, _CALLS, now - _LONGEST)
    sums: Counter[str] = Counter()
    for count, (_, cells) in enumerate(groupby(days, attrgetter("start"))):
        if count == _USUAL if calls is None else _calls(sums) >= calls:
            break
        for (measure, _), value in add_up(cells).items():
            sums[measure] += value
    return sums


def _calls(sums: Counter[str]) -> int:
    return sums["predictions"] + sums["failures"]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
