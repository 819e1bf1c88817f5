"""The quick way through a batch and the single call never disagree about what is accepted."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.domain.batches import BatchParser, predictions_of
from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from exporter.domain.moments import to_micros
from exporter.domain.prediction_parser import PredictionParser
from exporter.domain.predictions import InvalidPrediction, Prediction
from tests.domain.natural import COLLECTIONS, Timestamp

NOW = to_micros(datetime(2024, 1, 31, 12, tzinfo=UTC))
HOURS = timezone(timedelta(hours=-3))


def parser() -> PredictionParser:
    return PredictionParser(KNOWN_GAMES, lambda: NOW, json.dumps, "made")


TICKETS = st.lists(st.integers(1, 25), min_size=15, max_size=20, unique=True)
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, "", "x", -1, 0, 1, 1.0, 0.5, -0.0, float("nan"), 1e300, [], {}]
) | st.sampled_from(
    [np.True_, np.str_("v1"), np.float32(0.5), np.int64(1), np.nan, np.arange(1, 16), range(99)]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "numbers": TICKETS
    | TICKETS.flatmap(lambda ticket: st.sampled_from([make(ticket) for make in COLLECTIONS]))
    | st.lists(st.integers(-1, 130), max_size=51),
    "game_type": st.sampled_from(["lotofacil", "lotomania", "none"]),
    "confidence": st.floats(0, 1),
    "latency": st.floats(0, 10),
    "model_version": st.sampled_from(["v1", "v2", " v1", "v" * 200]),
    "role": st.sampled_from(["model", "control", "other"]),
    "draw_number": st.integers(-1, 15_000),
    "predicted_at": st.sampled_from(
        [
            *("2024-01-31T12:00Z", "2024-01-31", "2099-01-01T00:00Z", "soon"),
            *(kind(2024, 1, 31, 9, tzinfo=HOURS) for kind in (datetime, Timestamp)),
            np.datetime64("2024-01-31"),
        ]
    ),
    "idempotency_key": st.sampled_from(["a", "b", "c" * 200]),
    "metadata": st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    "filled_in": st.lists(st.sampled_from(["predicted_at", "model_version", "role"]), max_size=2),
    "colour": st.just("red"),
}
RIGHT = st.fixed_dictionaries(
    {"game_type": st.just("lotofacil"), "numbers": TICKETS, "model_version": st.just("v1")}
)
ITEMS = RIGHT | st.fixed_dictionaries(
    {}, optional={name: value | ODD for name, value in VALUES.items()}
)


def singly(batch: Sequence[Mapping[str, Any]]) -> tuple[list[Prediction], dict[int, str]]:
    accepted, refused = [], {}
    one = parser()
    for index, raw in enumerate(batch):
        try:
            accepted.append(one.parse(raw))
        except InvalidPrediction as error:
            refused[index] = str(error)
    return accepted, refused


def known(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Without the keys that were made, in an order of their own."""
    plain = (p._replace(key="") if p.key.startswith("made") else p for p in predictions)
    return sorted(plain, key=repr)


@given(st.lists(ITEMS, min_size=1, max_size=6) | st.lists(RIGHT, min_size=1, max_size=40))
@settings(max_examples=300)
def test_a_batch_is_accepted_and_refused_as_its_items_are(batch: list[dict[str, Any]]) -> None:
    parsed = BatchParser(parser()).parse(batch)
    accepted, refused = singly(batch)
    assert {index: str(error) for index, error in parsed.refused.items()} == refused
    assert known([p for columns in parsed.columns for p in predictions_of(columns)]) == known(
        accepted
    )
    assert [key is None for key in parsed.keys] == [i in refused for i in range(len(batch))]


@given(st.lists(TICKETS, min_size=1, max_size=20), st.sampled_from(sorted(VALUES)), st.data())
def test_one_field_given_to_all_is_taken_as_it_is_for_one(
    tickets: list[list[int]], name: str, data: st.DataObject
) -> None:
    value = VALUES[name] | ODD
    batch = [
        {"game_type": LOTOFACIL.name, "numbers": ticket, name: data.draw(value)}
        for ticket in tickets
    ]
    parsed = BatchParser(parser()).parse(batch)
    accepted, refused = singly(batch)
    assert {index: str(error) for index, error in parsed.refused.items()} == refused
    taken = [p for columns in parsed.columns for p in predictions_of(columns)]
    assert known(taken) == known(accepted)
