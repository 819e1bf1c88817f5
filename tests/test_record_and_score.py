"""The story of a record: a prediction goes in, its draw comes out, the figures follow."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from exporter.app import Application, build, build_exposition
from exporter.config import database_url as with_driver
from exporter.config import load_settings
from exporter.domain.fates import Fate
from exporter.domain.moments import to_micros
from exporter.domain.predictions import InvalidPrediction
from exporter.domain.results import InvalidResult
from exporter.serving.http_instruments import HttpInstruments
from exporter.storage.engine import reading
from exporter.storage.schema import quarantine

FIRST_FIFTEEN = list(range(1, 16))
LAST_FIFTEEN = list(range(11, 26))


class Clock:
    """A clock that the test sets; microseconds."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> int:
        return to_micros(self.moment)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2024, 1, 31, 15, 0, tzinfo=UTC))


@pytest.fixture
def app(migrated_url: str, tmp_path: Path, clock: Clock) -> Iterator[Application]:
    settings = load_settings({"DATABASE_URL": migrated_url, "LOTOFACIL_DATA_DIR": tmp_path})
    made = build(settings, clock)
    yield made
    made.close()


def figures(app: Application) -> dict[str, float]:
    """The samples of /metrics by their text without the value."""
    assert app.metrics.flush()
    assert not app.snapshots.take().error
    page = build_exposition(app, HttpInstruments()).render()[0].decode()
    lines = (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_an_open_prediction_is_scored_by_the_next_draw(app: Application) -> None:
    app.metrics.record_prediction("lotofacil", FIRST_FIFTEEN, 0.85, "v2.1")
    assert app.tracker.record_result("lotofacil", 3010, LAST_FIFTEEN, date(2024, 1, 31)) is (
        Fate.NEW
    )
    seen = figures(app)
    labels = '{game="lotofacil",model_version="v2.1",role="model",window="all"}'
    assert seen[f"lotofacil_window_hits{labels}"] == 5
    assert seen[f"lotofacil_window_numbers_played{labels}"] == 15
    assert seen[f"lotofacil_window_expected_hits{labels}"] == pytest.approx(9)
    assert seen[f"lotofacil_window_hits_variance{labels}"] == pytest.approx(1.5)


def test_a_correction_takes_back_what_was_wrong(app: Application) -> None:
    app.metrics.record_prediction("lotofacil", FIRST_FIFTEEN, 0.85, "v2.1")
    app.tracker.record_result("lotofacil", 3010, LAST_FIFTEEN, date(2024, 1, 31))
    assert app.tracker.record_result("lotofacil", 3010, FIRST_FIFTEEN, date(2024, 1, 31)) is (
        Fate.CORRECTED
    )
    seen = figures(app)
    labels = '{game="lotofacil",model_version="v2.1",role="model",window="all"}'
    assert seen[f"lotofacil_window_hits{labels}"] == 15
    assert seen['lotofacil_draw_corrections_total{game="lotofacil"}'] == 1


def test_a_prediction_after_its_draw_never_counts(app: Application, clock: Clock) -> None:
    clock.moment += timedelta(hours=12)
    app.metrics.record_prediction("lotofacil", FIRST_FIFTEEN, 0.6, "late", draw_number=3010)
    app.tracker.record_result("lotofacil", 3010, FIRST_FIFTEEN, date(2024, 1, 31))
    seen = figures(app)
    labels = '{game="lotofacil",model_version="late",role="model"}'
    assert seen[f"lotofacil_predictions_ineligible{labels}"] == 1
    assert seen[f'lotofacil_window_hits{labels[:-1]},window="all"}}'] == 0


def test_a_late_result_moves_predictions_to_the_draw_they_were_for(
    app: Application, clock: Clock
) -> None:
    app.tracker.record_result("lotofacil", 3009, LAST_FIFTEEN, date(2024, 1, 30))
    app.metrics.record_prediction("lotofacil", FIRST_FIFTEEN, 0.6, "v1")  # for 31 January
    clock.moment += timedelta(days=1)
    app.metrics.record_prediction("lotofacil", LAST_FIFTEEN, 0.6, "v1")  # for 1 February
    app.tracker.record_result("lotofacil", 3011, LAST_FIFTEEN, date(2024, 2, 1))
    labels = '{game="lotofacil",model_version="v1",role="model"}'
    seen = figures(app)
    assert seen[f"lotofacil_predictions_pending{labels}"] == 1
    assert seen['lotofacil_draws_missing{game="lotofacil"}'] == 1
    app.tracker.record_result("lotofacil", 3010, LAST_FIFTEEN, date(2024, 1, 31))
    seen = figures(app)
    assert seen[f"lotofacil_predictions_pending{labels}"] == 0
    assert seen['lotofacil_draws_missing{game="lotofacil"}'] == 0
    assert seen[f'lotofacil_window_hits{labels[:-1]},window="all"}}'] == 5 + 15


def test_a_prediction_that_arrives_after_its_result_is_scored(app: Application) -> None:
    app.tracker.record_result("lotofacil", 3010, LAST_FIFTEEN, date(2024, 1, 31))
    app.metrics.record_prediction("lotofacil", FIRST_FIFTEEN, 0.6, "v1", draw_number=3010)
    seen = figures(app)
    labels = '{game="lotofacil",model_version="v1",role="model",window="all"}'
    assert seen[f"lotofacil_window_hits{labels}"] == 5


def test_the_same_key_is_one_record(app: Application) -> None:
    for _ in range(3):
        app.metrics.record_prediction("lotofacil", FIRST_FIFTEEN, 0.6, "v1", idempotency_key="a")
    prediction = {"game_type": "lotofacil", "numbers": FIRST_FIFTEEN, "model_version": "v1"}
    batch = [prediction | {"confidence": 0.6, "idempotency_key": key} for key in "abb"]
    app.metrics.record_predictions(batch)
    seen = figures(app)
    labels = '{game="lotofacil",model_version="v1",role="model"}'
    assert seen[f"lotofacil_predictions_total{labels}"] == 2


def test_an_impossible_draw_is_quarantined_and_mended(app: Application) -> None:
    app.tracker.record_result("lotofacil", 2500, list(range(2, 47, 3)), date(2024, 1, 31))
    waiting = 'lotofacil_quarantine_records{game="lotofacil",kind="result"}'
    assert figures(app)[waiting] == 1
    app.tracker.record_result("lotofacil", 2500, LAST_FIFTEEN, date(2024, 1, 31))
    assert figures(app)[waiting] == 0


def test_every_refused_record_is_counted(app: Application) -> None:
    """The alert watches the count: a second one after the first was mended is told of, too."""
    counted = 'lotofacil_quarantined_total{game="lotofacil",kind="result"}'
    day = date(2024, 1, 31)
    app.tracker.record_result("lotofacil", 2500, [44], day)
    app.tracker.record_result("lotofacil", 2500, LAST_FIFTEEN, day)
    assert figures(app)[counted] == 1
    app.tracker.record_result("lotofacil", 2500, [45], day)
    assert figures(app)[counted] == 2


WAITING_RESULTS = 'lotofacil_quarantine_records{game="lotofacil",kind="result"}'


def test_only_what_is_newer_than_a_refused_correction_mends_it(app: Application) -> None:
    def tell(numbers: list[int], key: str | None = None, at: str | None = None) -> None:
        day = date(2024, 1, 31)
        app.tracker.record_result(
            "lotofacil", 3010, numbers, day, idempotency_key=key, accepted_at=at
        )

    tell(FIRST_FIFTEEN, key="feed")
    tell(FIRST_FIFTEEN, at=AT)
    tell([*FIRST_FIFTEEN[:-1], 26])  # a correction with a slip
    tell(FIRST_FIFTEEN, key="feed")
    tell(FIRST_FIFTEEN, at=AT)
    assert figures(app)[WAITING_RESULTS] == 1
    tell(FIRST_FIFTEEN)  # somebody says now that it was right
    assert figures(app)[WAITING_RESULTS] == 0


WAITING = 'lotofacil_quarantine_records{game="%s",kind="prediction"}'


@pytest.mark.parametrize("game", ["lotofacil", "unknown"])
@pytest.mark.parametrize("in_batch", [False, True])
def test_the_right_prediction_mends_the_one_with_its_key(
    app: Application, game: str, in_batch: bool
) -> None:
    record = app.metrics.record_prediction
    record(game, [44], idempotency_key="a")
    record(game, [44], idempotency_key="b")
    record("lotofacil", FIRST_FIFTEEN, idempotency_key="c")
    assert figures(app)[WAITING % game] == 2
    if in_batch:
        right = {"game_type": "lotofacil", "numbers": FIRST_FIFTEEN}
        app.metrics.record_predictions([right, right | {"idempotency_key": "a"}])
    else:
        record("lotofacil", FIRST_FIFTEEN, idempotency_key="a")
    assert figures(app)[WAITING % game] == 1


def within_itself() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["again"] = found
    return found


def nested() -> list[Any]:
    found: list[Any] = []
    for _ in range(100_000):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"metadata": {(1, 2): 3}}, "metadata: cannot be written as JSON"),
        ({"metadata": within_itself()}, "metadata: cannot be written as JSON"),
        ({"metadata": {"deep": nested()}}, "metadata: cannot be written as JSON"),
        ({"metadata": {"\ud800": "\ud800"}}, "metadata: cannot be written as JSON"),
        ({"idempotency_key": "\ud800"}, "idempotency_key: '\\ud800' is not a text"),
        ({"idempotency_key": "a\0b"}, "idempotency_key: 'a\\x00b' is not a text"),
        ({"numbers": [44], "metadata": {(1, 2): "\ud800\0"}}, "numbers: 44 outside"),
        ({"numbers": {(1, 2): 3}}, "numbers: "),
        ({"model_version": "\n" * 5_000}, "model_version: '\\n"),
    ],
)
def test_a_prediction_of_whatever_is_kept_with_its_reason(
    app: Application, given: dict[str, Any], reason: str
) -> None:
    call: dict[str, Any] = {"game_type": "lotofacil", "numbers": FIRST_FIFTEEN} | given
    assert app.metrics.record_prediction(**call) is None
    with pytest.raises(InvalidPrediction, match=re.escape(reason)):
        app.metrics.record_prediction(**call, strict=True)
    assert figures(app)[WAITING % "lotofacil"] == 1
    assert reasons(app)[0].startswith(reason)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"draw_number": "\ud800"}, "draw_number: '\\ud800'"),
        ({"draw_number": "a\0b"}, "draw_number: 'a\\x00b'"),
        ({"winning_numbers": {(1, 2): 3}}, "winning_numbers: "),
        ({"winning_numbers": within_itself()}, "winning_numbers: "),
        ({"draw_date": "\ud800"}, "draw_date: "),
    ],
)
def test_a_result_of_whatever_is_kept_with_its_reason(
    app: Application, given: dict[str, Any], reason: str
) -> None:
    call: dict[str, Any] = {"draw_number": 3010, "winning_numbers": FIRST_FIFTEEN}
    call |= {"draw_date": date(2024, 1, 31)} | given
    assert app.tracker.record_result("lotofacil", **call) is None
    assert figures(app)[WAITING_RESULTS] == 1
    assert reasons(app)[0].startswith(reason)


