"""MySQL and MariaDB: utf8mb4 in every text, whatever the server's default was when it was made."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    "accuracy_references",
    "alembic_version",
    "alert_rules",
    "day_rollups",
    "draw_corrections",
    "draw_scores",
    "draws",
    "evidence",
    "game_totals",
    "games",
    "hour_rollups",
    "maintenance",
    "models",
    "notification_channels",
    "notifications",
    "prediction_failures",
    "predictions",
    "quarantine",
    "result_keys",
    "retraining_requests",
    "retraining_schedules",
    "retraining_thresholds",
    "totals",
    "training_runs",
)
#: The texts that have another collation or whose table has another, or has no transactions.
_TEXTS = sa.text("""
    SELECT c.table_name, c.column_name, c.column_type, c.is_nullable
    FROM information_schema.tables t
    JOIN information_schema.columns c USING (table_schema, table_name)
    WHERE t.table_schema = DATABASE() AND t.table_name IN :tables AND c.collation_name IS NOT NULL
    AND (t.engine, t.table_collation, c.collation_name) <> ('InnoDB', 'utf8mb4_bin', 'utf8mb4_bin')
""").bindparams(sa.bindparam("tables", _TABLES, expanding=True))
_ANY_LETTERS = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    changes = defaultdict(list)
    for table, column, kind, nullable in connection.execute(_TEXTS):
        null = "NULL" if nullable == "YES" else "NOT NULL"
        changes[table].append(f"MODIFY `{column}` {kind} {_ANY_LETTERS} {null}")
    for table, of_columns in sorted(changes.items()):
        # Not CONVERT TO, which would make each TEXT of a smaller character set a MEDIUMTEXT.
        declared = ", ".join((*of_columns, f"DEFAULT {_ANY_LETTERS}", "ENGINE=InnoDB"))
        op.execute(f"ALTER TABLE `{table}` {declared}")


def downgrade() -> None:
    """Nothing: a smaller character set would lose letters, and the larger one harms nobody."""
