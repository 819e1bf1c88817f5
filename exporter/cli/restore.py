"""`lotofacil restore`: fills an empty database from a backup."""

from pathlib import Path

import click

from exporter.cli.sessions import application, read_settings
from exporter.messages import text
from exporter.services.delivery import DestinationAway
from exporter.services.upkeep import restore_backup
from exporter.storage.dump import DamagedBackup
from exporter.storage.restore import RestoreRefused


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill the database of DATABASE_URL from the backup FILE, all or nothing.

    The database must be empty; its schema is made when it has none. A backup of one kind of
    database can be restored into another.
    """
    settings = read_settings()
    with application(settings, "restore") as app:
        try:
            rows = restore_backup(app.database, file)
        except DestinationAway:
            raise
        except (RestoreRefused, DamagedBackup, OSError) as error:
            raise click.ClickException(str(error)) from None
    click.echo(text("cli.restored", settings.LOTOFACIL_LANGUAGE, rows=rows, path=file))
