"""The dashboard about accuracy: can the figures be believed, and what do they say?"""

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporter.messages import Language
from exporter.stack.dashboards import chance, money, service
from exporter.stack.dashboards.frame import Rows, assemble

SUBJECT = "accuracy"
SINCE = "now-7d"
ROWS: Rows = {
    "answers": (
        chance.better,
        chance.worse,
        chance.accuracy_now,
        chance.above_chance,
        chance.zscore,
        chance.pvalue,
    ),
    "chance": (chance.accuracy_versions, chance.windows),
    "evidence": (chance.evidence, chance.change, chance.reference),
    "versions": (chance.versions,),
    "hits": (chance.hits, money.tiers),
    "calibration": (
        chance.sample,
        chance.trend,
        money.confidence_bias,
        money.brier_skill,
        service.recorded,
        service.last_prediction,
        service.confidence,
        money.calibration,
        money.brier,
    ),
    "money": (money.net_over_time, money.balance),
    "each": (chance.accuracy_each,),
}


def build(language: Language) -> Dashboard:
    """The accuracy dashboard in one language."""
    return assemble(SUBJECT, SINCE, ROWS, language)
