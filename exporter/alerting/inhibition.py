"""Inhibition: one cause makes one message, the cause's own."""

from collections.abc import Sequence
from typing import Any

from exporter.alerting.routes import any_of, matcher

#: Nothing can be known about models and records while one of these fires.
_BLIND = (
    "LotofacilExporterDown",
    "LotofacilExporterAbsent",
    "LotofacilDatabaseAway",
    "LotofacilDatabaseFileLost",
)
_ABOUT_RECORDS = (
    "accuracy_drop",
    "accuracy_rise",
    "model_drift",
    "overconfidence",
    "performance_drop",
    "missing_predictions",
    "missing_results",
    "data_quality",
    "backup_overdue",
    "retraining_failed",
    "retraining_refused",
    "retraining_overdue",
)


def rules() -> list[dict[str, Any]]:
    """Every rule: the alerts `target_matchers` are silent while `source_matchers` fires."""
    return [
        # the milder of two alerts of one name
        {
            "source_matchers": [matcher("severity", "=", "critical")],
            "target_matchers": [any_of("severity", ("warning", "info"))],
            "equal": ["alertname", "instance", "game", "model_version", "rule"],
        },
        _silence(_BLIND, [any_of("event", _ABOUT_RECORDS)]),
        _silence(
            ("LotofacilExporterDown", "LotofacilExporterAbsent"), [_named(*_SYMPTOMS, *_BLIND[2:])]
        ),
        _silence(("LotofacilDatabaseAway",), [_named(*_SYMPTOMS)]),
        _silence(("LotofacilDatabaseFileLost",), [_named(*_SYMPTOMS, "LotofacilDatabaseAway")]),
        # no result, no news of accuracy; the predictor often waits for the same feed
        _silence(
            ("LotofacilDrawResultOverdue",),
            [any_of("event", ("accuracy_drop", "accuracy_rise", "model_drift", "overconfidence"))],
            ("game",),
        ),
        _silence(
            ("LotofacilDrawResultOverdue",), [_named("LotofacilPredictionsMissing")], ("game",)
        ),
        # the documented threshold adds nothing once there is proof
        _silence(
            ("LotofacilAccuracyWorseThanChance", "LotofacilAccuracyDegraded"),
            [_named("LotofacilAccuracyBelowThreshold")],
            ("game", "model_version"),
        ),
        _silence(("LotofacilHostDiskLow",), [_named("LotofacilSpoolFlushFailing")], ("instance",)),
        _silence(
            ("LotofacilRetrainerDown", "LotofacilRetrainerAbsent"),
            [any_of("event", ("retraining_overdue",))],
        ),
    ]


#: What a database that is away, or an exporter that is down, shows as well.
_SYMPTOMS = (
    "LotofacilSnapshotStale",
    "LotofacilSpoolDelayed",
    "LotofacilSpoolFlushFailing",
    "LotofacilCollectorFailing",
    "LotofacilHttpErrorsHigh",
)


def _named(*alerts: str) -> str:
    return any_of("alertname", alerts)


def _silence(
    sources: Sequence[str], targets: Sequence[str], equal: Sequence[str] = ()
) -> dict[str, Any]:
    """Labels in `equal` must be the same on both sides (and so is a label that neither has)."""
    rule: dict[str, Any] = {
        "source_matchers": [_named(*sources)],
        "target_matchers": list(targets),
    }
    return rule | ({"equal": list(equal)} if equal else {})