def reasons(app: Application) -> list[str]:
    with reading(app.engine) as connection:
        return list(connection.execute(select(quarantine.c.reason)).scalars())


def test_a_result_of_a_day_to_come_is_quarantined_until_the_right_day_is_told(
    app: Application, clock: Clock
) -> None:
    app.tracker.record_result("lotofacil", 3010, LAST_FIFTEEN, date(2024, 1, 31))
    assert app.tracker.record_result("lotofacil", 3011, LAST_FIFTEEN, date(2124, 2, 1)) is None
    waiting = 'lotofacil_quarantine_records{game="lotofacil",kind="result"}'
    due = 'lotofacil_draw_next_timestamp_seconds{game="lotofacil"}'
    seen = figures(app)
    assert (seen[waiting], seen[due]) == (1, datetime(2024, 2, 1, 23, tzinfo=UTC).timestamp())
    assert seen['lotofacil_draws_missing{game="lotofacil"}'] == 0
    with pytest.raises(InvalidResult, match="draw_date: 2124-02-01 is yet to come"):
        app.tracker.record_result("lotofacil", 3011, LAST_FIFTEEN, date(2124, 2, 1), strict=True)
    clock.moment += timedelta(days=1)
    app.tracker.record_result("lotofacil", 3011, LAST_FIFTEEN, date(2024, 2, 1))
    assert figures(app)[waiting] == 0


