"""Prometheus' configuration and rules for a native run, rendered from the committed ones."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

CONFIGURATION = Path("prometheus/prometheus.yml")
RULES = Path("prometheus/rules")
_HOLD = re.compile(r"^( +(?:for|keep_firing_for): ).*$", re.MULTILINE)


def render(
    source: str,
    targets: Mapping[str, str],
    rule_files: str,
    *,
    scrape_interval: str = "",
    evaluation_interval: str = "",
) -> str:
    """The committed configuration with other addresses, rules and intervals.

    `targets`: host:port by the name of the job; jobs that are not named are left out, and
    without `alertmanager` no alert is sent. Intervals are Prometheus durations ("" keeps the
    committed one); a scrape never takes longer than its interval.
    """
    config: dict[str, Any] = yaml.safe_load(source)
    config["rule_files"] = [rule_files]
    config["scrape_configs"] = [
        {"job_name": job["job_name"], "static_configs": _static(targets[job["job_name"]])}
        for job in config["scrape_configs"]
        if job["job_name"] in targets
    ]
    _set_alertmanager(config, targets.get("alertmanager"))
    _set_intervals(config["global"], scrape_interval, evaluation_interval)
    return yaml.safe_dump(config, sort_keys=False)


def render_rules(source: str, hold: str) -> str:
    """A file of rules with every `for` and `keep_firing_for` set to `hold`.

    For demonstrations and tests, where nobody wants to wait ten minutes for an alert.
    """
    return _HOLD.sub(rf"\g<1>{hold}", source)


def write_rules(source: Path, target: Path, hold: str = "") -> None:
    """Copies the rules in folder `source` to folder `target`, held for `hold` when it is given."""
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.glob("*.yml")):
        text = file.read_text("utf-8")
        (target / file.name).write_text(render_rules(text, hold) if hold else text, "utf-8")


def _static(address: str) -> list[dict[str, list[str]]]:
    return [{"targets": [address]}]


def _set_alertmanager(config: dict[str, Any], address: str | None) -> None:
    if address is None:
        config.pop("alerting", None)
    else:
        config["alerting"] = {"alertmanagers": [{"static_configs": _static(address)}]}


def _set_intervals(settings: dict[str, Any], scrape: str, evaluation: str) -> None:
    if scrape:
        settings["scrape_interval"] = scrape
        del settings["scrape_timeout"]  # Prometheus refuses one that is longer than the interval
    if evaluation:
        settings["evaluation_interval"] = evaluation
