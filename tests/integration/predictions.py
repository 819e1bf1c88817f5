"""Predictions as anybody may send them."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any


def prediction(name: str, dice: Random) -> dict[str, Any]:
    """Of now, or of before one of the last draws; with a key of its own, or without."""
    past = datetime.now(UTC) - timedelta(days=dice.randint(1, 5))
    return {
        "game_type": "lotofacil",
        "numbers": sorted(dice.sample(range(1, 26), 15)),
        "confidence": 0.6,
        "model_version": f"v{dice.randint(1, 3)}",
        "metadata": {"n": name},
        "predicted_at": past.isoformat() if dice.random() < 0.5 else None,
        "idempotency_key": name if dice.random() < 0.5 else None,
    }
