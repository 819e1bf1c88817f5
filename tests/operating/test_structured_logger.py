from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exporter.figures.system_resources import SystemResources
from exporter.logs import LogOptions, configure_logs
from exporter.logs.lines import OUTPUT, Output
from exporter.operating.structured_logger import StructuredLogger


@pytest.fixture
def logger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StructuredLogger]:
    for name, value in vars(Output()).items():
        monkeypatch.setattr(OUTPUT, name, value)
    configure_logs(LogOptions("api", tmp_path, to_stderr=False, whole_process=False))
    yield StructuredLogger(tmp_path, SystemResources(tmp_path))
    assert OUTPUT.file
    OUTPUT.file.close()


def _analyse(logger: StructuredLogger) -> dict[str, Any]:
    now = datetime.now()  # noqa: DTZ005 - as the guide calls it
    return logger.analyzer.analyze_period(
        start_time=now - timedelta(days=1), end_time=now + timedelta(seconds=1)
    )


def test_what_was_written_is_found_again(logger: StructuredLogger) -> None:
    logger.debug("below_the_level")
    logger.info("started", port=5000)
    logger.warning("late")
    logger.error("lost", reason="disk")
    found = _analyse(logger)
    assert (found["lines"], found["error_count"], found["warning_count"]) == (3, 1, 1)


def test_an_operation_is_timed(logger: StructuredLogger, tmp_path: Path) -> None:
    seconds = iter([10.0, 10.25])
    timed = StructuredLogger(tmp_path, dict, clock=lambda: next(seconds))
    with timed.operation("score", draw=2500):
        pass
    found = _analyse(logger)
    assert found["by_operation"]["score"]["count"] == 1
    assert found["avg_performance"] == 0.25


def _fail(logger: StructuredLogger) -> None:
    with logger.operation("score"):
        raise ValueError("impossible draw")


def test_an_operation_that_fails_is_an_error_and_goes_on_failing(logger: StructuredLogger) -> None:
    with pytest.raises(ValueError, match="impossible"):
        _fail(logger)
    found = _analyse(logger)
    assert found["error_count"] == 1
    assert found["patterns"][0]["example"] == "ValueError: impossible draw"


def test_an_exception_is_written_with_its_traceback(logger: StructuredLogger) -> None:
    try:
        int("x")
    except ValueError:
        logger.exception("bad_number")
    assert "invalid literal" in _analyse(logger)["patterns"][0]["example"]


def test_resources_are_logged_and_returned(logger: StructuredLogger) -> None:
    found = logger.log_system_resources()
    assert 0 <= found["host_cpu_usage_ratio"] <= 1
    assert 0 < found["host_memory_used_ratio"] < 1
    assert found["process_resident_memory_bytes"] > 1_000_000
    assert _analyse(logger)["by_event"] == {"system_resources": 1}
