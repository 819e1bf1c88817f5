"""The background work: looks for what is asked, decides it, and trains."""

import threading
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter import catalog
from exporter.domain.games import Games
from exporter.domain.moments import SECOND
from exporter.domain.retraining import Outcome
from exporter.logs import get_logger
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.migrate import upgrade
from exporter.storage.retraining import Request, Run
from exporter.storage.retraining_settings import read_thresholds
from retrainer import intake
from retrainer.clock import Clock
from retrainer.decision import Verdict
from retrainer.judgement import Claim, Policy, close, judge_thresholds, settle
from retrainer.telemetry import Telemetry
from retrainer.training import Result, Training
from retrainer.webhook import Wish

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are looked at, in seconds."""

    poll: float = 1.0
    """Between looks for requests (those that come to this process are seen at once)."""
    check: float = 60.0
    """Between evaluations of the thresholds."""
    renew: float = 5.0
    """Between signs of life of a run."""
    lease: float = 60.0
    """Without a sign of life, a run is taken for abandoned."""


class Found(NamedTuple):
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
        self._games = games
        self._training = training
        self._policy = policy
        self._telemetry = telemetry
        self._clock = clock
        self._pace = pace or Pace()
        self._next_check = 0
        self._newborn = True  # runs under our name are those of a life before
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._runs: list[threading.Thread] = []

    def start(self) -> None:
        """Begins to work; called again while it works, it does nothing."""
        if self.is_running():
            return
        self._stopping.clear()
        self._newborn = True
        self._training.end_leftovers()
        self._thread = threading.Thread(target=self._work, name="retrainer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the work and its trainings (recorded as stopped), within a second."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self.wait_for_runs()

    def is_running(self) -> bool:
        """Whether requests are being worked on."""
        return self._thread is not None and self._thread.is_alive()

    def wake(self) -> None:
        """Looks for requests now."""
        self._wake.set()

    def wait_for_runs(self) -> None:
        """Waits until the trainings under way have ended."""
        for run in self._runs:
            run.join()

    def work_once(self) -> None:
        """One look: what is abandoned, due or asked is dealt with. Raises SQLAlchemyError."""
        if self._newborn:
            upgrade(self._engine)  # the database may have been away when this process started
        now = self._clock()
        self._note_pass(now)
        found = self._look(now)
        if found.abandoned or found.wishes:
            self._take_in(found, now)
            found = found._replace(requests=self._undecided())
        self._newborn = False
        for request in found.requests:
            if not self._stopping.is_set():
                self._settle(request)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self.work_once()
            except SQLAlchemyError as error:
                self._telemetry.add(catalog.RETRAINER_PASS_FAILURES)
                _log.error("retraining_look_failed", error=_first_line(error))
            # Waited first, then cleared: a wake in between is not lost, nor one to stop.
            self._wake.wait(self._pace.poll)
            self._wake.clear()

    def _note_pass(self, now: int) -> None:
        self._runs = [run for run in self._runs if run.is_alive()]
        self._telemetry.add(catalog.RETRAINER_PASSES)
        self._telemetry.set(catalog.RETRAINER_LAST_PASS, now / SECOND)

    def _look(self, now: int) -> Found:
        with reading(self._engine) as connection:
            silent_since = now - round(self._pace.lease * SECOND)
            before = self._policy.claimed_by if self._newborn else ""
            abandoned = retraining.abandoned_runs(connection, before, silent_since)
            wishes = intake.due_schedules(connection, self._games, now)
            requests = retraining.undecided_requests(connection)
        return Found(abandoned, wishes + self._broken_thresholds(now), requests)

    def _broken_thresholds(self, now: int) -> list[Wish]:
        if now < self._next_check:
            return []
        self._next_check = now + round(self._pace.check * SECOND)
        with reading(self._engine) as connection:
            names = [name for name in read_thresholds(connection) if name in self._games]
            verdicts = [
                (self._games[name], judge_thresholds(connection, name, self._policy, now))
                for name in names
            ]
            found = [intake.threshold_wish(connection, *verdict, now) for verdict in verdicts]
        return [wish for wish in found if wish is not None]

    def _take_in(self, found: Found, now: int) -> None:
        with writing(self._engine) as connection:
            ended = intake.end_abandoned(connection, found.abandoned, now)
            for wish in found.wishes:
                intake.keep(connection, wish, self._policy.cooldown, now)
        for run in ended:
            _log.warning("training_abandoned", run=run.id, game=run.game)

    def _undecided(self) -> list[Request]:
        with reading(self._engine) as connection:
            return retraining.undecided_requests(connection)

    def _settle(self, request: Request) -> None:
        with writing(self._engine) as connection:
            settled = settle(connection, request, self._games, self._policy, self._clock())
        if settled is not None:
            _log_decision(request, settled.verdict)
            if settled.claim is not None:
                self._begin(settled.claim)

    def _begin(self, claim: Claim) -> None:
        name = f"training-{claim.game}"
        run = threading.Thread(target=self._train, args=(claim,), name=name, daemon=True)
        self._runs.append(run)
        run.start()

    def _train(self, claim: Claim) -> None:
        fields = {"run": claim.run_id, "game": claim.game, "model_version": claim.version}
        _log.info("training_started", **fields)
        self._telemetry.add(catalog.RETRAINER_RUN)
        try:
            alive = Pulse(self._engine, claim.run_id, self._clock, self._pace.renew)
            result = self._training.run(claim.game, claim.version, self._stopping, alive.beat)
            closed = self._close(claim, result)
        finally:
            self._telemetry.add(catalog.RETRAINER_RUN, -1)
        tell = _log.info if result.outcome is Outcome.SUCCESS else _log.warning
        tell("training_ended", **fields, outcome=result.outcome, recorded=closed)

    def _close(self, claim: Claim, result: Result) -> bool:
        # What was trained for an hour is not lost because the database is away for a minute.
        while True:
            try:
                with writing(self._engine) as connection:
                    return close(connection, claim, result, self._clock())
            except SQLAlchemyError as error:
                _log.error("training_end_not_recorded", run=claim.run_id, error=_first_line(error))
                if self._stopping.wait(self._pace.poll):
                    return False  # the next life finds the run abandoned


class Pulse:
    """Signs of life of a run, no more often than every `seconds`."""

    def __init__(self, engine: Engine, run_id: int, clock: Clock, seconds: float) -> None:
        self._engine = engine
        self._run_id = run_id
        self._clock = clock
        self._every = round(seconds * SECOND)
        self._next = clock() + self._every

    def beat(self) -> bool:
        """Renews the claim when it is time; False when the run was given up by others."""
        now = self._clock()
        if now < self._next:
            return True
        self._next = now + self._every
        try:
            with writing(self._engine) as connection:
                return retraining.renew_run(connection, self._run_id, now)
        except SQLAlchemyError as error:
            _log.warning("training_not_renewed", run=self._run_id, error=_first_line(error))
            return True


def _log_decision(request: Request, verdict: Verdict) -> None:
    fields = {"request": request.id, "game": request.game, "reason": request.reason}
    why = {"decision": verdict.decision, "explanation": verdict.explanation}
    _log.info("retraining_decided", **fields, **why)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
