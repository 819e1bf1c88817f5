"""The tables. Moments are microseconds since 1970 (UTC), shares millionths, number sets bit sets.

Integers everywhere, so that sums are exact and equal on every engine. The schema is
made by the migrations; a test holds them equal to this file.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.mysql import MEDIUMTEXT, VARCHAR

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
LongText = Text().with_variant(MEDIUMTEXT, "mysql", "mariadb")


def exact_text(length: int) -> String:
    """Text that MySQL, too, compares letter by letter (not by its case-blind default)."""
    return String(length).with_variant(
        VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb"
    )


games = Table(
    "games",
    METADATA,
    Column("id", SmallInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", exact_text(64), nullable=False, unique=True),
)

models = Table(
    "models",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("game_id", ForeignKey("games.id"), nullable=False),
    Column("version", exact_text(128), nullable=False),
    Column("role", exact_text(16), nullable=False),  # model | control
    Column("active", SmallInteger, nullable=False, default=0),
    Column("started_at", BigInteger, nullable=False),
    Column("last_predicted_at", BigInteger, nullable=False, default=0),
    UniqueConstraint("game_id", "version"),
)

predictions = Table(
    "predictions",
    METADATA,
    Column("id", BigKey, primary_key=True),
    Column("key", exact_text(128), nullable=False, unique=True),
    Column("game_id", SmallInteger, nullable=False),
    Column("model_id", Integer, nullable=False),
    Column("predicted_at", BigInteger, nullable=False),
    Column("draw_number", Integer),  # null: the first draw at or after predicted_at
    Column("size", SmallInteger, nullable=False),
    Column("numbers", BigInteger, nullable=False),  # bits 0-62
    Column("numbers_high", BigInteger),  # bits 63-125, for pools above 63
    Column("confidence", Integer),  # millionths
    Column("latency", BigInteger),  # microseconds
    Column("metadata", LongText),  # JSON
    Index(None, "game_id", "draw_number", "model_id", "predicted_at"),
)

failures = Table(
    "prediction_failures",
    METADATA,
    Column("id", BigKey, primary_key=True),
    Column("key", exact_text(128), nullable=False, unique=True),
    Column("game_id", SmallInteger, nullable=False),
    Column("model_id", Integer, nullable=False),
    Column("failed_at", BigInteger, nullable=False),
    Column("latency", BigInteger),
    Column("error", Text, nullable=False),
)

draws = Table(
    "draws",
    METADATA,
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

draw_corrections = Table(
    "draw_corrections",
    METADATA,
    Column("id", BigKey, primary_key=True),
    Column("game_id", SmallInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("corrected_at", BigInteger, nullable=False),
    Column("corrected_by", String(128), nullable=False),
    Column("before", Text, nullable=False),  # JSON
    Column("after", Text, nullable=False),
    Index(None, "game_id", "number"),
)

result_keys = Table(
    "result_keys",
    METADATA,
    Column("key", exact_text(128), primary_key=True),
    Column("game_id", SmallInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON
)

draw_scores = Table(
    "draw_scores",
    METADATA,
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
    return Table(
        name,
        METADATA,
        Column("model_id", Integer, primary_key=True, autoincrement=False),
        *period,
        Column("measure", exact_text(24), primary_key=True),
        Column("bucket", Integer, primary_key=True, autoincrement=False),
        Column("value", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _start() -> Column[int]:
    return Column("start", BigInteger, primary_key=True, autoincrement=False)


totals = _cells("totals")
hour_rollups = _cells("hour_rollups", _start())
day_rollups = _cells("day_rollups", _start())

game_totals = Table(
    "game_totals",
    METADATA,
    Column("game_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("measure", exact_text(48), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

evidence = Table(
    "evidence",
    METADATA,
    Column("model_id", Integer, primary_key=True, autoincrement=False),
    Column("last_drawn_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # JSON of the e-processes
)

accuracy_references = Table(
    "accuracy_references",
    METADATA,
    Column("model_id", Integer, primary_key=True, autoincrement=False),
    Column("accuracy", Integer, nullable=False),  # millionths, named by the user
    Column("set_at", BigInteger, nullable=False),
    Column("last_drawn_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # JSON of the e-processes against it
)

quarantine = Table(
    "quarantine",
    METADATA,
    Column("id", BigKey, primary_key=True),
    Column("kind", exact_text(16), nullable=False),  # prediction | result
    Column("game", exact_text(64), nullable=False),
    Column("key", exact_text(128), nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LongText, nullable=False),  # JSON, as it came
    Column("quarantined_at", BigInteger, nullable=False),
    Column("mended_at", BigInteger),
    UniqueConstraint("kind", "game", "key"),
    Index(None, "mended_at"),
)

alert_rules = Table(
    "alert_rules",
    METADATA,
    Column("name", exact_text(128), primary_key=True),
    Column("metric_type", exact_text(64), nullable=False),
    Column("condition", exact_text(4), nullable=False),
    Column("threshold", Text, nullable=False),  # shortest decimal that reads back the same
    Column("severity", exact_text(16), nullable=False),
    Column("event", exact_text(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("options", Text, nullable=False),  # JSON
    Column("updated_at", BigInteger, nullable=False),
)

notification_channels = Table(
    "notification_channels",
    METADATA,
    Column("name", exact_text(128), primary_key=True),
    Column("type", exact_text(16), nullable=False),  # email | webhook | slack
    Column("config", Text, nullable=False),  # JSON; may hold secrets
    Column("events", Text, nullable=False),  # JSON list; empty: all
    Column("updated_at", BigInteger, nullable=False),
)

notifications = Table(
    "notifications",
    METADATA,
    Column("id", BigKey, primary_key=True),
    Column("fingerprint", exact_text(64), nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("status", exact_text(16), nullable=False),  # firing | resolved
    Column("alert", exact_text(128), nullable=False),
    Column("severity", exact_text(16), nullable=False),
    Column("event", exact_text(64), nullable=False),
    Column("labels", Text, nullable=False),
    Column("annotations", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
    UniqueConstraint("fingerprint", "starts_at", "status"),
    Index(None, "received_at"),
)

retraining_thresholds = Table(
    "retraining_thresholds",
    METADATA,
    Column("game", exact_text(64), primary_key=True),
    Column("thresholds", Text, nullable=False),  # JSON
    Column("updated_at", BigInteger, nullable=False),
)

retraining_schedules = Table(
    "retraining_schedules",
    METADATA,
    Column("game", exact_text(64), primary_key=True),
    Column("frequency", exact_text(16), nullable=False),
    Column("day_of_week", SmallInteger),
    Column("day_of_month", SmallInteger),
    Column("hour", SmallInteger, nullable=False),
    Column("minute", SmallInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

retraining_requests = Table(
    "retraining_requests",
    METADATA,
    Column("id", BigKey, primary_key=True),
    Column("key", exact_text(128), nullable=False, unique=True),  # what makes two requests one
    Column("game", exact_text(64), nullable=False),
    Column("reason", exact_text(128), nullable=False),
    Column("payload", LongText, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("decision", exact_text(32)),  # null: not decided yet
    Column("explanation", Text),
    Column("decided_at", BigInteger),
)

training_runs = Table(
    "training_runs",
    METADATA,
    Column("id", BigKey, primary_key=True),
    Column("request_id", BigInteger, nullable=False),
    Column("game", exact_text(64), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", exact_text(32)),  # null: under way
    Column("model_version", exact_text(128)),
    Column("detail", Text),
    Column("claimed_by", exact_text(64), nullable=False),  # the retrainer that runs it
    # renewed while it runs; old: its retrainer died
    Column("alive_at", BigInteger, nullable=False),
    Index(None, "game", "started_at"),
)

maintenance = Table(
    "maintenance",
    METADATA,
    Column("id", BigKey, primary_key=True),
    Column("kind", exact_text(32), nullable=False),  # backup | cleanup | rebuild | migration
    Column("ended_at", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
)
