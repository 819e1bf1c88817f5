"""Every query of every dashboard, held against the catalogue of metrics."""

import promql_parser
import pytest

from exporter.collectors import models, vitals
from exporter.collectors.catalog import CATALOG
from exporter.collectors.declarations import Metric, MetricKind
from exporter.stack.dashboards.expressions import rate, series
from tests.stack.boards import Board, all_boards, board_id
from tests.stack.promql import fill_in, grouping_labels, selectors

#: What Prometheus itself exposes, with the labels that dashboards may use.
OWN_SERIES = {
    "ALERTS": {"alertname", "alertstate", "severity", "event", "game", "model_version", "rule"},
    "ALERTS_FOR_STATE": {"alertname", "severity", "event", "game", "model_version", "rule"},
    "prometheus_notifications_alertmanagers_discovered": set[str](),
    "prometheus_notifications_dropped_total": set[str](),
    "prometheus_notifications_errors_total": set[str](),
    "prometheus_notifications_sent_total": set[str](),
}

each_board = pytest.mark.parametrize("board", all_boards(), ids=board_id)


def _known_series() -> dict[str, set[str]]:
    known: dict[str, set[str]] = dict(OWN_SERIES)
    for metric in CATALOG.values():
        for name in _series_names(metric):
            known[name] = set(metric.labels) | ({"le"} if name.endswith("_bucket") else set())
    return known


def _series_names(metric: Metric) -> list[str]:
    if metric.kind is MetricKind.HISTOGRAM:
        return [f"{metric.name}{part}" for part in ("_bucket", "_sum", "_count")]
    return [metric.exposed_name]


KNOWN = _known_series()


@each_board
def test_every_expression_parses(board: Board) -> None:
    for title, expression in board.expressions():
        promql_parser.parse(fill_in(expression))
        assert "$" not in fill_in(expression).replace("docs/runbooks/$1.md", ""), title


@each_board
def test_every_metric_and_label_is_known(board: Board) -> None:
    for title, expression in board.expressions():
        used = list(selectors(expression))
        assert used, title
        for name, labels in used:
            assert name in KNOWN, title
            assert labels <= KNOWN[name], f"{title}: {name}"


@each_board
def test_every_label_grouped_by_is_on_a_metric_of_the_expression(board: Board) -> None:
    for title, expression in board.expressions():
        available = {"alertstate"}.union(*(KNOWN[name] for name, _ in selectors(expression)))
        assert grouping_labels(expression) <= available, title


@each_board
def test_rates_use_the_interval_that_grafana_computes(board: Board) -> None:
    for title, expression in board.expressions():
        assert expression.count("rate(") == expression.count("[$__rate_interval]"), title


@each_board
def test_legends_name_labels_that_the_result_has(board: Board) -> None:
    for panel in board.panels():
        for target in panel["targets"]:
            named = {part.split("}}")[0] for part in target["legendFormat"].split("{{")[1:]}
            kept = grouping_labels(target["expr"]) | {"model_version"}
            assert named <= kept, panel["title"]


@each_board
def test_totals_leave_the_control_arm_out(board: Board) -> None:
    for title, expression in board.expressions():
        for name, labels in selectors(expression):
            # A user's rule is shown as it was made, whatever it watches.
            if "role" in KNOWN[name] and not name.startswith("lotofacil_alert_rule_"):
                assert "role" in labels, f"{title}: {name}"


@each_board
def test_variables_ask_for_known_series(board: Board) -> None:
    for name in ("game", "model_version"):
        query = board.variables()[name]["query"]["query"]
        selector, _, label = query.removeprefix("label_values(").removesuffix(")").rpartition(", ")
        ((metric, labels),) = selectors(selector)
        assert label == name
        assert labels | {label} <= KNOWN[metric]


def test_a_label_that_the_metric_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="lotofacil_up has no label game"):
        series(vitals.UP, game="lotofacil")


def test_a_gauge_has_no_rate() -> None:
    with pytest.raises(ValueError, match="lotofacil_up is a gauge"):
        rate(vitals.UP)


def test_matchers_narrow_to_the_variables_unless_told_otherwise() -> None:
    expected = 'lotofacil_model_active{game="$game",model_version=~"v1|v2",role="model"}'
    assert series(models.MODEL_ACTIVE, model_version="~v1|v2") == expected
