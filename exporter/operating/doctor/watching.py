"""Prometheus: whether it scrapes the exporter and has the rules of the files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from exporter.messages import Text
from exporter.operating.doctor.findings import Finding, ok, problem
from exporter.outbound.prometheus import Prometheus, PrometheusAway

_JOB = 'up{job="exporter"}'
_PROMETHEUS_AWAY = Text(
    "não responde em {url} ({reason}) → inicie-o ou corrija PROMETHEUS_URL",
    "does not answer at {url} ({reason}) → start it or mend PROMETHEUS_URL",
)
_SCRAPE_OK = Text("o Prometheus coleta o exportador", "Prometheus scrapes the exporter")
_SCRAPE_NONE = Text(
    "o Prometheus não conhece o exportador → use prometheus/prometheus.yml (job exporter)",
    "Prometheus does not know the exporter → use prometheus/prometheus.yml (job exporter)",
)
_SCRAPE_FAILING = Text(
    "a coleta do exportador falha: {reason} → confira endereço e rede em prometheus.yml",
    "scraping the exporter fails: {reason} → see address and network in prometheus.yml",
)
_RULES_OK = Text(
    "{count} regras carregadas, iguais aos arquivos", "{count} rules loaded, equal to the files"
)
_RULES_LOADED = Text(
    "{count} regras carregadas (sem arquivos aqui para comparar)",
    "{count} rules loaded (no files here to compare with)",
)
_RULES_NONE = Text(
    "nenhuma regra carregada → confira rule_files em prometheus.yml e recarregue",
    "no rule is loaded → see rule_files in prometheus.yml and reload",
)
_RULES_DIFFER = Text(
    """{count} diferem dos arquivos, por exemplo {name} → recarregue o Prometheus (POST /-/reload)
    ou atualize rule_files""",
    """{count} differ from the files, {name} for one → reload Prometheus (POST /-/reload) or update
    rule_files""",
)
_RULES_FAILING = Text(
    "{name} não pode ser avaliada: {reason}", "{name} cannot be evaluated: {reason}"
)


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
        yield problem("prometheus", _PROMETHEUS_AWAY, url=prometheus.url, reason=why)


def _scrape(prometheus: Prometheus) -> Finding:
    samples = prometheus.query(_JOB)
    if not samples:
        return problem("scrape", _SCRAPE_NONE)
    if any(sample["value"][1] == "1" for sample in samples):
        return ok("scrape", _SCRAPE_OK)
    of_job = [t for t in prometheus.targets() if t["labels"].get("job") == "exporter"]
    why = next((target["lastError"] for target in of_job if target["lastError"]), "up = 0")
    return problem("scrape", _SCRAPE_FAILING, reason=why)


def _rules(prometheus: Prometheus, folder: Path) -> Finding:
    groups = prometheus.rule_groups()
    loaded = {
        RuleKey(group["name"], rule["name"], rule.get("labels", {}).get("severity", "")): rule
        for group in groups
        for rule in group["rules"]
    }
    broken = [rule for rule in loaded.values() if rule["health"] == "err"]
    if not loaded:
        return problem("rules", _RULES_NONE)
    if broken:
        name, why = broken[0]["name"], broken[0].get("lastError", "")
        return problem("rules", _RULES_FAILING, name=name, reason=why)
    wanted = _in_files(folder)
    if not wanted:
        return ok("rules", _RULES_LOADED, count=len(loaded))
    differing = [
        key.name for key, rule in wanted.items() if not _equal(prometheus, rule, loaded.get(key))
    ]
    if differing:
        return problem("rules", _RULES_DIFFER, count=len(differing), name=differing[0])
    return ok("rules", _RULES_OK, count=len(wanted))


def _in_files(folder: Path) -> dict[RuleKey, Mapping[str, Any]]:
    rules = {}
    for file in sorted(folder.glob("*.yml")):
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]:
            for rule in group["rules"]:
                name = rule.get("alert") or rule["record"]
                severity = str(rule.get("labels", {}).get("severity", ""))
                rules[RuleKey(group["name"], name, severity)] = rule
    return rules


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
