"""A minute in the life of one SQLite file, with everybody who opens it; nobody's record is lost.

The exporter serves twelve clients at once; scripts record through `api`; the retrainer, the
operator's commands and Python's own sqlite3 come and go; each of them is killed now and then.

STORY_SEED and STORY_SECONDS tell another story.
"""

import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from subprocess import DEVNULL, PIPE, STDOUT, Popen, TimeoutExpired
from threading import Event
from typing import Any

import pytest
import requests

from exporter.domain.definitions import LOTOFACIL
from tests.integration.predictions import prediction
from tests.integration.site import CLI, RETRAINER, Site
from tests.servers.waiting import PATIENCE_SECONDS

SEED = int(os.environ.get("STORY_SEED", "1"))
SECONDS = float(os.environ.get("STORY_SECONDS", "60"))
POSTING, READING, SCRIPTS, OPERATORS = 6, 6, 2, 2
#: Between two programs of one kind, at most: each start takes a second of a processor.
PAUSE = 5.0
PAGES = ("/dashboard", "/metrics", "/api/metrics/summary", "/api/predictions", "/api/metrics/live")
BATCH = 20
#: So often an exporter, a script, a retrainer or a command does not end by itself.
KILLED = 0.5

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.timeout(SECONDS + 10 * PATIENCE_SECONDS),
]

#: Records one after another, and says of each in a journal that it is sent, and then that it is
#: kept. Arguments: the journal, a name, how many.
SCRIPT = """
import os, random, sys
from api.metrics_service import metrics_service
journal = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for n in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}-{n}"
    ticket = sorted(random.sample(range(1, 26), 15))
    os.write(journal, f"sent {name}\\n".encode())
    metrics_service.record_prediction(
        "lotofacil", ticket, 0.6, "v-script", {"n": name}, idempotency_key=name if n % 2 else None)
    os.write(journal, f"kept {name}\\n".encode())
    if n % 100 == 0:
        metrics_service.flush()
"""
#: Looks at the database for a while, writes what it takes back, and closes it.
#: Arguments: the file, seconds.
VISITOR = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
database.execute("SELECT count(*) FROM predictions").fetchall()
database.execute("BEGIN IMMEDIATE")
database.execute("UPDATE games SET name = name || '?'")
database.execute("ROLLBACK")
time.sleep(float(sys.argv[2]))
database.close()
"""


class Journal:
    """A client's own file, that outlives it: what it sent, and what was acknowledged."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, word: str, names: list[str]) -> None:
        os.write(self._file, "".join(f"{word} {name}\n" for name in names).encode())


class Story:
    """Who takes part until it is over; each follows dice of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.over = Event()
        self.journals = site.folder / "journals"
        self.journals.mkdir()

    def exporter(self, dice: Random) -> None:
        """Comes back whenever it was stopped or killed."""
        while not self.over.is_set():
            exporter = self.site.serve("/-/healthy")
            self.over.wait(dice.uniform(4, 16))
            exporter.kill() if dice.random() < KILLED else exporter.stop()

    def posting(self, dice: Random) -> None:
        """A client that sends predictions, singly and in batches, each of them once."""
        name = f"client{dice.getrandbits(32)}"
        journal = Journal(self.journals / name)
        with requests.Session() as session:
            for number in self._rounds():
                size = BATCH if dice.random() < 0.2 else 1
                names = [f"{name}-{number}-{place}" for place in range(size)]
                body = [prediction(each, dice) for each in names]
                journal.write("sent", names)
                answer = self._answer(
                    session.post, "/api/predictions", json=body if size > 1 else body[0]
                )
                if answer is not None and answer.status_code != 503:
                    assert answer.status_code == 201, answer.text
                    journal.write("kept", names)

    def reading(self, dice: Random) -> None:
        """A client that looks at pages, as people, Prometheus and dashboards do."""
        with requests.Session() as session:
            for _ in self._rounds():
                answer = self._answer(session.get, dice.choice(PAGES))
                assert answer is None or answer.status_code in (200, 503), answer.text

    def feed(self, dice: Random) -> None:
        """Results of the last draws, and their corrections: figures of every kind move."""
        draws = list(last_draws(5))
        with requests.Session() as session:
            for _ in self._rounds():
                number, drawn_at = dice.choice(draws)
                body = {
                    "game_type": "lotofacil",
                    "draw_number": number,
                    "winning_numbers": sorted(dice.sample(range(1, 26), 15)),
                    "draw_date": drawn_at.date().isoformat(),
                }
                answer = self._answer(session.post, "/api/results", json=body)
                assert answer is None or answer.status_code in (200, 201, 202, 503), answer.text
                self.over.wait(dice.uniform(0, 1))

    def script(self, dice: Random) -> None:
        """A program of the user's own that records with `api`, beside the exporter."""
        for number in self._rounds():
            name = f"script{dice.getrandbits(32)}-{number}"
            arguments = [str(self.journals / name), name, str(dice.randint(1, 600))]
            code, output = self._let_live([sys.executable, "-c", SCRIPT, *arguments], dice)
            assert code in (0, -signal.SIGKILL), output
            self.over.wait(dice.uniform(0, PAUSE))

    def retrainer(self, dice: Random) -> None:
        for _ in self._rounds():
            with self._started(RETRAINER) as retrainer:
                self.over.wait(dice.uniform(1, 6))
                end = signal.SIGKILL if dice.random() < KILLED else signal.SIGTERM
                retrainer.send_signal(end)
            self.over.wait(dice.uniform(0, PAUSE))

    def operator(self, dice: Random) -> None:
        """Commands that open the database, and close it as they end."""
        for number in self._rounds():
            backups = str(self.site.folder / f"backups-{dice.getrandbits(32)}-{number}")
            visitor = (VISITOR, str(self.site.database), str(dice.uniform(0, 1)))
            command = dice.choice(
                [
                    [*CLI, "backup", backups],
                    [*CLI, "cleanup", "--days", "30"],
                    [*CLI, "rollups", "verify"],
                    [*CLI, "doctor"],
                    [sys.executable, "-c", *visitor],
                    [sys.executable, "-c", *visitor],
                ]
            )
            code, output = self._let_live(command, dice)
            assert code in (0, -signal.SIGKILL) or "doctor" in command, output
            self.over.wait(dice.uniform(0, PAUSE))

    def _rounds(self) -> Iterator[int]:
        number = 0
        while not self.over.is_set():
            yield number
            number += 1

    def _answer(
        self, call: Callable[..., requests.Response], path: str, **body: Any
    ) -> requests.Response | None:
        """None: the exporter was not there, or died; what was sent may be kept or not."""
        try:
            return call(f"{self.site.url}{path}", timeout=PATIENCE_SECONDS, **body)
        except requests.RequestException:
            self.over.wait(0.1)
            return None

    def _let_live(self, command: list[str], dice: Random) -> tuple[int, str]:
        """Its code and what it printed; sometimes it is killed before it has ended."""
        limit = dice.uniform(0.1, 4) if dice.random() < KILLED else 2 * PATIENCE_SECONDS
        with self._started(command) as process:
            try:
                output, _ = process.communicate(timeout=limit)
            except TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
            return process.returncode, output

    def _started(self, command: list[str] | tuple[str, ...]) -> "Popen[str]":
        quiet = command is RETRAINER  # nobody reads what it prints
        return Popen(
            command,
            cwd=self.site.folder,
            env=self.site.environment,
            stdin=DEVNULL,
            stdout=DEVNULL if quiet else PIPE,
            stderr=STDOUT,
            text=True,
        )


