"""Dashboards as Grafana will read them: schema, identity, texts, layout, data source."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from exporter.domain.statistics.baseline import WINDOW_NAMES
from exporter.stack.dashboards.frame import DATASOURCE_UID
from tests.stack.boards import Board, all_boards, board_id

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared" / "grafana" / "dashboard.schema.json"
UIDS = {"lotofacil-overview", "lotofacil-accuracy", "lotofacil-operations"}

#: Right in Grafana, unknown to its published schema: properties of all variables in its
#: older form, and those of annotations that belong to the Prometheus plugin (of `target` it
#: knows only the form that Grafana's own annotations have).
FALSE_FINDINGS = {
    "templating": {"auto", "auto_count", "auto_min"},
    "annotations": {"textFormat", "titleFormat", "useValueForTime"},
}

each_board = pytest.mark.parametrize("board", all_boards(), ids=board_id)


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    """The schema of Grafana 12.4's own dashboard type, which lies outside the repository."""
    if not SCHEMA.is_file():
        reason = f"no JSON schema of dashboards at {SCHEMA}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return Draft7Validator(json.loads(SCHEMA.read_text("utf-8")))


def test_each_dashboard_exists_once_in_each_language() -> None:
    assert sorted(board.name for board in all_boards()) == sorted([*UIDS, *UIDS])


@each_board
def test_dashboard_fits_the_schema_of_grafana(board: Board, schema: Draft7Validator) -> None:
    findings = [e for e in schema.iter_errors(board.content) if not _is_false(e)]
    assert [f"{list(e.absolute_path)}: {e.message}" for e in findings] == []


@each_board
def test_dashboard_is_provisioned_as_code(board: Board) -> None:
    assert board.content["uid"] == board.name
    assert board.content["editable"] is False
    assert board.content["tags"] == ["lotofacil"]
    assert board.content["schemaVersion"] >= 42
    assert board.content["title"]
    assert board.content["description"]


@each_board
def test_panel_ids_are_unique(board: Board) -> None:
    ids = [panel["id"] for panel in board.content["panels"]]
    assert len(ids) == len(set(ids))
    assert all(number > 0 for number in ids)


@each_board
def test_every_panel_has_what_no_panel_may_lack(board: Board) -> None:
    source = {"type": "prometheus", "uid": "${datasource}"}
    for panel in board.panels():
        assert panel["title"].strip()
        assert len(panel["description"]) > 40
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"] == source
        assert panel["targets"]
        assert all(target["datasource"] == source for target in panel["targets"])


@each_board
def test_every_description_names_the_origin_of_the_figures(board: Board) -> None:
    origin = re.compile(r"(Fonte|Source): .*(SQL|Prometheus)")
    assert all(origin.search(panel["description"]) for panel in board.panels())


