"""Whether a request leads to a training run: a pure function of what is known at that moment."""

from dataclasses import dataclass, field

from exporter.domain.moments import SECOND, from_micros, rfc3339
from exporter.domain.retraining import (
    ALERT_TRIGGERS,
    Decision,
    Figures,
    PerformanceThreshold,
    Trigger,
)
from exporter.messages import Language, Text
from exporter.messages.figures import evidence
from retrainer.clock import is_over

#: Game of requests that name none we know; their decision is always `ignored_unknown`.
UNKNOWN = "unknown"
_UNKNOWN_GAME = Text(
    "O pedido não diz um jogo conhecido: {game}.", "The request names no known game: {game}."
)
_UNKNOWN_EVENT = Text(
    "O evento {event} não pede retreinamento.", "The event {event} does not ask for a training run."
)
_RESOLVED = Text("O alerta já foi resolvido.", "The alert is resolved already.")
_RUNNING = Text(
    "Já há um treinamento de {game} em andamento.", "A training run of {game} is under way already."
)
_COOLDOWN = Text(
    "O último treinamento de {game} terminou em {ended}; outro só depois de {until}.",
    "The last training run of {game} ended at {ended}; another one not before {until}.",
)
_SMALL_SAMPLE = Text(
    "Só {tickets} apostas conferidas; os limites pedem {needed}.",
    "Only {tickets} scored tickets; the thresholds ask for {needed}.",
)
_OTHER_VERSION = Text(
    "O alerta é sobre a versão {other}; em uso está {version}.",
    "The alert is about version {other}; {version} is in use.",
)
_FRESH_VERSION = Text(
    """A versão em uso, {version}, ainda não tem apostas conferidas: o alerta vem do que houve
    antes dela.""",
    """The version in use, {version}, has no scored tickets yet: the alert is of what came before
    it.""",
)
_WITHIN_THRESHOLDS = Text(
    "Nenhum limite foi ultrapassado: {figures}.", "No threshold is broken: {figures}."
)
_NO_THRESHOLDS = Text(
    "Nenhum limite está configurado para {game}.", "No thresholds are configured for {game}."
)
_BROKEN = Text(
    "Limite ultrapassado: {broken}. Valores: {figures}.",
    "Threshold broken: {broken}. Figures: {figures}.",
)
_ALERT = Text(
    "O alerta {event} pede treinamento. Valores: {figures}.",
    "The alert {event} asks for a training run. Figures: {figures}.",
)
_REASONS: dict[str, Text] = {
    Trigger.SCHEDULE: Text("Treinamento agendado.", "Scheduled training run."),
    Trigger.MANUAL: Text("Pedido manual.", "Asked for by hand."),
    Trigger.RETRY: Text(
        "O treinamento anterior foi parado ou interrompido; mais uma tentativa.",
        "The run before was stopped or interrupted; one more try.",
    ),
}
_ACCURACY = Text(
    "acurácia {value:.3f} em {tickets} apostas de {draws} sorteios",
    "accuracy {value:.3f} over {tickets} tickets of {draws} draws",
)
_EVIDENCE = Text(
    "evidência de estar abaixo do acaso {value} (20 ou mais não é sorte)",
    "evidence of being below chance {value} (20 or more is no luck)",
)
_CONFIDENCE = Text("confiança média {value:.3f}", "mean confidence {value:.3f}")
_ERRORS = Text(
    "taxa de erro {value:.3f} em {calls} chamadas", "error rate {value:.3f} over {calls} calls"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks, whoever sent it; `model_version`: the one it is about, if it says so."""

    game: str
    trigger: str
    resolved: bool = False
    force: bool = False
    model_version: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a request is decided. Moments in microseconds, cooldown in seconds."""

    now: int
    cooldown: float
    thresholds: PerformanceThreshold | None = None
    figures: Figures = field(default_factory=Figures)
    running: bool = False
    last_run_ended: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The decision, and one sentence for the operator that says why."""

    decision: Decision
    explanation: str


def decide(asked: Asked, situation: Situation, language: Language) -> Judgement:
    """What to do about a request; the first reason against it wins.

    Schedules and requests with `force` are wishes of the operator: the cooldown, which is
    there to limit what fires by itself, does not hold them back.
    """
    verdict = (
        _ignored(asked, language)
        or _running(asked, situation, language)
        or _cooling(asked, situation, language)
        or _without_evidence(asked, situation, language)
    )
    return verdict or Judgement(Decision.RETRAIN, _reason(asked, situation, language))


def broken_thresholds(thresholds: PerformanceThreshold, figures: Figures) -> list[str]:
    """The thresholds that are crossed by a sample that is large enough, as 'name value < bound'."""
    tickets, calls, least = figures.tickets, figures.calls, thresholds.sample_size_min
    return [
        *_crossed("accuracy", figures.accuracy, "<", thresholds.accuracy_min, tickets >= least),
        *_crossed(
            "confidence", figures.mean_confidence, "<", thresholds.confidence_min, calls >= least
        ),
        *_crossed("error_rate", figures.error_rate, ">", thresholds.error_rate_max, calls >= least),
    ]


def describe(figures: Figures, language: Language) -> str:
    """The figures in half a sentence."""
    values = {
        _ACCURACY: figures.accuracy,
        _EVIDENCE: None if figures.evidence is None else evidence(figures.evidence, language),
        _CONFIDENCE: figures.mean_confidence,
        _ERRORS: figures.error_rate,
    }
    sizes = {"tickets": figures.tickets, "draws": figures.draws, "calls": figures.calls}
    parts = [
        text.to(language, value=value, **sizes)
        for text, value in values.items()
        if value is not None
    ]
    return "; ".join(parts) or Text("ainda desconhecidos", "not known yet").to(language)


def _ignored(asked: Asked, language: Language) -> Judgement | None:
    if asked.game == UNKNOWN:
        return Judgement(Decision.IGNORED_UNKNOWN, _UNKNOWN_GAME.to(language, game=asked.game))
    if asked.trigger not in set(Trigger):
        reason = _UNKNOWN_EVENT.to(language, event=asked.trigger)
        return Judgement(Decision.IGNORED_UNKNOWN, reason)
    if asked.resolved:
        return Judgement(Decision.IGNORED_RESOLVED, _RESOLVED.to(language))
    return None


def _running(asked: Asked, situation: Situation, language: Language) -> Judgement | None:
    if not situation.running:
        return None
    reason = _RUNNING.to(language, game=asked.game)
    return Judgement(Decision.REFUSED_RUNNING, reason)


def _cooling(asked: Asked, situation: Situation, language: Language) -> Judgement | None:
    exempt = asked.force or asked.trigger in (Trigger.SCHEDULE, Trigger.RETRY)
    if exempt or situation.last_run_ended is None:
        return None
    if is_over(situation.cooldown, situation.last_run_ended, situation.now):
        return None
    until = situation.last_run_ended + round(situation.cooldown * SECOND)
    times = {"ended": _shown(situation.last_run_ended), "until": _shown(until)}
    reason = _COOLDOWN.to(language, game=asked.game, **times)
    return Judgement(Decision.REFUSED_COOLDOWN, reason)


def _without_evidence(asked: Asked, situation: Situation, language: Language) -> Judgement | None:
    reason = None
    if asked.trigger == Trigger.THRESHOLD:
        reason = _within_thresholds(asked, situation, language)
    elif asked.trigger in ALERT_TRIGGERS:
        reason = _of_another_version(asked, situation, language) or _small_sample(
            situation, language
        )
    return Judgement(Decision.REFUSED_NO_EVIDENCE, reason) if reason else None


def _within_thresholds(asked: Asked, situation: Situation, language: Language) -> str | None:
    if situation.thresholds is None:
        return _NO_THRESHOLDS.to(language, game=asked.game)
    if broken_thresholds(situation.thresholds, situation.figures):
        return None
    figures = describe(situation.figures, language)
    return _WITHIN_THRESHOLDS.to(language, figures=figures)


def _of_another_version(asked: Asked, situation: Situation, language: Language) -> str | None:
    """Why an alert does not speak of the version that was put in use, if it does not."""
    figures = situation.figures
    if not figures.is_promoted:
        return None
    values = {"version": figures.model_version, "other": asked.model_version}
    if asked.model_version not in (None, figures.model_version):
        return _OTHER_VERSION.to(language, **values)
    return None if figures.tickets else _FRESH_VERSION.to(language, **values)


def _small_sample(situation: Situation, language: Language) -> str | None:
    needed = situation.thresholds.sample_size_min if situation.thresholds else 0
    if situation.figures.tickets >= needed:
        return None
    values = {"tickets": situation.figures.tickets, "needed": needed}
    return _SMALL_SAMPLE.to(language, **values)


def _reason(asked: Asked, situation: Situation, language: Language) -> str:
    figures = describe(situation.figures, language)
    if asked.trigger in ALERT_TRIGGERS:
        return _ALERT.to(language, event=asked.trigger, figures=figures)
    if asked.trigger == Trigger.THRESHOLD and situation.thresholds is not None:
        broken = ", ".join(broken_thresholds(situation.thresholds, situation.figures))
        return _BROKEN.to(language, broken=broken, figures=figures)
    return _REASONS[asked.trigger].to(language)


def _crossed(
    name: str, value: float | None, sign: str, bound: float | None, enough: bool
) -> list[str]:
    if value is None or bound is None or not enough:
        return []
    crossed = value < bound if sign == "<" else value > bound
    return [f"{name} {value:.3f} {sign} {bound:g}"] if crossed else []


def _shown(micros: int) -> str:
    return rfc3339(from_micros(micros), "seconds")
