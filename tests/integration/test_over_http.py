"""A predictor without a database: the documented calls send to an exporter over HTTP."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
import requests
from flask import Flask, Response, jsonify, request
from sqlalchemy import select

from exporter.app import Application, build, build_web, now_micros
from exporter.config import load_settings
from exporter.domain.fates import ConflictingKey, Fate
from exporter.domain.moments import DAY, to_micros
from exporter.domain.predictions import InvalidPrediction
from exporter.domain.results import InvalidResult
from exporter.recording.courier import Courier
from exporter.recording.destination import NotOverHttp
from exporter.serving.lanes import Lane
from exporter.serving.problems import Problem, respond
from exporter.serving.server import Server
from exporter.storage.engine import reading
from exporter.storage.schema import draw_corrections, draws, failures, quarantine
from exporter.storage.snapshot import Reading, read
from tests.games import TIMEMANIA
from tests.servers.ports import free_port

NUMBERS = list(range(1, 16))
OTHERS = list(range(11, 26))
DRAW_DAY = date(2024, 1, 31)
WHEN = datetime(2024, 1, 31, 12, tzinfo=UTC)
TOKEN = "a-token-of-this-test"


@contextmanager
def serving(app: Application, port: int, web: Flask | None = None) -> Iterator[None]:
    server = Server(web or build_web(app), "127.0.0.1", port, [Lane(("/",), 4)])
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def exporter(tmp_path: Path) -> Iterator[Application]:
    with closing(made_exporter(tmp_path)) as app:
        yield app


def made_exporter(folder: Path, now: Callable[[], int] = now_micros) -> Application:
    given = {
        "DATABASE_URL": f"sqlite:///{folder / 'truth.db'}",
        "LOTOFACIL_DATA_DIR": folder / "exporter",
        "EXPORTER_API_TOKEN": TOKEN,
    }
    return build(load_settings(given), now)


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is delivered behind a test's back: only calls and `flush` send."""
    monkeypatch.setattr(Courier, "start", lambda _: None)


@pytest.fixture
def predictor(tmp_path: Path, port: int) -> Iterator[Application]:
    with closing(made_predictor(tmp_path / "predictor", port)) as app:
        yield app


def made_predictor(folder: Path, port: int, **settings: object) -> Application:
    given = settings | {
        "LOTOFACIL_DATA_DIR": folder,
        "EXPORTER_URL": f"http://127.0.0.1:{port}",
        "EXPORTER_API_TOKEN": TOKEN,
    }
    return build(load_settings(given), over_http=True)


def stored(app: Application) -> Reading:
    assert app.metrics.flush()
    assert not app.snapshots.take().error
    with reading(app.engine) as connection:
        return read(connection, app.now(), app.games)


def test_the_documented_calls_reach_the_exporter(
    exporter: Application, predictor: Application, port: int
) -> None:
    with serving(exporter, port):
        predictor.metrics.record_prediction(
            "lotofacil", NUMBERS, 0.85, "v2.1", {"algorithm": "lstm"}, predicted_at=WHEN
        )
        predictor.metrics.record_failure("lotofacil", "out of memory", "v2.1")
        done = predictor.tracker.record_result("lotofacil", 3010, NUMBERS, date(2024, 1, 31))
        assert done is Fate.NEW
        seen = stored(exporter)
    (model,) = seen.models
    lifetime = seen.totals[model.id]
    assert (model.version, lifetime.total("predictions"), lifetime.total("failures")) == (
        "v2.1",
        1,
        1,
    )
    assert lifetime.total("hits") == 15


def test_a_key_is_one_record_and_another_body_a_conflict(
    exporter: Application, predictor: Application, port: int
) -> None:
    record = predictor.metrics.record_prediction
    with serving(exporter, port):
        first = record("lotofacil", NUMBERS, 0.6, "v1", idempotency_key="morning")
        assert predictor.metrics.flush()
        assert exporter.metrics.flush()
        again = record("lotofacil", NUMBERS, 0.6, "v1", idempotency_key="morning")
        assert first is not None
        assert again == first._replace(role="model", filled=0)
        with pytest.raises(ConflictingKey, match="morning"):
            record("lotofacil", NUMBERS, 0.7, "v1", idempotency_key="morning")


