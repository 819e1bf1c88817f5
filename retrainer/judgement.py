"""Deciding requests and closing runs, each in one transaction: what is written is what was true."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection

from exporter.domain.games import Games
from exporter.domain.retraining import Decision, Outcome, Trigger
from exporter.figures.recent_figures import current_figures
from exporter.messages import Language
from exporter.storage import retraining
from exporter.storage.identities import game_id, lock_game
from exporter.storage.models import promote
from exporter.storage.named_rows import THRESHOLDS
from exporter.storage.retraining import Request
from retrainer.artefacts import new_version
from retrainer.decision import UNKNOWN, Asked, Judgement, Situation, decide
from retrainer.training import TrainingResult
from retrainer.wishes import ask_again

#: Outcomes that say something about training; a run that was cut short starts no cooldown.
_COMPLETE = (Outcome.SUCCESS, Outcome.FAILED, Outcome.TIMEOUT)


@dataclass(frozen=True, slots=True)
class Policy:
    """Who decides, and by which settings (cooldown in seconds)."""

    claimed_by: str
    cooldown: float
    language: Language


@dataclass(frozen=True, slots=True)
class Claim:
    """A training run that is ours to do."""

    run_id: int
    request_id: int
    game: str
    version: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A decided request, and the run to do where the decision was to retrain."""

    verdict: Judgement
    claim: Claim | None


def settle(
    connection: Connection, request: Request, games: Games, policy: Policy, now: int
) -> Settled | None:
    """Decides a request and claims its run; None when another retrainer was quicker.

    The game's row is locked, so of several retrainers only one can see "nothing runs".
    """
    asked = _asked(request, games)
    if asked.game in games:
        lock_game(connection, game_id(connection, asked.game), exclusive=True)
    verdict = decide(asked, situation(connection, asked.game, policy, now), policy.language)
    decided = (request.id, verdict.decision, verdict.explanation, now)
    if not retraining.decide(connection, *decided):
        return None
    if verdict.decision is not Decision.RETRAIN:
        return Settled(verdict, None)
    return Settled(verdict, _claim(connection, request, policy.claimed_by, now))


def situation(connection: Connection, game: str, policy: Policy, now: int) -> Situation:
    """What is known about a game now."""
    thresholds = THRESHOLDS.read(connection).get(game)
    sample = thresholds.sample_size_min if thresholds else None
    last = retraining.last_run(connection, game, *_COMPLETE)
    return Situation(
        now=now,
        cooldown=policy.cooldown,
        thresholds=thresholds,
        figures=current_figures(connection, game, now, sample),
        running=retraining.run_under_way(connection, game) is not None,
        last_run_ended=last.ended_at if last else None,
    )


def judge_thresholds(connection: Connection, game: str, policy: Policy, now: int) -> Judgement:
    """What would be decided if a broken threshold asked now."""
    state = situation(connection, game, policy, now)
    asked = Asked(game, Trigger.THRESHOLD)
    # The figures come first here: a threshold that holds has nothing to ask for.
    calm = decide(asked, Situation(now, 0, state.thresholds, state.figures), policy.language)
    if calm.decision is not Decision.RETRAIN:
        return calm
    return decide(asked, state, policy.language)


def close(connection: Connection, claim: Claim, result: TrainingResult, now: int) -> bool:
    """Ends a run and puts its model in use; False when the run was given up meanwhile."""
    if not retraining.end_run(connection, claim.run_id, result.outcome, result.detail, now):
        return False
    if result.outcome is Outcome.SUCCESS:
        promote(connection, claim.game, claim.version, "model", now)
    if result.outcome in (Outcome.STOPPED, Outcome.INTERRUPTED):
        stopped = result.outcome is Outcome.STOPPED
        ask_again(connection, claim.run_id, claim.request_id, claim.game, now, always=stopped)
    return True


def _claim(connection: Connection, request: Request, claimed_by: str, now: int) -> Claim:
    version = new_version(request.game, now)
    start = (request.id, request.game, version, claimed_by, now)
    return Claim(retraining.start_run(connection, *start), request.id, request.game, version)


def _asked(request: Request, games: Games) -> Asked:
    payload = json.loads(request.payload)
    trigger = request.reason if request.reason != UNKNOWN else str(payload.get("event", UNKNOWN))
    return Asked(
        game=request.game if request.game in games else UNKNOWN,
        trigger=trigger,
        resolved=payload.get("status") == "resolved",
        force=payload.get("force") is True,
        model_version=payload.get("labels", {}).get("model_version") or None,
    )
