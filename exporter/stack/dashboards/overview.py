"""The overview: is it up, better than chance, worse than before, who is told, what to do."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporter.messages import Language
from exporter.stack.dashboards import alerting, chance, pipeline, service
from exporter.stack.dashboards.frame import Rows, assemble

SUBJECT = "overview"
SINCE = "now-24h"
ROWS: Rows = {
    "answers": (
        service.state,
        chance.better,
        chance.worse,
        alerting.alerts_now,
        alerting.retraining_advice,
        pipeline.results,
    ),
    "chance": (chance.accuracy_band, chance.evidence),
    "versions": (chance.versions,),
    "service": (service.throughput, service.errors, service.latency),
    "told": (alerting.alerts, alerting.rules),
}


def build(language: Language) -> Dashboard:
    """The overview in one language."""
    return assemble(SUBJECT, SINCE, ROWS, language)
