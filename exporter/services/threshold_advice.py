"""What chance does to a threshold: for who sets an alert rule, and for who asks beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.domain.alerts import AlertRule, Span, Watched, watched
from exporter.domain.games import Game, Games
from exporter.domain.statistics import (
    Advice,
    AlarmRule,
    Operator,
    advise,
    window_of_sample,
)
from exporter.messages import Language
from exporter.services.presentation.wording import Wording

DEFAULT_CHANGE = -0.05
#: Longest window that is explained, in draws: its answer takes a few seconds.
LONGEST_WINDOW = 1_000


@dataclass(frozen=True, slots=True)
class Question:
    """An alarm that somebody thinks of.

    `sample` tickets make the window where it is given instead of `window` (draws); `overlap`:
    numbers that all tickets of a draw share; `change` is added to chance, e.g. -0.05.
    """

    metric: str
    operator: str
    value: float
    window: int | None = None
    sample: int | None = None
    tickets: int = 1
    overlap: int = 0
    numbers: int | None = None
    change: float = DEFAULT_CHANGE
    game: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer: the alarm as it was understood, what to expect, and the same in words."""

    game: str
    chance: float
    rule: AlarmRule
    change: float
    advice: Advice
    lines: Sequence[tuple[str, str]]
    """Labels and values in the operator's language."""


class ThresholdAdviser:
    """Answers in the operator's language; a game that is not named is the first of `games`."""

    def __init__(self, games: Games, language: Language) -> None:
        self._games = games
        self._language = language

    def explain(self, question: Question) -> Explanation:
        """What to expect; raises ValueError that names the value, UnknownGame."""
        game = self._game(question.game)
        rule = _alarm(question, game)
        advice = advise(game.pool, game.drawn, rule, question.change)
        words = Wording(self._language, game.calendar.zone)
        lines = [*_asked(words, game, rule), *_expected(words, game, question.change, advice)]
        return Explanation(game.name, game.chance, rule, question.change, advice, lines)

    def advice(self, rule: AlertRule) -> Advice | None:
        """What to expect of an alert rule; None where chance says nothing. Raises UnknownGame.

        A sample that one ticket a draw gathers in more than LONGEST_WINDOW draws counts as that.
        """
        is_window = rule.span is Span.DRAWS and rule.metric_type != "accuracy.zscore"
        if not is_window or rule.draws is None:
            return None
        game = self.game_of(rule)
        sample = window_of_sample(max(1, rule.sample_size_min))
        window = min(max(rule.draws, sample), LONGEST_WINDOW)
        alarm = AlarmRule(Operator(rule.condition), rule.threshold, window, game.smallest)
        return advise(game.pool, game.drawn, alarm)

    def warnings(self, rule: AlertRule, advice: Advice | None) -> tuple[str, ...]:
        """What whoever makes this rule should know, a sentence each; none when it is sound."""
        game = self.game_of(rule)
        words = Wording(self._language, game.calendar.zone)
        chance = words.percent(game.chance)
        if rule.metric_type == "confidence" and _asks_more_than_chance(rule, game):
            return (words("thresholds.confidence_warning", rule=repr(rule.name), chance=chance),)
        if advice is None or not advice.verdict.is_noise:
            return ()
        figures = {
            "share": words.percent(advice.break_probability),
            "episodes": words.number(advice.episodes, 1),
            "verdict": words(f"thresholds.verdict_{advice.verdict.value}"),
        }
        return (words("thresholds.warning", rule=repr(rule.name), chance=chance, **figures),)

    def game_of(self, rule: AlertRule) -> Game:
        """The game whose chance a rule is measured by. Raises UnknownGame."""
        return self._game(rule.game)

    def _game(self, name: str | None) -> Game:
        return self._games[name or next(iter(self._games))]


def _asks_more_than_chance(rule: AlertRule, game: Game) -> bool:
    return rule.condition in ("<", "<=") and rule.threshold > game.chance


def _alarm(question: Question, game: Game) -> AlarmRule:
    metric = _metric(question.metric)
    if metric.span is not Span.DRAWS or question.metric == "accuracy.zscore":
        raise ValueError(
            f"metric: chance says nothing about {question.metric}; give accuracy or accuracy.30"
        )
    if question.operator not in list(Operator):
        known = ", ".join(Operator)
        raise ValueError(f"operator: {question.operator!r} is not one of {known}")
    return AlarmRule(
        Operator(question.operator),
        question.value,
        _window(question, metric.window),
        question.numbers or game.smallest,
        question.tickets,
        question.overlap,
    )


def _metric(name: str) -> Watched:
    try:
        return watched(name)
    except ValueError as error:
        raise ValueError(str(error).replace("metric_type", "metric", 1)) from None


def _window(question: Question, of_metric: str) -> int:
    if question.window is not None and question.sample is not None:
        raise ValueError("window: give window or sample, not both")
    if question.sample is not None:
        return _checked(window_of_sample(question.sample, question.tickets))
    if question.window is not None:
        return _checked(question.window)
    if not of_metric.isdecimal():
        raise ValueError("window: give a number of draws; 'all' grows and has no one answer")
    return _checked(int(of_metric))


def _checked(window: int) -> int:
    if not 1 <= window <= LONGEST_WINDOW:
        raise ValueError(f"window: {window} draws are not from 1 to {LONGEST_WINDOW}")
    return window


def _asked(words: Wording, game: Game, rule: AlarmRule) -> list[tuple[str, str]]:
    threshold = words.percent(rule.threshold, 2)
    alarm = {"operator": rule.operator.value, "threshold": threshold, "window": rule.window}
    tickets = {"tickets": rule.tickets, "numbers": rule.numbers, "shared": rule.shared}
    return [
        (words("thresholds.rule"), words("thresholds.rule_value", **alarm)),
        (words("thresholds.tickets"), words("thresholds.tickets_value", **tickets)),
        (words("thresholds.chance"), words.percent(game.chance)),
    ]


def _expected(words: Wording, game: Game, change: float, advice: Advice) -> list[tuple[str, str]]:
    share = words.percent(advice.break_probability, 2)
    episodes = words.number(advice.episodes, 2)
    both = {
        "chance": words.percent(game.chance),
        "changed": words.percent(game.chance + change),
    }
    best = words.number(advice.best_draws, 1)
    return [
        (words("thresholds.share"), words("thresholds.share_value", share=share)),
        (words("thresholds.episodes"), words("thresholds.episodes_value", episodes=episodes)),
        (words("thresholds.first"), _median(words, advice.draws_at_chance)),
        (words("thresholds.after", **both), _median(words, advice.draws_after_change)),
        (words("thresholds.best"), words("thresholds.best_value", draws=best)),
        (words("thresholds.verdict"), words(f"thresholds.verdict_{advice.verdict.value}")),
    ]


def _median(words: Wording, draws: int | None) -> str:
    if draws is None:
        return words("thresholds.not_within")
    return words("thresholds.median", draws=words.number(draws))
