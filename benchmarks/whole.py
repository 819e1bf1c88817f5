"""The whole system: from a recorded result to the received mail; starting and stopping."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.measuring import Result, absolute
from benchmarks.samples import DRAWN
from exporter.app import build
from exporter.config import load_settings
from exporter.domain.alerts.rules import AlertRule
from exporter.domain.definitions import LOTOFACIL
from tests.integration.local import LocalRun, local_run
from tests.servers.ports import free_port
from tests.servers.process import SEARCH_PATH
from tests.servers.smtp import SmtpServer, running_smtp
from tests.servers.waiting import answers, wait_until

_MISSED = [*range(2, 26, 2), 1, 3, 5]  # 5 of DRAWN: less than chance
_RULE = "Measured accuracy"


class Missing(RuntimeError):
    """A program that this measurement needs is not here."""


def missing(*programs: str) -> list[str]:
    """Those that are not here."""
    return [name for name in programs if shutil.which(name, path=SEARCH_PATH) is None]


def result_to_mail(rounds: int) -> Result:
    """Seconds from `record_result` to the mail, through the real servers."""
    if absent := missing("prometheus", "alertmanager"):
        raise Missing(f"{', '.join(absent)} is not here: scripts/fetch-servers brings it")
    with running_smtp() as smtp:
        times = [_one_mail(smtp) for _ in range(rounds)]
    return absolute("from a recorded result to the received mail", "s", 30, median(times))


def starting_and_stopping(rounds: int) -> list[Result]:
    """`lotofacil serve`: until it answers, and from SIGTERM until it has ended."""
    times = [_start_and_stop() for _ in range(rounds)]
    return [
        absolute("lotofacil serve, until it answers", "s", 3, median(start for start, _ in times)),
        absolute("lotofacil serve, from SIGTERM to its end", "s", 1, median(e for _, e in times)),
    ]


def _one_mail(smtp: SmtpServer) -> float:
    settings = {
        "SMTP_SERVER": smtp.host,
        "SMTP_PORT": str(smtp.port),
        "SMTP_REQUIRE_TLS": "false",
        "ALERT_EMAIL_TO": "bench@example.org",
        "ALERT_GROUP_INTERVAL": "1s",
    }
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        arguments = ("--without=feed", "--without=mails", "--without=retrainer", "--hold=1s")
        with local_run(Path(folder) / "home", *arguments, **settings) as run:
            run.wait_until_ready()
            smtp.clear()
            return _time_of_mail(run, smtp)


def _time_of_mail(run: LocalRun, smtp: SmtpServer) -> float:
    with _inside(run.folder, run.settings):
        app = build(load_settings(dict(run.settings)))
        try:
            app.alerts.add_rule(AlertRule(_RULE, "accuracy", "<", 0.6))
            drawn_at = LOTOFACIL.calendar.last_before(datetime.now(UTC))
            made = drawn_at - timedelta(hours=1)
            app.metrics.record_prediction("lotofacil", _MISSED, predicted_at=made)
            app.metrics.flush()
            wait_until(lambda: run.value("lotofacil_alert_rule_threshold"), 60)
            started = time.perf_counter()
            app.tracker.record_result("lotofacil", 3500, DRAWN, drawn_at)
            smtp.wait_for(lambda mail: _RULE in str(mail["Subject"]), 120)
            return time.perf_counter() - started
        finally:
            app.close()


@contextmanager
def _inside(folder: Path, settings: Mapping[str, str]) -> Iterator[None]:
    """The same folder and settings as the system that runs there."""
    before, kept = Path.cwd(), dict(os.environ)
    os.chdir(folder)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(kept)


def _start_and_stop() -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        port = free_port()
        given = {"LOTOFACIL_DATA_DIR": folder, "EXPORTER_PORT": str(port)}
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "exporter.cli", "serve"],
            env=os.environ | given | {"DATABASE_URL": f"sqlite:///{folder}/metrics.db"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/-/healthy"), 60)
        up = time.perf_counter() - started
        started = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        return up, time.perf_counter() - started
