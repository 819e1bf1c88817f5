"""Finding, starting and stopping the programs of the real servers."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from tests.servers.waiting import wait_until

PROJECT = Path(__file__).parents[2]
SEARCH_PATH = f"{PROJECT / '.servers' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
START_SECONDS = 90
STOP_SECONDS = 30


def find_program(name: str) -> str:
    """Return the program's path; without it the test is skipped, or fails where CI is set."""
    return shutil.which(name, path=SEARCH_PATH) or _missing(name)


def _missing(name: str) -> NoReturn:
    reason = f"{name} is not here: scripts/fetch-servers --tests brings it"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class Server:
    """A running program whose output goes to a log file; it ends when the tests do."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        stop_with: signal.Signals = signal.SIGTERM,
        ordinary_user: bool = False,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.log = log
        self._stop_with = stop_with
        launcher = _launcher(ordinary_user, _stopping_with_us(stop_with))
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*launcher, *command],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self, is_ready: Callable[[], bool]) -> None:
        """Wait until it answers; if it ends or never does, show the end of its log."""
        try:
            wait_until(lambda: self.has_ended() or is_ready(), START_SECONDS, "ready")
        except TimeoutError:
            self.stop()
        if self.has_ended():
            raise RuntimeError(f"{self.log.stem} did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Ask it to end, and make it end."""
        if self.has_ended():
            return
        self._process.send_signal(self._stop_with)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def has_ended(self) -> bool:
        """Tell whether it ended, by itself or because it was asked to."""
        return self._process.poll() is not None


def run_to_end(command: Sequence[str], *, ordinary_user: bool = False) -> None:
    """Run a command to its end, as nobody where that is asked and we are root."""
    full = [*_launcher(ordinary_user), *command]
    found = subprocess.run(full, check=False, capture_output=True, text=True)
    if found.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{found.stdout}{found.stderr}")


def _launcher(ordinary_user: bool, *options: str) -> list[str]:
    """Prefix of a command that runs as nobody where we are root, with access to our folders."""
    if ordinary_user and os.geteuid() == 0:
        options += ("--reuid=nobody", "--regid=nogroup", "--clear-groups")
        options += (
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
            "--securebits=+no_setuid_fixup",
        )
    return ["setpriv", *options, "--"] if options and shutil.which("setpriv") else []


def _stopping_with_us(stop_with: signal.Signals) -> str:
    """Make the kernel stop it when the test run dies without stopping anything (Linux)."""
    return f"--pdeathsig={stop_with.name.removeprefix('SIG')}"


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
