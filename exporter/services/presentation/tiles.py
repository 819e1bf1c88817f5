"""The handful of figures that say how things are."""

from exporter.domain.statistics import Assessment
from exporter.domain.verdicts import EVIDENCE, Standing, standing_of_evidence, standing_of_window
from exporter.services.overview.shapes import Model, Overview
from exporter.services.presentation.shapes import Tile, Tone, tone_of
from exporter.services.presentation.wording import Wording

MAIN_WINDOW = "30"
_MUCH_BIAS = 0.05
_MANY_ERRORS = 0.05


def tiles(overview: Overview, say: Wording) -> list[Tile]:
    """The tiles of a game, the most important first."""
    return [
        *_of_model(overview.current, say),
        _volume(overview, say),
        _errors(overview, say),
        _latency(overview, say),
        _draws(overview, say),
        _alerts(overview, say),
    ]


def _of_model(model: Model | None, say: Wording) -> list[Tile]:
    if model is None:
        return []
    return [
        _accuracy(model.windows[MAIN_WINDOW], say),
        _verdict(model, say),
        _confidence(model, say),
    ]


def _accuracy(window: Assessment, say: Wording) -> Tile:
    few = {0: "accuracy_tile_0", 1: "accuracy_tile_1"}
    label = say(few.get(window.draws, "accuracy_tile"), draws=window.draws)
    if window.accuracy is None:
        return Tile("accuracy", label, "–", say("no_result_yet"), Tone.MUTED)
    chance, interval = say.percent(window.chance), say.interval(window.low, window.high)
    note = say("beside_chance", chance=chance, interval=interval)
    return Tile(
        "accuracy", label, say.percent(window.accuracy), note, tone_of(standing_of_window(window))
    )


def _verdict(model: Model, say: Wording) -> Tile:
    standing, label = standing_of_evidence(model.evidence), say("verdict_tile")
    if model.evidence is None or standing is Standing.UNKNOWN:
        return Tile(
            "verdict", label, say.standing(Standing.UNKNOWN), say("no_result_yet"), Tone.MUTED
        )
    peak = max(model.evidence.better.peak, model.evidence.worse.peak)
    values = {"draws": model.evidence.draws, "peak": say.evidence(peak), "limit": f"{EVIDENCE:g}"}
    note = say("evidence_note", **values)
    return Tile("verdict", label, say.standing(standing), note, tone_of(standing))


def _confidence(model: Model, say: Wording) -> Tile:
    found, label = model.calibration, say("confidence_tile")
    if found is None:
        return Tile("confidence", label, "–", say("no_confidence_yet"), Tone.MUTED)
    excess = found.overconfidence
    key = "promises_more" if excess > 0 else "promises_less"
    note = say(key, points=say.points(abs(excess)).removeprefix("+"))
    tone = Tone.WARNING if excess > _MUCH_BIAS else Tone.PLAIN
    return Tile("confidence", label, say.percent(found.mean_confidence), note, tone)


def _volume(overview: Overview, say: Wording) -> Tile:
    total, before = overview.activity.total, overview.activity.before
    made = total.calls - total.failures
    note = say("volume_before", before=say.number(before.calls - before.failures))
    label = say("volume_tile", span=overview.activity.span.value)
    return Tile("volume", label, say.number(made), note, Tone.PLAIN if made else Tone.MUTED)


def _errors(overview: Overview, say: Wording) -> Tile:
    total, label = overview.activity.total, say("errors_tile", span=overview.activity.span.value)
    if total.error_rate is None:
        return Tile("errors", label, "–", say("no_calls"), Tone.MUTED)
    note = say("errors_of", failures=say.number(total.failures), calls=say.number(total.calls))
    tone = Tone.BAD if total.error_rate > _MANY_ERRORS else Tone.PLAIN
    return Tile("errors", label, say.percent(total.error_rate), note, tone)


def _latency(overview: Overview, say: Wording) -> Tile:
    found, label = overview.activity.total.latency_seconds, say("latency_tile")
    if not found.samples:
        return Tile("latency", label, "–", say("no_latency"), Tone.MUTED)
    note = say("latency_note", p50=say.seconds(found.p50), p99=say.seconds(found.p99))
    return Tile("latency", label, say.seconds(found.p95), note)


def _draws(overview: Overview, say: Wording) -> Tile:
    draws, label = overview.draws, say("draw_tile")
    if draws.last_number is None:
        return Tile("draws", label, "–", say("no_draw_yet"), Tone.MUTED)
    note = say("next_draw", moment=say.moment(draws.next_at)) if draws.next_at else say("no_due")
    if draws.overdue:
        note = say("draws_overdue", count=draws.overdue, moment=say.moment(draws.next_at))
    if draws.missing:
        note = f"{note} · {say('draws_missing', count=draws.missing)}"
    tone = Tone.BAD if draws.overdue else Tone.WARNING if draws.missing else Tone.PLAIN
    return Tile("draws", label, str(draws.last_number), note, tone)


def _alerts(overview: Overview, say: Wording) -> Tile:
    count = len(overview.alerts)
    note = ", ".join(dict.fromkeys(alert.name for alert in overview.alerts)) or say("no_alerts")
    tone = Tone.WARNING if count else Tone.GOOD
    return Tile("alerts", say("alerts_tile"), say.number(count), note, tone)
