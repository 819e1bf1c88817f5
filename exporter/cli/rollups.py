"""`lotofacil rollups`: are the figures those of the raw rows?"""

import click

from exporter.cli.sessions import application, read_settings
from exporter.cli.tables import aligned
from exporter.domain.moments import from_micros
from exporter.messages import Language, text
from exporter.services.upkeep import rebuild_rollups, verify_rollups
from exporter.storage.verification import Verified

#: Differences that are shown one by one.
_SHOWN = 50
_COLUMNS = ("table", "compared", "uncovered", "differing")


@click.group
def rollups() -> None:
    """Recompute totals, days, hours, scores and evidence from the raw rows."""


@rollups.command
@click.pass_context
def verify(context: click.Context) -> None:
    """Compare every stored figure with a recomputation; exit with 1 where one differs.

    After a clean-up only what raw rows still cover is compared; the table says how much that is.
    """
    settings = read_settings()
    with application(settings, "rollups") as app:
        found = verify_rollups(app.database, app.games)
    _report(found, settings.LOTOFACIL_LANGUAGE)
    context.exit(1 if found.differences else 0)


@rollups.command
def rebuild() -> None:
    """Put right what differs, as far as raw rows still tell; writers of a game wait meanwhile."""
    settings = read_settings()
    with application(settings, "rollups") as app:
        count = rebuild_rollups(app.database, app.games, app.now())
    click.echo(text("cli.rebuilt", settings.LOTOFACIL_LANGUAGE, count=count))


def _report(found: Verified, language: Language) -> None:
    header = [text(f"cli.{column}", language) for column in _COLUMNS]
    for line in aligned([header, *_rows(found)], right=(1, 2, 3)):
        click.echo(line)
    if found.before is not None:
        moment = from_micros(found.before).isoformat(timespec="seconds")
        click.echo(text("cli.cleaned_before", language, moment=moment))
    for table, place, stored, right in found.differences[:_SHOWN]:
        values = {"table": table, "place": place, "stored": stored, "right": right}
        click.echo(text("cli.difference", language, **values), err=True)
    if len(found.differences) > _SHOWN:
        more = len(found.differences) - _SHOWN
        click.echo(text("cli.more_differences", language, count=more), err=True)


def _rows(found: Verified) -> list[list[str]]:
    differing = [difference.table for difference in found.differences]
    tables = dict.fromkeys([*found.compared, *found.uncovered])
    return [
        [name, str(found.compared[name]), str(found.uncovered[name]), str(differing.count(name))]
        for name in tables
    ]
