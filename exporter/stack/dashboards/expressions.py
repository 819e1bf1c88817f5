"""PromQL from the catalogue: names of metrics and labels are looked up, never typed."""

from collections.abc import Callable, Sequence

from exporter.collectors import models, money, retraining, vitals
from exporter.collectors.accuracy import (
    CHANCE_ACCURACY,
    WINDOW_HITS,
    WINDOW_HITS_VARIANCE,
    WINDOW_NUMBERS,
)
from exporter.collectors.declarations import Metric, MetricKind
from exporter.collectors.evidence import CHANGE_EVIDENCE, EVIDENCE_PEAK

#: Evidence (e-values): at most 1/20 (1/100) of chance-level models ever get here.
EVIDENCE, STRONG_EVIDENCE = 20, 100
#: Change detector: at most one false alarm in so many draws, on average.
SUSPICION, CHANGE = 1000, 3000

#: Nothing that a rule watches is larger, but for evidence that no longer needs digits.
TOP = 1_000_000_000_000_000

#: Stands for "whatever value": leaves a default matcher out.
ANY = "~.*"
#: What a series is narrowed to unless the caller says otherwise: the variables of
#: the dashboard, and no control arm (it is excluded from every total).
_SCOPE = {"game": "$game", "model_version": "~$model_version", "role": "model"}

_FIRING = 'alertstate="firing",alertname=~"Lotofacil.+",alertname!="LotofacilWatchdog"'


def series(metric: Metric, part: str = "", **matchers: str) -> str:
    """A selector of the metric: `label="value"`, and `label=~"value"` where it starts with ~.

    `part` is a histogram's `_bucket`, `_sum` or `_count`. Raises ValueError for a
    label that the metric does not have.
    """
    unknown = set(matchers) - set(metric.labels)
    if unknown:
        raise ValueError(f"{metric.name} has no label {', '.join(sorted(unknown))}")
    scope = {label: value for label, value in _SCOPE.items() if label in metric.labels}
    chosen = {label: value for label, value in (scope | matchers).items() if value != ANY}
    inside = ",".join(_matcher(label, value) for label, value in chosen.items())
    return f"{metric.exposed_name}{part}" + (f"{{{inside}}}" if inside else "")


def _matcher(label: str, value: str) -> str:
    return f'{label}=~"{value[1:]}"' if value.startswith("~") else f'{label}="{value}"'


def rate(metric: Metric, part: str = "", **matchers: str) -> str:
    """Per-second rate of a counter over the interval that fits the panel's resolution."""
    if metric.kind is MetricKind.GAUGE:
        raise ValueError(f"{metric.name} is a gauge: it has no rate")
    return f"rate({series(metric, part, **matchers)}[$__rate_interval])"


def total(expression: str, *labels: str) -> str:
    """Sum, kept apart by `labels`; the labels of the scrape itself are dropped."""
    return f"sum by ({', '.join(labels)}) ({expression})" if labels else f"sum({expression})"


def largest(expression: str, *labels: str) -> str:
    """Maximum, kept apart by `labels`."""
    return f"max by ({', '.join(labels)}) ({expression})" if labels else f"max({expression})"


def ratio(numerator: str, denominator: str) -> str:
    """Quotient of two sums that is absent, not NaN, while there is nothing to divide by."""
    return f"{numerator} / ({denominator} > 0)"


def quantile(share: float, metric: Metric, *labels: str, **matchers: str) -> str:
    """A quantile of a histogram over the panel's interval."""
    buckets = total(rate(metric, "_bucket", **matchers), *labels, "le")
    return f"histogram_quantile({share}, {buckets})"


def in_use(expression: str) -> str:
    """Only the model version in use; all chosen versions while none of them is in use.

    The second half keeps the panels alive when the reader picks an old version.
    """
    active = f"{series(models.MODEL_ACTIVE)} == 1"
    return (
        f"(({expression}) and on (game, model_version) ({active}))"
        f" or (({expression}) unless on (game) ({active}))"
    )


def beside_control(expression: Callable[..., str]) -> str:
    """The chosen model versions, and the control arm whatever was chosen."""
    return f"({expression()}) or ({expression(model_version=ANY, role='control')})"


