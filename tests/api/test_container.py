"""The ready names are made once in each process, whoever comes first."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from api.container import application, behind, forget
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


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(application, id="application"),
        pytest.param(partial(behind, metrics_api), id="metrics_api"),
        pytest.param(partial(behind, metrics_service), id="metrics_service"),
        pytest.param(partial(behind, dashboard), id="dashboard"),
        pytest.param(partial(behind, retraining_integration), id="retraining_integration"),
        pytest.param(partial(behind, structured_logger), id="structured_logger"),
    ],
)
def test_threads_that_come_first_together_are_given_the_same(use: Callable[[], object]) -> None:
    together = Barrier(THREADS)

    def first_use(_: int) -> object:
        together.wait()
        return use()

    with ThreadPoolExecutor(THREADS) as threads:
        made = list(threads.map(first_use, range(THREADS)))
    assert len({id(service) for service in made}) == 1
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


def test_a_ready_name_is_what_it_stands_for() -> None:
    """As far as who uses it can tell: Flask's servers and clients, tests that replace a method."""
    assert isinstance(metrics_api, Flask)
    assert not issubclass(type(metrics_api), Flask)
    assert callable(metrics_api)
    assert metrics_api.test_client().get("/-/healthy").status_code == 200
    assert "record_prediction" in dir(metrics_service)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics_service, "flush", lambda: "replaced")
        assert behind(metrics_service).flush() == "replaced"
    assert metrics_service.flush() is True
