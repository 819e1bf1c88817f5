"""Whatever happens in whatever order, storage holds what a plain recomputation says."""

import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import Connection, Engine, event, func, select

from exporter.domain.batches import by_game
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.fates import Fate, Fates
from exporter.domain.predictions import MOMENT, Failure, Prediction
from exporter.domain.results import Result
from exporter.storage import draws, evidence, ingest, models, retention, schema
from exporter.storage.draws import DrawIsClosed
from exporter.storage.engine import reading, writing
from exporter.storage.failures import write_failures
from exporter.storage.verification import verify
from tests.databases import empty
from tests.storage import oracle
from tests.storage import reading as held
from tests.storage.oracle import (
    DAY,
    HOUR,
    RULES,
    Belief,
    Draw,
    Failed,
    Rules,
    Telling,
    Ticket,
    World,
)

#: What other games cost is told by the definitions' own tests.
PLAYED = KNOWN_GAMES.plus(replace(KNOWN_GAMES[name], tariffs=()) for name in ("quina", "lotomania"))
#: Monday, 4 March 2024, 23:00 UTC: the first draw.
START = 1_709_593_200_000_000
GAMES = st.sampled_from(sorted(RULES))
MODELS = st.sampled_from(("v1", "v2", "Control"))
NUMBERS = st.integers(100, 104)
#: Moments around draws: at the cut-off, a microsecond past it, and in between.
MOMENTS = st.builds(
    lambda day, off: START + day * DAY + off,
    st.integers(-1, 6),
    st.sampled_from((0, 1, -1, -HOUR, -HOUR // 2, 5 * HOUR)),
)
#: Now and then a prediction with a moment of another age comes in the same batch.
ANY_MOMENTS = MOMENTS | MOMENTS | st.sampled_from((START - 12_000 * DAY, START + 900 * DAY))
SEEDS = st.integers(0, 2**16)
#: Of Lotofácil's, of games with a chance far below, and hard to reach; None: forgotten again.
ACCURACIES = st.sampled_from((600_000, 62_500, 200_000, 1, 999_999, None))
EXAMPLES = int(os.environ.get("STORAGE_EXAMPLES", "0"))  # more than the usual run's


class Crash(Exception):
    """The process dies between two statements."""


@contextmanager
def crashing(engine: Engine, after: int) -> Iterator[None]:
    """Lets `after` statements through and then none."""
    left = [after]

    def count(*_: object) -> None:
        if left[0] == 0:
            raise Crash
        left[0] -= 1

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


def ticket_of(rules: Rules, key: str, model: str, at: int, draw: int | None, seed: int) -> Ticket:
    """A ticket whose numbers, confidence and latency follow from the seed."""
    chance = random.Random(seed)
    # few different numbers, so that tickets overlap and hit
    chosen = chance.sample(rules.numbers, chance.choice(rules.sizes))
    confidence = chance.choice((None, 0, 50_000, 600_000, 600_001, chance.randrange(10**6), 10**6))
    latency = chance.choice((None, 0, 5000, 5001, chance.randrange(20_000_000)))
    return Ticket(key, rules, model, at, draw, frozenset(chosen), confidence, latency)


def bits(rules: Rules, numbers: frozenset[int]) -> int:
    return sum(1 << n - rules.numbers[0] for n in numbers)


def prediction_of(t: Ticket) -> Prediction:
    mask = bits(t.rules, t.numbers)
    role = "control" if t.model == "Control" else "model"
    low, high = mask % 2**63, mask >> 63
    head = (t.key, t.rules.name, t.model, role, t.at, t.draw)
    return Prediction(*head, len(t.numbers), low, high or None, t.confidence, t.latency, None)


class Storage(RuleBasedStateMachine):
    """Random sequences of everything that can happen to a record."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.world = World()
        self.serial = 0
        empty(engine)

    def _new_key(self) -> str:
        self.serial += 1
        return f"key-{self.serial}"

    def _written(self, tickets: list[Ticket], filled: int = 0) -> Fates:
        batch = [prediction_of(ticket)._replace(filled=filled) for ticket in tickets]
        return ingest.write_predictions(self.engine, by_game(batch), PLAYED, now=1)

    @rule(
        game=GAMES,
        model=MODELS,
        seed=SEEDS,
        wanted=st.lists(st.tuples(ANY_MOMENTS, st.none() | NUMBERS), min_size=1, max_size=5),
        accuracy=ACCURACIES,
    )
    def predict(
        self,
        game: str,
        model: str,
        seed: int,
        wanted: list[tuple[int, int | None]],
        accuracy: int | None,
    ) -> None:
        """New tickets: for a named or an open draw, early, late, before or after the result."""
        tickets = [
            ticket_of(RULES[game], self._new_key(), model, at, draw, seed + at // HOUR)
            for at, draw in wanted
        ]
        assert self._written(tickets) == Fates(len(tickets))
        self.world.tickets |= {ticket.key: ticket for ticket in tickets}
        if (game, model) not in self.world.references:  # most are named before their draws
            self._name((game, model), accuracy)

    @rule(models=st.lists(MODELS, min_size=2, max_size=4), at=MOMENTS, seed=SEEDS)
    def predict_for_several_games(self, models: list[str], at: int, seed: int) -> None:
        """One batch over games and models, one ticket of it twice."""
        tickets = [
            ticket_of(rules, self._new_key(), model, at, None, seed)
            for model in models
            for rules in RULES.values()
        ]
        found = self._written([*tickets, tickets[0]])
        # Places are in the order of the games' names, and within one as they came.
        first = tickets[0].rules.name
        again = sum(one.rules.name <= first for one in tickets)
        assert found == Fates(len(tickets), frozenset({again}))
        self.world.tickets |= {ticket.key: ticket for ticket in tickets}

    @precondition(lambda self: self.world.tickets)
    @rule(data=st.data(), model=MODELS, at=MOMENTS)
    def repeat_beside_new(self, data: st.DataObject, model: str, at: int) -> None:
        """A stored ticket again and a new one in one batch, then other bodies under its key.

        A moment that was not given may differ; one that was given may not.
        """
        key = data.draw(st.sampled_from(sorted(self.world.tickets)))
        known = self.world.tickets[key]
        other = replace(known, draw=99 if known.draw is None else None)
        new = ticket_of(known.rules, self._new_key(), model, at, None, at % 1000)
        found = self._written([replace(known, at=at), new], filled=MOMENT)
        assert found == Fates(1, frozenset({0}))
        for another in (other, replace(known, at=known.at + 1)):
            assert self._written([another]) == Fates(0, conflicts=frozenset({0}))
        self.world.tickets[new.key] = new

    @rule(game=GAMES, model=MODELS, at=MOMENTS)
    def fail(self, game: str, model: str, at: int) -> None:
        """A predictor call that failed, told twice."""
        key = self._new_key()
        role = "control" if model == "Control" else "model"
        failure = Failure(key, game, model, role, at, None, "timeout")
        assert write_failures(self.engine, [failure]) == 1
        assert write_failures(self.engine, [failure]) == 0
        self.world.failures[key] = Failed((game, model), at)

    def _record(self, rules: Rules, draw: Draw) -> Fate:
        self.serial += 1  # each call is a record of its own
        telling = Telling(rules, draw, START + self.serial)
        done = self._deliver(telling)
        self.world.tellings.append(telling)
        return done

    def _deliver(self, telling: Telling) -> Fate:
        rules, draw = telling.rules, telling.draw
        result = Result(draw.number, draw.at, bits(rules, draw.numbers), dict(draw.prizes))
        with writing(self.engine) as connection:
            game = PLAYED[rules.name]
            return draws.record(connection, game, result, now=telling.at, recorded_by="test")

    def _deliver_again(self, tellings: list[Telling]) -> None:
        """What was taken before changes nothing, whatever it was and whatever came since."""
        assert {self._deliver(telling) for telling in tellings} <= {Fate.REPEATED}

    @precondition(lambda self: self.world.tellings)
    @rule(data=st.data())
    def deliver_results_again(self, data: st.DataObject) -> None:
        """Results that were taken come again, of any draws and in any order."""
        known = st.sampled_from(self.world.tellings)
        self._deliver_again(data.draw(st.lists(known, min_size=1, max_size=4)))

    @rule(
        game=GAMES,
        number=NUMBERS,
        shift=st.sampled_from((0, 0, 0, DAY, -DAY, -3 * HOUR)),
        seed=SEEDS,
        pays=st.booleans(),
    )
    def result(self, game: str, number: int, shift: int, seed: int, pays: bool) -> None:
        """A result, in any order and on a day that may be wrong: new or a correction."""
        rules = RULES[game]
        drawn = frozenset(random.Random(seed).sample(rules.numbers, rules.drawn))
        prizes = ((14, 150_000), (15, 99_000_000)) if pays and rules.tiers else ()
        draw = Draw(number, START + (number - 100) * DAY + shift, drawn, prizes)
        self._expect(rules, draw)
        assert self._record(rules, self.world.draws[game][number]) is Fate.REPEATED

    @precondition(lambda self: any(self.world.draws.values()))
    @rule(data=st.data(), seed=SEEDS, shift=st.sampled_from((0, DAY, -DAY, HOUR)))
    def correct(self, data: st.DataObject, seed: int, shift: int) -> None:
        """Another body for a recorded result: its numbers, its date or both."""
        known = [(g, n) for g, found in sorted(self.world.draws.items()) for n in sorted(found)]
        game, number = data.draw(st.sampled_from(known))
        rules, before = RULES[game], self.world.draws[game][number]
        drawn = before.numbers
        if seed % 2:
            drawn = frozenset(random.Random(seed).sample(rules.numbers, rules.drawn))
        self._expect(rules, replace(before, at=before.at + shift, numbers=drawn))
        told = [t for t in self.world.tellings if (t.rules, t.draw.number) == (rules, number)]
        self._deliver_again(data.draw(st.permutations(told)))

    def _expect(self, rules: Rules, draw: Draw) -> None:
        before = self.world.draws[rules.name].get(draw.number)
        if before not in (None, draw) and self.world.is_closed(rules.name, draw.number):
            with pytest.raises(DrawIsClosed):
                self._record(rules, draw)
            return
        done = self._record(rules, draw)
        assert done is _outcome(before, draw)
        self.world.corrections[rules.name] += done is Fate.CORRECTED
        self.world.draws[rules.name][draw.number] = draw

    @precondition(lambda self: self.world.every_ticket())
    @rule(data=st.data(), accuracy=ACCURACIES)
    def name_an_accuracy(self, data: st.DataObject, accuracy: int | None) -> None:
        """A version is held to an accuracy, to another one, or to none any more."""
        known = {ticket.who for ticket in self.world.every_ticket()}
        self._name(data.draw(st.sampled_from(sorted(known))), accuracy)

    def _name(self, who: tuple[str, str], accuracy: int | None) -> None:
        with writing(self.engine) as connection:
            model = models.find(connection, *who).id
            if accuracy is None:
                assert evidence.remove_reference(connection, model) is (
                    who in self.world.references
                )
            else:
                evidence.put_reference(connection, model, accuracy, START)
        self.world.references.pop(who, None)
        if accuracy is not None:
            self.world.references[who] = accuracy

    @rule(before=MOMENTS)
    def clean_up(self, before: int) -> None:
        """Old raw rows go; what waits for its result stays."""
        gone = retention.cleanup(self.engine, before=before, now=START)
        assert gone == self.world.clean(before)

    @rule(game=GAMES, model=MODELS, at=MOMENTS, draw=st.none() | NUMBERS, after=st.integers(0, 12))
    def crash_while_predicting(
        self, game: str, model: str, at: int, draw: int | None, after: int
    ) -> None:
        """A crash leaves nothing; sent again, the ticket is there once."""
        ticket = ticket_of(RULES[game], self._new_key(), model, at, draw, after)
        if not self._crashes(lambda: self._written([ticket]), after):
            self.world.tickets[ticket.key] = ticket
        self.storage_holds_what_happened()
        self._written([ticket])
        self.world.tickets[ticket.key] = ticket

    @rule(game=GAMES, number=NUMBERS, seed=SEEDS, after=st.integers(0, 20))
    def crash_while_scoring(self, game: str, number: int, seed: int, after: int) -> None:
        """A crash leaves the result unheard of, and every score as it was."""
        rules = RULES[game]
        if self.world.is_closed(game, number):
            return
        drawn = frozenset(random.Random(seed).sample(rules.numbers, rules.drawn))
        draw = Draw(number, START + (number - 100) * DAY, drawn)
        if not self._crashes(lambda: self._record(rules, draw), after):
            before = self.world.draws[game].get(number)
            self.world.corrections[game] += before not in (None, draw)
            self.world.draws[game][number] = draw

    @rule(before=MOMENTS, after=st.integers(0, 12))
    def crash_while_cleaning(self, before: int, after: int) -> None:
        """A clean-up that was cut short is finished by the next one."""
        self._crashes(lambda: retention.cleanup(self.engine, before=before, now=START), after)
        retention.cleanup(self.engine, before=before, now=START)
        self.world.clean(before)

    def _crashes(self, act: Callable[[], object], after: int) -> bool:
        try:
            with crashing(self.engine, after):
                act()
        except Crash:
            return True
        return False

    @invariant()
    def storage_holds_what_happened(self) -> None:
        with reading(self.engine) as connection:
            compare(connection, self.world)

    def teardown(self) -> None:
        assert verify(self.engine, PLAYED).differences == ()
        self.engine.dispose()


def _outcome(before: Draw | None, draw: Draw) -> Fate:
    if before is None:
        return Fate.NEW
    return Fate.REPEATED if before == draw else Fate.CORRECTED


def compare(connection: Connection, world: World) -> None:
    """Everything stored against everything recomputed."""
    assert held.read_keys(connection) == set(world.tickets)
    assert held.read_cells(connection, schema.totals) == oracle.totals(world)
    assert held.read_cells(connection, schema.day_rollups) == oracle.days(world)
    assert held.read_cells(connection, schema.hour_rollups) == oracle.hours(world)
    assert held.read_game_totals(connection) == oracle.game_totals(world)
    compare_newest(connection, world)
    compare_scores(connection, world)
    compare_evidence(connection, world)


def compare_newest(connection: Connection, world: World) -> None:
    who = held.read_models(connection)
    newest: dict[tuple[str, str], int] = dict.fromkeys(who.values(), 0)
    for ticket in world.every_ticket():
        newest[ticket.who] = max(newest[ticket.who], ticket.at)
    m = schema.models.c
    rows = connection.execute(select(m.id, m.last_predicted_at))
    assert {who[model]: at for model, at in rows} == newest
    assert connection.execute(select(func.count()).select_from(schema.failures)).scalar() == len(
        world.failures
    )


def compare_scores(connection: Connection, world: World) -> None:
    expected = oracle.scores(world)
    stored = held.read_scores(connection)
    assert stored.keys() == expected.keys()
    for key, score in expected.items():
        row = stored[key]
        assert row.drawn_at == score.draw.at
        assert (row.tickets, row.ineligible) == (len(score.tickets), score.ineligible)
        assert (row.numbers_played, row.hits) == (score.played(), score.hits())
        assert (row.cost, row.prizes, row.prizes_expected) == score.money()
        assert row.held_squared == sum(c * c for c in score.held())
        parts = held.read_parts(row)
        assert parts == (score.held(), dict(score.outcomes()), score.claims())


def compare_evidence(connection: Connection, world: World) -> None:
    stored = held.read_evidence(connection, schema.evidence)
    named = held.read_evidence(connection, schema.accuracy_references)
    assert named.keys() == world.references.keys()
    for name, direction in (("better", 1), ("worse", -1)):
        for who, belief in oracle.evidence(world, direction).items():
            compare_belief(stored[who], name, belief)
        for who, belief in oracle.reference_evidence(world, direction).items():
            compare_belief(named[who], name, belief)


def compare_belief(state: Mapping[str, Any], name: str, belief: Belief) -> None:
    assert state["draws"] == belief.draws
    assert state[name]["log_e"] == pytest.approx(belief.log_e, rel=1e-6, abs=1e-7)
    assert state[name]["log_detector"] == pytest.approx(belief.log_detector, rel=1e-6, abs=1e-7)
    assert state[name]["log_peak"] == pytest.approx(belief.log_peak, rel=1e-6, abs=1e-7)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_storage_always_agrees_with_a_recomputation(engine: Engine) -> None:
    usual = 30 if engine.dialect.name == "sqlite" else 8
    profile = settings(
        max_examples=EXAMPLES or usual,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )

    class OnThisEngine(Storage):
        def __init__(self) -> None:
            super().__init__(engine)

    run_machine(OnThisEngine, settings=profile)
