"""A real MariaDB, with a new database for whoever asks."""

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pymysql

from tests.servers.ports import free_port
from tests.servers.process import Server, find_program, run_to_end

#: Defaults as some servers have them: nothing of ours may rest on better ones.
_UNFRIENDLY = (
    "--character-set-server=latin1",
    "--skip-character-set-client-handshake",
    "--default-storage-engine=MyISAM",
    "--innodb-default-row-format=compact",
)


class MariadbServer:
    """A running server and the way to its databases."""

    def __init__(self, port: int) -> None:
        self.port = port

    @contextmanager
    def database(self) -> Iterator[str]:
        """Lend an empty database: its address while it lasts."""
        name = f"test_{uuid4().hex}"
        self._run(f"CREATE DATABASE {name}")
        try:
            yield f"mysql+pymysql://root@127.0.0.1:{self.port}/{name}"
        finally:
            self._run(f"DROP DATABASE {name}")

    @contextmanager
    def defaulting_to(self, charset: str) -> Iterator[None]:
        """New connections find, and databases get, another character set than they did."""
        self._run(f"SET GLOBAL character_set_server = {charset}")
        try:
            yield
        finally:
            self._run("SET GLOBAL character_set_server = latin1")

    def answers(self) -> bool:
        """Tell whether it takes connections now."""
        try:
            self._run("SELECT 1")
        except pymysql.err.OperationalError:
            return False
        return True

    def _run(self, statement: str) -> None:
        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", connect_timeout=10
        )
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def running_mariadb(folder: Path) -> Iterator[MariadbServer]:
    """Run a server that keeps its data in the folder (a short path: its socket lives there)."""
    data, mariadb = folder / "mariadb", MariadbServer(free_port())
    program = find_program("mariadbd")
    _initialise(data)
    command = [program, f"--datadir={data}", f"--port={mariadb.port}", "--bind-address=127.0.0.1"]
    command += [f"--socket={data / 'socket'}", f"--pid-file={data / 'pid'}"]
    command += [f"--user={getpass.getuser()}", "--innodb-flush-log-at-trx-commit=0"]
    command += ["--skip-name-resolve", *_UNFRIENDLY]
    server = Server(command, folder / "mariadb.log")
    try:
        server.wait_until_ready(mariadb.answers)
        yield mariadb
    finally:
        server.stop()


def _initialise(data: Path) -> None:
    command = [find_program("mariadb-install-db"), f"--datadir={data}", "--skip-test-db"]
    command += ["--skip-name-resolve", "--force"]  # a machine may not know its own name
    command += [f"--user={getpass.getuser()}", "--auth-root-authentication-method=normal"]
    run_to_end(command)
