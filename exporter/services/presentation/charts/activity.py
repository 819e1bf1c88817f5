"""How much was predicted, how fast, and with how many errors."""

from collections.abc import Sequence

from exporter.messages import Language
from exporter.services.overview.shapes import Activity, Overview
from exporter.services.presentation.charts.figure import (
    ERROR,
    MODEL_COLOURS,
    Chart,
    Trace,
    axis,
    figure,
    line,
    rounded,
)
from exporter.services.presentation.wording import Wording

_PERCENTILES = (("p50", MODEL_COLOURS[1]), ("p95", MODEL_COLOURS[0]), ("p99", MODEL_COLOURS[2]))


def volume_chart(overview: Overview, say: Wording) -> Chart:
    """Predictions and failed calls, step by step."""
    activity = overview.activity
    title = say("volume_title", span=activity.span.value)
    description = say("volume_description", step=say(f"step_{activity.span.value}"))
    if not activity.total.calls:
        return Chart("volume", title, description, None, say("no_calls"))
    made = [step.predictions for step in activity.steps]
    failed = [step.figures.failures for step in activity.steps]
    traces = [
        _bars(say("predictions"), _places(activity, say), made, MODEL_COLOURS[0]),
        _bars(say("failures"), _places(activity, say), failed, ERROR),
    ]
    y = axis(say("axis_calls"), rangemode="tozero", tickformat=",d")
    return Chart("volume", title, description, figure(traces, say, _time(say), y, barmode="stack"))


def latency_chart(overview: Overview, say: Wording) -> Chart:
    """Percentiles of the predictor's time."""
    activity, title = overview.activity, say("latency_title", span=overview.activity.span.value)
    description = say("latency_description")
    if not activity.total.latency_seconds.samples:
        return Chart("latency", title, description, None, say("no_latency"))
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
    y = axis(say("axis_seconds"), rangemode="tozero", hoverformat=".3f", ticksuffix=" s")
    return Chart("latency", title, description, figure(traces, say, _time(say), y))


def errors_chart(overview: Overview, say: Wording) -> Chart:
    """Share of calls that failed."""
    activity, title = overview.activity, say("errors_title", span=overview.activity.span.value)
    description = say("errors_description")
    if not activity.total.calls:
        return Chart("errors", title, description, None, say("no_calls"))
    rates = [step.figures.error_rate for step in activity.steps]
    trace = line(say("error_rate"), _places(activity, say), rates, ERROR, mode="lines+markers")
    highest = max([rate for rate in rates if rate is not None], default=0.0)
    y = axis(
        say("axis_errors"),
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
    return axis(say("axis_time", zone=say.zone), type="date", tickformat=form, nticks=8)
