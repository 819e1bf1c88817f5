"""The documented migration: versions by name, a backup first, the schema after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from api.container import forget
from api.migrations import migrate_metrics_data
from exporter.operating import data_migration
from exporter.operating.data_migration import migrate_data
from exporter.storage import migrate
from tests.databases import opened
from tests.storage.records import draw_time, store, ticket

NOW = 1_709_593_200_000_000


@pytest.fixture
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    forget()
    yield
    forget()


@pytest.mark.usefixtures("_settings")
def test_the_documented_call_makes_the_schema_and_may_be_repeated() -> None:
    done = migrate_metrics_data(from_version="v1.0", to_version="v2.0")
    assert (done.before, done.after, done.backup) == (None, migrate.head(), None)
    again = migrate_metrics_data()
    assert (again.before, again.after) == (migrate.head(), migrate.head())


@pytest.mark.parametrize(
    ("versions", "reason"),
    [
        (("v0.9", "v2.0"), "from_version: 'v0.9' is not known; known: v1.0, v2.0"),
        (("v1.0", "v3"), "to_version: 'v3' is not known; known: v1.0, v2.0"),
        (("v2.0", "v1.0"), "to_version: v1.0 is older than from_version v2.0"),
    ],
)
def test_versions_that_make_no_sense_are_refused(
    versions: tuple[str, str], reason: str, tmp_path: Path
) -> None:
    with opened(f"sqlite:///{tmp_path / 'a.db'}") as engine:
        with pytest.raises(ValueError, match=reason):
            migrate_data(engine, tmp_path, lambda: NOW, *versions)
        with engine.connect() as connection:
            assert migrate.revision(connection) is None


def test_data_is_backed_up_before_a_step(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, ticket("a", draw_time(100)))
    steps: list[str] = []
    monkeypatch.setitem(data_migration.VERSIONS, "v3.0", "0003")
    monkeypatch.setattr(migrate, "head", lambda: "0003")
    monkeypatch.setattr(migrate, "upgrade", lambda _, target: steps.append(target))
    done = migrate_data(engine, tmp_path / "b", lambda: NOW, "v2.0", "v3.0")
    assert steps == ["0003"]
    assert done.backup is not None
    assert done.backup.is_file()
