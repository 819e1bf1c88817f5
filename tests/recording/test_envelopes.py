"""What waits in a spool is read by the versions to come, and refused under one key for good."""

import pytest

from exporter.domain.predictions import MOMENT, VERSION, Failure, Prediction
from exporter.recording.envelopes import (
    Quarantined,
    Record,
    SpooledResult,
    UnreadableRecord,
    pack,
    quarantine_key,
    unpack,
)

PREDICTION = Prediction(
    "k",
    "lotofacil",
    None,
    "model",
    5,
    None,
    15,
    2**15 - 1,
    None,
    600_000,
    None,
    '{"a":1}',
    MOMENT | VERSION,
)
FAILURE = Failure("f", "lotofacil", "v1", None, 5, 7, "no", VERSION)


@pytest.mark.parametrize(
    ("packed", "record"),
    [
        (
            "92aa70726564696374696f6e9da16ba96c6f746f666163696cc0a56d6f64656c05c00fcd7fffc0ce000927c0c0a77b2261223a317d03",
            PREDICTION,
        ),
        ("92a76661696c75726598a166a96c6f746f666163696ca27631c00507a26e6f02", FAILURE),
        (
            "92a6726573756c7498a96c6f746f666163696c0705a53332373637810bcd0258a361706909c0",
            SpooledResult("lotofacil", 7, 5, "32767", {11: 600}, "api", 9),
        ),
        (
            "92ab71756172616e74696e656496aa70726564696374696f6ea167a16ba172a16203",
            Quarantined("prediction", "g", "k", "r", "b", 3),
        ),
    ],
)
def test_what_an_older_version_packed_is_read(packed: str, record: Record) -> None:
    assert unpack(bytes.fromhex(packed)) == record
    assert unpack(pack(record)) == record


def test_what_nobody_packed_is_unreadable() -> None:
    for body in (b"", b"\x92", bytes.fromhex("92a76661696c75726590")):
        with pytest.raises(UnreadableRecord):
            unpack(body)


def test_a_record_is_refused_under_one_key_whenever_it_comes() -> None:
    again = PREDICTION._replace(predicted_at=9, model_version="v2")
    assert quarantine_key("refused", again) == quarantine_key("refused", PREDICTION)
    assert quarantine_key("refused", FAILURE._replace(failed_at=9, role="model")) == quarantine_key(
        "refused", FAILURE
    )


def test_another_record_is_refused_under_another_key() -> None:
    given = PREDICTION._replace(filled=0)
    for other in (
        PREDICTION,
        given._replace(predicted_at=9),
        given._replace(numbers=1),
        given._replace(metadata=None),
    ):
        assert quarantine_key("refused", other) != quarantine_key("refused", given)
    assert quarantine_key("refused", FAILURE._replace(error="x")) != quarantine_key(
        "refused", FAILURE
    )
