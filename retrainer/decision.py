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
from exporter.messages import Language, text
from exporter.messages.figures import evidence
from retrainer.clock import is_over

#: Game of requests that name none we know; their decision is always `ignored_unknown`.
UNKNOWN = "unknown"


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
class Verdict:
    """The decision, and one sentence for the operator that says why."""

    decision: Decision
    explanation: str


def decide(asked: Asked, known: Situation, language: Language) -> Verdict:
    """What to do about a request; the first reason against it wins.

    Schedules and requests with `force` are wishes of the operator: the cooldown, which is
    there to limit what fires by itself, does not hold them back.
    """
    verdict = (
        _ignored(asked, language)
        or _running(asked, known, language)
        or _cooling(asked, known, language)
        or _without_evidence(asked, known, language)
    )
    return verdict or Verdict(Decision.RETRAIN, _reason(asked, known, language))


def broken_thresholds(thresholds: PerformanceThreshold, figures: Figures) -> list[str]:
    """The thresholds that are crossed by a sample that is large enough, as 'name value < bound'."""
    enough = figures.tickets >= thresholds.sample_size_min
    enough_calls = figures.calls >= thresholds.sample_size_min
    return [
        *_below("accuracy", figures.accuracy, thresholds.accuracy_min, enough),
        *_below("confidence", figures.mean_confidence, thresholds.confidence_min, enough_calls),
        *_above("error_rate", figures.error_rate, thresholds.error_rate_max, enough_calls),
    ]


def describe(figures: Figures, language: Language) -> str:
    """The figures in half a sentence."""
    values = {
        "accuracy": figures.accuracy,
        "evidence": _e_value(figures.evidence, language),
        "confidence": figures.mean_confidence,
        "errors": figures.error_rate,
    }
    sizes = {"tickets": figures.tickets, "draws": figures.draws, "calls": figures.calls}
    parts = [
        text(f"retraining.figure_{name}", language, value=value, **sizes)
        for name, value in values.items()
        if value is not None
    ]
    return "; ".join(parts) or text("retraining.figure_none", language)


def _e_value(value: float | None, language: Language) -> str | None:
    return None if value is None else evidence(value, language)


def _ignored(asked: Asked, language: Language) -> Verdict | None:
    if asked.game == UNKNOWN:
        return Verdict(
            Decision.IGNORED_UNKNOWN, text("retraining.unknown_game", language, game=asked.game)
        )
    if asked.trigger not in set(Trigger):
        reason = text("retraining.unknown_event", language, event=asked.trigger)
        return Verdict(Decision.IGNORED_UNKNOWN, reason)
    if asked.resolved:
        return Verdict(Decision.IGNORED_RESOLVED, text("retraining.resolved", language))
    return None


def _running(asked: Asked, known: Situation, language: Language) -> Verdict | None:
    if not known.running:
        return None
    reason = text("retraining.running", language, game=asked.game)
    return Verdict(Decision.REFUSED_RUNNING, reason)


def _cooling(asked: Asked, known: Situation, language: Language) -> Verdict | None:
    exempt = asked.force or asked.trigger in (Trigger.SCHEDULE, Trigger.RETRY)
    if exempt or known.last_run_ended is None:
        return None
    if is_over(known.cooldown, known.last_run_ended, known.now):
        return None
    until = known.last_run_ended + round(known.cooldown * SECOND)
    times = {"ended": _shown(known.last_run_ended), "until": _shown(until)}
    reason = text("retraining.cooldown", language, game=asked.game, **times)
    return Verdict(Decision.REFUSED_COOLDOWN, reason)


def _without_evidence(asked: Asked, known: Situation, language: Language) -> Verdict | None:
    reason = None
    if asked.trigger == Trigger.THRESHOLD:
        reason = _within_thresholds(asked, known, language)
    elif asked.trigger in ALERT_TRIGGERS:
        reason = _of_another_version(asked, known, language) or _small_sample(known, language)
    return Verdict(Decision.REFUSED_NO_EVIDENCE, reason) if reason else None


def _within_thresholds(asked: Asked, known: Situation, language: Language) -> str | None:
    if known.thresholds is None:
        return text("retraining.no_thresholds", language, game=asked.game)
    if broken_thresholds(known.thresholds, known.figures):
        return None
    figures = describe(known.figures, language)
    return text("retraining.within_thresholds", language, figures=figures)


def _of_another_version(asked: Asked, known: Situation, language: Language) -> str | None:
    """Why an alert does not speak of the version that was put in use, if it does not."""
    figures = known.figures
    if not figures.is_promoted:
        return None
    values = {"version": figures.model_version, "other": asked.model_version}
    if asked.model_version not in (None, figures.model_version):
        return text("retraining.other_version", language, **values)
    return None if figures.tickets else text("retraining.fresh_version", language, **values)


def _small_sample(known: Situation, language: Language) -> str | None:
    needed = known.thresholds.sample_size_min if known.thresholds else 0
    if known.figures.tickets >= needed:
        return None
    values = {"tickets": known.figures.tickets, "needed": needed}
    return text("retraining.small_sample", language, **values)


def _reason(asked: Asked, known: Situation, language: Language) -> str:
    figures = describe(known.figures, language)
    if asked.trigger in ALERT_TRIGGERS:
        return text("retraining.alert", language, event=asked.trigger, figures=figures)
    if asked.trigger == Trigger.THRESHOLD and known.thresholds is not None:
        broken = ", ".join(broken_thresholds(known.thresholds, known.figures))
        return text("retraining.broken", language, broken=broken, figures=figures)
    return text(f"retraining.{asked.trigger}", language)


def _below(name: str, value: float | None, bound: float | None, enough: bool) -> list[str]:
    if value is None or bound is None or not enough or value >= bound:
        return []
    return [f"{name} {value:.3f} < {bound:g}"]


def _above(name: str, value: float | None, bound: float | None, enough: bool) -> list[str]:
    if value is None or bound is None or not enough or value <= bound:
        return []
    return [f"{name} {value:.3f} > {bound:g}"]


def _shown(micros: int) -> str:
    return rfc3339(from_micros(micros), "seconds")
