"""Training runs under way: each in a thread of its own, and ended in SQL whatever happens."""

import threading
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.collectors.retrainer import RETRAINER_RUN, Telemetry
from exporter.domain.moments import SECOND
from exporter.domain.retraining import Outcome
from exporter.logs import get_logger
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.faults import is_outage
from exporter.storage.limits import limited
from retrainer.artefacts import remove
from retrainer.clock import Clock, Pace
from retrainer.faults import Faults, first_line
from retrainer.judgement import Claim, close
from retrainer.training import Training, TrainingResult

_log = get_logger(__name__)
#: What a sign of life may take: meanwhile nobody looks after the training.
_BEAT_SECONDS = 2
#: Ends that nobody need look into.
_QUIET = (Outcome.SUCCESS, Outcome.STOPPED)


class Runs:
    """Begins trainings, and records how they ended; `stopping` ends all of them."""

    def __init__(
        self,
        engine: Engine,
        training: Training,
        telemetry: Telemetry,
        clock: Clock,
        pace: Pace,
        stopping: threading.Event,
    ) -> None:
        self._engine = engine
        self._training = training
        self._telemetry = telemetry
        self._faults = Faults(telemetry)
        self._clock = clock
        self._pace = pace
        self._stopping = stopping
        self._threads: dict[int, threading.Thread] = {}

    def begin(self, claim: Claim) -> None:
        """Trains in the background."""
        self._threads = {run: at for run, at in self._threads.items() if at.is_alive()}
        name = f"training-{claim.game}"
        thread = threading.Thread(target=self._run, args=(claim,), name=name, daemon=True)
        self._threads[claim.run_id] = thread
        thread.start()

    def does(self, run_id: int) -> bool:
        """Whether a run is being done here, however long ago its last sign of life is."""
        return run_id in self._threads and self._threads[run_id].is_alive()

    def wait(self) -> None:
        """Waits until the trainings under way have ended."""
        for thread in self._threads.values():
            thread.join()

    def _run(self, claim: Claim) -> None:
        fields = {"run": claim.run_id, "game": claim.game, "model_version": claim.version}
        _log.info("training_started", **fields)
        self._telemetry.add(RETRAINER_RUN)
        try:
            result, recorded = self._train(claim)
        finally:
            self._telemetry.add(RETRAINER_RUN, -1)
        tell = _log.info if result.outcome in _QUIET else _log.warning
        tell("training_ended", **fields, outcome=result.outcome, recorded=recorded)
        self._tidy(claim.game)

    def _tidy(self, game: str) -> None:
        """Removes the game's models and logs that nothing needs any more."""
        for path in self._old_files(game):
            try:
                remove(path)
            except OSError as error:
                self._faults.note("training_file_not_removed", error, game=game, file=str(path))
            else:
                _log.info("training_file_removed", game=game, file=str(path))

    def _old_files(self, game: str) -> list[Path]:
        try:
            with reading(self._engine) as connection:
                trained = retraining.trained_versions(connection, game)
            return self._training.old_files(trained, self._clock())
        except SQLAlchemyError as error:  # the next training looks again
            _log.warning("training_files_not_looked_at", game=game, error=first_line(error))
            return []

    def _train(self, claim: Claim) -> tuple[TrainingResult, bool]:
        """How the training ended, and whether that was recorded."""
        try:
            alive = Pulse(self._engine, claim.run_id, self._clock, self._pace)
            result = self._training.run(claim.game, claim.version, self._stopping, alive.beat)
            return result, self._close(claim, result)
        except Exception as error:  # noqa: BLE001 - whatever it is, the run must not stay open
            self._faults.note("training_fault", error, run=claim.run_id, game=claim.game)
            result = TrainingResult(Outcome.FAILED, f"{type(error).__name__}: {error}")
            return result, self._close(claim, result)

    def _close(self, claim: Claim, result: TrainingResult) -> bool:
        # What was trained for an hour is not lost because the database is away for a minute.
        while True:
            try:
                with writing(self._engine) as connection:
                    return close(connection, claim, result, self._clock())
            except SQLAlchemyError as error:
                if not is_outage(error):
                    raise
                _log.error("training_end_not_recorded", run=claim.run_id, error=first_line(error))
                if self._stopping.wait(self._pace.poll):
                    return False  # the next life finds the run abandoned


class Pulse:
    """Signs of life of a run, as often as `pace` says."""

    def __init__(self, engine: Engine, run_id: int, clock: Clock, pace: Pace) -> None:
        self._engine = engine
        self._run_id = run_id
        self._clock = clock
        self._steady = pace.steady
        self._every = round(pace.renew * SECOND)
        self._next = pace.steady() + self._every

    def beat(self) -> bool:
        """Renews the claim when it is time; False when the run was given up by others."""
        now = self._steady()
        if now < self._next:
            return True
        self._next = now + self._every
        try:
            with limited(_BEAT_SECONDS), writing(self._engine) as connection:
                return retraining.renew_run(connection, self._run_id, self._clock())
        except SQLAlchemyError as error:
            _log.warning("training_not_renewed", run=self._run_id, error=first_line(error))
            return True
