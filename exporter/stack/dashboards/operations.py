"""The dashboard about operations: the way of every record, and the machine underneath."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporter.messages import Language
from exporter.stack.dashboards import alerting, pipeline, resources, service
from exporter.stack.dashboards.frame import Rows, assemble

SUBJECT = "operations"
SINCE = "now-6h"
ROWS: Rows = {
    "answers": (
        service.state,
        pipeline.database,
        pipeline.snapshot_age,
        pipeline.spool_age,
        pipeline.results,
        alerting.alerts_now,
    ),
    "service": (
        service.throughput,
        service.errors,
        service.latency,
    ),
    "lifetime": (
        service.recorded,
        service.errors_total,
        service.latency_total,
        service.last_prediction,
        pipeline.quarantine,
        pipeline.backup_age,
    ),
    "draws": (
        pipeline.last_draw,
        pipeline.draw_age,
        pipeline.missing_draws,
        pipeline.corrections,
        pipeline.feed_check,
        resources.uptime,
        pipeline.waiting,
    ),
    "storage": (
        pipeline.spool,
        pipeline.spool_fill,
        pipeline.spool_trouble,
        pipeline.snapshot,
        pipeline.database_size,
        pipeline.stored,
    ),
    "collectors": (pipeline.collectors, pipeline.collector_history),
    "retraining": (
        alerting.retraining_advice,
        alerting.retrainer_pass,
        alerting.retraining_age,
        alerting.retraining_duration,
        alerting.retraining_schedule,
        alerting.retraining_runs,
        alerting.retraining_requests,
    ),
    "alerts": (
        alerting.alerts,
        alerting.alert_history,
        alerting.rules,
        alerting.notifications,
        alerting.receivers,
    ),
    "http": (service.http_requests, service.http_errors, service.http_latency),
    "resources": (
        resources.usage,
        resources.process_cpu,
        resources.process_memory,
        resources.process_handles,
        resources.log_lines,
    ),
}


def build(language: Language) -> Dashboard:
    """The operations dashboard in one language."""
    return assemble(SUBJECT, SINCE, ROWS, language)
