"""A retrainer on a database of its own, with a clock that moves when it is told to."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from exporter.collectors.retrainer import Telemetry
from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from exporter.domain.moments import SECOND, to_micros
from exporter.domain.tickets import encode_draw
from exporter.messages import Language
from exporter.storage.engine import create_engine_for, writing
from exporter.storage.identities import game_id
from exporter.storage.migrate import upgrade
from exporter.storage.models import promote
from exporter.storage.schema import draw_scores, draws
from retrainer.clock import Pace
from retrainer.judgement import Policy
from retrainer.training import TrainingResult
from retrainer.worker import Worker

GAME = "lotofacil"
START = to_micros(LOTOFACIL.calendar.moment(LOTOFACIL.tariffs[-1].since))
COOLDOWN = 3600.0


class FakeClock:
    """Moments in microseconds: time passes by `forward`, and `step` only sets the clock."""

    def __init__(self) -> None:
        self.now = START
        self._passed = 0

    def __call__(self) -> int:
        return self.now

    def steady(self) -> int:
        return self._passed

    def forward(self, seconds: float) -> None:
        self._passed += round(seconds * SECOND)
        self.step(seconds)

    def step(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


class FakeTraining:
    """Trains nothing; its `runs` end with `result` (or raise it) as soon as `go` is set."""

    def __init__(self, result: TrainingResult | Exception) -> None:
        self.result = result
        self.old: list[Path] = []
        self.runs: list[tuple[str, str]] = []
        self.renews = True
        self.go = threading.Event()
        self.go.set()

    def end_leftovers(self) -> int:
        return 0

    def old_files(self, *_: object) -> list[Path]:
        return self.old

    def run(
        self, game: str, version: str, stopping: threading.Event, alive: Callable[[], bool]
    ) -> TrainingResult:
        self.runs.append((game, version))
        while not self.go.wait(0.01) and not stopping.is_set() and (not self.renews or alive()):
            pass
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    made = create_engine_for(sqlite_url)
    upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def telemetry(clock: FakeClock) -> Telemetry:
    return Telemetry(clock())


@pytest.fixture
def make_worker(engine: Engine, clock: FakeClock, telemetry: Telemetry) -> Callable[..., Worker]:
    """A function that makes a worker which looks only when it is told to."""

    def make(training: FakeTraining, name: str = "one") -> Worker:
        policy = Policy(name, COOLDOWN, Language.EN)
        parts = (training, policy, telemetry, clock, Pace(poll=0.01, steady=clock.steady))
        return Worker(engine, KNOWN_GAMES, *parts)  # type: ignore[arg-type]  # stands for Training

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "retrainer"


def score(engine: Engine, draw: int, tickets: int, hits: int, version: str = "v1") -> None:
    """A scored draw of the model in use."""
    with writing(engine) as connection:
        model = promote(connection, GAME, version, "model", START)
        row: dict[str, object] = dict.fromkeys((c.name for c in draw_scores.columns), 0)
        row |= dict.fromkeys(("held", "histogram", "calibration"), "{}")
        row |= {"game_id": game_id(connection, GAME), "model_id": model, "draw_number": draw}
        row |= {"tickets": tickets, "numbers_played": 15 * tickets, "hits": hits}
        connection.execute(insert(draw_scores).values(row))


def add_draw(engine: Engine, number: int, numbers: list[int]) -> None:
    """A recorded result."""
    with writing(engine) as connection:
        row: dict[str, object] = dict.fromkeys((c.name for c in draws.columns), 0)
        row |= {"game_id": game_id(connection, GAME), "number": number, "prizes": None}
        row |= {"numbers": encode_draw(numbers, LOTOFACIL), "numbers_high": None}
        connection.execute(insert(draws).values(row))
