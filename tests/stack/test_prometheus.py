from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.config import Settings
from exporter.stack.prometheus import CONFIGURATION, RULES, render, render_rules, write_rules
from tests.prometheus.rule_files import ROOT

SOURCE = (ROOT / CONFIGURATION).read_text("utf-8")
TARGETS = {"exporter": "127.0.0.1:1", "retrainer": "127.0.0.1:2", "alertmanager": "127.0.0.1:3"}


def rendered(targets: dict[str, str] = TARGETS, **intervals: str) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(render(SOURCE, targets, "/r/*.yml", **intervals))
    return config


def test_addresses_are_replaced_and_unnamed_jobs_left_out() -> None:
    config = rendered()
    jobs = {job["job_name"]: job["static_configs"][0] for job in config["scrape_configs"]}
    assert jobs == {name: {"targets": [address]} for name, address in TARGETS.items()}
    managers = config["alerting"]["alertmanagers"]
    assert managers == [{"static_configs": [{"targets": ["127.0.0.1:3"]}]}]
    assert config["rule_files"] == ["/r/*.yml"]


def test_without_alertmanager_no_alert_is_sent() -> None:
    assert "alerting" not in rendered({"exporter": "127.0.0.1:1"})


def test_intervals_are_the_committed_ones_unless_given() -> None:
    assert rendered()["global"] == yaml.safe_load(SOURCE)["global"]
    faster = rendered(scrape_interval="1s", evaluation_interval="2s")["global"]
    assert faster == {"scrape_interval": "1s", "evaluation_interval": "2s"}


def test_the_committed_interval_is_the_settings_default() -> None:
    default = Settings.model_fields["ALERT_CHECK_INTERVAL"].default
    assert yaml.safe_load(SOURCE)["global"]["evaluation_interval"] == f"{default}s"


@pytest.mark.parametrize("file", sorted((ROOT / RULES).glob("*.yml")), ids=lambda file: file.stem)
def test_only_the_patience_of_rules_changes(file: Path) -> None:
    source = file.read_text("utf-8")
    before, after = yaml.safe_load(source), yaml.safe_load(render_rules(source, "0s"))
    for old, new in zip(before["groups"][0]["rules"], after["groups"][0]["rules"], strict=True):
        for name in ("for", "keep_firing_for"):
            assert old.pop(name, None) is None or new.pop(name) == "0s"
        assert old == new


def test_rules_are_copied_as_they_are_or_with_less_patience(tmp_path: Path) -> None:
    write_rules(ROOT / RULES, tmp_path / "same")
    write_rules(ROOT / RULES, tmp_path / "fast", hold="0s")
    name = "draws.yml"
    assert (tmp_path / "same" / name).read_text() == (ROOT / RULES / name).read_text()
    assert "for: 10m" not in (tmp_path / "fast" / name).read_text()
