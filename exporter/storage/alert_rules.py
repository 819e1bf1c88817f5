"""Alert rules that users made: one row for each name, the newest call wins."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from exporter.domain.alerts import AlertRule
from exporter.logs import get_logger
from exporter.storage import newest_wins
from exporter.storage.schema import alert_rules as rules

_log = get_logger(__name__)
_OPTIONS = ("game", "model_version", "window", "sample_size_min")


def put_rule(connection: Connection, rule: AlertRule, at: int) -> bool:
    """Keeps a rule; True when one of the same name was replaced. `at` in microseconds."""
    values = _values(rule) | {"updated_at": at}
    return newest_wins.put(connection, rules, rule.name, values)


def read_rules(connection: Connection) -> list[AlertRule]:
    """Every rule, by name; one that another version wrote and this one cannot read is left out."""
    return list(_readable(connection.execute(select(rules).order_by(rules.c.name))))


def find_rule(connection: Connection, name: str) -> AlertRule | None:
    """The rule of this name."""
    row = connection.execute(select(rules).where(rules.c.name == name)).first()
    return None if row is None else _rule(row)


def remove_rule(connection: Connection, name: str) -> bool:
    """Removes a rule; False when there is none of this name."""
    return connection.execute(delete(rules).where(rules.c.name == name)).rowcount == 1


def _readable(rows: Iterable[Row[Any]]) -> Iterator[AlertRule]:
    for row in rows:
        try:
            yield _rule(row)
        except (ValueError, TypeError) as error:
            _log.warning("alert_rule_unreadable", rule=row.name, error=str(error))


def _values(rule: AlertRule) -> dict[str, Any]:
    given = rule.to_dict()
    return {
        "metric_type": rule.metric_type,
        "condition": rule.condition,
        "threshold": repr(rule.threshold),
        "severity": rule.severity,
        "event": rule.event,
        "description": rule.description,
        "options": json.dumps({name: given[name] for name in _OPTIONS}),
    }


def _rule(row: Row[Any]) -> AlertRule:
    return AlertRule(
        row.name,
        row.metric_type,
        row.condition,
        float(row.threshold),
        row.severity,
        row.description,
        row.event,
        **json.loads(row.options),
    )
