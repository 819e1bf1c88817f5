"""What every HTTP edge does alike is tried on the exporter's own, as the product wires it."""

from tests.web.conftest import (
    app,
    application,
    client,
    client_with,
    clock,
    database,
    dependencies,
    empty_database,
)

__all__ = [
    "app",
    "application",
    "client",
    "client_with",
    "clock",
    "database",
    "dependencies",
    "empty_database",
]
