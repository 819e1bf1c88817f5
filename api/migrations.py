"""`migrate_metrics_data`: bringing stored data to a newer structure."""

from api.container import application
from exporter.operating.data_migration import Migrated, migrate_data

__all__ = ["Migrated", "migrate_metrics_data"]


def migrate_metrics_data(from_version: str = "v1.0", to_version: str = "v2.0") -> Migrated:
    """Upgrades the schema after a verified backup; ValueError for versions that are not known."""
    app = application()
    folder = app.settings.LOTOFACIL_DATA_DIR / "backups"
    return migrate_data(app.engine, folder, app.now, from_version, to_version)
