"""What models claim and choose: confidence beside accuracy, evidence, and the numbers they play."""

import math
from collections.abc import Sequence

from exporter.domain.statistics import Frequency
from exporter.domain.verdicts import EVIDENCE
from exporter.services.overview.shapes import Model, Overview
from exporter.services.presentation.charts.figure import (
    CHANCE,
    CONTROL,
    ERROR,
    MODEL_COLOURS,
    REACH,
    Chart,
    Trace,
    axis,
    chance_line,
    chance_range,
    colour,
    figure,
    label,
    line,
    rounded,
    shortened,
)
from exporter.services.presentation.wording import Wording

_LARGEST_EVIDENCE = 1e9


def calibration_chart(overview: Overview, say: Wording) -> Chart:
    """Accuracy of tickets by their confidence; on the diagonal promises are kept."""
    title, description = say("calibration_title"), say("calibration_description")
    claiming = [model for model in overview.models if model.calibration]
    if not claiming:
        return Chart("calibration", title, description, None, say("no_confidence_yet"))
    chance = overview.game.chance
    traces = [
        line(say("kept"), [0, 1], [0, 1], CONTROL, width=1.5, hoverinfo="skip"),
        chance_line(say("chance"), [0, 1], [chance, chance], hoverinfo="skip"),
        *(_bins(overview.models, model, say) for model in claiming),
    ]
    form = {"range": _span(claiming, chance), "tickformat": ".0%", "hoverformat": ".1%"}
    x, y = axis(say("axis_confidence"), **form), axis(say("axis_accuracy"), **form)
    return Chart("calibration", title, description, figure(traces, say, x, y, hovermode="closest"))


def _span(models: Sequence[Model], chance: float) -> list[float]:
    """The same for both axes, so that the diagonal is one."""
    bins = [one for model in models if model.calibration for one in model.calibration.bins]
    values = [chance, *(b.mean_confidence for b in bins), *(b.accuracy for b in bins)]
    return rounded([max(-0.02, min(values) - 0.06), min(1.02, max(values) + 0.06)])


def _bins(models: Sequence[Model], model: Model, say: Wording) -> Trace:
    bins = model.calibration.bins if model.calibration else ()
    most = max((one.tickets for one in bins), default=1)
    marker = {
        "color": colour(models, model),
        "size": rounded([7 + 13 * math.sqrt(one.tickets / most) for one in bins]),
        "symbol": "diamond-open" if model.is_control else "circle",
        "opacity": 0.8,
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(model, say),
        "x": rounded([one.mean_confidence for one in bins]),
        "y": rounded([one.accuracy for one in bins]),
        "text": [say("tickets_of_bin", tickets=say.number(one.tickets)) for one in bins],
        "hovertemplate": f"%{{x}} → %{{y}}<br>%{{text}}<extra>{label(model, say)}</extra>",
        "marker": marker,
    }


def evidence_chart(overview: Overview, say: Wording) -> Chart:
    """E-values of every model on a logarithmic axis, with the line that chance seldom reaches."""
    title, description = say("evidence_title"), say("evidence_description", limit=f"{EVIDENCE:g}")
    judged = [model for model in overview.models if model.evidence and model.evidence.draws]
    if not judged:
        return Chart("evidence", title, description, None, say("no_result_yet"))
    names = [label(model, say) for model in judged]
    states = [model.evidence for model in judged if model.evidence]
    traces = [
        _peaks(
            say("better_peak"),
            names,
            [s.better.peak for s in states],
            MODEL_COLOURS[1],
            "triangle-up",
        ),
        _peaks(say("worse_peak"), names, [s.worse.peak for s in states], ERROR, "triangle-down"),
        chance_line(say("evidence_limit", limit=f"{EVIDENCE:g}"), names, [EVIDENCE] * len(names)),
    ]
    top = _top(traces)
    ticks = {"dtick": math.ceil(top / 4), "exponentformat": "power"}
    y = axis(say("axis_evidence"), type="log", range=[-0.3, top], **ticks)
    short = [shortened(model, say) for model in judged]
    x = axis(say("axis_model"), type="category", tickvals=names, ticktext=short)
    return Chart("evidence", title, description, figure(traces, say, x, y))


def _peaks(name: str, x: Sequence[str], y: Sequence[float], tint: str, symbol: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": list(x),
        "y": rounded([min(value, _LARGEST_EVIDENCE) for value in y]),
        "marker": {"color": tint, "size": 13, "symbol": symbol},
    }


def _top(traces: Sequence[Trace]) -> float:
    highest = max(value for trace in traces for value in trace["y"])
    return round(max(2.3, math.log10(highest) + 0.4), 2)


def numbers_chart(overview: Overview, say: Wording) -> Chart:
    """How often each number is played, and how often it was drawn."""
    title, description = say("numbers_title"), say("numbers_description")
    game, current, drawn = overview.game, overview.current, overview.draws.frequency
    numbers = sorted(game.numbers)
    traces = [*_drawn(numbers, drawn, game.chance, say)] if drawn else []
    if current and current.held_shares:
        traces.insert(0, _played(numbers, current, say))
    if not traces:
        return Chart("numbers", title, description, None, say("no_predictions"))
    ends = [numbers[0] - 0.7, numbers[-1] + 0.7]
    x = axis(say("axis_number"), nticks=14, tickangle=0, range=ends)
    y = axis(say("axis_share"), tickformat=".0%", hoverformat=".1%", rangemode="tozero")
    return Chart("numbers", title, description, figure(traces, say, x, y))


def _played(numbers: Sequence[int], model: Model, say: Wording) -> Trace:
    return {
        "type": "bar",
        "name": say("played_by", model=model.row.version),
        "x": list(numbers),
        "y": rounded(list(model.held_shares)),
        "marker": {"color": MODEL_COLOURS[0], "opacity": 0.75},
    }


def _drawn(numbers: Sequence[int], drawn: Frequency, chance: float, say: Wording) -> list[Trace]:
    sd = math.sqrt(chance * (1 - chance) / drawn.draws)
    shares = rounded([chance + z * sd for z in drawn.z_scores])
    places = [numbers[0] - 0.5, numbers[-1] + 0.5]
    low, high = [chance - REACH * sd] * 2, [chance + REACH * sd] * 2
    return [
        *chance_range(say("chance_range"), places, low, high),
        {**line(say("chance"), places, [chance] * 2, CHANCE, dash="dash"), "hoverinfo": "skip"},
        {
            "type": "scatter",
            "mode": "markers",
            "name": say("drawn_in", draws=say.number(drawn.draws)),
            "x": list(numbers),
            "y": shares,
            "marker": {"color": CHANCE, "size": 9, "symbol": "diamond", "line": {"width": 1}},
        },
    ]
