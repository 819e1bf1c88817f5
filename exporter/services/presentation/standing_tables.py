"""Tables of what versions promised and won: named accuracies, prize tiers, the trend."""

from exporter.domain.predictions import MILLION
from exporter.domain.statistics import Direction
from exporter.domain.verdicts import EVIDENCE, standing_of_evidence
from exporter.services.overview.shapes import Model, Overview
from exporter.services.presentation.shapes import Cell, Table, Tone, tone_of
from exporter.services.presentation.wording import Wording

_TREND_TONES = {Direction.FALLING: Tone.BAD, Direction.RISING: Tone.GOOD}


def references(overview: Overview, say: Wording) -> Table:
    """The accuracies that users named for versions, and the evidence against each."""
    rows = [row for model in overview.models if (row := _reference(model, say))]
    names = ("model", "reference", "accuracy", "worse_now", "worse_peak", "better_peak", "verdict")
    header = [say(f"column_{name}") for name in names]
    title, note = say("references_title"), say("references_note", limit=f"{EVIDENCE:g}")
    nothing = say("no_reference_yet")
    return Table("references", title, header, rows, nothing, note, frozenset({0, 6}))


def _reference(model: Model, say: Wording) -> list[Cell] | None:
    if model.reference is None:
        return None
    found = model.reference.evidence
    standing = standing_of_evidence(found)
    return [
        model_name(model, say),
        Cell(say.percent(model.reference.accuracy / MILLION)),
        Cell(say.percent(model.windows["all"].accuracy)),
        Cell(say.evidence(found.worse.e_value)),
        Cell(say.evidence(found.worse.peak)),
        Cell(say.evidence(found.better.peak)),
        Cell(say(f"kept_{standing.value}"), tone_of(standing)),
    ]


def tiers(overview: Overview, say: Wording) -> Table:
    """Scored tickets by their best prize tier, beside what random ones would have won."""
    rows = [
        [
            model_name(model, say),
            Cell(say("tier_hits", hits=tier)),
            Cell(say.number(model.tiers[tier])),
            Cell(say.expected(model.expected_tiers[tier])),
        ]
        for model in overview.models
        if model.scored
        for tier in overview.game.tiers
    ]
    names = ("model", "tier", "tickets", "tickets_at_chance")
    header = [say(f"column_{name}") for name in names]
    title, note = say("tiers_title"), say("tiers_note")
    nothing = say("no_result_yet")
    return Table("tiers", title, header, rows, nothing, note, frozenset({0, 1}), grouped=True)


def trends(overview: Overview, say: Wording) -> Table:
    """Change of accuracy over the last 300 draws, and whether it may be called one."""
    rows = [row for model in overview.models if (row := _trend(model, say))]
    header = [say(f"column_{name}") for name in ("model", "draws", "trend", "p", "verdict")]
    title, note, nothing = say("trends_title"), say("trends_note"), say("no_trend_yet")
    return Table("trends", title, header, rows, nothing, note, frozenset({0, 4}))


def _trend(model: Model, say: Wording) -> list[Cell] | None:
    found = model.trend
    if found.slope is None:
        return None
    tone = _TREND_TONES.get(found.direction, Tone.PLAIN)
    return [
        model_name(model, say),
        Cell(say.number(found.draws)),
        Cell(say.points(found.slope)),
        Cell(say.p_value(found.p_value)),
        Cell(say(f"trend_{found.direction.value}"), tone),
    ]


def model_name(model: Model, say: Wording) -> Cell:
    """A version, marked where it is in use or a control arm."""
    if model.is_control:
        return Cell(f"{model.row.version} ({say('control_arm')})", Tone.MUTED)
    return Cell(f"{model.row.version} ({say('in_use')})" if model.row.active else model.row.version)
