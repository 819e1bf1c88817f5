"""What a power cut may take is a setting: with `full` each call waits until the disk has it."""

import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from exporter.app import build
from exporter.config import load_settings
from exporter.config.kinds import Sync
from exporter.recording.spool import Spool
from exporter.storage.engine import reading
from tests.servers.process import PROJECT, find_program

APPENDS = 5
APPENDING = """
import os, sys
from pathlib import Path
from exporter.recording.spool import Spool
spool = Spool(Path(sys.argv[1]), 10_000_000, sys.argv[2])
for at in range(int(sys.argv[3])):
    os.write(1, b"call\\n")
    spool.append(at, b"record")
    os.write(1, b"returned\\n")
"""
#: As SQLite numbers them.
LEVELS: dict[Sync, int] = {"normal": 1, "full": 2}
SETTING: dict[Sync, dict[str, str]] = {"normal": {}, "full": {"SPOOL_SYNC": "full"}}


@pytest.mark.parametrize("sync", LEVELS)
def test_every_connection_has_it(tmp_path: Path, sync: Sync) -> None:
    with closing(Spool(tmp_path / "spool.db", 10_000_000, sync)) as spool:
        for connection in (spool.file.db, spool.file.reader):
            assert connection.execute("PRAGMA synchronous").fetchone() == (LEVELS[sync],)


@pytest.mark.parametrize("sync", LEVELS)
def test_the_setting_is_for_the_spool_and_a_database_of_sqlite(tmp_path: Path, sync: Sync) -> None:
    url, folder = f"sqlite:///{tmp_path / 'metrics.db'}", tmp_path / "data"
    app = build(load_settings({"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder} | SETTING[sync]))
    with reading(app.engine) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == LEVELS[sync]
    assert app.intake._spool.file.db.execute("PRAGMA synchronous").fetchone() == (LEVELS[sync],)
    app.close()


def calls(trace: str) -> list[str]:
    """What the system was asked for during each call of `append`."""
    return re.findall(r'"call\\n"(.*?)"returned\\n"', trace, re.DOTALL)


@pytest.mark.parametrize("sync", LEVELS)
def test_the_disk_has_the_log_before_a_call_returns(tmp_path: Path, sync: Sync) -> None:
    path, trace = tmp_path / "spool.db", tmp_path / "trace"
    command = [find_program("strace"), "-f", "-y", "-o", str(trace)]
    command += ["-e", "trace=write,fsync,fdatasync"]
    command += [sys.executable, "-c", APPENDING, str(path), sync, str(APPENDS)]
    subprocess.run(command, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)
    synced = rf"sync\(\d+<{re.escape(str(path))}-wal>\)"
    counts = [len(re.findall(synced, call)) for call in calls(trace.read_text())]
    assert len(counts) == APPENDS
    assert all(counts) if sync == "full" else not any(counts)
