"""How much was predicted, how fast, and with how many errors."""

from collections.abc import Sequence

from exporter.figures.overview import Activity, Overview, Span
from exporter.messages import Language, Text, phrases
from exporter.messages.wording import Wording
from exporter.pages.charts.figure import (
    ERROR,
    MODEL_COLOURS,
    Chart,
    Trace,
    axis,
    figure,
    line,
    rounded,
)

_PERCENTILES = (("p50", MODEL_COLOURS[1]), ("p95", MODEL_COLOURS[0]), ("p99", MODEL_COLOURS[2]))


_VOLUME_DESCRIPTION = Text(
    "Predições e chamadas que falharam, {step}.", "Predictions and failed calls, {step}."
)
_STEPS = {
    Span.DAY: Text("por hora", "by hour"),
    Span.WEEK: Text("a cada 6 horas", "every 6 hours"),
    Span.MONTH: Text("por dia", "by day"),
}


def volume_chart(overview: Overview, say: Wording) -> Chart:
    """Predictions and failed calls, step by step."""
    activity = overview.activity
    title = say(Text("Volume, {span}", "Volume, {span}"), span=activity.span.value)
    description = say(_VOLUME_DESCRIPTION, step=say(_STEPS[activity.span]))
    if not activity.total.calls:
        return Chart("volume", title, description, None, say(phrases.NO_CALLS))
    made = [step.predictions for step in activity.steps]
    failed = [step.figures.failures for step in activity.steps]
    places = _places(activity, say)
    traces = [
        _bars(say(Text("predições", "predictions")), places, made, MODEL_COLOURS[0]),
        _bars(say(Text("falhas", "failures")), places, failed, ERROR),
    ]
    y = axis(say(Text("chamadas", "calls")), rangemode="tozero", tickformat=",d")
    return Chart("volume", title, description, figure(traces, say, _time(say), y, barmode="stack"))


_LATENCY_DESCRIPTION = Text(
    """Tempo que o preditor informou: metade das chamadas fica abaixo de p50, 99% abaixo de p99.""",
    "Time the predictor reported: half of the calls stay below p50, 99% below p99.",
)


def latency_chart(overview: Overview, say: Wording) -> Chart:
    """Percentiles of the predictor's time."""
    activity, title = (
        overview.activity,
        say(
            Text("Latência do preditor, {span}", "Predictor latency, {span}"),
            span=overview.activity.span.value,
        ),
    )
    description = say(_LATENCY_DESCRIPTION)
    if not activity.total.latency_seconds.samples:
        return Chart("latency", title, description, None, say(phrases.NO_LATENCY))
    traces = [
        line(
            name,
            _places(activity, say),
            [getattr(step.figures.latency_seconds, name) for step in activity.steps],
            colour,
            mode="lines+markers",
            marker={"size": 5},
            connectgaps=False,
        )
        for name, colour in _PERCENTILES
    ]
    y = axis(
        say(Text("segundos", "seconds")), rangemode="tozero", hoverformat=".3f", ticksuffix=" s"
    )
    return Chart("latency", title, description, figure(traces, say, _time(say), y))


_ERRORS_DESCRIPTION = Text(
    "Parte das chamadas que não deu bilhete.", "Share of calls that gave no ticket."
)


def errors_chart(overview: Overview, say: Wording) -> Chart:
    """Share of calls that failed."""
    activity, title = (
        overview.activity,
        say(Text("Taxa de erro, {span}", "Error rate, {span}"), span=overview.activity.span.value),
    )
    description = say(_ERRORS_DESCRIPTION)
    if not activity.total.calls:
        return Chart("errors", title, description, None, say(phrases.NO_CALLS))
    rates = [step.figures.error_rate for step in activity.steps]
    name, places = say(Text("taxa de erro", "error rate")), _places(activity, say)
    trace = line(name, places, rates, ERROR, mode="lines+markers")
    highest = max([rate for rate in rates if rate is not None], default=0.0)
    y = axis(
        say(Text("erros (%)", "errors (%)")),
        tickformat=".0%",
        hoverformat=".1%",
        range=[0, max(0.05, highest * 1.15)],
    )
    return Chart("errors", title, description, figure([trace], say, _time(say), y))


def _places(activity: Activity, say: Wording) -> list[str]:
    return [f"{say.local(step.start):%Y-%m-%d %H:%M}" for step in activity.steps]


def _bars(name: str, x: Sequence[str], y: Sequence[int], colour: str) -> Trace:
    return {"type": "bar", "name": name, "x": list(x), "y": rounded(y), "marker": {"color": colour}}


def _time(say: Wording) -> Trace:
    form = "%d/%m %H:%M" if say.language is Language.PT_BR else "%b %-d, %H:%M"
    return axis(
        say(Text("horário ({zone})", "time ({zone})"), zone=say.zone),
        type="date",
        tickformat=form,
        nticks=8,
    )
