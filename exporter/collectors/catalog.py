"""All metrics of this product, as the collectors declare them; documents and tests ask here."""

from typing import Any

from exporter.collectors import (
    accuracy,
    alert_rules,
    calibration,
    database,
    draws,
    evidence,
    models,
    money,
    predictions,
    process,
    retrainer,
    retraining,
    spool,
    vitals,
)
from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import Collector, Metric

#: Rendered once for each snapshot of the database.
OF_SNAPSHOT: tuple[Collector[BoundedReading], ...] = (
    predictions.COLLECTOR,
    accuracy.COLLECTOR,
    evidence.COLLECTOR,
    calibration.COLLECTOR,
    money.COLLECTOR,
    draws.COLLECTOR,
    database.COLLECTOR,
    models.COLLECTOR,
    retraining.COLLECTOR,
)
_ALL: tuple[Collector[Any], ...] = (
    vitals.EXPORTER,
    vitals.COLLECTORS,
    *OF_SNAPSHOT,
    database.FILE,
    spool.COLLECTOR,
    alert_rules.COLLECTOR,
    alert_rules.CHECKS,
    process.RESOURCES,
    process.LOGS,
    process.LIMITS,
    process.HTTP,
    retrainer.COLLECTOR,
)
#: Metrics of the exporter's page and of the retrainer's, by collector and by name.
DECLARED: dict[str, list[Metric]] = {collector.name: collector.metrics for collector in _ALL}
CATALOG: dict[str, Metric] = {
    metric.name: metric for metrics in DECLARED.values() for metric in metrics
}