def accuracy(*labels: str, **matchers: str) -> str:
    """Hits divided by numbers played, both of the chosen window."""
    chosen = {"window": "$window"} | matchers
    hits = total(series(WINDOW_HITS, **chosen), *labels)
    return ratio(hits, total(series(WINDOW_NUMBERS, **chosen), *labels))


def above_chance(*labels: str, **matchers: str) -> str:
    """Accuracy minus that of a random pick."""
    return f"({accuracy(*labels, **matchers)}) - {chance()}"


def chance() -> str:
    """Accuracy of a random pick, as a scalar that fits beside any labels."""
    return f"scalar({largest(series(CHANCE_ACCURACY))})"


def luck(*labels: str, **matchers: str) -> str:
    """How far from chance luck alone takes accuracy: 1.96 standard deviations, 95 % of cases."""
    variance = figure(WINDOW_HITS_VARIANCE, *labels, window="$window", **matchers)
    numbers = figure(WINDOW_NUMBERS, *labels, window="$window", **matchers)
    return f"1.96 * sqrt({variance}) / ({numbers} > 0)"


def figure(metric: Metric, *labels: str, **matchers: str) -> str:
    """A gauge as it is, kept apart by `labels`."""
    return largest(series(metric, **matchers), *labels)


def in_order(label: str, values: Sequence[str], expression: str) -> str:
    """What has only this label, in the order of the values; Prometheus sorts 100 before 7."""
    places = (f'label_replace(vector(0), "{label}", "{value}", "", "")' for value in values)
    return f"({' or '.join(places)}) + on ({label}) {expression}"


def net(*labels: str, **matchers: str) -> str:
    """Prizes minus cost."""
    prizes = total(series(money.PRIZES, **matchers), *labels)
    return f"{prizes} - {total(series(money.COST, **matchers), *labels)}"


def evidence_verdict(*labels: str, **matchers: str) -> str:
    """0: none, 1: worse than chance, 2: better, 3: both (it was one, then the other)."""
    better = figure(EVIDENCE_PEAK, *labels, direction="better", **matchers)
    worse = figure(EVIDENCE_PEAK, *labels, direction="worse", **matchers)
    return f"2 * ({better} >= bool {EVIDENCE}) + ({worse} >= bool {EVIDENCE})"


def change_verdict(*labels: str) -> str:
    """0: no change for the worse, 1: a suspicion, 2: a change."""
    worse = figure(CHANGE_EVIDENCE, *labels, direction="worse")
    return f"({worse} >= bool {SUSPICION}) + ({worse} >= bool {CHANGE})"


def retraining_verdict() -> str:
    """0: not needed, 1: under way, 2: needed: evidence or change detector say that it is worse."""
    evidence = in_use(f"{series(EVIDENCE_PEAK, direction='worse')} >= bool {EVIDENCE}")
    change = in_use(f"{series(CHANGE_EVIDENCE, direction='worse')} >= bool {CHANGE}")
    running = f"1 + 0 * ({total(series(retraining.RETRAINING_RUNNING), 'game')} > 0)"
    needed = f"2 * (({largest(evidence, 'game')} + {largest(change, 'game')}) > bool 0)"
    return f"({running}) or ({needed})"


def exporter_state() -> str:
    """0: no exporter, 1: it answers but cannot read the database, 2: all well."""
    return f"({largest(series(vitals.UP))} + 1) or vector(0)"


def active_alerts() -> str:
    """Firing alerts of this product, counted; the watchdog, which always fires, is left out."""
    return f"count(ALERTS{{{_FIRING}}})"


def is_firing(*labels: str) -> str:
    """1 for each of these that fires, however often."""
    return f"group by ({', '.join(labels)}) (ALERTS{{{_FIRING}}})"


def alerts_since(*labels: str) -> str:
    """When each firing alert became active, in milliseconds as Grafana's date units want."""
    since = "ALERTS_FOR_STATE * 1000"
    firing = f"{since} and ignoring (alertstate) ALERTS{{{_FIRING}}}"
    return largest(firing, *labels)
