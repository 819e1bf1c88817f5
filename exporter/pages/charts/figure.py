"""The parts that all charts have in common.

Colours are legible on light and on dark ground; the page fills in those of text and grid. Chance is
amber and broken everywhere, a control arm grey and dotted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.figures.model_figures import ModelFigures
from exporter.messages import Language, phrases
from exporter.messages.wording import Wording
from exporter.pages.shapes import Cell, Table

Trace = dict[str, Any]

MODEL_COLOURS = ("#3b82f6", "#14b8a6", "#a855f7", "#ec4899", "#84cc16", "#f97316", "#06b6d4")
CONTROL = "#8b98a9"
CHANCE = "#f59e0b"
CHANCE_BAND = "rgba(245,158,11,0.14)"
ERROR = "#ef4444"
#: 95 % of a normal law lie within so many standard deviations.
REACH = 1.959964
_MOST_ROWS = 60
#: Letters of a name that leave a chart on a phone its room.
_NAME = 14


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with what it shows in words. `figure` is None while there is nothing to draw."""

    name: str
    title: str
    description: str
    figure: dict[str, Any] | None
    nothing: str = ""


def figure(
    traces: Sequence[Trace], say: Wording, x: Trace, y: Trace, **layout: Any
) -> dict[str, Any]:
    """A figure of these traces and axes."""
    shared = {
        "margin": {"l": 56, "r": 12, "t": 8, "b": 44},
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "separators": ",." if say.language is Language.PT_BR else ".,",
        "xaxis": {"automargin": True, "fixedrange": True, **x},
        "yaxis": {"automargin": True, "fixedrange": True, **y},
    }
    return {"data": list(traces), "layout": {**shared, **layout}}


def axis(title: str, **more: Any) -> Trace:
    """An axis with its title, which names the unit."""
    return {"title": {"text": title}, **more}


def line(name: str, x: Sequence[Any], y: Sequence[Any], colour: str, **more: Any) -> Trace:
    """A line; `dash` and `width` style it."""
    style = {"color": colour, "width": more.pop("width", 2), "dash": more.pop("dash", "solid")}
    head = {"type": "scatter", "mode": "lines", "name": name, "line": style}
    return {**head, "x": list(x), "y": rounded(y), **more}


def chance_line(name: str, x: Sequence[Any], y: Sequence[float], **more: Any) -> Trace:
    """What a random picker would give."""
    return line(name, x, y, CHANCE, dash="dash", **more)


def chance_range(
    name: str, x: Sequence[Any], low: Sequence[float], high: Sequence[float]
) -> list[Trace]:
    """The band in which most random pickers stay."""
    silent = {"width": 0, "hoverinfo": "skip"}
    return [
        line("", x, low, CHANCE_BAND, showlegend=False, **silent),
        line(name, x, high, CHANCE_BAND, fill="tonexty", fillcolor=CHANCE_BAND, **silent),
    ]


def rounded(values: Sequence[Any]) -> list[Any]:
    """Six digits are more than a chart can show."""
    return [round(value, 6) if isinstance(value, float) else value for value in values]


def colour(models: Sequence[ModelFigures], model: ModelFigures) -> str:
    """The same colour for a model in every chart."""
    ordinary = [version.row.id for version in models if not version.is_control]
    if model.is_control:
        return CONTROL
    return MODEL_COLOURS[ordinary.index(model.row.id) % len(MODEL_COLOURS)]


def label(model: ModelFigures, say: Wording) -> str:
    """The model's version, marked when it is a control arm."""
    return f"{model.row.version}{_mark(model, say, ' ')}"


def shortened(model: ModelFigures, say: Wording) -> str:
    """The label in the width that a place on an axis has: both ends tell versions apart."""
    version = model.row.version
    if len(version) > _NAME:
        version = f"{version[: _NAME // 2]}…{version[-(_NAME // 2) + 1 :]}"
    return version + _mark(model, say, "<br>")


def _mark(model: ModelFigures, say: Wording, before: str) -> str:
    return f"{before}({say(phrases.CONTROL_ARM)})" if model.is_control else ""


def as_table(chart: Chart, say: Wording) -> Table:
    """The chart's values as a table, for those who cannot see or draw it; the newest rows."""
    traces = [t for t in (chart.figure or {"data": []})["data"] if t.get("hoverinfo") != "skip"]
    places = list(dict.fromkeys(place for trace in traces for place in trace["x"]))
    columns = [dict(zip(trace["x"], trace["y"], strict=True)) for trace in traces]
    first = (chart.figure or {}).get("layout", {}).get("xaxis", {}).get("title", {}).get("text", "")
    header = [first, *(trace["name"] for trace in traces)]
    rows = [
        [Cell(_shown(place, say)), *(Cell(_shown(column.get(place), say)) for column in columns)]
        for place in places[-_MOST_ROWS:]
    ]
    return Table(f"{chart.name}-values", chart.title, header, rows, chart.nothing)


def _shown(value: Any, say: Wording) -> str:
    if value is None or isinstance(value, str):
        return value or "–"
    if isinstance(value, int) or float(value).is_integer():
        return say.number(value)
    return say.number(value, 3)
