"""Panels that answer: is the predictor up, fast and free of errors?"""

from grafana_foundation_sdk.builders import bargauge, stat, timeseries
from grafana_foundation_sdk.models import common as shapes

from exporter.collectors import process
from exporter.collectors.predictions import (
    PREDICTION_CONFIDENCE,
    PREDICTION_FAILURES,
    PREDICTION_LAST,
    PREDICTION_LATENCY,
    PREDICTIONS,
)
from exporter.messages import Text
from exporter.stack.dashboards import expressions as promql
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.expressions import quantile, rate, ratio, series, total
from exporter.stack.dashboards.panels import AGE, EXPORTER, FAILURES, Draft, Query, Source, panel

_QUANTILES = {
    0.5: Text("mediana", "median"),
    0.95: Text("95 % até", "95 % within"),
    0.99: Text("99 % até", "99 % within"),
}


@panel(
    Text("Está no ar?", "Is it up?"),
    "O exportador responde ao Prometheus e consegue ler o banco de dados?",
    "Does the exporter answer Prometheus, and can it read the database?",
)
def state(draft: Draft) -> stat.Panel:
    meanings = {
        0: (Text("Fora do ar", "Down"), theme.BAD),
        1: (Text("Sem banco de dados", "No database"), theme.WARNING),
        2: (Text("No ar", "Up"), theme.GOOD),
    }
    query = Query(promql.exporter_state(), EXPORTER)
    return draft.verdict(query, meanings, Source.PROMETHEUS)


@panel(
    Text("Última predição há", "Last prediction"),
    "Tempo desde a predição mais recente das versões escolhidas.",
    "Time since the newest prediction of the chosen versions.",
)
def last_prediction(draft: Draft) -> stat.Panel:
    query = Query(f"time() - {promql.figure(PREDICTION_LAST)}", AGE)
    return draft.tile(query, "s").decimals(1)


@panel(
    Text("Predições registradas", "Predictions recorded"),
    "Total desde o início do banco de dados; a limpeza de dados antigos não o diminui.",
    "Total over the database's lifetime; cleaning up old data does not lower it.",
)
def recorded(draft: Draft) -> stat.Panel:
    query = Query(total(series(PREDICTIONS)), Text("predições", "predictions"))
    return draft.tile(query, "short")


@panel(
    Text("Predições por minuto", "Predictions a minute"),
    "Ritmo com que chegam predições, por versão.",
    "How fast predictions come in, by version.",
)
def throughput(draft: Draft) -> timeseries.Panel:
    query = Query(f"60 * {total(rate(PREDICTIONS), 'model_version')}", "{{model_version}}")
    return draft.lines([query], "cpm").span(8).min(0).fill_opacity(10)


@panel(
    Text("Taxa de erro", "Error rate"),
    "Parte das chamadas ao preditor que falharam. Sem chamadas no intervalo, sem linha.",
    "Share of predictor calls that failed. No calls in the interval, no line.",
)
def errors(draft: Draft) -> timeseries.Panel:
    failed = total(rate(PREDICTION_FAILURES), "model_version")
    share = ratio(failed, f"({total(rate(PREDICTIONS), 'model_version')} + {failed})")
    return draft.lines([Query(share, "{{model_version}}")], "percentunit").span(8).min(0)


@panel(
    Text("Taxa de erro desde o início", "Error rate since the start"),
    "Parte das chamadas ao preditor que falharam, desde o início do banco de dados.",
    "Share of predictor calls that failed, over the database's lifetime.",
)
def errors_total(draft: Draft) -> stat.Panel:
    failed = total(series(PREDICTION_FAILURES))
    query = Query(f"{failed} / ({failed} + {total(series(PREDICTIONS))})", FAILURES)
    return draft.tile(query, "percentunit").decimals(2)


@panel(
    Text("Tempo de resposta do preditor", "Response time of the predictor"),
    """Mediana, 95 % e 99 % do tempo informado com cada predição. Sem predições no intervalo, sem
    linha.""",
    """Median, 95 % and 99 % of the time reported with each prediction. No predictions in the
    interval, no line.""",
)
def latency(draft: Draft) -> timeseries.Panel:
    queries = [
        Query(quantile(share, PREDICTION_LATENCY), name) for share, name in _QUANTILES.items()
    ]
    return draft.lines(queries, "s").span(8).min(0)


@panel(
    Text("Tempo médio de resposta", "Mean response time"),
    "Tempo médio informado com as predições, desde o início do banco de dados.",
    "Mean time reported with the predictions, over the database's lifetime.",
)
def latency_total(draft: Draft) -> stat.Panel:
    spent = total(series(PREDICTION_LATENCY, "_sum"))
    mean = ratio(spent, total(series(PREDICTION_LATENCY, "_count")))
    return draft.tile(Query(mean, Text("média", "mean")), "s")


@panel(
    Text("Confiança declarada", "Claimed confidence"),
    "Quantas predições declararam confiança até cada valor (acumulado), desde o início.",
    "How many predictions claimed a confidence up to each value (cumulative), ever.",
)
def confidence(draft: Draft) -> bargauge.Panel:
    # Cumulative counts: sorting them puts the bounds in their order.
    buckets = f"sort({total(series(PREDICTION_CONFIDENCE, '_bucket'), 'le')})"
    panel = draft.bar_gauge(Query(buckets, Text("até {{le}}", "up to {{le}}")), "short")
    return panel.value_mode(shapes.BarGaugeValueMode.TEXT)


@panel(
    Text("Requisições por código", "Requests by status"),
    "Requisições HTTP respondidas pelo exportador, por código de resposta.",
    "HTTP requests answered by the exporter, by status code.",
)
def http_requests(draft: Draft) -> timeseries.Panel:
    query = Query(total(rate(process.HTTP_REQUESTS), "code"), "{{code}}")
    return draft.lines([query], "reqps").span(8).min(0)


@panel(
    Text("Erros do servidor", "Server errors"),
    "Parte das requisições respondidas com 5xx.",
    "Share of requests answered with 5xx.",
)
def http_errors(draft: Draft) -> timeseries.Panel:
    broken = f"({total(rate(process.HTTP_REQUESTS, code='~5..'))} or vector(0))"
    share = ratio(broken, total(rate(process.HTTP_REQUESTS)))
    return draft.lines([Query(share, FAILURES)], "percentunit").span(8).min(0)


@panel(
    Text("Tempo de resposta por rota (95 %)", "Response time by route (95 %)"),
    "Tempo em que 95 % das requisições de cada rota são respondidas.",
    "Time within which 95 % of each route's requests are answered.",
)
def http_latency(draft: Draft) -> timeseries.Panel:
    query = Query(quantile(0.95, process.HTTP_DURATION, "route"), "{{route}}")
    return draft.lines([query], "s").span(8).min(0)
