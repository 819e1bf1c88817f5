"""Claims of training runs on every kind of database: one run of a game, however many ask."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.retraining import Decision
from exporter.messages import Language
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from retrainer.judgement import Policy, Settled, settle
from tests.retrainer.conftest import GAME


def settle_all(engine: Engine, name: str) -> list[Settled | None]:
    with reading(engine) as connection:
        requests = retraining.undecided_requests(connection)
    policy = Policy(name, 0, Language.EN)
    settled = []
    for request in requests:
        with writing(engine) as connection:
            settled.append(settle(connection, request, KNOWN_GAMES, policy, 10))
    return settled


def test_of_many_retrainers_one_claims_the_run(engine: Engine) -> None:
    with writing(engine) as connection:
        for number in range(4):
            retraining.add_request(connection, f"{number}", GAME, "model_drift", "{}", 1)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda name: settle_all(engine, name), "abcd"))
    decided = [settled.verdict.decision for answer in answers for settled in answer if settled]
    assert Counter(decided) == {Decision.RETRAIN: 1, Decision.REFUSED_RUNNING: 3}
    with reading(engine) as connection:
        assert len(retraining.recent_runs(connection)) == 1