def last_draws(count: int) -> Iterator[tuple[int, datetime]]:
    moment = datetime.now(UTC)
    for back in range(count):
        moment = LOTOFACIL.calendar.last_before(moment)
        yield 4000 - back, moment


def journalled(folder: Path, word: str) -> Counter[str]:
    """Whole lines only: who was killed in the midst of one had not said it yet."""
    lines = [line for path in folder.iterdir() for line in path.read_text().splitlines()]
    return Counter(line.split()[1] for line in lines if line.startswith(f"{word} "))


def test_nothing_is_lost_whoever_opens_and_closes_the_file(tmp_path: Path) -> None:
    with closing(Site(tmp_path / "site")) as site:
        site.serve().stop()  # the database is there
        tell(Story(site))
        with_what_waited = site.serve()
        site.wait_until_delivered()
        with_what_waited.stop()

    kept, sent = (journalled(site.folder / "journals", word) for word in ("kept", "sent"))
    with closing(sqlite3.connect(site.database)) as database:
        bodies = database.execute("SELECT metadata FROM predictions").fetchall()
        refused = database.execute("SELECT * FROM quarantine").fetchall()
        integrity = database.execute("PRAGMA integrity_check").fetchall()
    stored = Counter(json.loads(body)["n"] for (body,) in bodies)
    print(f"seed {SEED}: {sum(kept.values())} acknowledged, {sum(stored.values())} stored")  # noqa: T201
    lost, doubled = kept - stored, stored - sent
    assert (len(lost), len(doubled)) == (0, 0), (list(lost)[:5], list(doubled)[:5])
    assert (integrity, refused) == ([("ok",)], [])
    assert sum(kept.values()) > 5 * SECONDS  # there was something to lose
    logs = "".join(path.read_text() for path in (site.folder / "data" / "logs").iterdir())
    assert "under this process" not in logs  # nobody took a file away, not even from one's own
    verified = site.run("rollups", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def tell(story: Story) -> None:
    """Has everybody take part for as long as the story lasts; nobody may meet what must not be."""
    parts = [story.exporter, story.feed, story.retrainer]
    parts += [story.posting] * POSTING + [story.reading] * READING
    parts += [story.script] * SCRIPTS + [story.operator] * OPERATORS
    with ThreadPoolExecutor(len(parts)) as pool:
        ends = [pool.submit(part, Random(f"{SEED} {number}")) for number, part in enumerate(parts)]
        for end in ends:
            end.add_done_callback(lambda _: story.over.set())  # a part that fails ends the story
        story.over.wait(SECONDS)
        story.over.set()
    for end in ends:
        end.result()
