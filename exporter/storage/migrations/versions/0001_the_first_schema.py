"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SMALL_KEY = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
#: What servers and databases would else have their own defaults for.
_MYSQL = {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}
_OWN: dict[str, Any] = {
    f"{name}_{key}": value for name in ("mysql", "mariadb") for key, value in _MYSQL.items()
}
_LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def _exact(length: int) -> sa.types.TypeEngine[str]:
    binary = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(binary, "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "accuracy_references",
        sa.Column("model_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("accuracy", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("last_drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_accuracy_references")),
        **_OWN,
    )
    op.create_table(
        "alert_rules",
        sa.Column("name", _exact(128), nullable=False),
        sa.Column("metric_type", _exact(64), nullable=False),
        sa.Column("condition", _exact(4), nullable=False),
        sa.Column("threshold", sa.Text(), nullable=False),
        sa.Column("severity", _exact(16), nullable=False),
        sa.Column("event", _exact(64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alert_rules")),
        **_OWN,
    )
    op.create_table(
        "day_rollups",
        sa.Column("model_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("measure", _exact(24), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "model_id", "start", "measure", "bucket", name=op.f("pk_day_rollups")
        ),
        sqlite_with_rowid=False,
        **_OWN,
    )
    op.create_table(
        "draw_corrections",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("game_id", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("corrected_at", sa.BigInteger(), nullable=False),
        sa.Column("corrected_by", sa.String(length=128), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_corrections")),
        **_OWN,
    )
    with op.batch_alter_table("draw_corrections", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_draw_corrections_game_id_number"), ["game_id", "number"], unique=False
        )

    op.create_table(
        "draw_scores",
        sa.Column("game_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("model_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("draw_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("tickets", sa.BigInteger(), nullable=False),
        sa.Column("ineligible", sa.BigInteger(), nullable=False),
        sa.Column("numbers_played", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("held_squared", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("prizes", sa.BigInteger(), nullable=False),
        sa.Column("prizes_expected", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("histogram", sa.Text(), nullable=False),
        sa.Column("calibration", sa.Text(), nullable=False),
        sa.Column("factors", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("game_id", "model_id", "draw_number", name=op.f("pk_draw_scores")),
        **_OWN,
    )
    with op.batch_alter_table("draw_scores", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_draw_scores_game_id_draw_number"),
            ["game_id", "draw_number"],
            unique=False,
        )

    op.create_table(
        "draws",
        sa.Column("game_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("open_after", sa.BigInteger(), nullable=False),
        sa.Column("numbers", sa.BigInteger(), nullable=False),
        sa.Column("numbers_high", sa.BigInteger(), nullable=True),
        sa.Column("prizes", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("cleaned", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("game_id", "number", name=op.f("pk_draws")),
        **_OWN,
    )
    with op.batch_alter_table("draws", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_draws_game_id_drawn_at"), ["game_id", "drawn_at"], unique=False
        )

    op.create_table(
        "evidence",
        sa.Column("model_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_evidence")),
        **_OWN,
    )
    op.create_table(
        "game_totals",
        sa.Column("game_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("measure", _exact(48), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("game_id", "measure", name=op.f("pk_game_totals")),
        **_OWN,
    )
    op.create_table(
        "games",
        sa.Column("id", _SMALL_KEY, nullable=False),
        sa.Column("name", _exact(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_games")),
        sa.UniqueConstraint("name", name=op.f("uq_games_name")),
        **_OWN,
    )
    op.create_table(
        "hour_rollups",
        sa.Column("model_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("measure", _exact(24), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "model_id", "start", "measure", "bucket", name=op.f("pk_hour_rollups")
        ),
        sqlite_with_rowid=False,
        **_OWN,
    )
    op.create_table(
        "maintenance",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("kind", _exact(32), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
        **_OWN,
    )
    op.create_table(
        "notification_channels",
        sa.Column("name", _exact(128), nullable=False),
        sa.Column("type", _exact(16), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_notification_channels")),
        **_OWN,
    )
    op.create_table(
        "notifications",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("fingerprint", _exact(64), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("status", _exact(16), nullable=False),
        sa.Column("alert", _exact(128), nullable=False),
        sa.Column("severity", _exact(16), nullable=False),
        sa.Column("event", _exact(64), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("annotations", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "fingerprint",
            "starts_at",
            "status",
            name=op.f("uq_notifications_fingerprint_starts_at_status"),
        ),
        **_OWN,
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notifications_received_at"), ["received_at"], unique=False
        )

    op.create_table(
        "prediction_failures",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("key", _exact(128), nullable=False),
        sa.Column("game_id", sa.SmallInteger(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.Column("latency", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prediction_failures")),
        sa.UniqueConstraint("key", name=op.f("uq_prediction_failures_key")),
        **_OWN,
    )
    op.create_table(
        "predictions",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("key", _exact(128), nullable=False),
        sa.Column("game_id", sa.SmallInteger(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("predicted_at", sa.BigInteger(), nullable=False),
        sa.Column("draw_number", sa.Integer(), nullable=True),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("numbers", sa.BigInteger(), nullable=False),
        sa.Column("numbers_high", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("latency", sa.BigInteger(), nullable=True),
        sa.Column("metadata", _LONG_TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_predictions")),
        sa.UniqueConstraint("key", name=op.f("uq_predictions_key")),
        **_OWN,
    )
    with op.batch_alter_table("predictions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_predictions_game_id_draw_number_model_id_predicted_at"),
            ["game_id", "draw_number", "model_id", "predicted_at"],
            unique=False,
        )

    op.create_table(
        "quarantine",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("kind", _exact(16), nullable=False),
        sa.Column("game", _exact(64), nullable=False),
        sa.Column("key", _exact(128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", _LONG_TEXT, nullable=False),
        sa.Column("quarantined_at", sa.BigInteger(), nullable=False),
        sa.Column("mended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("kind", "game", "key", name=op.f("uq_quarantine_kind_game_key")),
        **_OWN,
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarantine_mended_at"), ["mended_at"], unique=False)

    op.create_table(
        "result_keys",
        sa.Column("key", _exact(128), nullable=False),
        sa.Column("game_id", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_result_keys")),
        **_OWN,
    )
    op.create_table(
        "retraining_requests",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("key", _exact(128), nullable=False),
        sa.Column("game", _exact(64), nullable=False),
        sa.Column("reason", _exact(128), nullable=False),
        sa.Column("payload", _LONG_TEXT, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("decision", _exact(32), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retraining_requests")),
        sa.UniqueConstraint("key", name=op.f("uq_retraining_requests_key")),
        **_OWN,
    )
    op.create_table(
        "retraining_schedules",
        sa.Column("game", _exact(64), nullable=False),
        sa.Column("frequency", _exact(16), nullable=False),
        sa.Column("day_of_week", sa.SmallInteger(), nullable=True),
        sa.Column("day_of_month", sa.SmallInteger(), nullable=True),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("minute", sa.SmallInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("game", name=op.f("pk_retraining_schedules")),
        **_OWN,
    )
    op.create_table(
        "retraining_thresholds",
        sa.Column("game", _exact(64), nullable=False),
        sa.Column("thresholds", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("game", name=op.f("pk_retraining_thresholds")),
        **_OWN,
    )
    op.create_table(
        "totals",
        sa.Column("model_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure", _exact(24), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", "measure", "bucket", name=op.f("pk_totals")),
        sqlite_with_rowid=False,
        **_OWN,
    )
    op.create_table(
        "training_runs",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("game", _exact(64), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", _exact(32), nullable=True),
        sa.Column("model_version", _exact(128), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("claimed_by", _exact(64), nullable=False),
        sa.Column("alive_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_runs")),
        **_OWN,
    )
    with op.batch_alter_table("training_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_training_runs_game_started_at"), ["game", "started_at"], unique=False
        )

    op.create_table(
        "models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("game_id", _SMALL_KEY, nullable=False),
        sa.Column("version", _exact(128), nullable=False),
        sa.Column("role", _exact(16), nullable=False),
        sa.Column("active", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("last_predicted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["game_id"], ["games.id"], name=op.f("fk_models_game_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("game_id", "version", name=op.f("uq_models_game_id_version")),
        **_OWN,
    )


def downgrade() -> None:
    op.drop_table("models")
    op.drop_table("training_runs")
    op.drop_table("totals")
    op.drop_table("retraining_thresholds")
    op.drop_table("retraining_schedules")
    op.drop_table("retraining_requests")
    op.drop_table("result_keys")
    op.drop_table("quarantine")
    op.drop_table("predictions")
    op.drop_table("prediction_failures")
    op.drop_table("notifications")
    op.drop_table("notification_channels")
    op.drop_table("maintenance")
    op.drop_table("hour_rollups")
    op.drop_table("games")
    op.drop_table("game_totals")
    op.drop_table("evidence")
    op.drop_table("draws")
    op.drop_table("draw_scores")
    op.drop_table("draw_corrections")
    op.drop_table("day_rollups")
    op.drop_table("alert_rules")
    op.drop_table("accuracy_references")
