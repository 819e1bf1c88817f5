"""Prometheus: whether it scrapes the exporter and has the rules of the files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from exporter.outbound.prometheus import Prometheus, PrometheusAway
from exporter.services.doctor.findings import Finding, ok, problem

_JOB = 'up{job="exporter"}'


class RuleKey(NamedTuple):
    """What names a rule: alerts of one name may differ in their severity."""

    group: str
    name: str
    severity: str


def check_prometheus(prometheus: Prometheus, rules: Path) -> Iterator[Finding]:
    """Its scrape and its rules; `rules` is the folder of the files (it may be missing)."""
    try:
        yield _scrape(prometheus)
        yield _rules(prometheus, rules)
    except PrometheusAway as error:
        why = str(error).partition(": ")[2] or str(error)
        yield problem("prometheus", "prometheus_away", url=prometheus.url, reason=why)


def _scrape(prometheus: Prometheus) -> Finding:
    found = prometheus.query(_JOB)
    if not found:
        return problem("scrape", "scrape_none")
    if any(sample["value"][1] == "1" for sample in found):
        return ok("scrape", "scrape_ok")
    of_job = [t for t in prometheus.targets() if t["labels"].get("job") == "exporter"]
    why = next((target["lastError"] for target in of_job if target["lastError"]), "up = 0")
    return problem("scrape", "scrape_failing", reason=why)


def _rules(prometheus: Prometheus, folder: Path) -> Finding:
    groups = prometheus.rule_groups()
    loaded = {_loaded_key(group, rule): rule for group in groups for rule in group["rules"]}
    broken = [rule for rule in loaded.values() if rule["health"] == "err"]
    if not loaded:
        return problem("rules", "rules_none")
    if broken:
        name, why = broken[0]["name"], broken[0].get("lastError", "")
        return problem("rules", "rules_failing", name=name, reason=why)
    wanted = _in_files(folder)
    if not wanted:
        return ok("rules", "rules_loaded", count=len(loaded))
    differing = [
        key.name for key, rule in wanted.items() if not _equal(prometheus, rule, loaded.get(key))
    ]
    if differing:
        return problem("rules", "rules_differ", count=len(differing), name=differing[0])
    return ok("rules", "rules_ok", count=len(wanted))


def _in_files(folder: Path) -> dict[RuleKey, Mapping[str, Any]]:
    found = {}
    for file in sorted(folder.glob("*.yml")):
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]:
            for rule in group["rules"]:
                name = rule.get("alert") or rule["record"]
                severity = str(rule.get("labels", {}).get("severity", ""))
                found[RuleKey(group["name"], name, severity)] = rule
    return found


def _loaded_key(group: Mapping[str, Any], rule: Mapping[str, Any]) -> RuleKey:
    return RuleKey(group["name"], rule["name"], rule.get("labels", {}).get("severity", ""))


def _equal(
    prometheus: Prometheus, wanted: Mapping[str, Any], loaded: Mapping[str, Any] | None
) -> bool:
    """Expression, labels and annotations; how long a rule is held may be set otherwise here."""
    if loaded is None:
        return False
    same_texts = all(
        {k: str(v) for k, v in wanted.get(part, {}).items()} == loaded.get(part, {})
        for part in ("labels", "annotations")
    )
    if not same_texts:
        return False
    expression, query = str(wanted["expr"]), str(loaded["query"])
    if "".join(expression.split()) == "".join(query.split()):
        return True
    return prometheus.formatted(expression) == prometheus.formatted(query)
