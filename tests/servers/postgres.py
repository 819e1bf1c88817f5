"""A real PostgreSQL, with a new database for whoever asks."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.servers.ports import free_port
from tests.servers.process import Server, find_program, run_to_end

# A throw-away server need not survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off")


class PostgresServer:
    """A running server and the way to its databases."""

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def database(self) -> Iterator[str]:
        """Lend an empty database: its address while it lasts."""
        name = f"test_{uuid4().hex}"
        self._run(f"CREATE DATABASE {name}")
        try:
            yield f"{self.url}/{name}"
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def answers(self) -> bool:
        """Tell whether it takes connections now."""
        try:
            self._run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: str) -> None:
        address = f"{self.url}/postgres"
        with closing(psycopg.connect(address, autocommit=True, connect_timeout=10)) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(folder: Path) -> Iterator[PostgresServer]:
    """Run a server that keeps its data in the folder."""
    data, port = folder / "postgres", free_port()
    initialise, program = find_program("initdb"), find_program("postgres")
    _make_folder(data)
    run_to_end(
        [initialise, "--auth=trust", "--username=tester", "--no-sync", f"--pgdata={data}"],
        ordinary_user=True,
    )
    command = [program, "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    command += [f"--{setting}" for setting in FAST]
    server = Server(command, folder / "postgres.log", stop_with=signal.SIGINT, ordinary_user=True)
    postgres = PostgresServer(f"postgresql://tester@127.0.0.1:{port}")
    try:
        server.wait_until_ready(postgres.answers)
        yield postgres
    finally:
        server.stop()


def _make_folder(data: Path) -> None:
    """PostgreSQL refuses to run as root and takes only a folder of its own user."""
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, "nobody", "nogroup")
