"""The tables. Moments are microseconds since 1970 (UTC), shares millionths, number sets bit sets.

Integers everywhere, so that sums are exact and equal on every engine. The schema is
made by the migrations; a test holds them equal to this file.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import SchemaItem

from exporter.domain.predictions import FAILURE_PLAIN, MAX_TEXT, PLAIN, Kind, Plain

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite numbers rows by itself only for the type INTEGER.
BigKey = BigInteger().with_variant(Integer, "sqlite")


class LongText(Text):
    """Text of up to 16 MB, wherever it is stored."""


@compiles(LongText, "mysql", "mariadb")
def _medium_text(*_: object, **__: object) -> str:
    return "MEDIUMTEXT"  # written here, since MySQL's own types bring all of its drivers


#: What MySQL and MariaDB would else take from their own defaults: text of any letters, compared
#: letter by letter as elsewhere, in tables with transactions.
_MYSQL = {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}
_OWN: dict[str, Any] = {
    f"{name}_{key}": value for name in ("mysql", "mariadb") for key, value in _MYSQL.items()
}


def _table(name: str, *parts: SchemaItem, **options: Any) -> Table:
    return Table(name, METADATA, *parts, **_OWN, **options)


#: How plain fields are kept: see exporter.domain.predictions.
_KEPT: Mapping[Kind, Any] = {
    Kind.TEXT: String(MAX_TEXT),
    Kind.SHARE: Integer,  # millionths
    Kind.DURATION: BigInteger,  # microseconds
    Kind.JSON: LongText,
}


def _plain(fields: Mapping[str, Plain]) -> Iterator[Column[Any]]:
    return (Column(name, _KEPT[field.kind]) for name, field in fields.items())


games = _table(
    "games",
    Column("id", SmallInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
)

models = _table(
    "models",
    Column("id", Integer, primary_key=True),
    Column("game_id", nullable=False),
    Column("version", String(128), nullable=False),
    Column("role", String(16), nullable=False),  # model | control
    Column("active", SmallInteger, nullable=False, default=0),
    Column("started_at", BigInteger, nullable=False),
    Column("last_predicted_at", BigInteger, nullable=False, default=0),
    ForeignKeyConstraint(["game_id"], ["games.id"]),
    UniqueConstraint("game_id", "version"),
)

predictions = _table(
    "predictions",
    Column("id", BigKey, primary_key=True),
    Column("key", String(128), nullable=False, unique=True),
    Column("game_id", SmallInteger, nullable=False),
    Column("model_id", Integer, nullable=False),
    Column("predicted_at", BigInteger, nullable=False),
    Column("draw_number", Integer),  # null: the first draw at or after predicted_at
    Column("size", SmallInteger, nullable=False),
    Column("numbers", BigInteger, nullable=False),  # bits 0-62
    Column("numbers_high", BigInteger),  # bits 63-125, for pools above 63
    *_plain(PLAIN),
    Index(None, "game_id", "draw_number", "model_id", "predicted_at"),
)

failures = _table(
    "prediction_failures",
    Column("id", BigKey, primary_key=True),
    Column("key", String(128), nullable=False, unique=True),
    Column("game_id", SmallInteger, nullable=False),
    Column("model_id", Integer, nullable=False),
    Column("failed_at", BigInteger, nullable=False),
    *_plain(FAILURE_PLAIN),
    Column("error", Text, nullable=False),
)

draws = _table(
    "draws",
    Column("game_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("drawn_at", BigInteger, nullable=False),  # the cut-off of predictions
    Column("open_after", BigInteger, nullable=False),  # open predictions after this are for it
    Column("numbers", BigInteger, nullable=False),
    Column("numbers_high", BigInteger),
    Column("prizes", Text),  # JSON: hits -> cents, where the result told them
    Column("recorded_at", BigInteger, nullable=False),
    Column("cleaned", BigInteger, nullable=False),  # its raw predictions that were cleaned up
    Index(None, "game_id", "drawn_at"),
)

draw_corrections = _table(
    "draw_corrections",
    Column("id", BigKey, primary_key=True),
    Column("game_id", SmallInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("corrected_at", BigInteger, nullable=False),
    Column("corrected_by", String(128), nullable=False),
    Column("before", Text, nullable=False),  # JSON
    Column("after", Text, nullable=False),
    Index(None, "game_id", "number"),
)

result_keys = _table(
    "result_keys",
    Column("key", String(128), primary_key=True),
    Column("game_id", SmallInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON
)

draw_scores = _table(
    "draw_scores",
    Column("game_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("model_id", Integer, primary_key=True, autoincrement=False),
    Column("draw_number", Integer, primary_key=True, autoincrement=False),
    Column("drawn_at", BigInteger, nullable=False),
    Column("tickets", BigInteger, nullable=False),
    Column("ineligible", BigInteger, nullable=False),
    Column("numbers_played", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False),
    Column("held_squared", BigInteger, nullable=False),  # sum over numbers of held**2
    Column("cost", BigInteger, nullable=False),  # cents
    Column("prizes", BigInteger, nullable=False),  # cents
    Column("prizes_expected", BigInteger, nullable=False),  # millionths of a cent
    Column("held", Text, nullable=False),  # JSON: tickets that hold number k, for each k
    Column("histogram", Text, nullable=False),  # JSON: "size:hits" -> tickets
    Column("calibration", Text, nullable=False),  # JSON: confidence bin -> sums
    Column("factors", Text, nullable=False),  # JSON: logarithms of the evidence factors
    Index(None, "game_id", "draw_number"),
)


def _cells(name: str, *period: Column[int]) -> Table:
    """A table of additive integers: one shape for lifetime totals, days and hours."""
    return _table(
        name,
        Column("model_id", Integer, primary_key=True, autoincrement=False),
        *period,
        Column("measure", String(24), primary_key=True),
        Column("bucket", Integer, primary_key=True, autoincrement=False),
        Column("value", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _start() -> Column[int]:
    return Column("start", BigInteger, primary_key=True, autoincrement=False)


totals = _cells("totals")
hour_rollups = _cells("hour_rollups", _start())
day_rollups = _cells("day_rollups", _start())

game_totals = _table(
    "game_totals",
    Column("game_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("measure", String(48), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

evidence = _table(
    "evidence",
    Column("model_id", Integer, primary_key=True, autoincrement=False),
    Column("last_drawn_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # JSON of the e-processes
)

accuracy_references = _table(
    "accuracy_references",
    Column("model_id", Integer, primary_key=True, autoincrement=False),
    Column("accuracy", Integer, nullable=False),  # millionths, named by the user
    Column("set_at", BigInteger, nullable=False),
    Column("last_drawn_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # JSON of the e-processes against it
)

quarantine = _table(
    "quarantine",
    Column("id", BigKey, primary_key=True),
    Column("kind", String(16), nullable=False),  # prediction | result
    Column("game", String(64), nullable=False),
    Column("key", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LongText, nullable=False),  # JSON, as it came
    Column("quarantined_at", BigInteger, nullable=False),
    Column("mended_at", BigInteger),
    UniqueConstraint("kind", "game", "key"),
    Index(None, "mended_at"),
)

alert_rules = _table(
    "alert_rules",
    Column("name", String(128), primary_key=True),
    Column("metric_type", String(64), nullable=False),
    Column("condition", String(4), nullable=False),
    Column("threshold", Text, nullable=False),  # shortest decimal that reads back the same
    Column("severity", String(16), nullable=False),
    Column("event", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("options", Text, nullable=False),  # JSON
    Column("updated_at", BigInteger, nullable=False),
)

notification_channels = _table(
    "notification_channels",
    Column("name", String(128), primary_key=True),
    Column("type", String(16), nullable=False),  # email | webhook | slack
    Column("config", Text, nullable=False),  # JSON; may hold secrets
    Column("events", Text, nullable=False),  # JSON list; empty: all
    Column("updated_at", BigInteger, nullable=False),
)

notifications = _table(
    "notifications",
    Column("id", BigKey, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),  # firing | resolved
    Column("alert", String(128), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("event", String(64), nullable=False),
    Column("labels", Text, nullable=False),
    Column("annotations", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
    UniqueConstraint("fingerprint", "starts_at", "status"),
    Index(None, "received_at"),
)

retraining_thresholds = _table(
    "retraining_thresholds",
    Column("game", String(64), primary_key=True),
    Column("thresholds", Text, nullable=False),  # JSON
    Column("updated_at", BigInteger, nullable=False),
)

retraining_schedules = _table(
    "retraining_schedules",
    Column("game", String(64), primary_key=True),
    Column("frequency", String(16), nullable=False),
    Column("day_of_week", SmallInteger),
    Column("day_of_month", SmallInteger),
    Column("hour", SmallInteger, nullable=False),
    Column("minute", SmallInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

retraining_requests = _table(
    "retraining_requests",
    Column("id", BigKey, primary_key=True),
    Column("key", String(128), nullable=False, unique=True),  # what makes two requests one
    Column("game", String(64), nullable=False),
    Column("reason", String(128), nullable=False),
    Column("payload", LongText, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("decision", String(32)),  # null: not decided yet
    Column("explanation", Text),
    Column("decided_at", BigInteger),
)

training_runs = _table(
    "training_runs",
    Column("id", BigKey, primary_key=True),
    Column("request_id", BigInteger, nullable=False),
    Column("game", String(64), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", String(32)),  # null: under way
    Column("model_version", String(128)),
    Column("detail", Text),
    Column("claimed_by", String(64), nullable=False),  # the retrainer that runs it
    # renewed while it runs; old: its retrainer died
    Column("alive_at", BigInteger, nullable=False),
    Index(None, "game", "started_at"),
)

maintenance = _table(
    "maintenance",
    Column("id", BigKey, primary_key=True),
    Column("kind", String(32), nullable=False),  # backup | cleanup | rebuild | migration
    Column("ended_at", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
)
