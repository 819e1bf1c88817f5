"""Failed calls of several writers at once: each key counts once, and no writer is refused."""

from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import Connection, Engine, func, insert, literal, select

from exporter.domain.predictions import Failure
from exporter.storage.engine import reading, writing
from exporter.storage.failures import write_failures
from exporter.storage.schema import failures
from tests.servers.waiting import wait_until
from tests.storage.records import MONDAY, total

WRITERS, ROUNDS, SHARED = 4, 6, 8


def failure(key: str) -> Failure:
    return Failure(key, "lotofacil", "v1", "model", MONDAY, 20_000, "no ticket")


def stored(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(failures)).scalar_one()


def test_writers_of_the_same_keys_count_each_once(engine: Engine) -> None:
    """Each round has keys of its own writer and keys of all, in another order each."""

    def write(writer: int) -> int:
        new = 0
        for turn in range(ROUNDS):
            shared = [f"shared-{turn}-{n}" for n in range(SHARED)]
            keys = [f"{writer}-{turn}", *shared[writer:], *shared[:writer]]
            new += write_failures(engine, list(map(failure, keys)))
        return new

    with ThreadPoolExecutor(WRITERS) as threads:
        new = sum(threads.map(write, range(WRITERS)))
    assert new == stored(engine) == total(engine, "failures") == ROUNDS * (WRITERS + SHARED)


def test_a_key_that_another_writer_is_about_to_commit_is_waited_for(engine: Engine) -> None:
    """This writer looked before the other one committed: it must look again, not give up."""
    write_failures(engine, [failure("before")])
    with ThreadPoolExecutor(1) as thread:
        with writing(engine) as other:
            _insert(other, "raced")
            mine = thread.submit(write_failures, engine, [failure("raced"), failure("mine")])
            wait_until(lambda: _is_waiting(engine, mine))
        assert mine.result(30) == 1
    assert stored(engine) == 3


def _insert(connection: Connection, key: str) -> None:
    c = failures.c
    copied = (c.game_id, c.model_id, c.failed_at, c.latency, c.error)
    row = select(literal(key), *copied)
    connection.execute(insert(failures).from_select([c.key, *copied], row))


def _is_waiting(engine: Engine, writer: Future[int]) -> bool:
    """Whether the writer came as far as the other one's row; SQLite lets it not even begin."""
    assert not writer.done()
    if engine.dialect.name == "sqlite":
        return True
    blocked = {
        "postgresql": "SELECT COUNT(*) FROM pg_locks WHERE NOT granted",
        "mysql": "SELECT variable_value > 0 FROM information_schema.global_status"
        " WHERE variable_name = 'innodb_row_lock_current_waits'",
    }
    with engine.connect() as connection:
        return bool(connection.exec_driver_sql(blocked[engine.dialect.name]).scalar())
