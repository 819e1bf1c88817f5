"""An overview as plain values, for programs: ratios 0–1, moments as ISO 8601, money in reais."""

from dataclasses import asdict
from typing import Any

from exporter.domain.moments import from_micros
from exporter.domain.verdicts import standing_of_evidence, standing_of_window
from exporter.figures.model_figures import ModelFigures
from exporter.figures.overview import Overview
from exporter.figures.rule_board import WatchedRule
from exporter.storage.notifications import Notification


def figures_of(overview: Overview) -> dict[str, Any]:
    """What the page and the report show, under names of its own."""
    draws, total = overview.draws, overview.activity.total
    return {
        "game": overview.game.name,
        "at": _iso(overview.at),
        "span": overview.activity.span.value,
        "chance": overview.game.chance,
        "models": [_model(model) for model in overview.models],
        "activity": asdict(total),
        "draws": {
            "last_number": draws.last_number,
            "last_at": _iso(draws.last_at),
            "next_at": _iso(draws.next_at),
            "overdue": draws.overdue,
            "missing": draws.missing,
        },
        "alerts": [{"alert": a.alert, "severity": a.severity} for a in overview.alerts],
        "rules": [_rule(rule) for rule in overview.rules],
        "notifications": [_notification(notification) for notification in overview.notifications],
        "quarantined": overview.quarantined,
        "resources": dict(overview.resources),
    }


def _rule(watched: WatchedRule) -> dict[str, Any]:
    rule = watched.rule
    condition = {"condition": rule.condition, "threshold": rule.threshold}
    return {"rule": rule.name, "metric_type": rule.metric_type, **condition, "value": watched.value}


def _notification(notification: Notification) -> dict[str, Any]:
    return {
        "alert": notification.name,
        "status": notification.status,
        "received_at": _iso(notification.received_at),
    }


def _model(model: ModelFigures) -> dict[str, Any]:
    return {
        "model_version": model.row.version,
        "role": model.row.role,
        "active": model.row.active,
        "verdict": standing_of_evidence(model.evidence).value,
        "windows": {
            name: {**asdict(window), "verdict": standing_of_window(window).value}
            for name, window in model.windows.items()
        },
        "evidence": _evidence(model),
        "calibration": asdict(model.calibration) if model.calibration else None,
        "hits": {str(hits): tickets for hits, tickets in model.hits.items()},
        "predictions": model.predictions,
        "failures": model.failures,
        "scored": model.scored,
        "ineligible": model.ineligible,
        "money": {
            "cost": model.money.cost / 100,
            "prizes": model.money.prizes / 100,
            "net": model.money.net / 100,
            "net_expected": model.money.net_expected / 100,
        },
    }


def _evidence(model: ModelFigures) -> dict[str, Any] | None:
    if model.evidence is None:
        return None
    return {
        name: {
            "e_value": direction.e_value,
            "peak": direction.peak,
            "shiryaev_roberts": direction.shiryaev_roberts,
        }
        for name, direction in (("worse", model.evidence.worse), ("better", model.evidence.better))
    }


def _iso(micros: int | None) -> str | None:
    return None if micros is None else from_micros(micros).isoformat()
