"""MySQL and MariaDB: utf8mb4 in every text, whatever the server's default was when it was made."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

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
_ANY_LETTERS = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    for table in _TABLES:
        # Not CONVERT TO, which would make each TEXT of a smaller character set a MEDIUMTEXT.
        changes = [*_columns(sa.inspect(connection), table), f"DEFAULT {_ANY_LETTERS}"]
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")


def _columns(tables: sa.Inspector, table: str) -> Iterator[str]:
    """How each text of a table is to be: as it is, with other letters."""
    for column in tables.get_columns(table):
        kind = column["type"]
        if isinstance(kind, mysql.VARCHAR | mysql.TEXT | mysql.MEDIUMTEXT):
            kind.charset = kind.collation = None
            told = f"{kind.compile(mysql.dialect())} {_ANY_LETTERS}"
            yield f"MODIFY `{column['name']}` {told} {'' if column['nullable'] else 'NOT '}NULL"


def downgrade() -> None:
    """Nothing: a smaller character set would lose letters, and the larger one harms nobody."""
