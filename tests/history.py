"""A small recorded history, always the same: what tests ask the figures about."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from exporter.app import Application
from exporter.domain.definitions import LOTOFACIL
from exporter.domain.moments import to_micros

#: Friday 2024-03-15, 12:00 UTC.
NOW = to_micros(datetime(2024, 3, 15, 12, tzinfo=UTC))
FIRST_DAY = date(2024, 2, 1)
FIRST_DRAW = 3000
MODELS = (("v1.0", "model"), ("v2.1", "model"), ("random", "control"))


def draw_days() -> list[date]:
    """Every draw day of the history: Mondays to Saturdays until the day before NOW."""
    days = (FIRST_DAY + timedelta(days=n) for n in range(43))
    return [day for day in days if day.weekday() < 6 and day < date(2024, 3, 15)]


def predictions() -> list[dict[str, Any]]:
    """Three tickets of each model for each draw, made in the hours before it."""
    random = Random(7)
    made = []
    for place, day in enumerate(draw_days()):
        for version, role in MODELS:
            made += [_prediction(random, day, place, version, role, n) for n in range(3)]
    return made


def results() -> list[dict[str, Any]]:
    """The result of every draw but the last, which is pending."""
    random = Random(8)
    return [
        {
            "game_type": "lotofacil",
            "draw_number": FIRST_DRAW + place,
            "winning_numbers": sorted(random.sample(range(1, 26), 15)),
            "draw_date": day,
        }
        for place, day in enumerate(draw_days()[:-1])
    ]


def record_history(application: Application) -> None:
    """Records predictions, then results, as a predictor and a feed would."""
    done = application.metrics.record_predictions(predictions())
    assert not done.refused
    for result in results():
        application.tracker.record_result(**result, strict=True)


def _prediction(
    random: Random, day: date, place: int, version: str, role: str, n: int
) -> dict[str, Any]:
    size = random.choice((15, 15, 16, 18))
    moment = LOTOFACIL.calendar.moment(day) - timedelta(minutes=random.randrange(10, 600))
    return {
        "game_type": "lotofacil",
        "numbers": sorted(random.sample(range(1, 26), size)),
        "confidence": random.choice((0.5, 0.6, 0.75, 0.8, 0.9, None)),
        "model_version": version,
        "role": role,
        "draw_number": FIRST_DRAW + place if n else None,
        "predicted_at": moment.isoformat(),
        "latency": random.choice((0.004, 0.02, 0.3, 1.5)),
        "idempotency_key": f"{version}-{place}-{n}",
        "metadata": {"algorithm": "lstm"} if n == 0 else None,
    }
