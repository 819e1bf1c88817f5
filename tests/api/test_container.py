"""The ready names are made once in each process, whoever comes first."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, cast

import pytest
from werkzeug.local import LocalProxy

from api.container import application, forget
from api.metrics_api import metrics_api
from api.metrics_service import metrics_service
from api.performance_dashboard import dashboard
from api.retraining_integration import retraining_integration
from api.structured_logger import structured_logger

THREADS = 8


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An application of this test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")
    monkeypatch.setenv("LOTOFACIL_DATA_DIR", str(tmp_path))
    forget()
    yield
    forget()


def behind(name: object) -> Callable[[], object]:
    proxy = cast(LocalProxy[Any], name)
    return proxy._get_current_object


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(application, id="application"),
        pytest.param(behind(metrics_api), id="metrics_api"),
        pytest.param(behind(metrics_service), id="metrics_service"),
        pytest.param(behind(dashboard), id="dashboard"),
        pytest.param(behind(retraining_integration), id="retraining_integration"),
        pytest.param(behind(structured_logger), id="structured_logger"),
    ],
)
def test_threads_that_come_first_together_are_given_the_same(use: Callable[[], object]) -> None:
    together = Barrier(THREADS)

    def first_use(_: int) -> object:
        together.wait()
        return use()

    with ThreadPoolExecutor(THREADS) as threads:
        made = list(threads.map(first_use, range(THREADS)))
    assert len({id(one) for one in made}) == 1
    assert use() is made[0]
    forget()
    assert use() is not made[0]


def test_a_forked_child_has_its_own_and_closes_no_other() -> None:
    """The parent records before, beside and after it."""
    numbers = list(range(1, 16))
    parents = application()
    metrics_service.record_prediction("lotofacil", numbers, 0.6, "v1")
    child = os.fork()
    if child == 0:
        metrics_service.record_prediction("lotofacil", numbers, 0.6, "v1")
        is_own = application() is not parents
        forget()
        os._exit(0 if is_own else 1)
    assert os.waitpid(child, 0)[1] == 0
    metrics_service.record_prediction("lotofacil", numbers, 0.6, "v1")
    assert application() is parents
    assert metrics_service.flush()
    assert (parents.intake.state().records, parents.intake.state().lost) == (0, 0)
