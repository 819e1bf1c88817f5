"""A forked child and its parent both record: nothing is lost, doubled or waited for in vain."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from exporter.storage import quarantine, schema
from exporter.storage.engine import reading
from tests.databases import opened
from tests.servers.process import PROJECT

EACH = 40
#: Three threads record while children are made; one child ends as scripts do, one at once.
FORKING = """
import multiprocessing, os, sys, threading
from exporter.app import build
from exporter.config import load_settings

app = build(load_settings())

def record(name):
    for n in range(int(sys.argv[1])):
        ticket = list(range(1, 16))
        app.metrics.record_prediction("lotofacil", ticket, 0.6, "v1", metadata={"n": f"{name}-{n}"})
        if n == 0:
            app.metrics.record_failure("lotofacil", name, "v1")
            app.metrics.find("a key that nobody used")

def forked(end):
    child = os.fork()
    if child == 0:
        record(f"child {end}")
        end(0)
    return child

record("before")
threads = [threading.Thread(target=record, args=(f"thread {n}",)) for n in range(3)]
for thread in threads:
    thread.start()
children = [forked(end) for end in (os._exit, sys.exit)]
pooled = multiprocessing.get_context("fork").Process(target=record, args=("process",))
pooled.start()
for thread in threads:
    thread.join()
record("after")
pooled.join()
assert [os.waitpid(child, 0)[1] for child in children] + [pooled.exitcode] == [0, 0, 0]
app.close()
state = app.intake.state()
assert (state.records, state.lost) == (0, 0), state
"""


def test_parent_and_children_record_each_prediction_once(migrated_url: str, tmp_path: Path) -> None:
    run(migrated_url, tmp_path, durable=True)
    bodies, failed = stored(migrated_url)
    assert len(bodies) == len(set(bodies)) == 8 * EACH
    assert failed == 8


def test_a_child_does_not_deliver_what_waits_in_its_parents_memory(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Only what the child that ended by os._exit had in its own memory may be missing."""
    run(sqlite_url, tmp_path, durable=False)
    bodies, failed = stored(sqlite_url)
    surely = {body for body in bodies if "_exit" not in body}
    assert len(surely) == 7 * EACH
    assert len(bodies) == len(set(bodies)) <= 8 * EACH
    assert 7 <= failed <= 8


#: Workers that end in order, after each way of making them.
POOLED = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from api.metrics_service import metrics_service

def by_hand():
    from exporter.app import build
    from exporter.config import load_settings
    return build(load_settings()).metrics

each, method, made = int(sys.argv[1]), *sys.argv[2:]
metrics = metrics_service if made == "api" else by_hand()

def record(name):
    for n in range(each):
        metrics.record_prediction(
            "lotofacil", list(range(1, 16)), 0.6, "v1", metadata={"n": f"{name}-{n}"})

def started(context):
    child = context.Process(target=record, args=("started",))
    child.start()
    child.join()

def executed(context):
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        pool.submit(record, "executed").result()

def mapped(context):
    pool = context.Pool(1)
    pool.map(record, ["mapped"])
    pool.close()
    pool.join()

if __name__ == "__main__":
    record("parent")
    for make in (started, executed, mapped):
        make(multiprocessing.get_context(method))
"""


@pytest.mark.parametrize(("method", "made"), [("fork", "api"), ("fork", "hand"), ("spawn", "api")])
def test_a_worker_that_ends_in_order_leaves_nothing_behind(
    sqlite_url: str, tmp_path: Path, method: str, made: str
) -> None:
    """Such processes end without what atexit calls."""
    script = tmp_path / "pooled.py"
    script.write_text(POOLED)
    run(sqlite_url, tmp_path, str(script), method, made, durable=False)
    bodies, _ = stored(sqlite_url)
    assert len(bodies) == len(set(bodies)) == 4 * EACH


def run(url: str, folder: Path, script: str = FORKING, *arguments: str, durable: bool) -> None:
    environment = os.environ | {
        "DATABASE_URL": url,
        "LOTOFACIL_DATA_DIR": str(folder),
        "SPOOL_DURABLE": str(durable).lower(),
        "PYTHONPATH": str(PROJECT),
    }
    program = [script] if arguments else ["-c", script]
    command = [sys.executable, *program, str(EACH), *arguments]
    subprocess.run(command, env=environment, cwd=folder, timeout=300, check=True)


def stored(url: str) -> tuple[list[str], int]:
    """Metadata of the predictions, and how many failures; nothing went to quarantine."""
    with opened(url) as engine, reading(engine) as connection:
        assert quarantine.waiting(connection) == {}
        bodies = connection.execute(select(schema.predictions.c.metadata)).scalars()
        failed = connection.execute(select(func.count()).select_from(schema.failures))
        return [str(body) for body in bodies], failed.scalar_one()
