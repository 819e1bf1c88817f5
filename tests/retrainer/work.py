"""What a worker is asked for, and what it did."""

import json

from sqlalchemy import Engine

from exporter.collectors.retrainer import RETRAINER_FAULTS, Telemetry
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.retraining import Request, Run
from retrainer.wishes import Wish, keep
from retrainer.worker import Worker
from tests.retrainer.conftest import COOLDOWN, GAME, FakeClock

ALERT = Wish("f@1", GAME, "model_drift", json.dumps({"status": "firing"}))


def look(worker: Worker) -> None:
    worker.work_once()
    worker.wait_for_runs()


def runs(engine: Engine) -> list[Run]:
    with reading(engine) as connection:
        return retraining.recent_runs(connection)[::-1]


def tell(engine: Engine, wish: Wish, clock: FakeClock) -> bool:
    with writing(engine) as connection:
        return keep(connection, wish, COOLDOWN, clock())


def decisions(engine: Engine) -> list[str | None]:
    return [request.decision for request in requests(engine)]


def requests(engine: Engine) -> list[Request]:
    with reading(engine) as connection:
        return retraining.recent_requests(connection)[::-1]


def faults(telemetry: Telemetry) -> float:
    return telemetry.value(RETRAINER_FAULTS.name)
