"""What a record says: all of it once, by name, whichever way it goes."""

from typing import Any

import pytest

from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from exporter.domain.prediction_parser import FIELDS, PredictionParser
from exporter.domain.predictions import (
    MOMENT,
    PLAIN,
    VERSION,
    Failure,
    Kind,
    Prediction,
    same_record,
)
from exporter.recording.metrics_service import encode_metadata

NOW = 1_709_593_200_000_000
STORED = Prediction(
    "k", "lotofacil", "v1", "model", NOW, 7, 15, 2**15 - 1, None, 600_000, 20_000, '{"a":1}'
)
FAILED = Failure("k", "lotofacil", "v1", "model", NOW, 20_000, "no memory")
#: Two values of each kind of a plain field, as they are kept.
VALUES: dict[Kind, tuple[Any, Any]] = {
    Kind.TEXT: ("a", "b"),
    Kind.SHARE: (1, 2),
    Kind.DURATION: (1, 2),
    Kind.JSON: ('{"a":1}', '{"a":2}'),
}


def test_a_body_says_all_and_is_read_back_as_the_same() -> None:
    filled = STORED._replace(filled=MOMENT | VERSION)
    assert filled.body(LOTOFACIL).keys() == FIELDS
    parser = PredictionParser(KNOWN_GAMES, lambda: NOW, encode_metadata, "made")
    nothing: dict[str, Any] = dict.fromkeys(PLAIN)
    for prediction in (STORED, filled, STORED._replace(**nothing, role=None)):
        assert parser.parse(prediction.body(LOTOFACIL)) == prediction


@pytest.mark.parametrize("field", ["model_version", "predicted_at", "draw_number", "numbers"])
def test_a_field_that_differs_makes_another_prediction(field: str) -> None:
    assert not same_record(STORED, stored_with(field, 99))


@pytest.mark.parametrize("field", PLAIN)
def test_a_plain_field_that_differs_makes_another_prediction(field: str) -> None:
    first, other, nothing = (stored_with(field, v) for v in (*VALUES[PLAIN[field].kind], None))
    assert not same_record(first, other)
    assert not same_record(first, nothing)


def stored_with(field: str, value: Any) -> Prediction:
    changed: dict[str, Any] = {field: value}
    return STORED._replace(**changed)


def test_what_was_not_said_is_not_compared() -> None:
    again = STORED._replace(role=None, model_version="v2", predicted_at=9, filled=MOMENT | VERSION)
    assert same_record(STORED, again)
    for bits in (MOMENT, VERSION):
        assert not same_record(STORED, again._replace(filled=bits))
    assert not same_record(STORED, again._replace(role="control"))


def test_a_failure_is_the_same_whenever_it_is_told() -> None:
    again = FAILED._replace(failed_at=9, role=None, model_version="v2", filled=VERSION)
    assert same_record(FAILED, again)
    others: list[dict[str, Any]] = [{"error": "no disk"}, {"latency": None}, {"filled": 0}]
    for other in others:
        assert not same_record(FAILED, again._replace(**other))
