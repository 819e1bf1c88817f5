"""Where requests come from: alerts, schedules, broken thresholds, interrupted runs."""

import json
from collections.abc import Container, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from exporter.domain.alerts.payload import Alert
from exporter.domain.games import Game, Games
from exporter.domain.moments import from_micros
from exporter.domain.retraining import ALERT_TRIGGERS, Decision, Outcome, Trigger
from exporter.storage import retraining
from exporter.storage.named_rows import SCHEDULES
from exporter.storage.retraining import Request, Run
from retrainer.clock import is_over
from retrainer.decision import UNKNOWN, Judgement
from retrainer.schedule import last_due

_FRUITLESS = (Outcome.FAILED, Outcome.TIMEOUT, Outcome.INTERRUPTED)
_REFUSED = (
    Decision.REFUSED_COOLDOWN,
    Decision.REFUSED_RUNNING,
    Decision.REFUSED_NO_EVIDENCE,
    Decision.REFUSED_FAULT,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A request to be kept: `key` makes repeated deliveries one, `payload` is JSON."""

    key: str
    game: str
    reason: str
    payload: str


def alert_wish(alert: Alert, games: Container[str]) -> Wish:
    """The wish of an alert; one of no known game or event is kept under bounded names."""
    # A resolution is another message than the alert itself and must not hide it.
    end = "" if alert.is_firing else "!resolved"
    event, game = alert.labels.get("event", ""), alert.labels.get("game", "")
    if alert.labels.get("role") == "control":
        event = f"{event} (control arm)"  # which is there to be at chance
    payload = {
        "status": alert.status,
        "event": event[:200],
        "labels": alert.labels,
        "startsAt": alert.started,
    }
    return Wish(
        f"{alert.fingerprint}@{alert.started}{end}",
        game if game in games else UNKNOWN,
        event if event in ALERT_TRIGGERS else UNKNOWN,
        json.dumps(payload, sort_keys=True),
    )


def keep(connection: Connection, wish: Wish, cooldown: float, now: int) -> bool:
    """Keeps a wish; False when it is a repetition.

    An alert that fires on and on is told again and again under one key. When it was refused,
    or its training came to nothing, telling it again asks again, the cooldown later.
    """
    key: str | None = wish.key
    while key is not None:
        if retraining.add_request(connection, key, wish.game, wish.reason, wish.payload, now):
            return True
        earlier = retraining.request_by_key(connection, key)
        at = earlier and _denied_at(connection, earlier)
        again = earlier and at and is_over(cooldown, at, now)
        key = f"{wish.key}#{earlier.id}" if earlier and again else None
    return False


def _denied_at(connection: Connection, request: Request) -> int | None:
    """When it showed that a request leads to no new model, so far as that has shown."""
    if request.decision in _REFUSED:
        return request.decided_at
    if request.decision != Decision.RETRAIN or request.decided_at is None:
        return None
    last = retraining.last_run(connection, request.game)
    if last is None or last.started_at < request.decided_at or last.outcome not in _FRUITLESS:
        return None
    success = retraining.last_run(connection, request.game, Outcome.SUCCESS)
    answered = success is not None and success.started_at >= request.decided_at
    return None if answered else last.ended_at


def due_schedules(connection: Connection, games: Games, now: int) -> list[Wish]:
    """The scheduled runs that are due and were not asked for yet: at most one for each game."""
    wishes = []
    for name, stored in SCHEDULES.read(connection).items():
        if name in games:
            zone = games[name].calendar.zone
            due = last_due(stored.schedule, zone, stored.updated_at, now)
            if due is not None:
                wishes.append(_scheduled(name, due))
    return [wish for wish in wishes if retraining.request_by_key(connection, wish.key) is None]


def threshold_wish(connection: Connection, game: Game, verdict: Judgement, now: int) -> Wish | None:
    """A wish because of a broken threshold: once a day for each last run and each decision."""
    if verdict.decision is Decision.REFUSED_NO_EVIDENCE:
        return None
    last = retraining.last_run(connection, game.name)
    day = from_micros(now).date()
    key = f"threshold:{game.name}:{last.id if last else 0}:{verdict.decision}:{day}"
    return Wish(key, game.name, Trigger.THRESHOLD, json.dumps({}))


def end_abandoned(connection: Connection, runs: Iterable[Run], now: int) -> list[Run]:
    """Ends runs whose retrainer died, and asks for each once more."""
    ended = []
    for run in runs:
        detail = "the retrainer that ran it ended without a word"
        if retraining.end_run(connection, run.id, Outcome.INTERRUPTED, detail, now):
            ask_again(connection, run.id, run.request_id, run.game, now)
            ended.append(run)
    return ended


def ask_again(
    connection: Connection,
    run_id: int,
    request_id: int,
    game: str,
    now: int,
    *,
    always: bool = False,
) -> None:
    """Asks once more for a run that was cut short, unless it was itself such a second try.

    `always`: however often; for runs that were stopped with their retrainer, which nobody hears of.
    """
    request = retraining.request_by_id(connection, request_id)
    if always or request is None or request.reason != Trigger.RETRY:
        payload = json.dumps({"run": run_id})
        retraining.add_request(connection, f"retry:{run_id}", game, Trigger.RETRY, payload, now)


def _scheduled(game: str, due: int) -> Wish:
    moment = from_micros(due).isoformat()
    return Wish(f"schedule:{game}:{due}", game, Trigger.SCHEDULE, json.dumps({"due": moment}))