@each_board
def test_panels_fill_the_grid_without_overlap(board: Board) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board.content["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    assert {x for x, _ in taken} == set(range(24))
    assert _ragged_rows(taken) == []


@each_board
def test_variables_are_the_promised_ones(board: Board) -> None:
    variables = board.variables()
    assert list(variables) == ["datasource", "game", "model_version", "window"]
    assert variables["datasource"]["current"]["value"] == DATASOURCE_UID
    assert [option["value"] for option in variables["window"]["options"]] == list(WINDOW_NAMES)
    assert all(variable["label"] for variable in variables.values())


@each_board
def test_window_choices_are_what_grafana_makes_of_the_query(board: Board) -> None:
    window = board.variables()["window"]
    pairs = (choice.split(" : ") for choice in window["query"].split(","))
    assert [(name, value) for name, value in pairs] == [
        (option["text"], option["value"]) for option in window["options"]
    ]


@each_board
def test_dashboards_link_to_each_other(board: Board) -> None:
    link = board.content["links"][0]
    assert (link["type"], link["tags"]) == ("dashboards", ["lotofacil"])
    assert link["includeVars"]
    assert link["keepTime"]
    assert "placement" not in link, "hidden in a menu"


@each_board
def test_annotations_ask_as_panels_do(board: Board) -> None:
    (marks,) = board.content["annotations"]["list"]
    assert marks["target"]["refId"]
    assert marks["target"]["expr"].startswith("lotofacil_model_start_timestamp_seconds{")
    assert "expr" not in marks


@each_board
def test_charts_of_several_series_say_which_is_which(board: Board) -> None:
    for panel in board.panels():
        if panel["type"] in ("timeseries", "barchart"):
            assert panel["options"]["legend"]["showLegend"], panel["title"]


@each_board
def test_rules_about_no_game_are_shown_with_every_game(board: Board) -> None:
    asked = [expr for _, expr in board.expressions() if "lotofacil_alert_rule_" in expr]
    assert all(expr.count('game=~"$game|"') == expr.count("{") for expr in asked)


@each_board
def test_a_cell_without_a_value_says_so(board: Board) -> None:
    for panel in board.panels():
        if any("NaN" in target["expr"] for target in panel["targets"]):
            properties = [p for o in panel["fieldConfig"]["overrides"] for p in o["properties"]]
            mappings = [m for p in properties if p["id"] == "mappings" for m in p["value"]]
            assert "null+nan" in [m["options"].get("match") for m in mappings], panel["title"]


@each_board
def test_every_override_by_name_meets_a_series_or_column(board: Board) -> None:
    for panel in board.panels():
        names = {target.get("legendFormat") for target in panel["targets"]} | _columns(panel)
        wanted = {
            override["matcher"]["options"]
            for override in panel["fieldConfig"]["overrides"]
            if override["matcher"]["id"] == "byName"
        }
        assert wanted <= names, panel["title"]


@each_board
def test_every_override_by_pattern_meets_a_series(board: Board) -> None:
    for panel in board.panels():
        names = [target["legendFormat"] for target in panel["targets"]]
        for override in panel["fieldConfig"]["overrides"]:
            if override["matcher"]["id"] == "byRegexp":
                pattern = override["matcher"]["options"].strip("/")
                assert any(re.search(pattern, name) for name in names), panel["title"]


def test_provisioned_data_source_is_the_one_that_dashboards_start_with() -> None:
    file = ROOT / "grafana" / "provisioning" / "datasources" / "prometheus.yml"
    (source,) = yaml.safe_load(file.read_text("utf-8"))["datasources"]
    assert source["uid"] == DATASOURCE_UID
    assert source["editable"] is False
    assert source["url"] == "${GRAFANA_PROMETHEUS_URL}"


def test_data_source_knows_the_scrape_interval() -> None:
    file = ROOT / "grafana" / "provisioning" / "datasources" / "prometheus.yml"
    (source,) = yaml.safe_load(file.read_text("utf-8"))["datasources"]
    prometheus = yaml.safe_load((ROOT / "prometheus" / "prometheus.yml").read_text("utf-8"))
    assert source["jsonData"]["timeInterval"] == prometheus["global"]["scrape_interval"]


def test_grafana_begins_with_a_dashboard_of_ours() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    home = compose["services"]["grafana"]["environment"][
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"
    ]
    assert Path(home).stem in UIDS
    assert (ROOT / "grafana/dashboards" / Path(home).name).is_file()


def test_provisioned_dashboards_cannot_be_changed_by_hand() -> None:
    file = ROOT / "grafana" / "provisioning" / "dashboards" / "lotofacil.yml"
    (provider,) = yaml.safe_load(file.read_text("utf-8"))["providers"]
    assert provider["allowUiUpdates"] is False
    assert provider["disableDeletion"] is True


def _is_false(error: ValidationError) -> bool:
    where, message = str(next(iter(error.absolute_path), "")), error.message
    if where == "annotations" and error.absolute_path[-1] == "target":
        return True
    unexpected = re.match(r"Additional properties are not allowed \((.*) (was|were) ", message)
    found = set(re.findall(r"'(\w+)'", unexpected[1])) if unexpected else {message}
    return found <= FALSE_FINDINGS.get(where, set())


def _ragged_rows(taken: set[tuple[int, int]]) -> list[int]:
    """Lines of the grid that are not full: holes that catch the eye."""
    lines = {y for _, y in taken}
    return [y for y in sorted(lines) if any((x, y) not in taken for x in range(24))]


def _columns(panel: dict[str, Any]) -> set[str]:
    arrangements = [t for t in panel.get("transformations", []) if t["id"] == "organize"]
    return {name for t in arrangements for name in t["options"]["renameByName"].values()}
