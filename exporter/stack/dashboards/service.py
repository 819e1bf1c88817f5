"""Panels that answer: is the predictor up, fast and free of errors?"""

from grafana_foundation_sdk.builders import bargauge, stat, timeseries
from grafana_foundation_sdk.models import common as shapes

from exporter import catalog
from exporter.stack.dashboards import expressions as promql
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.expressions import quantile, rate, ratio, series, total
from exporter.stack.dashboards.panels import Panels, Query, Source

_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def state(panels: Panels) -> stat.Panel:
    """Is the exporter there, and can it read the database?"""
    colours = {0: theme.BAD, 1: theme.WARNING, 2: theme.GOOD}
    query = Query(promql.exporter_state(), "exporter")
    return panels.verdict("state", query, colours, Source.PROMETHEUS)


def last_prediction(panels: Panels) -> stat.Panel:
    """Time since the newest prediction of the chosen versions."""
    query = Query(f"time() - {promql.figure(catalog.PREDICTION_LAST)}", "age")
    return panels.tile("last_prediction", query, "s").decimals(1)


def recorded(panels: Panels) -> stat.Panel:
    """Predictions over the database's lifetime."""
    query = Query(total(series(catalog.PREDICTIONS)), "predictions")
    return panels.tile("recorded", query, "short")


def throughput(panels: Panels) -> timeseries.Panel:
    """Predictions a minute, by version."""
    query = Query(f"60 * {total(rate(catalog.PREDICTIONS), 'model_version')}", "version")
    return panels.lines("throughput", [query], "cpm").span(8).min(0).fill_opacity(10)


def errors(panels: Panels) -> timeseries.Panel:
    """Share of failed predictor calls, by version."""
    failed = total(rate(catalog.PREDICTION_FAILURES), "model_version")
    share = ratio(failed, _calls("model_version"))
    return panels.lines("errors", [Query(share, "version")], "percentunit").span(8).min(0)


def errors_total(panels: Panels) -> stat.Panel:
    """Share of failed predictor calls over the database's lifetime."""
    failed = total(series(catalog.PREDICTION_FAILURES))
    query = Query(f"{failed} / ({failed} + {total(series(catalog.PREDICTIONS))})", "failures")
    return panels.tile("errors_total", query, "percentunit").decimals(2)


def latency(panels: Panels) -> timeseries.Panel:
    """Quantiles of the time that the predictor took."""
    queries = [
        Query(quantile(share, catalog.PREDICTION_LATENCY), name)
        for name, share in _QUANTILES.items()
    ]
    return panels.lines("latency", queries, "s").span(8).min(0)


def latency_total(panels: Panels) -> stat.Panel:
    """The mean time that the predictor took, over the database's lifetime."""
    spent = total(series(catalog.PREDICTION_LATENCY, "_sum"))
    mean = ratio(spent, total(series(catalog.PREDICTION_LATENCY, "_count")))
    return panels.tile("latency_total", Query(mean, "mean"), "s")


def confidence(panels: Panels) -> bargauge.Panel:
    """How the claimed confidence is spread."""
    # Cumulative counts: sorting them puts the bounds in their order.
    buckets = f"sort({total(series(catalog.PREDICTION_CONFIDENCE, '_bucket'), 'le')})"
    panel = panels.bar_gauge("confidence", Query(buckets, "bucket"), "short")
    return panel.value_mode(shapes.BarGaugeValueMode.TEXT)


def http_requests(panels: Panels) -> timeseries.Panel:
    """Requests a second by status."""
    query = Query(total(rate(catalog.HTTP_REQUESTS), "code"), "code")
    return panels.lines("http_requests", [query], "reqps").span(8).min(0)


def http_errors(panels: Panels) -> timeseries.Panel:
    """Share of the requests that ended in a server error."""
    broken = f"({total(rate(catalog.HTTP_REQUESTS, code='~5..'))} or vector(0))"
    share = ratio(broken, total(rate(catalog.HTTP_REQUESTS)))
    return panels.lines("http_errors", [Query(share, "failures")], "percentunit").span(8).min(0)


def http_latency(panels: Panels) -> timeseries.Panel:
    """The slow end of answers, by route."""
    query = Query(quantile(0.95, catalog.HTTP_DURATION, "route"), "route")
    return panels.lines("http_latency", [query], "s").span(8).min(0)


def _calls(*labels: str) -> str:
    predictions = total(rate(catalog.PREDICTIONS), *labels)
    return f"({predictions} + {total(rate(catalog.PREDICTION_FAILURES), *labels)})"
