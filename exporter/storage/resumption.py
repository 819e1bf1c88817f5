"""Migrations that go on where a killed one stopped, on MySQL and MariaDB.

These commit each statement that makes or alters a table, and the new revision is written last:
what a killed migrator did is still there, and its migration runs once more from its beginning.
A statement whose work is done already says so by its error, and is passed over.
"""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.schema import CreateTable

#: The execution option of a connection that runs migrations.
MIGRATING = "migrating"
_TABLE_IS_THERE = 1050
#: A column, key, primary key, constraint or check is there; a table, column or key, check or
#: constraint is gone.
_DONE = frozenset((1060, 1061, 1068, 1826, 3822, 1051, 1091, 3821, 3940))


def pass_over_what_is_done(
    cursor: Any, statement: str, parameters: Any, context: ExecutionContext
) -> bool:
    """Runs a statement of a migration, for SQLAlchemy's event `do_execute`; False: not one."""
    if not context.execution_options.get(MIGRATING):
        return False
    try:
        cursor.execute(statement, parameters)
    except context.dialect.loaded_dbapi.Error as error:
        if not _is_done(next(iter(error.args), None), context):
            raise
    return True


def _is_done(number: object, context: ExecutionContext) -> bool:
    return _is_ours(context) if number == _TABLE_IS_THERE else number in _DONE


def _is_ours(context: ExecutionContext) -> bool:
    """Whether the table that is there has the columns of the new one: no other product's."""
    statement = getattr(context.compiled, "statement", None)
    if not isinstance(statement, CreateTable):
        return False
    table = statement.element
    columns = inspect(context.root_connection).get_columns(table.name)
    return {column["name"] for column in columns} == set(table.columns.keys())
