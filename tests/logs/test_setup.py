import io
import json
import logging
import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.logs import (
    LogOptions,
    configure_logs,
    get_logger,
    level_counts,
    log_files,
    lost_lines,
)
from exporter.logs.files import RotatingFile
from exporter.logs.lines import OUTPUT, readable
from exporter.logs.setup import ForeignLines

LOG = get_logger("exporter.tests")


def _configure(folder: Path, **options: Any) -> None:
    configure_logs(LogOptions("exporter", folder, **{"to_stderr": False, **options}))


def _lines(folder: Path) -> list[dict[str, Any]]:
    content = b"".join(path.read_bytes() for path in log_files(folder))
    return [json.loads(line) for line in content.split(b"\n") if line]


def test_a_call_becomes_one_json_line(tmp_path: Path) -> None:
    _configure(tmp_path)
    LOG.info("draw_recorded", game="lotofacil", draw=2500)
    (line,) = _lines(tmp_path)
    assert line["timestamp"].endswith("Z")
    del line["timestamp"]
    assert line == {
        "level": "info",
        "event": "draw_recorded",
        "game": "lotofacil",
        "draw": 2500,
        "logger": "exporter.tests",
        "role": "exporter",
    }


def test_an_exception_keeps_its_traceback_without_its_secrets(tmp_path: Path) -> None:
    _configure(tmp_path)
    try:
        int("mysql://u:hunter2@db/x")
    except ValueError:
        LOG.exception("snapshot_failed")
    (line,) = _lines(tmp_path)
    assert "Traceback" in line["exception"]
    assert "hunter2" not in json.dumps(line)


def test_lines_are_counted_by_level_once_written(tmp_path: Path) -> None:
    LOG.error("before_the_set_up")
    _configure(tmp_path, level="warning")
    LOG.info("below_the_level")
    LOG.warning("kept")
    logging.getLogger("waitress").error("also kept")
    assert level_counts() == {"debug": 0, "info": 0, "warning": 1, "error": 1, "critical": 0}


def test_other_libraries_write_into_the_same_file(tmp_path: Path) -> None:
    _configure(tmp_path)
    logging.getLogger("sqlalchemy").warning("slow: %s\nsecond line", "SELECT 1")
    (line,) = _lines(tmp_path)
    assert (line["event"], line["logger"]) == ("library_message", "sqlalchemy")
    assert line["message"] == "slow: SELECT 1\nsecond line"


def test_a_library_that_fills_its_template_wrongly_is_still_heard(tmp_path: Path) -> None:
    _configure(tmp_path)
    record = logging.LogRecord("other", logging.ERROR, "x.py", 1, "needs %d", ("text",), None)
    ForeignLines().emit(record)
    assert _lines(tmp_path)[0]["message"] == "needs %d"


def test_setting_up_again_writes_each_line_once(tmp_path: Path) -> None:
    _configure(tmp_path)
    _configure(tmp_path)
    LOG.info("once")
    logging.getLogger("other").warning("once")
    assert len(_lines(tmp_path)) == 2


def test_as_a_library_we_leave_the_users_logging_alone(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = list(root.handlers), root.level
    _configure(tmp_path, whole_process=False)
    logging.getLogger("their.app").warning("not ours")
    assert (list(root.handlers), root.level) == before
    assert _lines(tmp_path) == []


def test_basic_config_shows_our_details_as_the_guide_says(tmp_path: Path) -> None:
    _configure(tmp_path, whole_process=False)
    shown = io.StringIO()
    logging.basicConfig(level=logging.DEBUG, stream=shown, force=True)
    LOG.debug("prediction_recorded", game="lotofacil")
    assert shown.getvalue() == "DEBUG:exporter.tests:prediction_recorded game=lotofacil\n"
    assert _lines(tmp_path) == []


def test_without_set_up_only_what_stdlib_asks_for_is_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        LOG.info("quiet")
        LOG.warning("heard", reason="two\nlines")
    assert [record.getMessage() for record in caplog.records] == ['heard reason="two\\nlines"']


def test_standard_error_gets_the_same_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(tmp_path, to_stderr=True)
    LOG.warning("seen")
    assert json.loads(capsys.readouterr().err) == _lines(tmp_path)[0]


def test_a_disk_that_refuses_loses_the_line_not_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    _configure(tmp_path)
    monkeypatch.setattr(RotatingFile, "write", refuse)
    LOG.error("lost")
    assert lost_lines() == 1
    assert level_counts()["error"] == 0


def _fill_the_disk(folder: Path) -> int:
    """Writes on while there is no room, then one error more; how many lines were lost."""
    _configure(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (990, resource.RLIM_INFINITY))
    for number in range(20):
        LOG.info("filling", number=number)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    LOG.error("room_again")
    return lost_lines()


def test_lines_lost_on_a_full_disk_are_counted_and_told_later(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as child:
        lost = child.submit(_fill_the_disk, tmp_path).result()
    (path,) = log_files(tmp_path)
    *before, torn, error, notice = path.read_text().splitlines()
    assert 0 < lost == 20 - len(before)
    assert not torn.endswith("}")
    assert json.loads(error)["event"] == "room_again"
    assert {"event": "log_lines_lost", "level": "warning", "lines": lost}.items() <= json.loads(
        notice
    ).items()


def test_a_full_disk_does_not_silence_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(tmp_path / "file" / "is-in-the-way", to_stderr=True)
    (tmp_path / "file").touch()
    LOG.error("heard")
    assert json.loads(capsys.readouterr().err)["event"] == "heard"
    assert lost_lines() == 1


def test_each_role_has_its_own_file(tmp_path: Path) -> None:
    for role in ("exporter", "retrainer"):
        configure_logs(LogOptions(role, tmp_path, to_stderr=False))
        LOG.info("started")
    assert {path.name for path in log_files(tmp_path)} == {"exporter.jsonl", "retrainer.jsonl"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(event=st.text(), value=st.text(), key=st.from_regex(r"[a-z]{1,9}", fullmatch=True))
def test_no_content_can_start_a_line_of_its_own(
    tmp_path: Path, event: str, value: str, key: str
) -> None:
    _configure(tmp_path, whole_process=False)
    before = len(_lines(tmp_path))
    LOG.info(event, **{f"x_{key}": value, key: value})
    assert len(_lines(tmp_path)) == before + 1
    assert len(readable({"event": event, key: value}).splitlines()) <= 1
    assert OUTPUT.lost() == 0
