"""Requests to retrain and training runs: what must survive a restart of the retrainer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from exporter.storage.schema import games, models
from exporter.storage.schema import retraining_requests as requests
from exporter.storage.schema import training_runs as runs

#: Longest explanation or detail that is kept, in characters (a text column holds 64 KiB).
DETAIL_LIMIT = 8_000
#: Requests that are looked at in one go.
_AT_ONCE = 100


class Request(NamedTuple):
    """A wish to retrain `game`; `payload` is JSON, moments are microseconds."""

    id: int
    key: str
    game: str
    reason: str
    payload: str
    received_at: int
    decision: str | None = None
    explanation: str | None = None
    decided_at: int | None = None


class Run(NamedTuple):
    """A training run; `outcome` is None while it is under way."""

    id: int
    request_id: int
    game: str
    started_at: int
    ended_at: int | None
    outcome: str | None
    model_version: str | None
    detail: str | None
    claimed_by: str
    alive_at: int


class Trained(NamedTuple):
    """A version that an ended run was to make; microseconds, 0: it never predicted."""

    version: str
    outcome: str
    is_active: bool
    last_predicted_at: int


def add_request(
    connection: Connection, key: str, game: str, reason: str, payload: str, at: int
) -> bool:
    """Keeps a request; False when its key is there already (alerts are delivered repeatedly)."""
    row = {"key": key, "game": game, "reason": reason, "payload": payload, "received_at": at}
    try:
        with connection.begin_nested():
            connection.execute(insert(requests).values(row))
    except IntegrityError:
        return False
    return True


def undecided_requests(connection: Connection) -> list[Request]:
    """The oldest requests that nothing was decided about; some at a time."""
    query = select(requests).where(requests.c.decision.is_(None)).order_by(requests.c.id)
    return list(map(Request._make, connection.execute(query.limit(_AT_ONCE))))


def decide(
    connection: Connection, request_id: int, decision: str, explanation: str, at: int
) -> bool:
    """Writes what was decided; False when somebody else decided first."""
    statement = (
        update(requests)
        .where(requests.c.id == request_id, requests.c.decision.is_(None))
        .values(decision=decision, explanation=explanation[:DETAIL_LIMIT], decided_at=at)
    )
    return connection.execute(statement).rowcount == 1


def recent_requests(
    connection: Connection, game: str | None = None, limit: int = 50
) -> list[Request]:
    """Newest first."""
    query = _newest(select(requests), requests.c, game, None)
    return list(map(Request._make, connection.execute(query.limit(limit))))


def start_run(
    connection: Connection, request_id: int, game: str, version: str, claimed_by: str, at: int
) -> int:
    """Begins a run and returns its id. The caller holds the game's lock and saw none under way."""
    row = {"request_id": request_id, "game": game, "model_version": version}
    times = {"started_at": at, "alive_at": at, "claimed_by": claimed_by}
    key = connection.execute(insert(runs).values(row | times)).inserted_primary_key
    assert key is not None  # noqa: S101 - an INSERT of one row has one
    return int(key[0])


def renew_run(connection: Connection, run_id: int, at: int) -> bool:
    """Says that a run is alive; False when it was given up meanwhile."""
    statement = update(runs).where(runs.c.id == run_id, runs.c.outcome.is_(None))
    return connection.execute(statement.values(alive_at=at)).rowcount == 1


def end_run(connection: Connection, run_id: int, outcome: str, detail: str, at: int) -> bool:
    """Ends a run; False when it was ended by somebody else (then nothing changes)."""
    statement = update(runs).where(runs.c.id == run_id, runs.c.outcome.is_(None))
    values = {"outcome": outcome, "detail": detail[:DETAIL_LIMIT], "ended_at": at}
    return connection.execute(statement.values(values)).rowcount == 1


def runs_under_way(connection: Connection) -> list[Run]:
    """Every run that has not ended, of all games, oldest first."""
    query = select(runs).where(runs.c.outcome.is_(None)).order_by(runs.c.id)
    return list(map(Run._make, connection.execute(query)))


def run_under_way(connection: Connection, game: str) -> Run | None:
    """The game's run that has not ended."""
    query = select(runs).where(runs.c.game == game, runs.c.outcome.is_(None)).limit(1)
    return next(map(Run._make, connection.execute(query)), None)


def last_run(connection: Connection, game: str, *outcomes: str) -> Run | None:
    """The game's newest ended run, of the `outcomes` given (none given: of any)."""
    query = select(runs).where(runs.c.game == game, runs.c.outcome.is_not(None))
    if outcomes:
        query = query.where(runs.c.outcome.in_(outcomes))
    newest = query.order_by(runs.c.id.desc()).limit(1)
    return next(map(Run._make, connection.execute(newest)), None)


def recent_runs(
    connection: Connection, game: str | None = None, limit: int = 50, before: int | None = None
) -> list[Run]:
    """Newest first; `before` is the id of the last one seen."""
    query = _newest(select(runs), runs.c, game, before)
    return list(map(Run._make, connection.execute(query.limit(limit))))


def trained_versions(connection: Connection, game: str) -> list[Trained]:
    """What the game's ended runs were to make, newest first, and whether it is in use."""
    use = (models.c.active, models.c.last_predicted_at)
    query = (
        select(runs.c.model_version, runs.c.outcome, *use)
        .join(games, games.c.name == runs.c.game, isouter=True)
        .join(
            models,
            (models.c.game_id == games.c.id) & (models.c.version == runs.c.model_version),
            isouter=True,
        )
        .where(runs.c.game == game, runs.c.outcome.is_not(None), runs.c.model_version.is_not(None))
        .order_by(runs.c.id.desc())
    )
    rows = connection.execute(query)
    return [Trained(name, end, bool(active), at or 0) for name, end, active, at in rows]


def request_by_key(connection: Connection, key: str) -> Request | None:
    """The request of this key."""
    query = select(requests).where(requests.c.key == key)
    return next(map(Request._make, connection.execute(query)), None)


def request_by_id(connection: Connection, number: int) -> Request | None:
    """The request of this id."""
    query = select(requests).where(requests.c.id == number)
    return next(map(Request._make, connection.execute(query)), None)


def run_counts(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Ended runs by game and outcome."""
    return _counts(connection, runs.c.game, runs.c.outcome)


def request_counts(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Decided requests by game and decision."""
    return _counts(connection, requests.c.game, requests.c.decision)


def _counts(connection: Connection, game: Any, what: Any) -> Mapping[tuple[str, str], int]:
    query = select(game, what, func.count()).where(what.is_not(None)).group_by(game, what)
    return {(name, value): int(count) for name, value, count in connection.execute(query)}


def _newest(query: Select[Any], columns: Any, game: str | None, before: int | None) -> Select[Any]:
    if game is not None:
        query = query.where(columns.game == game)
    if before is not None:
        query = query.where(columns.id < before)
    return query.order_by(columns.id.desc())
