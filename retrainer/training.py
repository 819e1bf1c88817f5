"""One training run: the command, its limits, and the model it must leave behind."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.domain.retraining import Outcome
from exporter.logs import redact
from exporter.storage.retraining import Trained
from retrainer.artefacts import Artefacts, is_empty, is_our_name
from retrainer.command import Command
from retrainer.tidying import Retention
from retrainer.training_process import Remembered, TrainingProcess, tail

#: How much of the output goes into the run's record, in bytes.
TAIL = 4_000
_GRACE_ON_TIMEOUT = 5.0
_GRACE_ON_STOP = 0.3


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """How a training ended, and what to tell about it."""

    outcome: Outcome
    detail: str


class Training:
    """Runs the training command; models, logs and notes are kept in `folder`."""

    def __init__(
        self,
        command: Command,
        folder: Path,
        timeout: float,
        environment: Mapping[str, str],
        retention: Retention = Retention(),  # noqa: B008 - it never changes
    ) -> None:
        self._command = command
        self._retention = retention
        self._timeout = timeout
        self._environment = environment
        self._logs = folder / "training"
        self._children = Remembered(folder / "under-way")
        self.artefacts = Artefacts(folder / "models")

    def end_leftovers(self) -> int:
        """Ends trainings that an earlier, killed life of this retrainer left running."""
        return self._children.end_leftovers()

    def old_files(self, trained: Sequence[Trained], now: int) -> list[Path]:
        """Models and logs that are there and need not be kept `now` (microseconds)."""
        models, logs = self._retention.retained(trained, now)
        ours = {model.version for model in trained if is_our_name(model.version)}
        old = [path for version in ours - models for path in self.artefacts.files(version)]
        old += [self._log(version) for version in ours - logs]
        return sorted(path for path in old if path.exists())

    def run(
        self, game: str, version: str, stopping: threading.Event, alive: Callable[[], bool]
    ) -> TrainingResult:
        """Runs it to its end. `alive` is called again and again; False gives the run up."""
        try:
            result = self._run(game, version, stopping, alive)
            if result.outcome is Outcome.SUCCESS:
                self.artefacts.keep(version)
            else:
                self.artefacts.discard(version)
        except OSError as error:  # the command is missing, the disk is full, ...
            return TrainingResult(
                Outcome.FAILED, f"{error.strerror or error}: {error.filename or game}"
            )
        return result

    def _run(
        self, game: str, version: str, stopping: threading.Event, alive: Callable[[], bool]
    ) -> TrainingResult:
        output = self.artefacts.prepare(version)
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._log(version)
        words = self._command.filled(output, game, version)
        child = TrainingProcess(words, log, self._environment, version)
        self._children.write(version, child.pid)
        given_up = threading.Event()
        try:
            code = child.wait(self._timeout, lambda: _goes_on(stopping, alive, given_up))
        finally:
            child.end(_GRACE_ON_STOP if stopping.is_set() else _GRACE_ON_TIMEOUT)
            self._children.clear(version)
        if code is None:
            return self._cut_short(stopping.is_set(), given_up.is_set(), log)
        return _judged(code, output, log)

    def _log(self, version: str) -> Path:
        return self._logs / f"{version}.log"

    def _cut_short(self, stopped: bool, given_up: bool, log: Path) -> TrainingResult:
        if stopped:
            return TrainingResult(Outcome.STOPPED, "stopped with the retrainer")
        if given_up:
            return TrainingResult(Outcome.INTERRUPTED, "given up by another retrainer")
        reason = f"ended after RETRAINER_TIMEOUT_SECONDS={self._timeout:g}"
        return TrainingResult(Outcome.TIMEOUT, _with_tail(reason, log))


def _goes_on(
    stopping: threading.Event, alive: Callable[[], bool], given_up: threading.Event
) -> bool:
    if not alive():
        given_up.set()
    return not (stopping.is_set() or given_up.is_set())


def _judged(code: int, output: Path, log: Path) -> TrainingResult:
    fault = _fault(code, output)
    outcome = Outcome.FAILED if fault else Outcome.SUCCESS
    return TrainingResult(outcome, _with_tail(fault or "model written", log))


def _fault(code: int, output: Path) -> str:
    if code:
        return f"exit code {code}" if code > 0 else f"ended by signal {-code}"
    if not output.exists():
        return "exit code 0, but no model was written"
    return "exit code 0, but the model is empty" if is_empty(output) else ""


def _with_tail(reason: str, log: Path) -> str:
    # It was given the database's password. More is read than is told: where the reading begins,
    # a secret may have lost its name.
    last = redact(tail(log, 2 * TAIL))[-TAIL:]
    return f"{reason}; last output:\n{last}" if last else reason
