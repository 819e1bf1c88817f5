"""What makes two calls the same prediction, and whose it is: also while the database is away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.domain.fates import ConflictingKey
from exporter.domain.predictions import InvalidPrediction
from exporter.recording.courier import Courier
from exporter.storage import schema
from exporter.storage.engine import reading
from exporter.storage.models import ContradictedRole
from exporter.storage.read_models import read_models
from exporter.storage.snapshot import Reading, read

NUMBERS = list(range(1, 16))
OTHERS = list(range(11, 26))
DAY, NEXT_DAY = "2024-03-04T12:00:00Z", "2024-03-05T12:00:00Z"
ITEM: dict[str, Any] = {"game_type": "lotofacil", "numbers": NUMBERS, "idempotency_key": "k"}
Start = Callable[[], Application]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """A function that starts another process's application, which delivers when it is told to."""
    monkeypatch.setattr(Courier, "start", lambda _: None)
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'truth.db'}",
        "LOTOFACIL_DATA_DIR": tmp_path,
    }
    made: list[Application] = []

    def started() -> Application:
        made.append(build(load_settings(settings)))
        return made[-1]

    yield started
    for app in made:
        app.close()


@pytest.fixture
def app(start: Start) -> Application:
    return start()


@contextmanager
def database_away(app: Application, folder: Path) -> Iterator[None]:
    """Its file is elsewhere: a folder stands in its place."""
    app.engine.dispose()
    kept = folder / "away"
    kept.mkdir()
    files = list(folder.glob("truth.db*"))
    for path in files:
        path.rename(kept / path.name)
    (folder / "truth.db").mkdir()
    try:
        yield
    finally:
        (folder / "truth.db").rmdir()
        for path in files:
            (kept / path.name).rename(path)


def stored(app: Application) -> Reading:
    assert app.metrics.flush()
    with reading(app.engine) as connection:
        return read(connection, app.now(), app.games)


def counted(app: Application, measure: str = "predictions") -> dict[str, int]:
    """Lifetime totals by version."""
    seen = stored(app)
    found = {one.version: seen.totals.get(one.id) for one in seen.models}
    return {version: total.total(measure) for version, total in found.items() if total}


def reasons(app: Application) -> list[str]:
    assert app.metrics.flush()
    with reading(app.engine) as connection:
        return list(connection.execute(select(schema.quarantine.c.reason)).scalars())


def test_another_moment_that_was_given_is_another_prediction(app: Application) -> None:
    record = app.metrics.record_prediction
    record(**ITEM, model_version="v1", predicted_at=DAY)
    for _ in range(2):  # while it waits, and when it is stored
        with pytest.raises(ConflictingKey):
            record(**ITEM, model_version="v1", predicted_at=NEXT_DAY)
        assert record(**ITEM, model_version="v1") is not None
        assert app.metrics.flush()
    batch = [ITEM | {"model_version": "v1", "predicted_at": moment} for moment in (DAY, NEXT_DAY)]
    done = app.metrics.record_predictions([*batch, ITEM])
    assert done.stored == 0
    assert done.repeated == {0, 2}
    assert done.conflicts == {1}


def test_another_moment_that_was_taken_in_during_an_outage_is_kept(
    app: Application, start: Start, tmp_path: Path
) -> None:
    app.metrics.record_prediction(**ITEM, model_version="v1", predicted_at=DAY)
    assert app.metrics.flush()
    with database_away(app, tmp_path):
        late = start().metrics
        assert late.record_prediction(**ITEM, model_version="v1", predicted_at=NEXT_DAY)
        assert late.record_predictions([ITEM | {"model_version": "v1"}]).stored == 1
        assert not late.flush()
    assert reasons(app) == ["idempotency_key: 'k' was used before for another prediction"]
    assert counted(app) == {"v1": 1}


def test_the_same_call_after_a_promotion_is_the_same_prediction(app: Application) -> None:
    app.metrics.update_model_version("v1")
    first = app.metrics.record_prediction(**ITEM)
    assert app.metrics.flush()
    app.metrics.update_model_version("v2")
    again = app.metrics.record_prediction(**ITEM)
    assert first is not None
    assert again == first._replace(role="model", filled=0)
    assert app.metrics.record_predictions([ITEM]).repeated == {0}
    with pytest.raises(ConflictingKey):
        app.metrics.record_prediction(**ITEM, model_version="v2")
    done = app.metrics.record_predictions(
        [ITEM | {"model_version": "v2"}, ITEM | {"role": "model"}, ITEM]
    )
    assert done.repeated == {1, 2}
    assert done.conflicts == {0}


