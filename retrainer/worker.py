"""The background work: looks for what is asked, decides it, and has it trained."""

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from exporter.collectors.retrainer import (
    RETRAINER_LAST_PASS,
    RETRAINER_PASS_FAILURES,
    RETRAINER_PASSES,
    Telemetry,
)
from exporter.domain.games import Games
from exporter.domain.moments import SECOND
from exporter.domain.retraining import Decision
from exporter.logs import get_logger
from exporter.messages import Text
from exporter.recording.destination import DestinationUnavailable
from exporter.recording.prepared_database import PreparedDatabase
from exporter.repeater import Repeater
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.faults import is_outage
from exporter.storage.limits import limited
from exporter.storage.named_rows import THRESHOLDS
from exporter.storage.retraining import Request, Run
from retrainer.clock import Clock, Pace
from retrainer.decision import Judgement
from retrainer.faults import Faults, first_line
from retrainer.judgement import Policy, judge_thresholds, settle
from retrainer.runs import Runs
from retrainer.silence import Silence
from retrainer.training import Training
from retrainer.wishes import Wish, due_schedules, end_abandoned, keep, threshold_wish

_log = get_logger(__name__)
#: What a look may take: a database that says nothing is asked anew then.
_LOOK_SECONDS = 300
_FAULT = Text(
    "Um erro inesperado impediu a decisão ({error}); está no log do retreinador.",
    "An unforeseen error prevented the decision ({error}); it is in the retrainer's log.",
)


class Look(NamedTuple):
    """What one look found to do."""

    abandoned: list[Run]
    wishes: list[Wish]
    requests: list[Request]


class Worker:
    """Decides and trains in threads; several workers on one database do each job once."""

    def __init__(
        self,
        engine: Engine,
        games: Games,
        training: Training,
        policy: Policy,
        telemetry: Telemetry,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._engine = engine
        self._database = PreparedDatabase(engine)
        self._games = games
        self._training = training
        self._policy = policy
        self._telemetry = telemetry
        self._clock = clock
        self._pace = pace or Pace()
        self._next_check = 0
        self._newborn = True  # runs under our name are those of a life before
        self._stopping = Event()
        self._faults = Faults(telemetry)
        self._runs = Runs(engine, training, telemetry, clock, self._pace, self._stopping)
        self._silence = Silence(self._pace)
        look = limited(_LOOK_SECONDS)(self.work_once)
        self.looks = Repeater("retrainer", look, self._note_failed_pass, self._pace.poll)

    def start(self) -> None:
        """Begins to work; called again while it works, it does nothing."""
        if self.looks.is_running():
            return
        self._stopping.clear()
        self._newborn = True
        self._training.end_leftovers()
        self.looks.start()

    def stop(self) -> None:
        """Ends the work and its trainings (recorded as stopped), within a second."""
        self._stopping.set()
        self.looks.stop()
        self.wait_for_runs()

    def wait_for_runs(self) -> None:
        """Waits until the trainings under way have ended."""
        self._runs.wait()

    def work_once(self) -> None:
        """One look: what is abandoned, due or asked is dealt with.

        Raises DestinationUnavailable. After one that refuses, the schema is looked at again.
        """
        with self._database.ready():
            self._deal_with_all()

    def _deal_with_all(self) -> None:
        now = self._clock()
        self._note_pass(now)
        look = self._look(now)
        if look.abandoned or look.wishes:
            self._take_in(look, now)
            look = look._replace(requests=self._undecided())
        self._newborn = False
        for request in look.requests:
            if not self._stopping.is_set():
                self._settle_or_refuse(request)

    def _note_failed_pass(self, error: Exception) -> None:
        self._telemetry.add(RETRAINER_PASS_FAILURES)
        if isinstance(error, DestinationUnavailable):
            _log.error("retraining_look_failed", fault=error.fault.value, error=first_line(error))
        else:
            self._faults.note("retraining_look_fault", error)

    def _note_pass(self, now: int) -> None:
        self._telemetry.add(RETRAINER_PASSES)
        self._telemetry.set(RETRAINER_LAST_PASS, now / SECOND)

    def _look(self, now: int) -> Look:
        with reading(self._engine) as connection:
            abandoned = self._abandoned(connection)
            requests = retraining.undecided_requests(connection)
            wishes = [
                *self._wishes(partial(due_schedules, connection, self._games, now)),
                *self._wishes(partial(self._broken_thresholds, connection, now)),
            ]
        return Look(abandoned, wishes, requests)

    def _abandoned(self, connection: Connection) -> list[Run]:
        """Runs under way that nobody does: of a life before this one, or silent."""
        under_way = retraining.runs_under_way(connection)
        silent = self._silence.silent(under_way)
        if self._newborn:
            silent += [run for run in under_way if run.claimed_by == self._policy.claimed_by]
        return [run for run in under_way if run in silent and not self._runs.does(run.id)]

    def _wishes(self, look: Callable[[], list[Wish]]) -> list[Wish]:
        """What a look finds; one that goes wrong must not hold up what was asked."""
        try:
            return look()
        except Exception as error:
            if is_outage(error):
                raise
            self._faults.note("retraining_look_fault", error)
            return []

    def _broken_thresholds(self, connection: Connection, now: int) -> list[Wish]:
        moment = self._pace.steady()
        if moment < self._next_check:
            return []
        self._next_check = moment + round(self._pace.check * SECOND)
        names = [name for name in THRESHOLDS.read(connection) if name in self._games]
        verdicts = [
            (self._games[name], judge_thresholds(connection, name, self._policy, now))
            for name in names
        ]
        wishes = [threshold_wish(connection, *verdict, now) for verdict in verdicts]
        return [wish for wish in wishes if wish is not None]

    def _take_in(self, look: Look, now: int) -> None:
        with writing(self._engine) as connection:
            ended = end_abandoned(connection, look.abandoned, now)
            for wish in look.wishes:
                keep(connection, wish, self._policy.cooldown, now)
        for run in ended:
            _log.warning("training_abandoned", run=run.id, game=run.game)

    def _undecided(self) -> list[Request]:
        with reading(self._engine) as connection:
            return retraining.undecided_requests(connection)

    def _settle_or_refuse(self, request: Request) -> None:
        try:
            self._settle(request)
        except Exception as error:
            if is_outage(error):
                raise
            self._faults.note("retraining_request_fault", error, request=request.id)
            self._refuse(request, f"{type(error).__name__}: {first_line(error)}")

    def _settle(self, request: Request) -> None:
        with writing(self._engine) as connection:
            settled = settle(connection, request, self._games, self._policy, self._clock())
        if settled is not None:
            _log_decision(request, settled.verdict)
            if settled.claim is not None:
                self._runs.begin(settled.claim)

    def _refuse(self, request: Request, error: str) -> None:
        reason = _FAULT.to(self._policy.language, error=error)
        verdict = Judgement(Decision.REFUSED_FAULT, reason)
        with writing(self._engine) as connection:
            if retraining.decide(connection, request.id, verdict.decision, reason, self._clock()):
                _log_decision(request, verdict)


def _log_decision(request: Request, verdict: Judgement) -> None:
    fields = {"request": request.id, "game": request.game, "reason": request.reason}
    why = {"decision": verdict.decision, "explanation": verdict.explanation}
    _log.info("retraining_decided", **fields, **why)