def test_what_never_takes_place_is_never_due(app: Application) -> None:
    for game in ("simulated", "demo"):
        app.tracker.record_result(game, 1, LAST_FIFTEEN, date(2024, 1, 30))
        seen = figures(app)
        assert f'lotofacil_draw_last_number{{game="{game}"}}' in seen
        assert f'lotofacil_draw_next_timestamp_seconds{{game="{game}"}}' not in seen


def told(app: Application, numbers: list[int], accepted_at: str | None = None) -> Fate | None:
    day = date(2024, 1, 31)
    return app.tracker.record_result("lotofacil", 3010, numbers, day, accepted_at=accepted_at)


CORRECTIONS = 'lotofacil_draw_corrections_total{game="lotofacil"}'
AT = "2024-01-31T14:00:00Z"


def test_a_result_sent_again_after_its_correction_corrects_nothing_back(app: Application) -> None:
    assert told(app, FIRST_FIFTEEN, AT) is Fate.NEW
    assert told(app, LAST_FIFTEEN) is Fate.CORRECTED
    assert told(app, FIRST_FIFTEEN, AT) is Fate.REPEATED
    assert figures(app)[CORRECTIONS] == 1
    assert told(app, FIRST_FIFTEEN) is Fate.CORRECTED  # somebody means it
    assert figures(app)[CORRECTIONS] == 2


