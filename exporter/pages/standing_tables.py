"""Tables of what versions promised and won: named accuracies, prize tiers, the trend."""

from exporter.domain.predictions import MILLION
from exporter.domain.statistics.trend import Direction
from exporter.domain.verdicts import EVIDENCE, standing_of_evidence
from exporter.figures.model_figures import ModelFigures
from exporter.figures.overview import Overview
from exporter.messages import Text, phrases
from exporter.messages.wording import Wording
from exporter.pages.columns import headings
from exporter.pages.shapes import Cell, Table, Tone, tone_of

_TREND_TONES = {Direction.FALLING: Tone.BAD, Direction.RISING: Tone.GOOD}


_REFERENCES_NOTE = Text(
    """Referência: a acurácia informada para a versão. Só 5% das versões que a cumprem chegam
    algum dia a {limit}.""",
    """Reference: the accuracy named for the version. Only 5% of versions that keep it ever reach
    {limit}.""",
)
_IN_USE = Text("em uso", "in use")
_TRENDS = {
    Direction.RISING: Text("subindo", "rising"),
    Direction.FALLING: Text("caindo", "falling"),
    Direction.FLAT: Text("estável", "flat"),
}


def references(overview: Overview, say: Wording) -> Table:
    """The accuracies that users named for versions, and the evidence against each."""
    rows = [row for model in overview.models if (row := _reference(model, say))]
    header = headings(
        say, "model", "reference", "accuracy", "worse_now", "worse_peak", "better_peak", "verdict"
    )
    title, note = (
        say(Text("Evidência contra a referência", "Evidence against the reference")),
        say(_REFERENCES_NOTE, limit=f"{EVIDENCE:g}"),
    )
    nothing = say(Text("Nenhuma referência foi informada.", "No reference was named."))
    return Table("references", title, header, rows, nothing, note, frozenset({0, 6}))


def _reference(model: ModelFigures, say: Wording) -> list[Cell] | None:
    if model.reference is None:
        return None
    evidence = model.reference.evidence
    standing = standing_of_evidence(evidence)
    return [
        model_name(model, say),
        Cell(say.percent(model.reference.accuracy / MILLION)),
        Cell(say.percent(model.windows["all"].accuracy)),
        Cell(say.evidence(evidence.worse.e_value)),
        Cell(say.evidence(evidence.worse.peak)),
        Cell(say.evidence(evidence.better.peak)),
        Cell(say(phrases.KEPT[standing]), tone_of(standing)),
    ]


_TIERS_NOTE = Text(
    "Cada bilhete na sua melhor faixa; ao lado, quantos bilhetes ao acaso estariam nela.",
    "Each ticket in its best tier; beside it, how many random tickets would be there.",
)


def tiers(overview: Overview, say: Wording) -> Table:
    """Scored tickets by their best prize tier, beside what random ones would have won."""
    rows = [
        [
            model_name(model, say),
            Cell(say(Text("{hits} acertos", "{hits} hits"), hits=tier)),
            Cell(say.number(model.tiers[tier])),
            Cell(say.expected(model.expected_tiers[tier])),
        ]
        for model in overview.models
        if model.scored
        for tier in overview.game.tiers
    ]
    header = headings(say, "model", "tier", "tickets", "tickets_at_chance")
    title, note = say(Text("Faixas de prêmio", "Prize tiers")), say(_TIERS_NOTE)
    nothing = say(phrases.NO_RESULT_YET)
    return Table("tiers", title, header, rows, nothing, note, frozenset({0, 1}), grouped=True)


_NO_TREND_YET = Text(
    "São precisos ao menos quatro sorteios com resultado.",
    "At least four draws with a result are needed.",
)


_TRENDS_NOTE = Text(
    """Reta pelos últimos 300 sorteios. Só se chama de tendência o que o acaso daria em menos de
    1% dos casos.""",
    """A line through the last 300 draws. Only what chance would give in fewer than 1% of cases
    is called a trend.""",
)


def trends(overview: Overview, say: Wording) -> Table:
    """Change of accuracy over the last 300 draws, and whether it may be called one."""
    rows = [row for model in overview.models if (row := _trend(model, say))]
    header = headings(say, "model", "draws", "trend", "p", "verdict")
    title, note, nothing = (
        say(Text("Tendência da acurácia", "Trend of accuracy")),
        say(_TRENDS_NOTE),
        say(_NO_TREND_YET),
    )
    return Table("trends", title, header, rows, nothing, note, frozenset({0, 4}))


def _trend(model: ModelFigures, say: Wording) -> list[Cell] | None:
    trend = model.trend
    if trend.slope is None:
        return None
    tone = _TREND_TONES.get(trend.direction, Tone.PLAIN)
    return [
        model_name(model, say),
        Cell(say.number(trend.draws)),
        Cell(say.points(trend.slope)),
        Cell(say.p_value(trend.p_value)),
        Cell(say(_TRENDS[trend.direction]), tone),
    ]


def model_name(model: ModelFigures, say: Wording) -> Cell:
    """A version, marked where it is in use or a control arm."""
    if model.is_control:
        return Cell(f"{model.row.version} ({say(phrases.CONTROL_ARM)})", Tone.MUTED)
    return Cell(f"{model.row.version} ({say(_IN_USE)})" if model.row.active else model.row.version)
