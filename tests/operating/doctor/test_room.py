"""Room on the disks: asked of the disk that a folder will be on, and what fills it is named."""

from pathlib import Path

import pytest

from exporter.operating.doctor import check_room
from exporter.operating.doctor.findings import Health


def test_a_disk_with_room_is_one_line_however_many_folders_it_has(tmp_path: Path) -> None:
    (finding,) = check_room([tmp_path, tmp_path / "not" / "there", Path()])
    assert finding.health is Health.OK


def test_what_fills_a_disk_is_named_largest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.operating.doctor.room._LEAST", 1 << 62)
    (tmp_path / "logs" / "old").mkdir(parents=True)
    (tmp_path / "logs" / "old" / "a.log").write_bytes(bytes(3_000_000))
    (tmp_path / "spool.db").write_bytes(bytes(2_000_000))
    for name in ("small", "smaller"):
        (tmp_path / name).write_bytes(bytes(1000))
    (finding,) = check_room([tmp_path])
    assert finding.health is Health.PROBLEM
    assert finding.values["largest"].startswith("logs 3.0 MB, spool.db 2.0 MB, smal")


def test_a_folder_that_may_not_be_entered_is_on_a_disk_all_the_same(closed_folder: Path) -> None:
    (finding,) = check_room([closed_folder / "data"])
    assert finding.health is Health.OK
