"""The background work: looks for what is asked, decides it, and has it trained."""

import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from exporter import catalog
from exporter.domain.games import Games
from exporter.domain.moments import SECOND
from exporter.domain.retraining import Decision
from exporter.logs import get_logger
from exporter.messages import text
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.faults import is_outage
from exporter.storage.limits import limited
from exporter.storage.migrate import upgrade
from exporter.storage.retraining import Request, Run
from exporter.storage.retraining_settings import read_thresholds
from retrainer import intake
from retrainer.clock import Clock
from retrainer.decision import Verdict
from retrainer.faults import Faults, first_line
from retrainer.judgement import Policy, judge_thresholds, settle
from retrainer.pace import Pace
from retrainer.runs import Runs
from retrainer.silence import Silence
from retrainer.telemetry import Telemetry
from retrainer.training import Training
from retrainer.webhook import Wish

_log = get_logger(__name__)
#: What a look may take: a database that says nothing is asked anew then.
_LOOK_SECONDS = 300


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
        self._faults = Faults(telemetry)
        self._runs = Runs(engine, training, telemetry, clock, self._pace, self._stopping)
        self._silence = Silence(self._pace)

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
        self._runs.wait()

    def work_once(self) -> None:
        """One look: what is abandoned, due or asked is dealt with. Raises DBAPIError."""
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
                self._settle_or_refuse(request)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                with limited(_LOOK_SECONDS):
                    self.work_once()
            except Exception as error:  # noqa: BLE001 - whatever it is, the work goes on
                self._note_failed_pass(error)
            # Waited first, then cleared: a wake in between is not lost, nor one to stop.
            self._wake.wait(self._pace.poll)
            self._wake.clear()

    def _note_failed_pass(self, error: Exception) -> None:
        self._telemetry.add(catalog.RETRAINER_PASS_FAILURES)
        if is_outage(error):
            _log.error("retraining_look_failed", error=first_line(error))
        else:
            self._faults.note("retraining_look_fault", error)

    def _note_pass(self, now: int) -> None:
        self._telemetry.add(catalog.RETRAINER_PASSES)
        self._telemetry.set(catalog.RETRAINER_LAST_PASS, now / SECOND)

    def _look(self, now: int) -> Found:
        with reading(self._engine) as connection:
            abandoned = self._abandoned(connection)
            requests = retraining.undecided_requests(connection)
            wishes = [
                *self._wishes(partial(intake.due_schedules, connection, self._games, now)),
                *self._wishes(partial(self._broken_thresholds, connection, now)),
            ]
        return Found(abandoned, wishes, requests)

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
        reason = text("retraining.fault", self._policy.language, error=error)
        verdict = Verdict(Decision.REFUSED_FAULT, reason)
        with writing(self._engine) as connection:
            if retraining.decide(connection, request.id, verdict.decision, reason, self._clock()):
                _log_decision(request, verdict)


def _log_decision(request: Request, verdict: Verdict) -> None:
    fields = {"request": request.id, "game": request.game, "reason": request.reason}
    why = {"decision": verdict.decision, "explanation": verdict.explanation}
    _log.info("retraining_decided", **fields, **why)