def test_a_repetition_sent_again_after_a_correction_corrects_nothing_back(app: Application) -> None:
    assert told(app, FIRST_FIFTEEN, "2024-01-31T13:00:00Z") is Fate.NEW
    assert told(app, FIRST_FIFTEEN, AT) is Fate.REPEATED
    assert told(app, LAST_FIFTEEN) is Fate.CORRECTED
    assert told(app, FIRST_FIFTEEN, AT) is Fate.REPEATED
    assert figures(app)[CORRECTIONS] == 1


@pytest.mark.parametrize("name", ["x" * 129, "a\0b"])
def test_a_correction_by_no_name_is_refused_by_name(app: Application, name: str) -> None:
    told(app, FIRST_FIFTEEN)
    given = ("lotofacil", 3010, LAST_FIFTEEN, date(2024, 1, 31))
    with pytest.raises(InvalidResult, match="recorded_by: "):
        app.tracker.record_result(*given, recorded_by=name, strict=True)


def test_two_results_of_the_same_second_are_two(app: Application) -> None:
    both = (FIRST_FIFTEEN, LAST_FIFTEEN)
    assert [told(app, numbers, AT) for numbers in both] == [Fate.NEW, Fate.CORRECTED]
    assert [told(app, numbers, AT) for numbers in both] == [Fate.REPEATED] * 2
    assert figures(app)[CORRECTIONS] == 1


def test_clean_up_keeps_totals_and_scores(app: Application, clock: Clock) -> None:
    app.metrics.record_prediction("lotofacil", FIRST_FIFTEEN, 0.6, "v1")
    app.tracker.record_result("lotofacil", 3010, LAST_FIFTEEN, date(2024, 1, 31))
    app.metrics.record_prediction("lotofacil", LAST_FIFTEEN, 0.6, "v1", draw_number=4000)
    before = figures(app)
    clock.moment += timedelta(days=91)
    assert app.metrics.cleanup_old_data(days=90) == 1
    after = figures(app)
    labels = '{game="lotofacil",model_version="v1",role="model"}'
    assert after[f"lotofacil_predictions_stored{labels}"] == 1
    for name in ("predictions_total", "predictions_pending"):
        assert after[f"lotofacil_{name}{labels}"] == before[f"lotofacil_{name}{labels}"]
    with pytest.raises(ValueError, match="3010 is closed"):
        app.tracker.record_result("lotofacil", 3010, FIRST_FIFTEEN, date(2024, 1, 31))


def test_the_documented_mysql_address_gets_its_driver() -> None:
    assert with_driver("mysql://u:p@localhost/m") == "mysql+pymysql://u:p@localhost/m"
