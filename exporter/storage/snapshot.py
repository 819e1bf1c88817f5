"""One consistent reading of everything that /metrics shows; its cost is that of the roll-ups."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select, text

from exporter.domain.alerts import AlertRule
from exporter.domain.games import Games
from exporter.domain.lifetime import Lifetime
from exporter.domain.retraining import INTERVAL_SECONDS, Outcome
from exporter.domain.statistics.baseline import LONGEST_WINDOW
from exporter.domain.statistics.evidence import Evidence
from exporter.storage import draws as stored_draws
from exporter.storage import (
    evidence,
    far_tickets,
    quarantine,
    retraining,
)
from exporter.storage.evidence import Reference
from exporter.storage.named_rows import RULES, SCHEDULES, StoredSchedule
from exporter.storage.notifications import open_notifications
from exporter.storage.read_models import ModelRow, read_models
from exporter.storage.read_scores import ScoredDraw, last_totals
from exporter.storage.rule_figures import Recent, read_recent
from exporter.storage.schema import draws, game_totals, games, maintenance, totals


@dataclass(frozen=True, slots=True)
class DrawSeries:
    """A game's recorded draws: newest number and moment, and how many numbers are missing."""

    last_number: int
    last_at: int
    missing: int


@dataclass(frozen=True, slots=True)
class Retraining:
    """A game's training runs; moments and durations in microseconds, 0: none.

    `interval` is the seconds between scheduled runs.
    """

    running: int
    last_success: int
    last_duration: int
    interval: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What the database held at one moment."""

    taken_at: int
    models: Sequence[ModelRow] = ()
    totals: Mapping[int, Lifetime] = field(default_factory=dict)
    scored: Mapping[int, Sequence[ScoredDraw]] = field(default_factory=dict)
    evidence: Mapping[int, Evidence] = field(default_factory=dict)
    references: Mapping[int, Reference] = field(default_factory=dict)
    draws: Mapping[str, DrawSeries] = field(default_factory=dict)
    game_totals: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    quarantine: Mapping[tuple[str, str], int] = field(default_factory=dict)
    retraining: Mapping[str, Retraining] = field(default_factory=dict)
    training_runs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    training_requests: Mapping[tuple[str, str], int] = field(default_factory=dict)
    alert_rules: Sequence[AlertRule] = ()
    recent: Recent = field(default_factory=dict)
    active_alerts: int = 0
    backup_at: int = 0
    database_bytes: int = 0


def read(connection: Connection, now: int, known_games: Games) -> Reading:
    """Everything at once, in the caller's transaction; `now` in microseconds."""
    models = read_models(connection)
    rules = list(RULES.read(connection).values())
    schedules = SCHEDULES.read(connection)
    game_ids = {row.id: row.name for row in connection.execute(select(games.c.id, games.c.name))}
    recorded = _draws(connection, game_ids)
    lasts = {name: (last.last_number, last.last_at) for name, last in recorded.items()}
    far = far_tickets.count(connection, models, known_games, lasts, now)
    return Reading(
        taken_at=now,
        models=models,
        totals=_lifetimes(connection, far),
        scored={
            model.id: last_totals(connection, model.game_id, model.id, LONGEST_WINDOW)
            for model in models
        },
        evidence=evidence.states(connection),
        references=evidence.read_references(connection),
        draws=recorded,
        game_totals=_game_totals(connection, game_ids),
        quarantine=quarantine.waiting(connection),
        retraining={
            name: _retraining(connection, name, schedules.get(name)) for name in game_ids.values()
        },
        training_runs=retraining.run_counts(connection),
        training_requests=retraining.request_counts(connection),
        alert_rules=rules,
        recent=read_recent(connection, rules, [model.id for model in models], now),
        active_alerts=len(open_notifications(connection)),
        backup_at=_last_backup(connection),
        database_bytes=_size(connection),
    )


def _lifetimes(connection: Connection, far: Mapping[int, int]) -> dict[int, Lifetime]:
    lifetimes: dict[int, dict[tuple[str, int], int]] = defaultdict(dict)
    for model, tickets in far.items():
        lifetimes[model]["far", 0] = tickets
    for model, measure, bucket, value in connection.execute(select(totals)):
        lifetimes[model][measure, bucket] = value
    return {model: Lifetime(cells) for model, cells in lifetimes.items()}


def _draws(connection: Connection, names: Mapping[int, str]) -> dict[str, DrawSeries]:
    newest = select(draws.c.game_id, func.max(draws.c.drawn_at)).group_by(draws.c.game_id)
    by_game = {}
    for game, moment in connection.execute(newest).all():
        query = select(func.max(draws.c.number)).where(
            draws.c.game_id == game, draws.c.drawn_at == moment
        )
        number = connection.execute(query).scalar_one()
        by_game[names[game]] = DrawSeries(number, moment, stored_draws.missing(connection, game))
    return by_game


def _game_totals(connection: Connection, names: Mapping[int, str]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = defaultdict(dict)
    for game, measure, value in connection.execute(select(game_totals)):
        totals[names[game]][measure] = value
    return totals


def _retraining(connection: Connection, game: str, schedule: StoredSchedule | None) -> Retraining:
    under_way = retraining.run_under_way(connection, game)
    success = retraining.last_run(connection, game, Outcome.SUCCESS)
    ended = retraining.last_run(connection, game)
    duration = ended.ended_at - ended.started_at if ended and ended.ended_at else 0
    last = success.ended_at if success and success.ended_at else 0
    interval = INTERVAL_SECONDS[schedule.schedule.frequency] if schedule else 0
    return Retraining(int(under_way is not None), last, duration, interval)


def _last_backup(connection: Connection) -> int:
    query = select(func.max(maintenance.c.ended_at)).where(maintenance.c.kind == "backup")
    return connection.execute(query).scalar() or 0


def _size(connection: Connection) -> int:
    """Bytes, as the engine reports them."""
    name = connection.dialect.name
    if name == "sqlite":
        query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    elif name == "postgresql":
        query = "SELECT pg_database_size(current_database())"
    else:
        query = (
            "SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables "
            "WHERE table_schema = DATABASE()"
        )
    return int(connection.execute(text(query)).scalar_one())
