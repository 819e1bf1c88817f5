"""What chance does to a threshold: for who sets an alert rule, and for who asks beforehand."""

from dataclasses import dataclass

from exporter.domain.alerts import AlertRule, Watched, WindowUnit, watched
from exporter.domain.games import Game, Games
from exporter.domain.statistics.thresholds import (
    Advice,
    AlarmRule,
    Operator,
    Verdict,
    advise,
    window_of_sample,
)
from exporter.messages import Language, Text
from exporter.messages.wording import Wording

DEFAULT_CHANGE = -0.05
#: Longest window that is explained, in draws: its answer takes a few seconds.
LONGEST_WINDOW = 1_000
_VERDICTS = {
    Verdict.ALWAYS_BROKEN: Text(
        "Está sempre violada: não distingue um modelo ruim de um bom.",
        "It is always broken: it does not tell a bad model from a good one.",
    ),
    Verdict.MOSTLY_NOISE: Text(
        "Quase tudo o que ela diz é ruído.", "Most of what it says is noise."
    ),
    Verdict.NOISY: Text(
        "Faz barulho: espere alarmes sem motivo todo ano.",
        "It is noisy: expect alarms without a cause every year.",
    ),
    Verdict.NEVER_FIRES: Text(
        "Quase nunca dispara, nem quando deveria.", "It hardly ever fires, not even when it should."
    ),
    Verdict.SOUND: Text(
        "É de confiança: cala-se diante do acaso e fala quando a acurácia muda.",
        "It can be trusted: silent at chance, and it speaks when accuracy changes.",
    ),
}
_WARNING = Text(
    """A regra {rule} avisaria à toa: o puro acaso a rompe em {share} das verificações ({episodes}
    alarmes em 300 sorteios, com 1 bilhete por sorteio; o acaso dá {chance}). {verdict}""",
    """The rule {rule} would warn for nothing: a random picker breaks it in {share} of looks
    ({episodes} alarms in 300 draws, at 1 ticket a draw; chance gives {chance}). {verdict}""",
)
_CONFIDENCE_WARNING = Text(
    """A regra {rule} fica acima do acaso ({chance}): a confiança honesta de um modelo sem vantagem
    é essa, e não a viola quem promete demais.""",
    """The rule {rule} lies above chance ({chance}): that is the honest confidence of a model
    without an edge, and only those who promise too much keep it.""",
)
_RULE_VALUE = Text(
    "acurácia {operator} {threshold} nos últimos {window} sorteios",
    "accuracy {operator} {threshold} over the last {window} draws",
)
_TICKETS_VALUE = Text(
    "{tickets} de {numbers} números, {shared} em comum",
    "{tickets} of {numbers} numbers, {shared} in common",
)
_SHARE = Text("Violada por quem só sorteia", "Broken by a random picker")
_SHARE_VALUE = Text("em {share} das verificações", "in {share} of looks")
_EPISODES = Text("Alarmes sem motivo", "Alarms without a cause")
_EPISODES_VALUE = Text(
    "{episodes} em 300 sorteios (cerca de um ano)", "{episodes} in 300 draws (about a year)"
)
_FIRST = Text("Primeiro alarme falso", "First false alarm")
_AFTER = Text(
    "Alarme se a acurácia for de {chance} a {changed}",
    "Alarm if accuracy goes from {chance} to {changed}",
)
_MEDIAN = Text("depois de {draws} sorteios (mediana)", "after {draws} draws (median)")
_BEST = Text("O melhor alarme possível levaria", "The best possible alarm would take")


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
class ExplanationData:
    """The alarm as it was understood, what to expect of it, and the same in words."""

    game: str
    chance: float
    operator: str
    threshold: float
    window: int
    numbers: int
    tickets: int
    overlap: int
    change: float
    advice: Advice
    text: dict[str, str]


