"""`lotofacil backup`: a verified copy of the database."""

from pathlib import Path

import click

from exporter.cli.sessions import application, read_settings
from exporter.messages import Text

_BACKUP_WRITTEN = Text("Cópia verificada: {path} ({size})", "Verified backup: {path} ({size})")


@click.command
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--compress/--plain", default=True, show_default=True, help="Pack it with gzip.")
@click.option(
    "--retention-days",
    type=click.IntRange(1, 36_500),
    help="Then remove backups in FOLDER that are older than this; all stay where not given.",
)
def backup(folder: Path | None, compress: bool, retention_days: int | None) -> None:
    """Write a verified backup of the database into FOLDER (backups in the data folder).

    It is one consistent copy, written beside running services: SQLite's own file, or JSON lines
    of every table for other databases. Only its owner can read it.
    """
    settings = read_settings()
    target = folder or settings.LOTOFACIL_DATA_DIR / "backups"
    with application(settings, "backup") as app:
        try:
            path = app.metrics.backup_data(target, compress, retention_days)
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            raise click.ClickException(str(error)) from None
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    click.echo(_BACKUP_WRITTEN.to(settings.LOTOFACIL_LANGUAGE, path=path, size=size))
