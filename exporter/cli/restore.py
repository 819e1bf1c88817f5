"""`lotofacil restore`: fills an empty database from a backup."""

from pathlib import Path

import click

from exporter.cli.parameters import SIZE
from exporter.cli.sessions import application, read_settings
from exporter.messages import Text
from exporter.recording.destination import DestinationUnavailable
from exporter.storage import restore as backups
from exporter.storage.dump import DamagedBackup
from exporter.storage.restore import RestoreRefused

_UNCHECKED = Text(
    "{path} não tem soma de verificação ao lado ({path}.sha256): foi restaurado como veio",
    "{path} has no checksum beside it ({path}.sha256): it was restored as it came",
)
_RESTORED = Text("{rows} registros restaurados de {path}", "{rows} rows restored from {path}")


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--max-size",
    type=SIZE,
    help="Refuse a FILE that unpacks to more than this; 100 times its packed size, or 100MB,"
    " where not given.",
)
def restore(file: Path, max_size: int | None) -> None:
    """Fill the database of DATABASE_URL from the backup FILE, all or nothing.

    The database must be empty; its schema is made when it has none. A backup of one kind of
    database can be restored into another. FILE is held to the checksum beside it (FILE.sha256);
    one without is restored all the same, and that is said.
    """
    settings = read_settings()
    with application(settings, "restore") as app:
        try:
            with app.database.ready() as engine:
                folder = settings.LOTOFACIL_DATA_DIR
                restored = backups.restore(engine, file, folder, max_size)
        except DestinationUnavailable:
            raise
        except (RestoreRefused, DamagedBackup, OSError) as error:
            raise click.ClickException(str(error)) from None
    rows = sum(restored.rows.values())
    click.echo(_RESTORED.to(settings.LOTOFACIL_LANGUAGE, rows=rows, path=file))
    if not restored.checked:
        click.echo(_UNCHECKED.to(settings.LOTOFACIL_LANGUAGE, path=file), err=True)
