"""A database whose file is taken away under the exporter: it stops writing there, and says so.

What was acknowledged is stored in the end: it is in the file, can be saved from the process that
still has the file open, or waits in the spool.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
import requests

from tests.databases import damage
from tests.integration.predictions import prediction
from tests.integration.site import Site
from tests.servers.process import Server
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="saves from Linux's /proc"),
]
EACH = 20


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with closing(Site(tmp_path / "site")) as made:
        yield made


def post(site: Site, name: str) -> set[str]:
    """Records that were acknowledged, by name."""
    names = [f"{name}-{number}" for number in range(EACH)]
    for each in names:
        body = prediction(each, Random(each))
        answer = requests.post(f"{site.url}/api/predictions", json=body, timeout=PATIENCE_SECONDS)
        assert answer.status_code == 201, answer.text
    return set(names)


def stored(site: Site) -> list[str]:
    with closing(sqlite3.connect(site.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        bodies = database.execute("SELECT metadata FROM predictions").fetchall()
    return sorted(json.loads(body)["n"] for (body,) in bodies)


def wait_until_told(site: Site, what: str) -> None:
    """Readiness, the metric and the doctor agree."""
    wait_until(lambda: site.get("/-/ready").status_code == 503, what="a fault")
    ready = site.get("/-/ready")
    assert what in ready.json()["detail"]
    wait_until(lambda: site.value("lotofacil_database_intact") == 0, what="the metric")
    doctor = site.run("doctor")
    assert doctor.returncode == 1
    assert what in doctor.stdout


def delete_log(site: Site) -> None:
    Path(f"{site.database}-wal").unlink()


def delete_file(site: Site) -> None:
    site.database.unlink()


def replace_file(site: Site) -> None:
    other = site.folder / "other.db"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE t (a)")
    other.replace(site.database)


def only_kill(_site: Site, exporter: Server) -> None:
    exporter.kill()


def save_from_the_process(site: Site, exporter: Server) -> None:
    """As the runbook says."""
    gone = f"{site.database} (deleted)"
    descriptors = Path(f"/proc/{exporter.pid}/fd").iterdir()
    held = next(each for each in descriptors if str(each.readlink()) == gone)
    shutil.copyfile(held, site.folder / "rescued.db")
    exporter.kill()
    for end in ("", "-wal", "-shm"):
        Path(f"{site.database}{end}").unlink(missing_ok=True)
    (site.folder / "rescued.db").rename(site.database)


@pytest.mark.parametrize(
    ("harm", "what", "repair"),
    [
        (delete_log, "its log (-wal) was removed", only_kill),
        (delete_file, "the file was removed", save_from_the_process),
        (replace_file, "the file was replaced", save_from_the_process),
    ],
)
def test_nothing_is_lost_when_a_file_is_taken_away(
    site: Site,
    harm: Callable[[Site], None],
    what: str,
    repair: Callable[[Site, Server], None],
) -> None:
    exporter = site.serve()
    assert site.value("lotofacil_database_intact") == 1
    acknowledged = post(site, "before")
    site.wait_until_delivered()
    harm(site)
    acknowledged |= post(site, "after")
    wait_until_told(site, what)
    acknowledged |= post(site, "later")
    repair(site, exporter)
    again = site.serve()
    site.wait_until_delivered()
    assert site.value("lotofacil_database_intact") == 1
    again.stop()
    assert stored(site) == sorted(acknowledged)


def test_a_file_that_is_back_is_used_again(site: Site) -> None:
    exporter = site.serve()
    acknowledged = post(site, "before")
    site.wait_until_delivered()
    aside = site.database.rename(site.folder / "aside.db")
    acknowledged |= post(site, "after")
    wait_until_told(site, "the file was removed")
    assert not site.database.exists()  # nobody made a new one
    aside.rename(site.database)
    wait_until(lambda: site.get("/-/ready").ok, what="an exporter that goes on")
    site.wait_until_delivered()
    exporter.stop()
    assert stored(site) == sorted(acknowledged)


def test_a_damaged_page_stops_the_writing(site: Site) -> None:
    exporter = site.serve()
    before = post(site, "before")
    site.wait_until_delivered()
    assert site.run("backup", "--plain", str(site.folder / "backups")).returncode == 0
    damage(site.database)
    post(site, "unnoticed")
    wait_until_told(site, "is damaged")
    later = post(site, "later")
    verified = site.run("rollups", "verify")
    assert verified.returncode == 1
    exporter.stop()

    (backup,) = (site.folder / "backups").glob("*.db")
    for end in ("", "-wal", "-shm"):
        Path(f"{site.database}{end}").unlink(missing_ok=True)
    backup.rename(site.database)
    again = site.serve()
    site.wait_until_delivered()
    again.stop()
    assert before | later <= set(stored(site))
