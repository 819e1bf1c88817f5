"""One consistent reading of everything that /metrics shows; its cost is that of the roll-ups."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select, text

from exporter.domain.alerts import AlertRule
from exporter.domain.games import Games
from exporter.domain.lifetime import Lifetime
from exporter.domain.retraining import INTERVAL_SECONDS
from exporter.domain.statistics import LONGEST_WINDOW, DrawTotals, Evidence
from exporter.storage import (
    alert_rules,
    evidence,
    far_tickets,
    quarantine,
    references,
    retraining,
    retraining_settings,
)
from exporter.storage import draws as stored_draws
from exporter.storage.read_alerts import read_active_alerts
from exporter.storage.read_models import ModelRow, read_models
from exporter.storage.references import Reference
from exporter.storage.retraining_settings import StoredSchedule
from exporter.storage.rule_figures import Recent, read_recent
from exporter.storage.schema import (
    draw_scores,
    draws,
    game_totals,
    games,
    maintenance,
    totals,
)


@dataclass(frozen=True, slots=True)
class ScoredDraw:
    """One model's sums of one draw."""

    number: int
    tickets: int
    totals: DrawTotals


@dataclass(frozen=True, slots=True)
class Draws:
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
    draws: Mapping[str, Draws] = field(default_factory=dict)
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
    known = read_models(connection)
    rules = alert_rules.read_rules(connection)
    schedules = retraining_settings.read_schedules(connection)
    game_ids = {row.id: row.name for row in connection.execute(select(games.c.id, games.c.name))}
    recorded = _draws(connection, game_ids)
    lasts = {name: (last.last_number, last.last_at) for name, last in recorded.items()}
    far = far_tickets.count(connection, known, known_games, lasts, now)
    return Reading(
        taken_at=now,
        models=known,
        totals=_lifetimes(connection, far),
        scored={model.id: _scored(connection, model.id) for model in known},
        evidence=evidence.states(connection),
        references=references.read(connection),
        draws=recorded,
        game_totals=_game_totals(connection, game_ids),
        quarantine=quarantine.waiting(connection),
        retraining={
            name: _retraining(connection, name, schedules.get(name)) for name in game_ids.values()
        },
        training_runs=retraining.run_counts(connection),
        training_requests=retraining.request_counts(connection),
        alert_rules=rules,
        recent=read_recent(connection, rules, [model.id for model in known], now),
        active_alerts=len(read_active_alerts(connection)),
        backup_at=_last_backup(connection),
        database_bytes=_size(connection),
    )


def _lifetimes(connection: Connection, far: Mapping[int, int]) -> dict[int, Lifetime]:
    found: dict[int, dict[tuple[str, int], int]] = defaultdict(dict)
    for model, tickets in far.items():
        found[model]["far", 0] = tickets
    for model, measure, bucket, value in connection.execute(select(totals)):
        found[model][measure, bucket] = value
    return {model: Lifetime(cells) for model, cells in found.items()}


def _scored(connection: Connection, model: int) -> list[ScoredDraw]:
    """The last scored draws of a model, oldest first."""
    c = draw_scores.c
    query = (
        select(c.draw_number, c.tickets, c.numbers_played, c.hits, c.held_squared)
        .where(c.model_id == model, c.tickets > 0)
        .order_by(c.drawn_at.desc(), c.draw_number.desc())
        .limit(LONGEST_WINDOW)
    )
    rows = connection.execute(query).all()
    return [ScoredDraw(row[0], row[1], DrawTotals(*row[2:])) for row in reversed(rows)]


def _draws(connection: Connection, names: Mapping[int, str]) -> dict[str, Draws]:
    newest = select(draws.c.game_id, func.max(draws.c.drawn_at)).group_by(draws.c.game_id)
    found = {}
    for game, moment in connection.execute(newest).all():
        query = select(func.max(draws.c.number)).where(
            draws.c.game_id == game, draws.c.drawn_at == moment
        )
        number = connection.execute(query).scalar_one()
        found[names[game]] = Draws(number, moment, stored_draws.missing(connection, game))
    return found


def _game_totals(connection: Connection, names: Mapping[int, str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for game, measure, value in connection.execute(select(game_totals)):
        found[names[game]][measure] = value
    return found


def _retraining(connection: Connection, game: str, kept: StoredSchedule | None) -> Retraining:
    under_way = retraining.run_under_way(connection, game)
    success = retraining.last_success(connection, game)
    ended = retraining.last_run(connection, game)
    duration = ended.ended_at - ended.started_at if ended and ended.ended_at else 0
    last = success.ended_at if success and success.ended_at else 0
    interval = INTERVAL_SECONDS[kept.schedule.frequency] if kept else 0
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
