"""What a model naturally returns is taken for what it says; what is doubtful is refused by name."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.batches import BatchParser, predictions_of
from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from exporter.domain.moments import to_micros
from exporter.domain.prediction_parser import PredictionParser
from exporter.domain.predictions import InvalidPrediction, Prediction
from exporter.recording.metrics_service import encode_metadata
from tests.domain.natural import COLLECTIONS, INTEGERS, PACKED, SHARES, Frame, Series, Timestamp

NOW = to_micros(datetime(2024, 1, 31, 12, tzinfo=UTC))
TICKET = list(range(1, 16))
TICKETS = st.lists(st.integers(1, 25), min_size=15, max_size=20, unique=True)


def parser() -> PredictionParser:
    return PredictionParser(KNOWN_GAMES, lambda: NOW, encode_metadata, "made")


def parse(numbers: Any = TICKET, **fields: Any) -> Prediction:
    """The prediction as a single call and as a batch give it."""
    raw = {"game_type": "lotofacil", "numbers": numbers, "idempotency_key": "a", **fields}
    single = parser().parse(raw)
    (columns,) = BatchParser(parser()).parse([raw]).columns
    (batched,) = predictions_of(columns)
    assert single == batched
    assert plain_types(single) == plain_types(batched) <= {int, str, type(None)}
    return single


def plain_types(prediction: Prediction) -> set[type]:
    return set(map(type, prediction))


def reason(numbers: Any = TICKET, **fields: Any) -> str:
    raw = {"game_type": "lotofacil", "numbers": numbers, **fields}
    with pytest.raises(InvalidPrediction) as refused:
        parser().parse(raw)
    assert str(BatchParser(parser()).parse([raw]).refused[0]) == str(refused.value)
    return str(refused.value)


@given(TICKETS, st.sampled_from(COLLECTIONS), st.sampled_from(INTEGERS))
def test_any_collection_of_any_integers_is_the_list_of_them(
    ticket: list[int],
    collection: Callable[[Sequence[Any]], Any],
    integer: Callable[[int], Any],
) -> None:
    assert parse(collection([integer(number) for number in ticket])) == parse(ticket)


@given(TICKETS, st.sampled_from(PACKED))
def test_an_array_of_numbers_is_the_list_of_them(
    ticket: list[int], packed: Callable[[Sequence[int]], Any]
) -> None:
    assert parse(packed(ticket)) == parse(sorted(ticket))


def test_a_range_is_the_list_of_its_numbers() -> None:
    assert parse(range(1, 16)) == parse(np.arange(1, 16)) == parse(TICKET)


@given(st.floats(0, 1, width=32), st.sampled_from(SHARES), st.sampled_from(INTEGERS))
def test_numbers_of_any_kind_are_pythons_own(
    share: float, number: Callable[[float], Any], integer: Callable[[int], Any]
) -> None:
    natural = parse(confidence=number(share), latency=number(share), draw_number=integer(100))
    assert natural == parse(confidence=share, latency=share, draw_number=100)


@pytest.mark.parametrize("share", [np.float32(0.6), np.float64(0.6), Decimal("0.6"), np.array(0.6)])
def test_a_share_is_kept_in_millionths(share: Any) -> None:
    assert parse(confidence=share).confidence == 600_000


def test_the_largest_float_of_half_a_word_is_kept_as_it_is() -> None:
    assert parse(confidence=np.float16(0.6)).confidence == 600_098


@pytest.mark.parametrize(
    ("numbers", "named"),
    [
        ([True, *TICKET[1:]], "True is not an integer"),
        ([np.True_, *TICKET[1:]], "True is not an integer"),
        (np.array([True] * 15), "True is not an integer"),
        ([*TICKET[:-1], 1.5], "1.5 is not an integer"),
        (np.array([*TICKET[:-1], 15.5]), "1.0 is not an integer"),
        (np.array(TICKET, dtype=float), "1.0 is not an integer"),
        ([*TICKET[:-1], np.float64(15)], "15.0 is not an integer"),
        ([*TICKET[:-1], Fraction(15)], "Fraction(15, 1) is not an integer"),
        ([*TICKET[:-1], float("nan")], "nan is not an integer"),
        ([*TICKET[:-1], np.timedelta64(15, "ns")], "'15 nanoseconds' is not an integer"),
        ([*TICKET[:-1], "15"], "'15' is not an integer"),
        (np.array(list(map(str, TICKET))), "'1' is not an integer"),
        (Series(["1"]), "'1' is not an integer"),
        ("123", "must be a list of integers, not str"),
        (bytes(TICKET), "must be a list of integers, not bytes"),
        (bytearray(TICKET), "must be a list of integers, not bytearray"),
        (dict.fromkeys(TICKET), "must be a list of integers, not dict"),
        (iter(TICKET), "must be a list of integers, not list_iterator"),
        ((n for n in TICKET), "must be a list of integers, not generator"),
        (None, "must be a list of integers, not NoneType"),
        (np.array([TICKET]), "must be a list of integers, not ndarray of 2 dimensions"),
        (np.array(5), "must be a list of integers, not ndarray of 0 dimensions"),
        (Frame(), "must be a list of integers, not Frame of 2 dimensions"),
        ([TICKET], f"{TICKET} is not an integer"),
        (range(1, 10**30), "more than 25 given, lotofacil takes 15 to 20"),
        ([1] * 1_000_000, "more than 25 given, lotofacil takes 15 to 20"),
        (np.arange(1, 10), "9 given, lotofacil takes 15 to 20"),
        (np.arange(15), "0 outside 1 to 25 of lotofacil"),
        (np.array([1, *TICKET]), "1 given more than once"),
    ],
)
def test_numbers_that_are_none_are_refused_by_name(numbers: Any, named: str) -> None:
    assert reason(numbers) == f"numbers: {named}"


@pytest.mark.parametrize("share", [True, np.True_, "0.6", np.str_("0.6"), np.nan, np.inf, 1.5])
@pytest.mark.parametrize("make", [lambda one: one, np.array])
def test_a_share_that_is_none_is_refused_by_name(share: Any, make: Callable[[Any], Any]) -> None:
    shown = repr(np.array(share).tolist())
    assert reason(confidence=make(share)) == f"confidence: {shown} is not a number from 0 to 1"


@pytest.mark.parametrize("value", [1j, np.complex64(0.5), [0.5], np.array([0.5]), {}, b"1"])
def test_what_is_no_number_is_no_duration(value: Any) -> None:
    assert "is not a number of seconds from 0 to 86400" in reason(latency=value)


@pytest.mark.parametrize("value", [np.timedelta64(50, "ns"), np.datetime64(50, "ns")])
def test_a_span_is_not_taken_for_its_nanoseconds(value: Any) -> None:
    assert "is not a number of seconds" in reason(latency=value)


@pytest.mark.parametrize("number", [True, np.True_, 1.0, np.float64(1), "1", np.nan, 0, -1, 2**31])
def test_a_draw_that_has_no_number_is_refused_by_name(number: Any) -> None:
    shown = repr(np.array(number).tolist())
    assert reason(draw_number=number) == f"draw_number: {shown} is not a positive integer"


def test_texts_of_a_library_are_texts() -> None:
    given = {"model_version": "v1", "role": "model", "idempotency_key": "a"}
    natural = {name: np.str_(value) for name, value in given.items()}
    assert parse(**natural, filled_in=np.array(["predicted_at"])) == parse(
        **given, filled_in=["predicted_at"]
    )
    assert parse(game_type=np.str_("lotofacil")) == parse()


@pytest.mark.parametrize(
    "moment",
    [
        Timestamp(2024, 1, 31, 9, 30, 0, 123456, UTC),
        np.datetime64("2024-01-31T09:30:00.123456789"),
        np.datetime64("2024-01-31T09:30:00.123456"),
        Timestamp(2024, 1, 31, 9, 30, 0, 123456),
    ],
)
def test_a_moment_of_a_library_is_pythons(moment: Any) -> None:
    zone = UTC if getattr(moment, "tzinfo", None) else None
    own = datetime(2024, 1, 31, 9, 30, 0, 123456, zone)
    assert parse(predicted_at=moment).predicted_at == to_micros(own)


def test_a_moment_that_is_none_is_refused_by_name() -> None:
    assert reason(predicted_at=np.datetime64("NaT")).startswith("predicted_at: ")
    assert "NaT" in reason(predicted_at=np.datetime64("NaT"))


def test_metadata_may_hold_what_a_model_returns() -> None:
    natural = {
        np.str_("score"): np.float64(1.5),
        "half": np.float32(0.5),
        "long": np.longdouble(0.25),
        "epochs": np.int64(50),
        "deep": np.True_,
        "kind": np.str_("lstm"),
        "weights": np.array([[1.0, 2.0], [3.0, 4.0]]),
        "column": Series([1, 2]),
        "trained": Timestamp(2024, 1, 31, 9, 30, tzinfo=UTC),
        "day": np.datetime64("2024-01-31"),
    }
    own = {
        "score": 1.5,
        "half": 0.5,
        "long": 0.25,
        "epochs": 50,
        "deep": True,
        "kind": "lstm",
        "weights": [[1.0, 2.0], [3.0, 4.0]],
        "column": [1, 2],
        "trained": datetime(2024, 1, 31, 9, 30, tzinfo=UTC),
        "day": "2024-01-31",
    }
    assert parse(metadata=natural) == parse(metadata=own)


@pytest.mark.parametrize("value", [object(), 1j, np.complex64(1), Frame()])
def test_metadata_that_json_cannot_say_is_refused(value: Any) -> None:
    assert reason(metadata={"it": value}).startswith("metadata: cannot be written as JSON (")


@given(st.lists(TICKETS, min_size=1, max_size=5), st.sampled_from(COLLECTIONS))
def test_a_batch_of_collections_is_the_batch_of_lists(
    tickets: list[list[int]], collection: Callable[[Sequence[Any]], Any]
) -> None:
    assert batch(map(collection, tickets)) == batch(tickets)


def batch(tickets: Iterable[Any]) -> list[Prediction]:
    name, key = LOTOFACIL.name, "idempotency_key"
    raw = [{"game_type": name, "numbers": t, key: str(n)} for n, t in enumerate(tickets)]
    (columns,) = BatchParser(parser()).parse(raw).columns
    return predictions_of(columns)
