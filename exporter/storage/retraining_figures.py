"""How the model in use does: read from roll-ups, so that it costs the same on any history."""

import json

from sqlalchemy import Connection, func, select

from exporter.domain.retraining import Figures
from exporter.domain.statistics.evidence import Evidence
from exporter.storage.models import models_of
from exporter.storage.schema import draw_scores, evidence, totals

#: Draws that count when no sample size is asked for.
_USUAL_DRAWS = 30
_MILLION = 1_000_000


def current_figures(connection: Connection, game: str, tickets: int | None = None) -> Figures:
    """Figures of the game's model in use.

    Accuracy is that of the latest draws that hold `tickets` scored tickets together
    (None: of the last 30 draws); confidence and errors are those of the version's life.
    """
    models = models_of(connection, game)
    if not models:
        return Figures()
    model = models[-1]
    draws, scored, numbers, hits = _recent_scores(connection, model.id, tickets)
    sums = _totals(connection, model.id)
    calls = sums.get("predictions", 0) + sums.get("failures", 0)
    return Figures(
        model_version=model.version,
        draws=draws,
        tickets=scored,
        accuracy=_ratio(hits, numbers),
        mean_confidence=_ratio(sums.get("confidence_sum", 0), sums.get("confidence", 0) * _MILLION),
        calls=calls,
        error_rate=_ratio(sums.get("failures", 0), calls),
        evidence=_evidence(connection, model.id),
    )


def _recent_scores(
    connection: Connection, model: int, tickets: int | None
) -> tuple[int, int, int, int]:
    """Draws, tickets, numbers played and hits of the latest draws."""
    columns = (draw_scores.c.tickets, draw_scores.c.numbers_played, draw_scores.c.hits)
    query = select(*columns).where(draw_scores.c.model_id == model, draw_scores.c.tickets > 0)
    query = query.order_by(draw_scores.c.draw_number.desc()).limit(tickets or _USUAL_DRAWS)
    draws = scored = numbers = hits = 0
    for row in connection.execute(query):
        if tickets is not None and scored >= tickets:
            break
        draws, scored = draws + 1, scored + row.tickets
        numbers, hits = numbers + row.numbers_played, hits + row.hits
    return draws, scored, numbers, hits


def _totals(connection: Connection, model: int) -> dict[str, int]:
    names = ("predictions", "failures", "confidence", "confidence_sum")
    query = select(totals.c.measure, func.sum(totals.c.value))
    query = query.where(totals.c.model_id == model, totals.c.measure.in_(names))
    return {name: int(v) for name, v in connection.execute(query.group_by(totals.c.measure))}


def _evidence(connection: Connection, model: int) -> float | None:
    state = connection.scalar(select(evidence.c.state).where(evidence.c.model_id == model))
    try:
        return Evidence.from_dict(json.loads(state)).worse.e_value if state else None
    except (KeyError, ValueError):  # written by another version; its next draw mends it
        return None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
