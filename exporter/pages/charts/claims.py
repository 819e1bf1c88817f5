"""What models claim and choose: confidence beside accuracy, evidence, and the numbers they play."""

import math
from collections.abc import Sequence

from exporter.domain.statistics.frequency import Frequency
from exporter.domain.verdicts import EVIDENCE
from exporter.figures.model_figures import ModelFigures
from exporter.figures.overview import Overview
from exporter.messages import Text, phrases
from exporter.messages.wording import Wording
from exporter.pages.charts.figure import (
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

_LARGEST_EVIDENCE = 1e9


_CALIBRATION_DESCRIPTION = Text(
    """Cada ponto reúne bilhetes de confiança parecida. Na diagonal, o prometido foi cumprido;
    abaixo dela, o modelo promete demais.""",
    """Each point gathers tickets of similar confidence. On the diagonal the promise was kept;
    below it the model promises too much.""",
)
_KEPT = Text("promessa cumprida", "promise kept")
_BETTER = Text("melhor que o acaso", "better than chance")
_WORSE = Text("pior que o acaso", "worse than chance")


def calibration_chart(overview: Overview, say: Wording) -> Chart:
    """Accuracy of tickets by their confidence; on the diagonal promises are kept."""
    title, description = say(phrases.CALIBRATION_TITLE), say(_CALIBRATION_DESCRIPTION)
    claiming = [model for model in overview.models if model.calibration]
    if not claiming:
        return Chart("calibration", title, description, None, say(phrases.NO_CONFIDENCE_YET))
    chance = overview.game.chance
    traces = [
        line(say(_KEPT), [0, 1], [0, 1], CONTROL, width=1.5, hoverinfo="skip"),
        chance_line(say(phrases.CHANCE), [0, 1], [chance, chance], hoverinfo="skip"),
        *(_bins(overview.models, model, say) for model in claiming),
    ]
    form = {"range": _span(claiming, chance), "tickformat": ".0%", "hoverformat": ".1%"}
    x, y = (
        axis(say(Text("confiança prometida (%)", "confidence promised (%)")), **form),
        axis(say(phrases.AXIS_ACCURACY), **form),
    )
    return Chart("calibration", title, description, figure(traces, say, x, y, hovermode="closest"))


def _span(models: Sequence[ModelFigures], chance: float) -> list[float]:
    """The same for both axes, so that the diagonal is one."""
    bins = [place for model in models if model.calibration for place in model.calibration.bins]
    values = [chance, *(b.mean_confidence for b in bins), *(b.accuracy for b in bins)]
    return rounded([max(-0.02, min(values) - 0.06), min(1.02, max(values) + 0.06)])


def _bins(models: Sequence[ModelFigures], model: ModelFigures, say: Wording) -> Trace:
    bins = model.calibration.bins if model.calibration else ()
    most = max((place.tickets for place in bins), default=1)
    marker = {
        "color": colour(models, model),
        "size": rounded([7 + 13 * math.sqrt(place.tickets / most) for place in bins]),
        "symbol": "diamond-open" if model.is_control else "circle",
        "opacity": 0.8,
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(model, say),
        "x": rounded([place.mean_confidence for place in bins]),
        "y": rounded([place.accuracy for place in bins]),
        "text": [
            say(Text("{tickets} bilhetes", "{tickets} tickets"), tickets=say.number(place.tickets))
            for place in bins
        ],
        "hovertemplate": f"%{{x}} → %{{y}}<br>%{{text}}<extra>{label(model, say)}</extra>",
        "marker": marker,
    }


_EVIDENCE_DESCRIPTION = Text(
    """O maior valor que cada versão já teve. Só 5% dos modelos ao acaso passam algum dia da
    linha em {limit}.""",
    """The largest value each version ever had. Only 5% of models at chance ever pass the line at
    {limit}.""",
)


def evidence_chart(overview: Overview, say: Wording) -> Chart:
    """E-values of every model on a logarithmic axis, with the line that chance seldom reaches."""
    title = say(phrases.EVIDENCE_TITLE)
    description = say(_EVIDENCE_DESCRIPTION, limit=f"{EVIDENCE:g}")
    judged = [model for model in overview.models if model.evidence and model.evidence.draws]
    if not judged:
        return Chart("evidence", title, description, None, say(phrases.NO_RESULT_YET))
    names = [label(model, say) for model in judged]
    states = [model.evidence for model in judged if model.evidence]
    traces = [
        _peaks(
            say(_BETTER), names, [s.better.peak for s in states], MODEL_COLOURS[1], "triangle-up"
        ),
        _peaks(say(_WORSE), names, [s.worse.peak for s in states], ERROR, "triangle-down"),
        chance_line(
            say(Text("limite {limit}", "limit {limit}"), limit=f"{EVIDENCE:g}"),
            names,
            [EVIDENCE] * len(names),
        ),
    ]
    top = _top(traces)
    ticks = {"dtick": math.ceil(top / 4), "exponentformat": "power"}
    y = axis(
        say(Text("valor de evidência", "evidence value")), type="log", range=[-0.3, top], **ticks
    )
    short = [shortened(model, say) for model in judged]
    x = axis(say(Text("versão", "version")), type="category", tickvals=names, ticktext=short)
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


_NUMBERS_DESCRIPTION = Text(
    """Barras: parte dos bilhetes com cada número. Losangos: parte dos sorteios em que saiu;
    confere o registro dos resultados e nada diz do próximo sorteio.""",
    """Bars: share of tickets with each number. Diamonds: share of draws in which it came up; a
    check of the recorded results that says nothing of the next draw.""",
)


def numbers_chart(overview: Overview, say: Wording) -> Chart:
    """How often each number is played, and how often it was drawn."""
    title, description = (
        say(Text("Números jogados e sorteados", "Numbers played and drawn")),
        say(_NUMBERS_DESCRIPTION),
    )
    game, current, drawn = overview.game, overview.current, overview.draws.frequency
    numbers = sorted(game.numbers)
    traces = [*_drawn(numbers, drawn, game.chance, say)] if drawn else []
    if current and current.held_shares:
        traces.insert(0, _played(numbers, current, say))
    if not traces:
        return Chart(
            "numbers",
            title,
            description,
            None,
            say(Text("Nenhuma predição ainda.", "No predictions yet.")),
        )
    ends = [numbers[0] - 0.7, numbers[-1] + 0.7]
    x = axis(say(Text("número", "number")), nticks=14, tickangle=0, range=ends)
    y = axis(
        say(Text("frequência (%)", "frequency (%)")),
        tickformat=".0%",
        hoverformat=".1%",
        rangemode="tozero",
    )
    return Chart("numbers", title, description, figure(traces, say, x, y))


def _played(numbers: Sequence[int], model: ModelFigures, say: Wording) -> Trace:
    return {
        "type": "bar",
        "name": say(Text("jogado por {model}", "played by {model}"), model=model.row.version),
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
        *chance_range(say(phrases.CHANCE_RANGE), places, low, high),
        chance_line(say(phrases.CHANCE), places, [chance] * 2, hoverinfo="skip"),
        {
            "type": "scatter",
            "mode": "markers",
            "name": say(
                Text("sorteado (sorteios: {draws})", "drawn (draws: {draws})"),
                draws=say.number(drawn.draws),
            ),
            "x": list(numbers),
            "y": shares,
            "marker": {"color": CHANCE, "size": 9, "symbol": "diamond", "line": {"width": 1}},
        },
    ]
