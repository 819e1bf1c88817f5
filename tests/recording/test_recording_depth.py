"""How many of our own calls lie between whoever records and the statement: a walk for a reader."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

import exporter
from exporter.app import Application, build
from exporter.config import load_settings
from exporter.recording.courier import Courier

HOUSE = str(Path(exporter.__file__).parent)
#: Where a connection is prepared for its first use, which is no part of a delivery.
CONNECTING = ("watchdog.py", "sqlite_engine.py")
TICKET = {"game_type": "lotofacil", "numbers": list(range(1, 16)), "model_version": "v1"}


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    monkeypatch.setattr(Courier, "start", lambda _: None)
    settings = {"DATABASE_URL": sqlite_url, "LOTOFACIL_DATA_DIR": tmp_path}
    with closing(build(load_settings(settings))) as made:
        assert made.snapshots.take().is_up
        yield made


@pytest.fixture
def depths(app: Application) -> list[int]:
    """The calls of ours that lead to each statement from now on."""
    seen: list[int] = []

    def note(_: str) -> None:
        path = list(_own_files())
        if not path[0].endswith(CONNECTING):
            seen.append(len(path))

    def watch(connection: Any, _: object) -> None:
        connection.set_trace_callback(note)

    event.listen(app.engine, "connect", watch)
    app.engine.dispose()
    return seen


def _own_files() -> Iterator[str]:
    frame = sys._getframe(2)
    while frame.f_back:
        if frame.f_code.co_filename.startswith(HOUSE):
            yield frame.f_code.co_filename
        frame = frame.f_back


def test_a_prediction_is_nine_calls_away_from_its_statements(
    app: Application, depths: list[int]
) -> None:
    app.metrics.record_prediction(**TICKET)  # type: ignore[arg-type]  # names of its own
    del depths[:]
    assert app.metrics.flush()  # as the courier's thread does, from one call further in
    assert max(depths) - 1 <= 9


def test_a_batch_is_eight_calls_away_from_its_statements(
    app: Application, depths: list[int]
) -> None:
    app.metrics.record_predictions([TICKET])
    assert max(depths) <= 8