def test_of_posts_with_one_key_at_once_one_is_told_as_new(exporter: Application, port: int) -> None:
    body = {"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}
    with serving(exporter, port), ThreadPoolExecutor(4) as threads:

        def post(key: str) -> int:
            url, headers = f"http://127.0.0.1:{port}/api/predictions", {"Idempotency-Key": key}
            sent = headers | {"Authorization": f"Bearer {TOKEN}"}
            return requests.post(url, json=body, headers=sent, timeout=30).status_code

        for round_ in range(40):
            told = sorted(threads.map(post, [f"round {round_}"] * 4))
            assert told == [200, 200, 200, 201]


def test_without_a_version_the_exporters_one_in_use_is_meant(
    exporter: Application, predictor: Application, port: int
) -> None:
    exporter.metrics.update_model_version("v7")
    with serving(exporter, port):
        assert predictor.metrics.record_prediction("lotofacil", NUMBERS)
        assert predictor.metrics.flush()
        seen = stored(exporter)
    counted = {one.version: seen.totals[one.id].total("predictions") for one in seen.models}
    assert counted == {"v7": 1}


@pytest.mark.usefixtures("by_hand")
def test_what_was_not_given_is_told_so(
    exporter: Application, predictor: Application, port: int
) -> None:
    """The same call, taken in again while the exporter is away, is the same prediction."""
    exporter.metrics.update_model_version("v1")
    item = {"game_type": "lotofacil", "numbers": NUMBERS, "idempotency_key": "k"}
    with serving(exporter, port):
        assert predictor.metrics.record_predictions([item]).stored == 1
        exporter.metrics.update_model_version("v2")
    predictor.metrics.record_prediction("lotofacil", NUMBERS, idempotency_key="k")
    predictor.metrics.record_predictions([item])
    later = item | {"predicted_at": "2024-03-05T12:00:00Z"}
    assert predictor.metrics.record_predictions([later]).stored == 1
    with serving(exporter, port):
        assert predictor.metrics.flush()
        seen = stored(exporter)
    assert {one.version: seen.totals[one.id].total("predictions") for one in seen.models[:1]} == {
        "v1": 1
    }
    assert seen.quarantine == {("lotofacil", "prediction"): 1}


@pytest.mark.usefixtures("by_hand")
def test_which_version_is_in_use_may_turn_out_on_delivery(
    exporter: Application, predictor: Application, port: int
) -> None:
    exporter.metrics.update_model_version("v7")
    predictor.metrics.record_prediction("lotofacil", NUMBERS)
    predictor.metrics.record_failure("lotofacil", "out of memory")
    with serving(exporter, port):
        assert predictor.metrics.flush()
        seen = stored(exporter)
    (model,) = seen.models
    lifetime = seen.totals[model.id]
    assert model.version == "v7"
    assert (lifetime.total("predictions"), lifetime.total("failures")) == (1, 1)


@pytest.mark.usefixtures("by_hand")
def test_a_role_that_is_not_its_versions_is_refused_by_name(
    exporter: Application, predictor: Application, port: int, tmp_path: Path
) -> None:
    item: dict[str, Any] = {"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}
    predictor.metrics.record_prediction(**item | {"role": "control"})
    exporter.metrics.record_prediction(**item)
    assert exporter.metrics.flush()
    with serving(exporter, port), closing(made_predictor(tmp_path / "p", port)) as asking:
        with pytest.raises(InvalidPrediction, match="role: 'control' contradicts 'v1'"):
            asking.metrics.record_prediction(**item | {"role": "control"}, strict=True)
        assert predictor.metrics.flush()  # what was taken in before anyone could know
        seen = stored(exporter)
    assert seen.quarantine == {("lotofacil", "prediction"): 1}


def test_a_failure_keeps_its_moment_while_it_waits(
    exporter: Application, predictor: Application, port: int
) -> None:
    predictor.metrics.record_failure("lotofacil", "out of memory", "v1", failed_at=WHEN)
    with serving(exporter, port):
        assert predictor.metrics.flush()
        assert exporter.metrics.flush()
    with reading(exporter.engine) as connection:
        moments = connection.execute(select(failures.c.failed_at)).scalars().all()
    assert moments == [to_micros(WHEN)]


def test_a_failure_under_a_used_key_goes_to_the_exporters_quarantine(
    exporter: Application, predictor: Application, port: int
) -> None:
    with serving(exporter, port):
        for error in ("no memory", "no memory", "no disk"):
            predictor.metrics.record_failure("lotofacil", error, "v1", idempotency_key="f")
            assert predictor.metrics.flush()
        seen = stored(exporter)
    assert seen.quarantine == {("lotofacil", "prediction"): 1}
    with reading(exporter.engine) as connection:
        assert "no disk" in connection.execute(select(quarantine.c.body)).scalar_one()
        assert connection.execute(select(failures.c.error)).scalars().all() == ["no memory"]


def test_what_is_recorded_while_the_exporter_is_away_arrives_later(
    exporter: Application, predictor: Application, port: int
) -> None:
    for _ in range(3):
        predictor.metrics.record_prediction("lotofacil", NUMBERS, 0.6, "v1", predicted_at=WHEN)
    batch = [{"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}] * 4
    assert predictor.metrics.record_predictions(batch).stored == 4
    assert predictor.tracker.record_result("lotofacil", 3010, NUMBERS, date(2024, 1, 31)) is None
    assert not predictor.metrics.flush()
    assert predictor.intake.state().records == 8
    with serving(exporter, port):
        assert predictor.metrics.flush()
        seen = stored(exporter)
    (model,) = seen.models
    assert seen.totals[model.id].total("predictions") == 7
    assert seen.totals[model.id].total("hits") == 45
    assert predictor.intake.state().records == 0


def test_what_breaks_the_rules_is_quarantined_at_the_exporter(
    exporter: Application, predictor: Application, port: int
) -> None:
    with ExitStack() as stack:
        stack.enter_context(serving(exporter, port))
        predictor.metrics.record_prediction("lotofacil", [*range(2, 47, 3)], 0.6, "v1")
        predictor.tracker.record_result("lotofacil", 2500, [1, 1], date(2024, 1, 31))
        assert predictor.metrics.flush()
        seen = stored(exporter)
    assert seen.quarantine == {("lotofacil", "prediction"): 1, ("lotofacil", "result"): 1}


def test_a_key_of_a_result_is_heard_over_http(
    exporter: Application, predictor: Application, port: int
) -> None:
    def told_with(numbers: list[int]) -> Fate | None:
        day = date(2024, 1, 31)
        call = predictor.tracker.record_result
        return call("lotofacil", 3010, numbers, day, idempotency_key="k")

    with serving(exporter, port):
        assert [told_with(NUMBERS), told_with(NUMBERS)] == [Fate.NEW, Fate.REPEATED]
        with pytest.raises(ConflictingKey, match="'k' was used before for another result"):
            told_with(OTHERS)


def test_calls_that_need_the_database_say_so(predictor: Application) -> None:
    with pytest.raises(NotOverHttp, match="cleanup_old_data"):
        predictor.metrics.cleanup_old_data(days=90)


def told(app: Application, numbers: list[int], day: date = DRAW_DAY) -> Fate | None:
    return app.tracker.record_result("lotofacil", 3010, numbers, day)


def corrections(app: Application) -> tuple[int, int]:
    """How many there were, and the numbers that stand now."""
    with reading(app.engine) as connection:
        count = len(connection.execute(select(draw_corrections.c.id)).all())
        return count, connection.execute(select(draws.c.numbers)).scalar_one()


OTHERS_STAND = sum(1 << n - 1 for n in OTHERS)


@pytest.mark.usefixtures("by_hand")
def test_a_result_delivered_again_after_a_crash_takes_no_correction_back(
    exporter: Application, predictor: Application, port: int, tmp_path: Path
) -> None:
    assert told(predictor, NUMBERS) is None
    before = tmp_path / "crashed"  # what is on disk when the delivery's answer is never noted
    shutil.copytree(predictor.settings.LOTOFACIL_DATA_DIR, before)
    with serving(exporter, port):
        assert predictor.metrics.flush()
        assert told(exporter, OTHERS) is Fate.CORRECTED
        with closing(made_predictor(before, port)) as restarted:
            assert restarted.intake.state().records == 1
            assert restarted.metrics.flush()
            assert restarted.intake.state().records == 0
    assert corrections(exporter) == (1, OTHERS_STAND)


def test_a_result_whose_answer_was_lost_takes_no_correction_back(
    exporter: Application, predictor: Application, port: int
) -> None:
    web, gives_up = build_web(exporter), Event()

    @web.after_request
    def gateway(answer: Response) -> Response:
        return Response("too late", 504) if gives_up.is_set() else answer

    with serving(exporter, port, web):
        gives_up.set()
        assert told(predictor, NUMBERS) is None  # stored, and nobody hears of it
        assert told(exporter, OTHERS) is Fate.CORRECTED
        gives_up.clear()
        assert predictor.metrics.flush()
        assert told(predictor, OTHERS) is Fate.REPEATED
    assert corrections(exporter) == (1, OTHERS_STAND)


def test_a_result_that_waited_for_a_slower_clock_is_quarantined_there(
    predictor: Application, port: int, tmp_path: Path
) -> None:
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    assert told(predictor, NUMBERS, day) is None  # accepted: here that day is over
    with closing(made_exporter(tmp_path, lambda: now_micros() - 30 * DAY)) as exporter:
        with serving(exporter, port):
            assert predictor.metrics.flush()
            assert predictor.intake.state().records == 0
            assert stored(exporter).quarantine == {("lotofacil", "result"): 1}
        told(exporter, NUMBERS, day - timedelta(days=60))
        assert stored(exporter).quarantine == {}


def test_what_waited_for_a_slower_clock_looks_too_far_ahead_there(
    predictor: Application, port: int, tmp_path: Path
) -> None:
    predictor.metrics.record_prediction("lotofacil", NUMBERS, 0.6, "v1")
    predictor.metrics.record_failure("lotofacil", "no memory", "v1")
    with (
        closing(made_exporter(tmp_path, lambda: now_micros() - 30 * DAY)) as exporter,
        serving(exporter, port),
    ):
        assert predictor.metrics.flush()
        assert predictor.intake.state().records == 0
        assert stored(exporter).quarantine == {("lotofacil", "prediction"): 2}
        with reading(exporter.engine) as connection:
            reasons = connection.execute(select(quarantine.c.reason)).scalars().all()
    assert all("is yet to come" in reason for reason in reasons)


def test_what_an_earlier_version_took_of_a_far_day_is_found_over_http(
    exporter: Application, predictor: Application, port: int
) -> None:
    far = to_micros(datetime(2099, 1, 1, tzinfo=UTC))
    taken = exporter.metrics.record_prediction("lotofacil", NUMBERS, 0.6, "v1")
    assert taken
    exporter.intake.accept(taken._replace(key="far", predicted_at=far, draw_number=9_999_999))
    assert exporter.metrics.flush()
    with serving(exporter, port):
        first = predictor.metrics.find("far")
        assert first is not None
        assert (first.predicted_at, first.draw_number) == (far, 9_999_999)
        with pytest.raises(ConflictingKey, match="far"):
            predictor.metrics.record_prediction("lotofacil", OTHERS, idempotency_key="far")


def test_what_a_model_returns_reaches_the_exporter(
    exporter: Application, predictor: Application, port: int
) -> None:
    own: dict[str, Any] = {"game_type": "lotofacil", "numbers": NUMBERS, "confidence": 0.6}
    own |= {"metadata": {"score": 0.5}, "idempotency_key": "a", "predicted_at": WHEN}
    own |= {"model_version": "v1"}
    natural = own | {"numbers": np.arange(1, 16), "confidence": np.float32(0.6)}
    natural |= {"metadata": {"score": np.float64(0.5)}, "idempotency_key": np.str_("a")}
    with serving(exporter, port):
        predictor.metrics.record_prediction(**natural, strict=True)
        assert predictor.metrics.flush()
        assert predictor.metrics.record_predictions([own, natural]).repeated == {0, 1}
        assert exporter.metrics.record_prediction(**own, strict=True)
        predictor.metrics.record_failure("lotofacil", "no", "v1", latency=np.float32(0.5))
        result: tuple[Any, ...] = (np.int64(3010), np.array(NUMBERS), np.datetime64("2024-01-31"))
        done = predictor.tracker.record_result("lotofacil", *result, strict=True)
        assert done is Fate.NEW
        seen = stored(exporter)
    (model,) = seen.models
    lifetime = seen.totals[model.id]
    assert [lifetime.total(name) for name in ("predictions", "failures", "hits")] == [1, 1, 15]
    assert seen.quarantine == {}


def test_an_exporter_that_knows_better_is_heard(
    predictor: Application, port: int, tmp_path: Path
) -> None:
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    with (
        closing(made_exporter(tmp_path, lambda: now_micros() - 30 * DAY)) as exporter,
        serving(exporter, port),
    ):
        with pytest.raises(InvalidResult, match=f"draw_date: {day} is yet to come"):
            predictor.tracker.record_result("lotofacil", 3010, NUMBERS, day, strict=True)
        assert told(predictor, NUMBERS, day) is None
        assert predictor.metrics.flush()
        assert stored(exporter).quarantine == {("lotofacil", "result"): 1}


@pytest.mark.usefixtures("by_hand")
def test_an_exporter_that_cannot_say_yet_what_a_result_is_leaves_it_open(
    predictor: Application, port: int, tmp_path: Path
) -> None:
    """Its database is away: the result waits with both, and is one in the end."""
    (tmp_path / "truth.db").mkdir()
    with closing(made_exporter(tmp_path)) as exporter, serving(exporter, port):
        assert told(predictor, NUMBERS) is None
        assert exporter.intake.state().records == 1
        (tmp_path / "truth.db").rmdir()
        assert predictor.metrics.flush()
        assert exporter.metrics.flush()
        assert told(predictor, NUMBERS) is Fate.REPEATED
        assert corrections(exporter)[0] == 0


def test_items_of_a_batch_that_the_exporter_refuses_are_quarantined_there(
    exporter: Application, port: int, tmp_path: Path
) -> None:
    games = tmp_path / "games.yml"
    games.write_text(TIMEMANIA, "utf-8")  # the predictor's only
    known = {"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}
    unknown = known | {"game_type": "timemania", "numbers": list(range(1, 11))}
    with (
        serving(exporter, port),
        closing(made_predictor(tmp_path / "p", port, LOTOFACIL_GAMES_FILE=games)) as predictor,
    ):
        done = predictor.metrics.record_predictions([known, unknown, unknown])
        assert (done.stored, predictor.intake.state().records) == (1, 0)
        told = "game_type: 'timemania' is not known"
        assert [(place, str(why)[: len(told)]) for place, why in done.refused.items()] == [
            (1, told),
            (2, told),
        ]
        seen = stored(exporter)
    assert seen.quarantine == {("unknown", "prediction"): 2}
    assert sum(one.total("predictions") for one in seen.totals.values()) == 1


def test_what_the_exporter_refused_is_mended_by_the_right_one_under_its_key(
    exporter: Application, port: int, tmp_path: Path
) -> None:
    games = tmp_path / "games.yml"
    games.write_text(TIMEMANIA, "utf-8")  # the predictor's only
    with (
        serving(exporter, port),
        closing(made_predictor(tmp_path / "p", port, LOTOFACIL_GAMES_FILE=games)) as predictor,
    ):
        record = predictor.metrics.record_prediction
        record("timemania", list(range(1, 11)), idempotency_key="there")
        record("lotofacil", [44], idempotency_key="here")
        assert predictor.metrics.flush()
        waiting = {("unknown", "prediction"): 1, ("lotofacil", "prediction"): 1}
        assert stored(exporter).quarantine == waiting
        for key in ("there", "here"):
            record("lotofacil", NUMBERS, idempotency_key=key)
        assert predictor.metrics.flush()
        assert stored(exporter).quarantine == {}


def test_of_two_bodies_under_one_key_only_the_lost_one_is_quarantined(
    exporter: Application, predictor: Application, port: int
) -> None:
    first = {"game_type": "lotofacil", "numbers": NUMBERS, "idempotency_key": "k"}
    other = first | {"numbers": OTHERS}
    assert predictor.metrics.record_predictions([first, other]).stored == 2  # both wait
    with serving(exporter, port):
        assert predictor.metrics.flush()
        assert predictor.metrics.record_predictions([first]).repeated == {0}
        seen = stored(exporter)
    assert seen.quarantine == {("lotofacil", "prediction"): 1}
    with reading(exporter.engine) as connection:
        (body,) = connection.execute(select(quarantine.c.body)).scalars()
    assert str(OTHERS) in body


def record_in_every_way(predictor: Application) -> None:
    record = predictor.metrics.record_prediction
    assert record("lotofacil", NUMBERS, 0.6, "v1")
    assert record("lotofacil", NUMBERS, 0.6)
    assert record("lotofacil", NUMBERS, 0.6, "v1", idempotency_key="morning")
    batch = [{"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}]
    assert predictor.metrics.record_predictions(batch).stored == 1


def recorded(app: Application) -> int:
    return sum(one.total("predictions") for one in stored(app).totals.values())


def test_a_predictor_that_calls_by_an_unknown_name_loses_nothing(
    exporter: Application, predictor: Application, port: int
) -> None:
    web, misnamed = build_web(exporter), Event()
    inner = web.wsgi_app

    def proxy(environ: dict[str, Any], start: Any) -> Any:
        name = {"HTTP_HOST": "exporter.internal"} if misnamed.is_set() else {}
        return inner(environ | name, start)

    web.wsgi_app = proxy  # type: ignore[assignment]  # as Flask says to wrap it
    with serving(exporter, port, web):
        misnamed.set()
        record_in_every_way(predictor)
        assert told(predictor, NUMBERS) is None
        assert not predictor.metrics.flush()
        state = predictor.intake.state()
        assert (state.records, state.stuck) == (5, 0)
        assert f"{port}: answers 421: Host: 'exporter.internal' is not known here" in state.why
        misnamed.clear()
        assert predictor.metrics.flush()
        assert recorded(exporter) == 4


@pytest.mark.parametrize("status", [408, 425])
def test_what_may_be_taken_later_waits(
    exporter: Application, predictor: Application, port: int, status: int
) -> None:
    web, refuses = build_web(exporter), Event()

    @web.before_request
    def gateway() -> Response | None:
        return Response("<p>later</p>", status) if refuses.is_set() else None

    with serving(exporter, port, web):
        refuses.set()
        record_in_every_way(predictor)
        assert not predictor.metrics.flush()
        assert predictor.intake.state().why.endswith(f"{port}: answers {status}")
        refuses.clear()
        assert predictor.metrics.flush()
        assert recorded(exporter) == 4


def test_recording_needs_no_answer_to_what_it_asks(
    exporter: Application, predictor: Application, port: int
) -> None:
    web = build_web(exporter)

    @web.before_request
    def gateway() -> Response | None:
        return respond(Problem(400, "not so")) if request.method == "GET" else None

    with serving(exporter, port, web):
        record_in_every_way(predictor)
        assert predictor.metrics.flush()
        assert recorded(exporter) == 4


def test_a_batch_that_is_refused_as_a_whole_arrives_in_parts(
    exporter: Application, predictor: Application, port: int
) -> None:
    web = build_web(exporter)

    @web.before_request
    def gateway() -> Response | None:
        too_large = (request.content_length or 0) > 2000
        return respond(Problem(413, "too large")) if too_large else None

    batch = [{"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}] * 20
    with serving(exporter, port, web):
        assert predictor.metrics.record_predictions(batch).stored == 20
        assert predictor.metrics.flush()
        seen = stored(exporter)
        assert (recorded(exporter), seen.quarantine) == (20, {})


def test_a_batch_that_is_not_told_of_in_full_waits(
    exporter: Application, predictor: Application, port: int
) -> None:
    web, cuts = build_web(exporter), Event()

    @web.after_request
    def gateway(answer: Response) -> Response:
        return jsonify(data={"items": []}) if cuts.is_set() else answer

    batch = [{"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}] * 2
    with serving(exporter, port, web):
        cuts.set()
        assert predictor.metrics.record_predictions(batch).stored == 2
        assert not predictor.metrics.flush()
        assert predictor.intake.state().why.endswith(": tells of 0 of 2 items")
        cuts.clear()
        assert predictor.metrics.flush()
        assert recorded(exporter) == 2
