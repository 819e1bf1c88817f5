"""The handful of figures that say how things are."""

from exporter.domain.statistics.baseline import Assessment
from exporter.domain.verdicts import EVIDENCE, Standing, standing_of_evidence, standing_of_window
from exporter.figures.model_figures import ModelFigures
from exporter.figures.overview import Overview
from exporter.messages import Text, phrases
from exporter.messages.wording import Wording
from exporter.pages.shapes import Tile, Tone, tone_of

MAIN_WINDOW = "30"
_MUCH_BIAS = 0.05
_MANY_ERRORS = 0.05
_DRAWS_MISSING = Text("{count} faltando no registro", "{count} missing from the record")
_ACCURACY = Text("Acurácia, últimos {draws} sorteios", "Accuracy, last {draws} draws")
_ACCURACIES = {
    0: Text("Acurácia", "Accuracy"),
    1: Text("Acurácia, último sorteio", "Accuracy, last draw"),
}
_PROMISES_MORE = Text(
    "promete {points} a mais do que cumpre", "promises {points} more than it keeps"
)
_PROMISES_LESS = Text(
    "promete {points} a menos do que cumpre", "promises {points} less than it keeps"
)


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


def _of_model(model: ModelFigures | None, say: Wording) -> list[Tile]:
    if model is None:
        return []
    return [
        _accuracy(model.windows[MAIN_WINDOW], say),
        _verdict(model, say),
        _confidence(model, say),
    ]


def _accuracy(window: Assessment, say: Wording) -> Tile:
    label = say(_ACCURACIES.get(window.draws, _ACCURACY), draws=window.draws)
    if window.accuracy is None:
        return Tile("accuracy", label, "–", say(phrases.NO_RESULT_YET), Tone.MUTED)
    chance, interval = say.percent(window.chance), say.interval(window.low, window.high)
    note = say(
        Text("acaso {chance} · IC 95% {interval}", "chance {chance} · 95% CI {interval}"),
        chance=chance,
        interval=interval,
    )
    return Tile(
        "accuracy", label, say.percent(window.accuracy), note, tone_of(standing_of_window(window))
    )


_EVIDENCE_NOTE = Text(
    "evidência máxima {peak} (sorteios: {draws}); acima de {limit}, até 5% por sorte",
    "peak evidence {peak} (draws: {draws}); above {limit}, at most 5% by luck",
)


def _verdict(model: ModelFigures, say: Wording) -> Tile:
    standing, label = (
        standing_of_evidence(model.evidence),
        say(Text("Veredito desde o início", "Verdict since the start")),
    )
    if model.evidence is None or standing is Standing.UNKNOWN:
        return Tile(
            "verdict", label, say.standing(Standing.UNKNOWN), say(phrases.NO_RESULT_YET), Tone.MUTED
        )
    peak = max(model.evidence.better.peak, model.evidence.worse.peak)
    values = {"draws": model.evidence.draws, "peak": say.evidence(peak), "limit": f"{EVIDENCE:g}"}
    note = say(_EVIDENCE_NOTE, **values)
    return Tile("verdict", label, say.standing(standing), note, tone_of(standing))


def _confidence(model: ModelFigures, say: Wording) -> Tile:
    calibrated, label = model.calibration, say(Text("Confiança média", "Mean confidence"))
    if calibrated is None:
        return Tile("confidence", label, "–", say(phrases.NO_CONFIDENCE_YET), Tone.MUTED)
    excess = calibrated.overconfidence
    text = _PROMISES_MORE if excess > 0 else _PROMISES_LESS
    note = say(text, points=say.points(abs(excess)).removeprefix("+"))
    tone = Tone.WARNING if excess > _MUCH_BIAS else Tone.PLAIN
    return Tile("confidence", label, say.percent(calibrated.mean_confidence), note, tone)


def _volume(overview: Overview, say: Wording) -> Tile:
    total, before = overview.activity.total, overview.activity.before
    made = total.calls - total.failures
    note = say(
        Text("período anterior: {before}", "period before: {before}"),
        before=say.number(before.calls - before.failures),
    )
    label = say(Text("Predições, {span}", "Predictions, {span}"), span=overview.activity.span.value)
    return Tile("volume", label, say.number(made), note, Tone.PLAIN if made else Tone.MUTED)


def _errors(overview: Overview, say: Wording) -> Tile:
    total, label = (
        overview.activity.total,
        say(Text("Taxa de erro, {span}", "Error rate, {span}"), span=overview.activity.span.value),
    )
    if total.error_rate is None:
        return Tile("errors", label, "–", say(phrases.NO_CALLS), Tone.MUTED)
    note = say(
        Text("{failures} de {calls} chamadas", "{failures} of {calls} calls"),
        failures=say.number(total.failures),
        calls=say.number(total.calls),
    )
    tone = Tone.BAD if total.error_rate > _MANY_ERRORS else Tone.PLAIN
    return Tile("errors", label, say.percent(total.error_rate), note, tone)


def _latency(overview: Overview, say: Wording) -> Tile:
    latency, label = (
        overview.activity.total.latency_seconds,
        say(Text("Latência p95", "Latency p95")),
    )
    if not latency.samples:
        return Tile("latency", label, "–", say(phrases.NO_LATENCY), Tone.MUTED)
    note = say(
        Text("p50 {p50} · p99 {p99}", "p50 {p50} · p99 {p99}"),
        p50=say.seconds(latency.p50),
        p99=say.seconds(latency.p99),
    )
    return Tile("latency", label, say.seconds(latency.p95), note)


_DRAWS_OVERDUE = Text(
    "{count} resultado(s) em atraso desde {moment}", "{count} result(s) overdue since {moment}"
)


def _draws(overview: Overview, say: Wording) -> Tile:
    draws, label = overview.draws, say(Text("Último sorteio", "Last draw"))
    if draws.last_number is None:
        return Tile("draws", label, "–", say(phrases.NO_DRAW_YET), Tone.MUTED)
    note = (
        say(Text("próximo: {moment}", "next: {moment}"), moment=say.moment(draws.next_at))
        if draws.next_at
        else say(Text("jogo inventado: nenhum é esperado", "invented game: none is due"))
    )
    if draws.overdue:
        note = say(_DRAWS_OVERDUE, count=draws.overdue, moment=say.moment(draws.next_at))
    if draws.missing:
        note = f"{note} · {say(_DRAWS_MISSING, count=draws.missing)}"
    tone = Tone.BAD if draws.overdue else Tone.WARNING if draws.missing else Tone.PLAIN
    return Tile("draws", label, str(draws.last_number), note, tone)


def _alerts(overview: Overview, say: Wording) -> Tile:
    count = len(overview.alerts)
    note = ", ".join(dict.fromkeys(alert.name for alert in overview.alerts)) or say(
        phrases.NO_ALERTS
    )
    tone = Tone.WARNING if count else Tone.GOOD
    return Tile(
        "alerts", say(Text("Alertas ativos", "Active alerts")), say.number(count), note, tone
    )
