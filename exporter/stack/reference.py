"""Reference pages in Markdown, generated from the sources they describe."""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from exporter.collectors.catalog import DECLARED
from exporter.collectors.declarations import Metric
from exporter.config import Settings
from exporter.stack.markdown import page, table

RULES = Path("prometheus/rules")
_LABEL = re.compile(r"\{\{ \$labels\.(\w+) \}\}")
#: The unit is the last word of a name; what counts or has no dimension has none.
_UNITS = {
    "seconds": "seconds",
    "bytes": "bytes",
    "reais": "reais (R$)",
    "ratio": "ratio",
}


def committed_files(root: Path) -> dict[Path, str]:
    """Every reference page by its path below the root of the repository."""
    return {
        Path("docs/metrics.md"): metrics_page(),
        Path("docs/settings.md"): settings_page(),
        Path("docs/alerts.md"): alerts_page(root / RULES),
    }


def metrics_page() -> str:
    """All metrics, a table for each collector."""
    intro = (
        "Names as PromQL writes them; a histogram adds `_bucket`, `_sum` and `_count`. They are on"
        " `/metrics` of the exporter, those of `retrainer` on that of the retrainer. A collector"
        " that fails leaves only its own series out."
    )
    columns = ("Metric", "Type", "Unit", "Labels", "Meaning")
    tables = [
        f"## {collector}\n\n" + table(columns, [_metric_row(metric) for metric in metrics])
        for collector, metrics in DECLARED.items()
    ]
    return page("Metrics", "the declarations in `exporter/collectors`", [intro, *tables])


def settings_page() -> str:
    """All settings of the product."""
    intro = (
        "Settings come from the environment, from `.env`, and from literal assignments in a"
        " `config.py` (which is never run), both in the working folder; the earlier in this list"
        " wins. In each of them `<VARIABLE>_FILE` may name a file whose content is the value: the"
        " safer way for the secrets marked below. What is empty counts as not given. All faults"
        " are reported at once when a command starts."
    )
    rows = [_setting_row(name, field) for name, field in Settings.model_fields.items()]
    columns = ("Variable", "Default", "Secret", "Meaning")
    return page("Settings", "`exporter/config/settings.py`", [intro, table(columns, rows)])


def alerts_page(rules: Path) -> str:
    """All alerts, a table for each file of rules."""
    intro = (
        "What Prometheus watches for (`prometheus/rules`) and Alertmanager sends. `For`: how long"
        " the condition must hold before anybody is told. Alerts that users make themselves all"
        " go through `LotofacilUserRule`."
    )
    tables = [_rules_table(file) for file in sorted(rules.glob("*.yml"))]
    return page("Alerts", "`prometheus/rules`", [intro, *filter(None, tables)])


def _metric_row(metric: Metric) -> tuple[str, ...]:
    unit = _UNITS.get(metric.name.rpartition("_")[2], "")
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"`{metric.exposed_name}`", metric.kind.value, unit, labels, metric.help


def _setting_row(name: str, field: FieldInfo) -> tuple[str, ...]:
    secret = isinstance(field.default, SecretStr)
    return f"`{name}`", _shown(field.default), "yes" if secret else "", field.description or ""


def _shown(default: Any) -> str:
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if value in ("", None) else f"`{value}`"


def _rules_table(file: Path) -> str:
    groups = yaml.safe_load(file.read_text("utf-8"))["groups"]
    rows = [_alert_row(rule) for group in groups for rule in group["rules"] if "alert" in rule]
    headings = ("Alert", "Severity", "Event", "For", "Summary")
    return f"## {file.stem}\n\n{table(headings, rows)}" if rows else ""


def _alert_row(rule: dict[str, Any]) -> tuple[str, ...]:
    labels, notes = rule.get("labels", {}), rule["annotations"]
    runbook = notes["runbook"].removeprefix("docs/")
    severity, event = (labels.get(name, "the rule's") for name in ("severity", "event"))
    name = f"[{rule['alert']}]({runbook})"
    summary = _LABEL.sub(r"`\1`", notes["summary_en"])
    return name, severity, event, rule.get("for", "0s"), summary
