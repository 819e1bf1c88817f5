"""`lotofacil rollups`: are the figures those of the raw rows?"""

import click

from exporter.cli.sessions import application, read_settings
from exporter.cli.tables import aligned
from exporter.domain.moments import from_micros
from exporter.messages import Language, Text
from exporter.storage import rebuilding, verification
from exporter.storage.verification import Verified

#: Differences that are shown one by one.
_SHOWN = 50
_COLUMNS = (
    Text("tabela", "table"),
    Text("comparados", "compared"),
    Text("sem registros", "not covered"),
    Text("diferentes", "differing"),
)
_CLEANED_BEFORE = Text(
    "Registros anteriores a {moment} já foram limpos: o que dependia deles não foi comparado.",
    "Raw rows before {moment} were cleaned up: what depends on them was not compared.",
)
_DIFFERENCE = Text(
    "{table}: {place}: guardado {stored}, recalculado {right}",
    "{table}: {place}: stored {stored}, recomputed {right}",
)
_MORE_DIFFERENCES = Text("… e mais {count} diferenças", "… and {count} more differences")
_REBUILT = Text("{count} valores refeitos.", "{count} figures put right.")


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
    with application(settings, "rollups") as app, app.database.ready() as engine:
        verified = verification.verify(engine, app.games)
    _report(verified, settings.LOTOFACIL_LANGUAGE)
    context.exit(1 if verified.differences else 0)


@rollups.command
def rebuild() -> None:
    """Put right what differs, as far as raw rows still tell; writers of a game wait meanwhile."""
    settings = read_settings()
    with application(settings, "rollups") as app, app.database.ready() as engine:
        count = rebuilding.rebuild(engine, app.games, now=app.now())
    click.echo(_REBUILT.to(settings.LOTOFACIL_LANGUAGE, count=count))


def _report(verified: Verified, language: Language) -> None:
    header = [column.to(language) for column in _COLUMNS]
    for line in aligned([header, *_rows(verified)], right=(1, 2, 3)):
        click.echo(line)
    if verified.before is not None:
        moment = from_micros(verified.before).isoformat(timespec="seconds")
        click.echo(_CLEANED_BEFORE.to(language, moment=moment))
    for table, place, stored, right in verified.differences[:_SHOWN]:
        values = {"table": table, "place": place, "stored": stored, "right": right}
        click.echo(_DIFFERENCE.to(language, **values), err=True)
    if len(verified.differences) > _SHOWN:
        more = len(verified.differences) - _SHOWN
        click.echo(_MORE_DIFFERENCES.to(language, count=more), err=True)


def _rows(verified: Verified) -> list[list[str]]:
    differing = [difference.table for difference in verified.differences]
    tables = dict.fromkeys([*verified.compared, *verified.uncovered])
    return [
        [
            name,
            str(verified.compared[name]),
            str(verified.uncovered[name]),
            str(differing.count(name)),
        ]
        for name in tables
    ]
