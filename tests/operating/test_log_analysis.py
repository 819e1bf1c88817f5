import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.operating.log_analysis import LONGEST_LINE, MOST_NAMES, DurationSums, LogAnalyzer

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def _line(minutes: float = 0, level: str = "info", event: str = "tick", **fields: Any) -> bytes:
    moment = (NOON + timedelta(minutes=minutes)).isoformat()
    line = {"timestamp": moment, "level": level, "event": event, **fields}
    return json.dumps(line).encode() + b"\n"


def _analyse(folder: Path, *lines: bytes) -> dict[str, Any]:
    path = folder / "exporter.jsonl"
    path.write_bytes(b"".join(lines))
    return LogAnalyzer(lambda: [path]).analyze_period(start_time=NOON, end_time=NOON + DAY)


def test_an_empty_period_says_so(tmp_path: Path) -> None:
    found = _analyse(tmp_path)
    assert found["error_count"] == 0
    assert found["avg_performance"] is None
    assert found["patterns"] == []
    assert found["error_rate"] == 0.0


def test_errors_and_levels_are_counted(tmp_path: Path) -> None:
    found = _analyse(
        tmp_path,
        _line(),
        _line(level="warning", event="late"),
        _line(level="error", event="lost"),
        _line(level="critical", event="lost"),
    )
    assert (found["error_count"], found["warning_count"], found["error_rate"]) == (2, 1, 0.5)
    assert found["by_level"] == {"info": 1, "warning": 1, "error": 1, "critical": 1}
    assert found["by_event"] == {"lost": 2, "tick": 1, "late": 1}


def test_the_period_is_half_open(tmp_path: Path) -> None:
    found = _analyse(tmp_path, _line(-0.001), _line(0), _line(24 * 60 - 0.001), _line(24 * 60))
    assert found["lines"] == 2


def test_naive_times_are_local_time(tmp_path: Path) -> None:
    path = tmp_path / "exporter.jsonl"
    path.write_bytes(_line(0))
    local = NOON.astimezone().replace(tzinfo=None)
    analyzer = LogAnalyzer(lambda: [path])
    assert analyzer.analyze_period(local, local + timedelta(minutes=1))["lines"] == 1
    assert analyzer.analyze_period(local - timedelta(minutes=1), local)["lines"] == 0


def test_a_period_that_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="before start_time"):
        LogAnalyzer(lambda: [tmp_path]).analyze_period(NOON, NOON - DAY)


def test_performance_is_the_mean_duration(tmp_path: Path) -> None:
    found = _analyse(
        tmp_path,
        _line(operation="score", duration_seconds=0.1),
        _line(operation="score", duration_seconds=0.3),
        _line(operation="backup", duration_seconds=2),
        _line(operation="odd", duration_seconds="fast"),
        _line(operation="odd", duration_seconds=-1),
    )
    assert found["avg_performance"] == pytest.approx(0.8)
    assert found["by_operation"]["score"]["count"] == 2
    assert found["slowest_operations"][0]["operation"] == "backup"
    assert found["performance"]["p95"] == pytest.approx(2, rel=0.01)


def test_what_keeps_happening_is_one_pattern(tmp_path: Path) -> None:
    lines = [
        _line(n, "error", "library_message", logger="db", message=f"lost connection {n} to '{n}'")
        for n in range(5)
    ]
    (pattern,) = [p for p in _analyse(tmp_path, *lines)["patterns"] if p["kind"] != "error_burst"]
    assert (pattern["pattern"], pattern["count"]) == ("db: lost connection # to #", 5)
    assert pattern["example"] == "lost connection 0 to '0'"
    assert pattern["first"] < pattern["last"]


def test_an_hour_with_many_errors_is_a_burst(tmp_path: Path) -> None:
    errors = [_line(60 * 8 + n, "error", "lost") for n in range(20)]
    found = _analyse(tmp_path, _line(0, "error", "lost"), *errors)
    assert [p["count"] for p in found["patterns"] if p["kind"] == "error_burst"] == [20]


def test_lines_that_are_none_are_counted_not_fatal(tmp_path: Path) -> None:
    found = _analyse(
        tmp_path,
        b"Traceback (most recent call last):\n",
        b'{"timestamp": "yesterday", "level": "info", "event": "x"}\n',
        b'{"timestamp": 5, "level": "info", "event": "x"}\n',
        b'{"level": "info"}\n[]\n3\n\xff\xfe\n\n',
        b"[" * 100_000 + b"\n",
        b"x" * (2 * LONGEST_LINE + 5) + b"\n",
        _line(),
        b'{"timestamp": "2024-',
    )
    assert (found["lines"], found["bad_lines"]) == (1, 10)


def test_names_are_bounded(tmp_path: Path) -> None:
    lines = [_line(level="error", event=f"e{n}") for n in range(MOST_NAMES + 500)]
    found = _analyse(tmp_path, *lines)
    assert found["by_event"]["other"] == 500


def test_rotated_files_are_read_and_old_ones_are_not_opened(tmp_path: Path) -> None:
    paths = [tmp_path / f"exporter.jsonl{suffix}" for suffix in ("", ".1", ".2")]
    for path in paths:
        path.write_bytes(_line())
    before = (NOON - DAY).timestamp()
    os.utime(paths[2], (before, before))
    found = LogAnalyzer(lambda: [*paths, tmp_path / "gone"]).analyze_period(NOON, NOON + DAY)
    assert (found["files"], found["lines"], found["unreadable_files"]) == (2, 2, 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(content=st.binary() | st.lists(st.text()).map(lambda parts: "\n".join(parts).encode()))
def test_any_content_can_be_analysed(tmp_path: Path, content: bytes) -> None:
    json.dumps(_analyse(tmp_path, content), allow_nan=False)


_OPTIONAL = ("duration_seconds", "operation", "message", "exception", "logger", "error")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    fields=st.fixed_dictionaries(
        {"level": st.sampled_from(["info", "error", "odd"]) | _JSON, "event": st.text() | _JSON},
        optional=dict.fromkeys(
            ("duration_seconds", "operation", "message", "exception", "logger", "error"), _JSON
        ),
    )
)
def test_any_fields_can_be_analysed(tmp_path: Path, fields: dict[str, Any]) -> None:
    found = _analyse(tmp_path, json.dumps({"timestamp": NOON.isoformat(), **fields}).encode())
    assert found["lines"] + found["bad_lines"] == 1
    json.dumps(found, allow_nan=False)


@given(st.lists(st.floats(min_value=1e-6, max_value=1e6), min_size=1))
def test_quantiles_are_within_a_few_per_cent(values: list[float]) -> None:
    durations = DurationSums()
    for value in values:
        durations.add(value)
    middle = sorted(values)[(len(values) + 1) // 2 - 1]
    assert durations.quantile(0.5) == pytest.approx(middle, rel=0.011)
    assert durations.quantile(1.0) == pytest.approx(max(values), rel=0.011)