def test_an_outage_costs_no_attribution(app: Application, start: Start, tmp_path: Path) -> None:
    """Nor does a start during it: which version is in use is then known on delivery only."""
    app.metrics.update_model_version("v1")
    app.metrics.record_prediction("lotofacil", NUMBERS)
    assert counted(app) == {"v1": 1}
    with database_away(app, tmp_path):
        blind = start().metrics
        taken = blind.record_prediction(**ITEM)
        assert taken is not None
        assert taken.model_version is None
        assert blind.record_predictions([ITEM | {"idempotency_key": "l"}] * 2).stored == 2
        blind.record_failure("lotofacil", "no ticket")
        assert blind.record_prediction(**ITEM) == taken
    assert counted(app) == {"v1": 3}
    assert counted(app, "failures") == {"v1": 1}
    again = app.metrics.record_prediction(**ITEM)
    assert again == taken._replace(model_version="v1", role="model", filled=0)
    assert reasons(app) == []


def test_where_no_version_is_in_use_none_is_made_up(
    app: Application, start: Start, tmp_path: Path
) -> None:
    app.metrics.record_prediction("lotofacil", NUMBERS, model_version="v1")
    assert app.metrics.flush()
    with database_away(app, tmp_path):
        start().metrics.record_prediction("lotofacil", NUMBERS)
    assert counted(app) == {"v1": 1, "unversioned": 1}


@pytest.mark.parametrize(("role", "other"), [("model", "control"), ("control", "model")])
def test_a_version_has_one_role(app: Application, role: str, other: str) -> None:
    item = ITEM | {"model_version": "v1"}
    first = app.metrics.record_prediction(**item, role=role)
    assert app.metrics.flush()
    why = f"role: '{other}' contradicts 'v1', which is a {role}"
    for _ in range(2):
        with pytest.raises(InvalidPrediction, match=why):
            app.metrics.record_prediction(**item, role=other, strict=True)
    with pytest.raises(InvalidPrediction, match=why):
        app.metrics.record_failure("lotofacil", "no ticket", "v1", role=other)
    again = app.metrics.record_prediction(**item)  # not given: its version's
    assert first is not None
    assert again == first._replace(filled=0)
    new = item | {"idempotency_key": None}
    done = app.metrics.record_predictions([new | {"role": other}, new, new | {"role": role}])
    assert {place: str(error) for place, error in done.refused.items()} == {0: why}
    assert (done.stored, done.keys[0] is None) == (2, False)
    app.metrics.record_failure("lotofacil", "no ticket", "v1")
    seen = stored(app)
    assert [(one.version, one.role) for one in seen.models] == [("v1", role)]
    assert counted(app) == {"v1": 3}


def test_a_control_arm_needs_a_version_of_its_own(app: Application) -> None:
    app.metrics.update_model_version("v1")
    item: dict[str, Any] = {"game_type": "lotofacil", "numbers": NUMBERS, "role": "control"}
    with pytest.raises(InvalidPrediction, match="role: 'control' needs the control arm's own"):
        app.metrics.record_prediction(**item, strict=True)
    done = app.metrics.record_predictions([item, item | {"model_version": "random"}])
    assert (done.stored, list(done.refused)) == (1, [0])
    assert app.metrics.record_prediction(**item) is None
    assert counted(app) == {"random": 1}
    assert len(reasons(app)) == 1


def test_a_role_that_turns_out_wrong_on_delivery_is_quarantined(
    app: Application, start: Start, tmp_path: Path
) -> None:
    app.metrics.record_prediction("lotofacil", NUMBERS, model_version="v1")
    assert app.metrics.flush()
    with database_away(app, tmp_path):
        blind = start().metrics
        for numbers in (NUMBERS, OTHERS):
            blind.record_prediction("lotofacil", numbers, model_version="v1", role="control")
        blind.record_prediction("lotofacil", NUMBERS, model_version="v1")
        blind.record_failure("lotofacil", "no ticket", "v1", role="control")
    assert reasons(app) == ["role: 'control' contradicts 'v1', which is a model"] * 3
    assert counted(app) == {"v1": 2}


def test_a_control_arm_is_not_put_in_use(app: Application) -> None:
    app.metrics.update_model_version("v1")
    app.metrics.record_prediction("lotofacil", NUMBERS, model_version="v2", role="control")
    assert app.metrics.flush()
    with pytest.raises(ContradictedRole) as refused:
        app.metrics.update_model_version("v2")
    told = "lotofacil: 'v2' is a control for good, and no model; put another version in use"
    assert str(refused.value) == told
    with reading(app.engine) as connection:
        found = {row.version: (row.role, row.active) for row in read_models(connection)}
    assert found == {"v1": ("model", True), "v2": ("control", False)}
    app.metrics.record_prediction("lotofacil", NUMBERS)
    assert counted(app) == {"v1": 1, "v2": 1}
