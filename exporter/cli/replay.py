"""`lotofacil replay`: tickets of simple models before each draw of a record, then its result."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import track

from exporter.app import Application
from exporter.cli.parameters import DrawBound, GameName, ModelNames
from exporter.cli.sessions import application, read_settings
from exporter.cli.tables import aligned
from exporter.domain.definitions import LOTOFACIL, SIMULATED
from exporter.domain.draw_records import DrawRecord, Fault
from exporter.domain.games import Game
from exporter.domain.pickers import PICKERS, Picker
from exporter.messages import Language, text
from exporter.services.draw_files import read_draws
from exporter.services.replay import Bounds, Plan, Replay, Tally
from exporter.services.simulation import other_draw, simulated_draws

#: Bad lines that are shown one by one.
_SHOWN = 20
_COLUMNS = ("model", "draws", "tickets", "accuracy", "chance", "zscore")


@click.command
@click.argument("file", type=click.File("rb"), required=False)
@click.option(
    "--models",
    type=ModelNames(),
    default="frequency,previous,random",
    show_default=True,
    help=f"Which models make tickets, of: {', '.join(PICKERS)}.",
)
@click.option("--from", "first", type=DrawBound(), help="First draw to replay.")
@click.option("--to", "last", type=DrawBound(), help="Last draw to replay.")
@click.option(
    "--tickets",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    help="Tickets of each model for each draw.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Where chance starts.")
@click.option(
    "--game", type=GameName(), help="The game; with a file lotofacil, without one simulated."
)
@click.option(
    "--draws",
    type=click.IntRange(1, 30_000),
    default=300,
    show_default=True,
    help="Draws to simulate where no file is given.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0, 1),
    help="What the models claim; the honest value where not given: chance.",
)
@click.option("--url", help="Send to the exporter at this address; EXPORTER_URL where not given.")
@click.pass_context
def replay(  # noqa: PLR0913 - one argument for each option
    context: click.Context,
    *,
    file: BinaryIO | None,
    models: tuple[Picker, ...],
    first: int | date | None,
    last: int | date | None,
    tickets: int,
    seed: int,
    game: Game | None,
    draws: int,
    confidence: float | None,
    url: str | None,
) -> None:
    """Replay the draws of FILE (or simulated ones) as if models had played them.

    FILE is CSV as the public writes it or the official API's JSON; - is standard input. Every
    ticket is made from earlier draws only. Replaying again records nothing twice, unless a
    clean-up took the tickets in between. Exits with 1 when lines could not be read or records
    were refused, after all the others were replayed.
    """
    settings = read_settings({"EXPORTER_URL": url} if url else None)
    language = settings.LOTOFACIL_LANGUAGE
    played = game or (LOTOFACIL if file else SIMULATED)
    with application(settings, "replay") as app:
        if file:
            record, complete = _read(file, played, app.now(), language)
        else:
            record, complete = _simulated(app, played, draws, seed, language), True
        claimed = played.chance if confidence is None else confidence
        bounds = Bounds(first, last)
        batch = settings.METRICS_BATCH_SIZE
        plan = Plan(played, models, claimed, bounds, tickets, seed, batch)
        run = Replay(plan, app.metrics, app.tracker)
        finished = _replayed(run, record, plan, language)
        delivered = _delivered(app, language)
    _report(run, plan, language)
    _exit(context, finished=finished, whole=complete and delivered and _no_refusal(run, language))


def _read(
    file: BinaryIO, game: Game, now: int, language: Language
) -> tuple[list[DrawRecord], bool]:
    """The draws of a file, ascending, and whether every line could be read."""
    draws: list[DrawRecord] = []
    faults: list[Fault] = []
    try:
        for found in read_draws(file, game, now):
            if isinstance(found, Fault):
                faults.append(found)
            else:
                draws.append(found)
    except OSError as error:
        raise click.ClickException(f"{_name(file)}: {error.strerror}") from None
    _tell_faults(_name(file), faults, language)
    if not draws:
        message = text("replay.empty_file", language, name=_name(file), game=game.name)
        raise click.ClickException(message)
    draws.sort(key=lambda draw: draw.number)
    _tell_gaps(draws, language)
    return draws, not faults


def _name(file: BinaryIO) -> str:
    return str(getattr(file, "name", "<stdin>"))


def _tell_faults(name: str, faults: Sequence[Fault], language: Language) -> None:
    for fault in faults[:_SHOWN]:
        place = {"name": name, "line": fault.line, "reason": fault.reason}
        _say(text("replay.bad_line", language, **place))
    if len(faults) > _SHOWN:
        _say(text("replay.more_bad_lines", language, name=name, count=len(faults) - _SHOWN))
    if faults:
        _say(text("replay.bad_lines", language, name=name, count=len(faults)))


def _tell_gaps(draws: Sequence[DrawRecord], language: Language) -> None:
    gaps = [(a.number + 1, b.number - a.number - 1) for a, b in pairwise(draws)]
    missing = [(first, count) for first, count in gaps if count]
    if missing:
        total = sum(count for _, count in missing)
        _say(text("replay.gaps", language, count=total, first=missing[0][0]))


def _simulated(
    app: Application, game: Game, count: int, seed: int, language: Language
) -> list[DrawRecord]:
    if app.settings.EXPORTER_URL:
        raise click.UsageError(text("replay.missing_file", language))
    draws = simulated_draws(game, count, seed)
    if game.began and draws[0].day < game.began:
        message = text("replay.too_old", language, game=game.name, began=game.began, count=count)
        raise click.ClickException(message)
    other = other_draw(app.database, game, draws)
    if other is not None:
        message = text("replay.not_simulated", language, game=game.name, number=other)
        raise click.ClickException(message)
    _say(text("replay.simulated", language, count=count, seed=seed, game=game.name))
    return draws


def _replayed(run: Replay, draws: list[DrawRecord], plan: Plan, language: Language) -> bool:
    """Replays with a progress bar; False when Ctrl-C ended it."""
    wanted = sum(plan.bounds.hold(draw) for draw in draws)
    if not wanted:
        raise click.ClickException(text("replay.no_draws", language, game=plan.game.name))
    try:
        for _ in _with_bar(run.steps(draws), wanted, text("replay.progress", language)):
            pass
    except KeyboardInterrupt:
        _say(text("replay.interrupted", language))
        return False
    return True


def _with_bar(steps: Iterable[None], total: int, title: str) -> Iterable[None]:
    console = Console(stderr=True)
    return track(steps, title, total, console=console, disable=not console.is_terminal)


def _delivered(app: Application, language: Language) -> bool:
    if app.metrics.flush():
        return True
    _say(text("replay.waiting", language, folder=app.settings.LOTOFACIL_DATA_DIR))
    return False


def _no_refusal(run: Replay, language: Language) -> bool:
    for reason in run.refused:
        _say(reason)
    if run.conflicts:
        _say(text("replay.conflicts", language, count=run.conflicts))
    return not (run.refused or run.conflicts)


def _report(run: Replay, plan: Plan, language: Language) -> None:
    header = [text(f"replay.{column}", language) for column in _COLUMNS]
    rows = [_row(tally, plan) for tally in run.tallies.values()]
    for line in aligned([header, *rows], right=range(1, len(_COLUMNS))):
        click.echo(line)


def _row(tally: Tally, plan: Plan) -> list[str]:
    found = tally.assess(plan.game)
    figures = (found.accuracy, found.chance)
    return [
        plan.version(tally.model),
        str(found.draws),
        str(tally.tickets),
        *("–" if figure is None else f"{figure:.4f}" for figure in figures),
        "–" if found.z is None else f"{found.z:+.2f}",
    ]


def _say(line: str) -> None:
    click.echo(line, err=True)


def _exit(context: click.Context, *, finished: bool, whole: bool) -> None:
    if not finished:
        sys.exit(130)
    context.exit(0 if whole else 1)
