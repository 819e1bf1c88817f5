"""`lotofacil restore`: fills an empty database from a backup."""

from pathlib import Path

import click

from exporter.cli.parameters import Size
from exporter.cli.sessions import application, read_settings
from exporter.messages import text
from exporter.services.delivery import DestinationAway
from exporter.services.upkeep import restore_backup
from exporter.storage.dump import DamagedBackup
from exporter.storage.restore import RestoreRefused


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--max-size",
    type=Size(),
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
            restored = restore_backup(app.database, file, settings.LOTOFACIL_DATA_DIR, max_size)
        except DestinationAway:
            raise
        except (RestoreRefused, DamagedBackup, OSError) as error:
            raise click.ClickException(str(error)) from None
    rows = sum(restored.rows.values())
    click.echo(text("cli.restored", settings.LOTOFACIL_LANGUAGE, rows=rows, path=file))
    if not restored.checked:
        click.echo(text("cli.unchecked", settings.LOTOFACIL_LANGUAGE, path=file), err=True)
