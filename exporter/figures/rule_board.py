"""Users' rules as a page shows them: each with its value, and with what chance does to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock, Thread

from exporter.domain.alerts import AlertRule, WindowUnit
from exporter.domain.games import UnknownGame
from exporter.domain.statistics.thresholds import Advice
from exporter.figures.rule_values import RuleValue
from exporter.figures.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class WatchedRule:
    """A rule, its value (None: unknown), and the advice on its threshold.

    `advice` is None where chance says nothing, and until `is_advised`.
    """

    rule: AlertRule
    value: float | None
    advice: Advice | None = None
    is_advised: bool = True


class KeptAdvice:
    """Answers of the threshold adviser, worked out once, in the background.

    An answer takes up to some seconds, which no page should wait for.
    """

    def __init__(self, ask: Callable[[AlertRule], Advice | None]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._answers: dict[AlertRule, Advice | None] = {}
        self._waiting: list[AlertRule] = []
        self._worker: Thread | None = None

    def known(self, rules: Sequence[AlertRule]) -> dict[AlertRule, Advice | None]:
        """The answers that are there; others are worked out now, and no others kept."""
        with self._lock:
            self._answers = {rule: self._answers[rule] for rule in rules if rule in self._answers}
            self._waiting = [rule for rule in rules if rule not in self._answers]
            if self._waiting and not (self._worker and self._worker.is_alive()):
                self._worker = Thread(target=self._work, name="lotofacil-advice", daemon=True)
                self._worker.start()
            return dict(self._answers)

    def _work(self) -> None:
        while rule := self._next():
            answer = self._answer(rule)
            with self._lock:
                self._answers[rule] = answer

    def _next(self) -> AlertRule | None:
        with self._lock:
            for rule in self._waiting:
                if rule not in self._answers:
                    return rule
            self._worker = None
            return None

    def _answer(self, rule: AlertRule) -> Advice | None:
        try:
            return self._ask(rule)
        except (UnknownGame, ValueError):  # a game that was taken out of the settings since
            return None


@dataclass(frozen=True, slots=True)
class RuleBoard:
    """Gives the rules; `values` are those of the newest of `snapshots`."""

    snapshots: Snapshots
    values: Callable[[], Sequence[RuleValue]]
    advice: KeptAdvice

    def __call__(self) -> list[WatchedRule]:
        """Every rule, by name."""
        self.snapshots.recent()
        values = self.values()
        asked = [_of_its_game(value) for value in values]
        advice = self.advice.known(asked)
        return [
            WatchedRule(value.rule, value.value, advice.get(question), question in advice)
            for value, question in zip(values, asked, strict=True)
        ]


def _of_its_game(value: RuleValue) -> AlertRule:
    """The rule about the game whose models it watches, whose chance then counts."""
    is_of_draws = value.rule.span is WindowUnit.DRAWS and value.game
    return replace(value.rule, game=value.game) if is_of_draws else value.rule
