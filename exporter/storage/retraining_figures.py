"""How the model in use does: read from roll-ups, so that it costs the same on any history."""

import json
from collections import Counter
from itertools import groupby

from sqlalchemy import Connection, func, select

from exporter.domain.moments import DAY
from exporter.domain.predictions import MILLION
from exporter.domain.retraining import Figures
from exporter.domain.statistics.evidence import Evidence
from exporter.storage.models import models_of
from exporter.storage.schema import day_rollups, draw_scores, evidence

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
    models = models_of(connection, game)
    if not models:
        return Figures()
    model = models[-1]
    draws, scored, numbers, hits = _recent_scores(connection, model.id, sample)
    sums = _recent_calls(connection, model.id, now, sample)
    calls = _calls(sums)
    return Figures(
        model_version=model.version,
        draws=draws,
        tickets=scored,
        accuracy=_ratio(hits, numbers),
        mean_confidence=_ratio(sums["confidence_sum"], sums["confidence"] * MILLION),
        calls=calls,
        error_rate=_ratio(sums["failures"], calls),
        evidence=_evidence(connection, model.id),
        is_promoted=model.active,
    )


def _recent_scores(
    connection: Connection, model: int, tickets: int | None
) -> tuple[int, int, int, int]:
    """Draws, tickets, numbers played and hits of the latest draws."""
    columns = (draw_scores.c.tickets, draw_scores.c.numbers_played, draw_scores.c.hits)
    query = select(*columns).where(draw_scores.c.model_id == model, draw_scores.c.tickets > 0)
    query = query.order_by(draw_scores.c.draw_number.desc()).limit(tickets or _USUAL)
    draws = scored = numbers = hits = 0
    for row in connection.execute(query):
        if tickets is not None and scored >= tickets:
            break
        draws, scored = draws + 1, scored + row.tickets
        numbers, hits = numbers + row.numbers_played, hits + row.hits
    return draws, scored, numbers, hits


def _recent_calls(connection: Connection, model: int, now: int, calls: int | None) -> Counter[str]:
    """Sums of the latest days by measure."""
    d = day_rollups.c
    query = (
        select(d.start, d.measure, func.sum(d.value))
        .where(d.model_id == model, d.measure.in_(_CALLS), d.start > now - _LONGEST)
        .group_by(d.start, d.measure)
        .order_by(d.start.desc())
    )
    sums: Counter[str] = Counter()
    for count, (_, day) in enumerate(groupby(connection.execute(query), lambda row: row[0])):
        if count == _USUAL if calls is None else _calls(sums) >= calls:
            break
        sums.update({measure: int(value) for _, measure, value in day})
    return sums


def _calls(sums: Counter[str]) -> int:
    return sums["predictions"] + sums["failures"]


def _evidence(connection: Connection, model: int) -> float | None:
    state = connection.scalar(select(evidence.c.state).where(evidence.c.model_id == model))
    try:
        return Evidence.from_dict(json.loads(state)).worse.e_value if state else None
    except (KeyError, ValueError):  # written by another version; its next draw mends it
        return None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
