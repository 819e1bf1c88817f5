import re
from typing import Any

import pytest

from exporter.domain.alerts import METRIC_TYPES, SEVERITIES, watched
from exporter.domain.retraining import ALERT_TRIGGERS
from tests.prometheus.rule_files import ROOT, alert_names, alerts, story_moments

#: It takes severity and event from the series that users make.
USER_RULE = "LotofacilUserRule"
WATCHDOG = "LotofacilWatchdog"  # it always fires
TEXTS = ("summary", "description", "summary_en", "description_en")
#: What is a state, not a moment: the value belongs into the text, never into a label.
VALUE = re.compile(r"\$value|\.Value")

every_alert = pytest.mark.parametrize(
    "rule", alerts(), ids=lambda rule: f"{rule['alert']}-{rule.get('labels', {}).get('severity')}"
)


@pytest.mark.parametrize("name", [name for name in alert_names() if name != WATCHDOG])
def test_an_alert_has_a_quiet_and_a_firing_moment(name: str) -> None:
    moments = [moment for moment in story_moments() if moment["alertname"] == name]
    assert any(not moment["exp_alerts"] for moment in moments), "no story in which it is quiet"
    assert any(moment["exp_alerts"] for moment in moments), "no story in which it fires"


def test_the_watchdog_has_a_firing_moment() -> None:
    assert any(
        moment["alertname"] == WATCHDOG and moment["exp_alerts"] for moment in story_moments()
    )


@every_alert
def test_every_severity_of_an_alert_fires_in_a_story(rule: dict[str, Any]) -> None:
    expected = [
        fired["exp_labels"]["severity"]
        for moment in story_moments()
        if moment["alertname"] == rule["alert"]
        for fired in moment["exp_alerts"]
    ]
    assert expected
    if rule["alert"] != USER_RULE:
        assert rule["labels"]["severity"] in expected


@every_alert
def test_an_alert_says_who_should_hear_it(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"Lotofacil([A-Z][a-z]+)+", rule["alert"])
    assert {"for", "keep_firing_for"} <= rule.keys()
    if rule["alert"] != USER_RULE:
        assert rule["labels"]["severity"] in SEVERITIES
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", rule["labels"]["event"])
        assert set(rule["labels"]) == {"severity", "event"}


@every_alert
def test_an_alert_has_all_its_texts_with_the_figure(rule: dict[str, Any]) -> None:
    notes = rule["annotations"]
    assert set(notes) == {*TEXTS, "runbook", "dashboard"}
    assert all(notes[name].strip() for name in TEXTS)
    assert all(VALUE.search(notes[name]) for name in ("description", "description_en"))
    assert not VALUE.search(notes["summary"] + notes["summary_en"])  # it would change all the time
    assert not any(VALUE.search(text) for text in rule.get("labels", {}).values())


@every_alert
def test_an_alert_leads_to_a_runbook_and_a_dashboard(rule: dict[str, Any]) -> None:
    assert rule["annotations"]["runbook"] == f"docs/runbooks/{rule['alert']}.md"
    assert (ROOT / rule["annotations"]["runbook"]).is_file()
    dashboard = f"grafana/dashboards/{rule['annotations']['dashboard']}.json"
    assert (ROOT / dashboard).is_file()


def test_events_of_users_rules_are_events_of_ours() -> None:
    ours = {rule["labels"]["event"] for rule in alerts() if "labels" in rule}
    theirs = {watched(name).event_for(sign) for name in METRIC_TYPES for sign in ("<", ">")}
    assert theirs <= ours
    assert {"accuracy_drop", "system_error"} <= ours  # the guide's own example
    assert ours >= ALERT_TRIGGERS
