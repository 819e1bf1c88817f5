"""The documented retraining calls."""

from dataclasses import dataclass

from sqlalchemy import Engine

from exporter.domain.games import Game, Games
from exporter.domain.retraining import Frequency, PerformanceThreshold, Schedule
from exporter.domain.statistics.thresholds import AlarmRule, Operator, advise, window_of_sample
from exporter.logs import get_logger
from exporter.messages import Language, Text
from exporter.storage.engine import writing
from exporter.storage.migrate import upgrade
from exporter.storage.named_rows import SCHEDULES, THRESHOLDS, put_schedule
from retrainer.background import Background
from retrainer.clock import Clock
from retrainer.schedule import next_due

_log = get_logger(__name__)
_ALWAYS_BROKEN = Text(
    """accuracy_min={threshold:g} em {game}: um modelo que apenas sorteia números (acurácia
    {chance:.3f}) descumpre isso em {share:.1%} das verificações, numa janela de {draws}
    sorteios. Cada vez pede retreinamento; só o intervalo mínimo entre treinamentos os limita.""",
    """accuracy_min={threshold:g} for {game}: a model that only picks at random (accuracy
    {chance:.3f}) breaks it in {share:.1%} of looks, in a window of {draws} draws. Each time
    asks for a training run; only the least time between runs limits them.""",
)
_CONFIDENCE_ABOVE_CHANCE = Text(
    """confidence_min={threshold:g} está acima do acaso ({chance:.3f}) em {game}: um modelo honesto
    descumpre isso sempre; só um modelo confiante demais cumpre.""",
    """confidence_min={threshold:g} is above chance ({chance:.3f}) for {game}: an honest model
    always breaks it; only an over-confident one satisfies it.""",
)


@dataclass(frozen=True, slots=True)
class Configured:
    """What `configure_thresholds` did, and what whoever set them should know."""

    game: str
    thresholds: PerformanceThreshold
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What `schedule_retraining` did; `next_run` in microseconds since 1970."""

    game: str
    schedule: Schedule
    next_run: int


@dataclass(frozen=True, slots=True)
class RetrainingIntegration:
    """Thresholds and schedules of retraining, and the background work that follows them."""

    engine: Engine
    games: Games
    service: Background
    language: Language
    clock: Clock

    def start(self) -> None:
        """Begins to work in the background of this process (where no retrainer does already)."""
        self.service.start()

    def stop(self) -> None:
        """Ends what `start` began; a training under way is ended and recorded as stopped."""
        self.service.stop()

    def is_running(self) -> bool:
        """Whether requests to retrain are being worked on."""
        return self.service.is_running()

    def configure_thresholds(
        self, threshold: PerformanceThreshold, game: str = "lotofacil"
    ) -> Configured:
        """Sets a game's thresholds; the answer warns of those that chance alone breaks.

        Raises ValueError for what is no PerformanceThreshold, UnknownGame for an unknown game.
        """
        if not isinstance(threshold, PerformanceThreshold):
            raise ValueError(f"threshold: {threshold!r} is not a PerformanceThreshold")  # noqa: TRY004 - documented
        rules = self.games[game]
        upgrade(self.engine)
        with writing(self.engine) as connection:
            THRESHOLDS.put(connection, game, threshold, self.clock())
        warnings = threshold_warnings(rules, threshold, self.language)
        _log.info("retraining_thresholds_set", game=game, **threshold.to_dict())
        for warning in warnings:
            _log.warning("retraining_threshold_noisy", game=game, advice=warning)
        return Configured(game, threshold, warnings)

    def schedule_retraining(
        self,
        frequency: str,
        day_of_week: int | None = None,
        hour: int = 2,
        minute: int = 0,
        day_of_month: int | None = None,
        game: str = "lotofacil",
    ) -> Scheduled:
        """Sets a game's schedule, in the game's time zone: daily, weekly or monthly.

        `day_of_week` is 0 for Monday. Raises ValueError that names the value and what is right.
        """
        zone = self.games[game].calendar.zone
        days = {"day_of_week": day_of_week, "day_of_month": day_of_month}
        schedule = Schedule(_frequency(frequency), **days, hour=hour, minute=minute)
        now = self.clock()
        upgrade(self.engine)
        with writing(self.engine) as connection:
            put_schedule(connection, game, schedule, now)
        due = next_due(schedule, zone, now)
        _log.info("retraining_scheduled", game=game, frequency=frequency, next_run=due)
        return Scheduled(game, schedule, due)

    def unschedule_retraining(self, game: str = "lotofacil") -> bool:
        """Ends a game's schedule; False when it had none."""
        upgrade(self.engine)
        with writing(self.engine) as connection:
            return SCHEDULES.remove(connection, self.games[game].name)


def threshold_warnings(
    game: Game, threshold: PerformanceThreshold, language: Language
) -> tuple[str, ...]:
    """What chance alone does to the thresholds, one sentence each; none when they are sound."""
    warnings = []
    if threshold.accuracy_min is not None:
        warnings += _accuracy_warning(game, threshold.accuracy_min, threshold, language)
    if threshold.confidence_min is not None and threshold.confidence_min > game.chance:
        values = {"threshold": threshold.confidence_min, "chance": game.chance, "game": game.name}
        warnings.append(_CONFIDENCE_ABOVE_CHANCE.to(language, **values))
    return tuple(warnings)


def _accuracy_warning(
    game: Game, accuracy_min: float, threshold: PerformanceThreshold, language: Language
) -> list[str]:
    # How many tickets a draw will have is not known here: one is assumed.
    window = window_of_sample(threshold.sample_size_min)
    advice = advise(
        game.pool, game.drawn, AlarmRule(Operator.LT, accuracy_min, window, game.smallest)
    )
    if not advice.verdict.is_noise:
        return []
    values = {"threshold": accuracy_min, "chance": game.chance, "game": game.name}
    shares = {"share": advice.break_probability, "draws": window}
    return [_ALWAYS_BROKEN.to(language, **values, **shares)]


def _frequency(value: object) -> Frequency:
    try:
        return Frequency(value)  # type: ignore[arg-type]  # that is what is found out here
    except ValueError:
        frequencies = ", ".join(Frequency)
        raise ValueError(f"frequency: {value!r} is not one of {frequencies}") from None


__all__ = ["Configured", "PerformanceThreshold", "RetrainingIntegration", "Scheduled"]
