"""Accuracy draw by draw, and how hits spread."""

import math
from collections.abc import Sequence

from exporter.domain.games import Game
from exporter.domain.statistics.baseline import WindowSums
from exporter.domain.statistics.hypergeometric import total_variance
from exporter.figures.model_figures import ModelFigures
from exporter.figures.overview import Overview
from exporter.messages import Text, phrases
from exporter.messages.wording import Wording
from exporter.pages.charts.figure import (
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
from exporter.storage.read_scores import ScoredDraw

#: Draws of the moving window that the chart follows.
WINDOW = 30


_ACCURACY_DESCRIPTION = Text(
    """A linha de cada versão move-se com os sorteios; dentro da faixa amarela, em torno de
    {chance}, não se distingue de escolher ao acaso.""",
    """Each version's line moves with the draws; inside the amber range around {chance} it cannot
    be told from picking at random.""",
)


_ACCURACY_TITLE = Text(
    "Acurácia nos últimos {draws} sorteios, sorteio a sorteio",
    "Accuracy over the last {draws} draws, draw by draw",
)
_NO_LINE_YET = Text(
    "A linha começa no segundo sorteio conferido de uma versão.",
    "The line starts with a version's second scored draw.",
)


def accuracy_chart(overview: Overview, say: Wording) -> Chart:
    """Accuracy over the last 30 draws, draw by draw, with the range that chance gives."""
    title = say(_ACCURACY_TITLE, draws=WINDOW)
    description = say(_ACCURACY_DESCRIPTION, chance=say.percent(overview.game.chance))
    scored = [model for model in overview.models if len(model.points) > 1]
    if not scored:
        is_scored = any(model.scored for model in overview.models)
        nothing = say(_NO_LINE_YET if is_scored else phrases.NO_RESULT_YET)
        return Chart("accuracy", title, description, None, nothing)
    traces = [*_range(overview.game, scored[0], say), _chance(overview.game, scored, say)]
    traces += [_moving(overview.models, model, say) for model in scored]
    traces.append(_each_draw(overview.models, scored[0], say))
    y = axis(say(phrases.AXIS_ACCURACY), tickformat=".0%", hoverformat=".1%")
    return Chart(
        "accuracy",
        title,
        description,
        figure(traces, say, axis(say(Text("número do sorteio", "draw number")), tickformat="d"), y),
    )


def moving_sums(points: Sequence[ScoredDraw], window: int = WINDOW) -> list[WindowSums]:
    """For each draw the sums over the last `window` draws."""
    sums, windows = WindowSums(), []
    for at, point in enumerate(points):
        sums = sums.plus(point.totals)
        if at >= window:
            sums = sums.minus(points[at - window].totals)
        windows.append(sums)
    return windows


def chance_reach(game: Game, sums: WindowSums) -> float:
    """How far from chance 95 % of random pickers stay, as a ratio of accuracy."""
    variance = total_variance(game.pool, game.drawn, sums.held_squared, sums.numbers_squared)
    return REACH * math.sqrt(variance) / sums.numbers if sums.numbers else 0.0


def _range(game: Game, model: ModelFigures, say: Wording) -> list[Trace]:
    places = [point.number for point in model.points]
    reach = [chance_reach(game, sums) for sums in moving_sums(model.points)]
    low, high = [game.chance - r for r in reach], [game.chance + r for r in reach]
    return chance_range(say(phrases.CHANCE_RANGE), places, low, high)


def _chance(game: Game, models: Sequence[ModelFigures], say: Wording) -> Trace:
    places = sorted({point.number for model in models for point in model.points})
    return chance_line(say(phrases.CHANCE), places, [game.chance] * len(places))


def _moving(models: Sequence[ModelFigures], model: ModelFigures, say: Wording) -> Trace:
    values = [sums.hits / sums.numbers for sums in moving_sums(model.points) if sums.numbers]
    style = {"dash": "dot", "width": 1.5} if model.is_control else {"width": 2.5}
    places = [point.number for point in model.points]
    return line(label(model, say), places, values, colour(models, model), **style)


def _each_draw(models: Sequence[ModelFigures], model: ModelFigures, say: Wording) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": say(Text("{model}, cada sorteio", "{model}, each draw"), model=model.row.version),
        "x": [point.number for point in model.points],
        "y": rounded([point.totals.hits / point.totals.numbers for point in model.points]),
        "marker": {"color": colour(models, model), "size": 5, "opacity": 0.4},
    }


_HITS_DESCRIPTION = Text(
    "Parte dos bilhetes com cada número de acertos, ao lado do que o acaso daria.",
    "Share of tickets with each number of hits, beside what chance would give.",
)


def hits_chart(overview: Overview, say: Wording) -> Chart:
    """Share of tickets by hits, beside what chance gives."""
    title, description = say(phrases.HITS_TITLE), say(_HITS_DESCRIPTION)
    scored = [model for model in overview.models if model.scored]
    if not scored:
        return Chart("hits", title, description, None, say(phrases.NO_RESULT_YET))
    span = _hits_span(scored)
    traces = [_shares(overview.models, model, span, say) for model in scored]
    traces.append(_expected(scored[0], span, say))
    x = axis(say(Text("acertos", "hits")), dtick=1)
    y = axis(
        say(Text("parte dos bilhetes (%)", "share of tickets (%)")),
        tickformat=".0%",
        hoverformat=".2%",
    )
    return Chart("hits", title, description, figure(traces, say, x, y, bargap=0.25))


def _hits_span(models: Sequence[ModelFigures]) -> range:
    """From the fewest to the most hits seen, or expected of one ticket in a thousand."""
    seen = {hits for model in models for hits in model.hits}
    expected = models[0].expected_hits
    seen |= {hits for hits, n in enumerate(expected) if n > models[0].scored / 1000}
    return range(min(seen), max(seen) + 1)


def _shares(
    models: Sequence[ModelFigures], model: ModelFigures, span: range, say: Wording
) -> Trace:
    pattern = {"shape": "/", "size": 5, "solidity": 0.3} if model.is_control else {}
    return {
        "type": "bar",
        "name": label(model, say),
        "x": list(span),
        "y": rounded([model.hits.get(hits, 0) / model.scored for hits in span]),
        "marker": {"color": colour(models, model), "pattern": pattern},
    }


def _expected(model: ModelFigures, span: range, say: Wording) -> Trace:
    expected = [*model.expected_hits, *[0.0] * span.stop]
    values = [expected[hits] / model.scored for hits in span]
    return {**chance_line(say(phrases.EXPECTED), span, values), "mode": "lines+markers"}