@dataclass(frozen=True, slots=True)
class ThresholdAdviser:
    """Answers in the operator's language; a game that is not named is the first of `games`."""

    games: Games
    language: Language

    def explain(self, question: Question) -> ExplanationData:
        """What to expect; raises ValueError that names the value, UnknownGame."""
        game = self._game(question.game)
        alarm = _alarm(question, game)
        advice = advise(game.pool, game.drawn, alarm, question.change)
        words = Wording(self.language, game.calendar.zone)
        return ExplanationData(
            game=game.name,
            chance=game.chance,
            operator=alarm.operator.value,
            threshold=alarm.threshold,
            window=alarm.window,
            numbers=alarm.numbers,
            tickets=alarm.tickets,
            overlap=alarm.shared,
            change=question.change,
            advice=advice,
            text=_asked(words, game, alarm) | _expected(words, game, question.change, advice),
        )

    def advice(self, rule: AlertRule) -> Advice | None:
        """What to expect of an alert rule; None where chance says nothing. Raises UnknownGame.

        A sample that one ticket a draw gathers in more than LONGEST_WINDOW draws counts as that.
        """
        is_window = rule.span is WindowUnit.DRAWS and rule.metric_type != "accuracy.zscore"
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
        words = Wording(self.language, game.calendar.zone)
        chance = words.percent(game.chance)
        asks_more_than_chance = rule.condition in ("<", "<=") and rule.threshold > game.chance
        if rule.metric_type == "confidence" and asks_more_than_chance:
            return (words(_CONFIDENCE_WARNING, rule=repr(rule.name), chance=chance),)
        if advice is None or not advice.verdict.is_noise:
            return ()
        figures = {
            "share": words.percent(advice.break_probability),
            "episodes": words.number(advice.episodes, 1),
            "verdict": words(_VERDICTS[advice.verdict]),
        }
        return (words(_WARNING, rule=repr(rule.name), chance=chance, **figures),)

    def game_of(self, rule: AlertRule) -> Game:
        """The game whose chance a rule is measured by. Raises UnknownGame."""
        return self._game(rule.game)

    def _game(self, name: str | None) -> Game:
        return self.games[name or next(iter(self.games))]


def _alarm(question: Question, game: Game) -> AlarmRule:
    metric = _metric(question.metric)
    if metric.span is not WindowUnit.DRAWS or question.metric == "accuracy.zscore":
        raise ValueError(
            f"metric: chance says nothing about {question.metric}; give accuracy or accuracy.30"
        )
    if question.operator not in list(Operator):
        operators = ", ".join(Operator)
        raise ValueError(f"operator: {question.operator!r} is not one of {operators}")
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


def _asked(words: Wording, game: Game, rule: AlarmRule) -> dict[str, str]:
    threshold = words.percent(rule.threshold, 2)
    alarm = {"operator": rule.operator.value, "threshold": threshold, "window": rule.window}
    tickets = {"tickets": rule.tickets, "numbers": rule.numbers, "shared": rule.shared}
    return {
        words(Text("Regra", "Rule")): words(_RULE_VALUE, **alarm),
        words(Text("Bilhetes por sorteio", "Tickets per draw")): words(_TICKETS_VALUE, **tickets),
        words(Text("O acaso dá", "Chance gives")): words.percent(game.chance),
    }


def _expected(words: Wording, game: Game, change: float, advice: Advice) -> dict[str, str]:
    share = words.percent(advice.break_probability, 2)
    episodes = words.number(advice.episodes, 2)
    chance, changed = words.percent(game.chance), words.percent(game.chance + change)
    best = words.number(advice.best_draws, 1)
    return {
        words(_SHARE): words(_SHARE_VALUE, share=share),
        words(_EPISODES): words(_EPISODES_VALUE, episodes=episodes),
        words(_FIRST): _median(words, advice.draws_at_chance),
        words(_AFTER, chance=chance, changed=changed): _median(words, advice.draws_after_change),
        words(_BEST): words(Text("{draws} sorteios", "{draws} draws"), draws=best),
        words(Text("Veredito", "Verdict")): words(_VERDICTS[advice.verdict]),
    }


def _median(words: Wording, draws: int | None) -> str:
    if draws is None:
        return words(Text("não em 1.000 sorteios", "not within 1,000 draws"))
    return words(_MEDIAN, draws=words.number(draws))
