"""Every query of every dashboard against a real Prometheus: no panel may stay empty."""

import math
from collections.abc import Iterator
from functools import partial

import pytest
import requests

from exporter.domain.statistics.baseline import WINDOW_NAMES
from exporter.messages import Language
from tests.servers.ports import free_port
from tests.servers.prometheus import Prometheus, StartPrometheus
from tests.servers.waiting import PATIENCE_SECONDS, wait_until
from tests.stack.boards import Board, all_boards, board_id
from tests.stack.promql import fill_in
from tests.stack.stub_page import serving_page

pytestmark = pytest.mark.integration

CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
alerting:
  alertmanagers: [{{static_configs: [{{targets: ["{page}"]}}]}}]
scrape_configs:
  - job_name: exporter
    static_configs: [{{targets: ["{page}"]}}]
  - job_name: prometheus
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
RULES = """
groups:
  - name: test
    rules:
      - alert: LotofacilTest
        expr: vector(1) or label_replace(vector(1), "part", "second", "", "")
        labels: {severity: warning, event: test, game: lotofacil, model_version: v2, rule: test}
"""
#: The last things to appear: a rate needs two scrapes, an alert an evaluation and a delivery.
READY = (
    "rate(lotofacil_http_requests_total[1m]) > 0",
    'ALERTS{alertname="LotofacilTest",alertstate="firing"}',
    "rate(prometheus_notifications_errors_total[1m]) >= 0",
)
#: Language changes titles and legends, never a query.
boards = [board for board in all_boards() if board.language is Language.PT_BR]
each_board = pytest.mark.parametrize("board", boards, ids=board_id)


@pytest.fixture(scope="module")
def prometheus(
    start_prometheus: StartPrometheus, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """A Prometheus that has scraped the stub page and itself, and has an alert firing."""
    rules = tmp_path_factory.mktemp("rules") / "test.yml"
    rules.write_text(RULES, "utf-8")
    with serving_page() as address:
        port = free_port()
        config = CONFIG.format(rules=rules, page=address, port=port)
        running = start_prometheus(config, port)
        for expression in READY:
            wait_until(partial(running.query, expression), what=expression)
        yield running


@each_board
def test_no_panel_is_empty(board: Board, prometheus: Prometheus) -> None:
    empty = [
        f"{title}: {expression}"
        for title, expression in board.expressions()
        if not _has_figures(prometheus, expression)
    ]
    assert empty == []


@each_board
def test_variables_offer_choices(board: Board, prometheus: Prometheus) -> None:
    for name in ("game", "model_version"):
        query = fill_in(board.variables()[name]["query"]["query"])
        selector = query.removeprefix("label_values(").removesuffix(f", {name})")
        address = f"{prometheus.url}/api/v1/label/{name}/values"
        found = requests.get(address, {"match[]": selector}, timeout=PATIENCE_SECONDS).json()[
            "data"
        ]
        assert found, query


@each_board
def test_starts_of_versions_are_marked(board: Board, prometheus: Prometheus) -> None:
    (marks,) = board.content["annotations"]["list"]
    assert _has_figures(prometheus, marks["target"]["expr"])


@pytest.mark.parametrize("choice", ["v1", "v2"])
@each_board
def test_no_panel_is_empty_for_one_version(
    board: Board, prometheus: Prometheus, choice: str
) -> None:
    """Also an old version, which is no longer in use, can be looked at."""
    for title, expression in board.expressions():
        chosen = expression.replace("$model_version", choice)
        assert _has_figures(prometheus, chosen), title


@each_board
def test_every_state_has_words(board: Board, prometheus: Prometheus) -> None:
    """Also that of an alert which fires twice."""
    for panel in board.panels():
        if panel["type"] == "state-timeline":
            (mapping,) = panel["fieldConfig"]["defaults"]["mappings"]
            for target in panel["targets"]:
                samples = prometheus.query(fill_in(target["expr"]))
                states = {sample["value"][1] for sample in samples}
                assert states <= mapping["options"].keys(), panel["title"]


@each_board
def test_evidence_of_any_size_leaves_its_axis_readable(
    board: Board, prometheus: Prometheus
) -> None:
    for panel in board.panels():
        scale = panel["fieldConfig"]["defaults"].get("custom", {}).get("scaleDistribution")
        if scale:
            for target in panel["targets"]:
                samples = prometheus.query(fill_in(target["expr"]))
                assert all(float(one["value"][1]) == 1e9 for one in samples), panel["title"]


def test_windows_stand_in_their_order(prometheus: Prometheus) -> None:
    shown = [
        expression
        for board in boards
        for title, expression in board.expressions()
        if title == "Acurácia da versão em uso, por janela"
    ]
    assert _has_figures(prometheus, shown[0])
    found = [one["metric"]["window"] for one in prometheus.query(fill_in(shown[0]))]
    assert found == list(WINDOW_NAMES)


def _has_figures(prometheus: Prometheus, expression: str) -> bool:
    """Where a scrape came too late, all is empty until the next one."""
    try:
        return wait_until(lambda: _shows_figures(prometheus, expression), 20)
    except TimeoutError:
        return False


def _shows_figures(prometheus: Prometheus, expression: str) -> bool:
    samples = prometheus.query(fill_in(expression))
    return any(not math.isnan(float(sample["value"][1])) for sample in samples)
