"""Accuracy draw by draw, and how hits spread."""

import math
from collections.abc import Sequence

from exporter.domain.games import Game
from exporter.domain.statistics import WindowSums, total_variance
from exporter.services.overview.shapes import Model, Overview, Point
from exporter.services.presentation.charts.figure import (
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
)
from exporter.services.presentation.wording import Wording

#: Draws of the moving window that the chart follows.
WINDOW = 30


def accuracy_chart(overview: Overview, say: Wording) -> Chart:
    """Accuracy over the last 30 draws, draw by draw, with the range that chance gives."""
    title = say("accuracy_title", draws=WINDOW)
    description = say("accuracy_description", chance=say.percent(overview.game.chance))
    scored = [model for model in overview.models if len(model.points) > 1]
    if not scored:
        is_scored = any(model.scored for model in overview.models)
        nothing = say("no_line_yet" if is_scored else "no_result_yet")
        return Chart("accuracy", title, description, None, nothing)
    traces = [*_range(overview.game, scored[0], say), _chance(overview.game, scored, say)]
    traces += [_moving(overview.models, model, say) for model in scored]
    traces.append(_each_draw(overview.models, scored[0], say))
    y = axis(say("axis_accuracy"), tickformat=".0%", hoverformat=".1%")
    return Chart(
        "accuracy",
        title,
        description,
        figure(traces, say, axis(say("axis_draw"), tickformat="d"), y),
    )


def moving_sums(points: Sequence[Point], window: int = WINDOW) -> list[WindowSums]:
    """For each draw the sums over the last `window` draws."""
    sums, found = WindowSums(), []
    for at, point in enumerate(points):
        sums = sums.plus(point.totals)
        if at >= window:
            sums = sums.minus(points[at - window].totals)
        found.append(sums)
    return found


def chance_reach(game: Game, sums: WindowSums) -> float:
    """How far from chance 95 % of random pickers stay, as a ratio of accuracy."""
    variance = total_variance(game.pool, game.drawn, sums.held_squared, sums.numbers_squared)
    return REACH * math.sqrt(variance) / sums.numbers if sums.numbers else 0.0


def _range(game: Game, model: Model, say: Wording) -> list[Trace]:
    places = [point.number for point in model.points]
    reach = [chance_reach(game, sums) for sums in moving_sums(model.points)]
    low, high = [game.chance - r for r in reach], [game.chance + r for r in reach]
    return chance_range(say("chance_range"), places, low, high)


def _chance(game: Game, models: Sequence[Model], say: Wording) -> Trace:
    places = sorted({point.number for model in models for point in model.points})
    return chance_line(say("chance"), places, [game.chance] * len(places))


def _moving(models: Sequence[Model], model: Model, say: Wording) -> Trace:
    values = [sums.hits / sums.numbers for sums in moving_sums(model.points) if sums.numbers]
    style = {"dash": "dot", "width": 1.5} if model.is_control else {"width": 2.5}
    places = [point.number for point in model.points]
    return line(label(model, say), places, values, colour(models, model), **style)


def _each_draw(models: Sequence[Model], model: Model, say: Wording) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": say("each_draw", model=model.row.version),
        "x": [point.number for point in model.points],
        "y": rounded([point.totals.hits / point.totals.numbers for point in model.points]),
        "marker": {"color": colour(models, model), "size": 5, "opacity": 0.4},
    }


def hits_chart(overview: Overview, say: Wording) -> Chart:
    """Share of tickets by hits, beside what chance gives."""
    title, description = say("hits_title"), say("hits_description")
    scored = [model for model in overview.models if model.scored]
    if not scored:
        return Chart("hits", title, description, None, say("no_result_yet"))
    span = _hits_span(scored)
    traces = [_shares(overview.models, model, span, say) for model in scored]
    traces.append(_expected(scored[0], span, say))
    x = axis(say("axis_hits"), dtick=1)
    y = axis(say("axis_ticket_share"), tickformat=".0%", hoverformat=".2%")
    return Chart("hits", title, description, figure(traces, say, x, y, bargap=0.25))


def _hits_span(models: Sequence[Model]) -> range:
    """From the fewest to the most hits seen, or expected of one ticket in a thousand."""
    seen = {hits for model in models for hits in model.hits}
    expected = models[0].expected_hits
    seen |= {hits for hits, n in enumerate(expected) if n > models[0].scored / 1000}
    return range(min(seen), max(seen) + 1)


def _shares(models: Sequence[Model], model: Model, span: range, say: Wording) -> Trace:
    pattern = {"shape": "/", "size": 5, "solidity": 0.3} if model.is_control else {}
    return {
        "type": "bar",
        "name": label(model, say),
        "x": list(span),
        "y": rounded([model.hits.get(hits, 0) / model.scored for hits in span]),
        "marker": {"color": colour(models, model), "pattern": pattern},
    }


def _expected(model: Model, span: range, say: Wording) -> Trace:
    expected = [*model.expected_hits, *[0.0] * span.stop]
    values = [expected[hits] / model.scored for hits in span]
    return {**chance_line(say("expected"), span, values), "mode": "lines+markers"}
