"""`lotofacil replay`: tickets of simple models before each draw of a record, then its result."""

import sys
from collections import deque
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import BinaryIO

import click

from exporter.app import Application
from exporter.cli.parameters import DRAW, GAME, MODELS
from exporter.cli.sessions import application, read_settings
from exporter.cli.tables import aligned
from exporter.domain.definitions import LOTOFACIL, SIMULATED
from exporter.domain.draw_records import DrawRecord, Fault
from exporter.domain.games import Game
from exporter.domain.pickers import PICKERS, Picker
from exporter.messages import Language, Text
from exporter.operating.draw_files import read_draws
from exporter.operating.replay import Bounds, Plan, Replay, Tally
from exporter.operating.simulation import other_draw, simulated_draws

#: Bad lines that are shown one by one.
_SHOWN = 20
_COLUMNS = (
    Text("modelo", "model"),
    Text("sorteios", "draws"),
    Text("bilhetes", "tickets"),
    Text("acurácia", "accuracy"),
    Text("acaso", "chance"),
    Text("z", "z"),
)
_BAD_LINE = Text("{name}: linha {line}: {reason}", "{name}: line {line}: {reason}")
_MORE_BAD_LINES = Text("{name}: … e mais {count}", "{name}: … and {count} more")
_BAD_LINES = Text(
    "{count} linhas de {name} não puderam ser lidas; as demais foram usadas.",
    "{count} lines of {name} could not be read; the others were used.",
)
_GAPS = Text(
    "{count} concursos faltam no registro, o primeiro é o {first}.",
    "{count} draws are missing in the record, the first is {first}.",
)
_EMPTY_FILE = Text(
    """{name}: nenhum sorteio de {game} ali; nada foi registrado. Uma linha é como
    concurso,data,d1,d2,…, ou o arquivo é o JSON da API oficial.""",
    """{name}: no draw of {game} in it; nothing was recorded. A line is as concurso,data,d1,d2,…,
    or the file is the official API's JSON.""",
)
_NO_DRAWS = Text(
    "Nenhum sorteio de {game} entre os limites dados; nada foi registrado.",
    "No draw of {game} between the given bounds; nothing was recorded.",
)
_SIMULATED = Text(
    "Sem arquivo: {count} sorteios simulados (semente {seed}) do jogo {game}.",
    "No file: {count} simulated draws (seed {seed}) of the game {game}.",
)
_TOO_OLD = Text(
    """{count} sorteios simulados começariam antes do primeiro de {game}, em {began}: dê menos em
    --draws, ou deixe --game de lado.""",
    """{count} simulated draws would begin before the first one of {game}, on {began}: give fewer
    in --draws, or leave --game out.""",
)
_NOT_SIMULATED = Text(
    """{game} já tem outros resultados (do concurso {number}, por exemplo) e sorteios simulados não
    se misturam com eles: dê um arquivo, outra semente ou DATABASE_URL.""",
    """{game} has other results already (of draw {number}, for one), and simulated draws are not
    mixed with them: give a file, another seed or another DATABASE_URL.""",
)
_CONFLICTS = Text(
    "{count} bilhetes já estavam registrados com outros números e ficaram como estavam.",
    "{count} tickets had been recorded with other numbers and were left as they were.",
)
_MISSING_FILE = Text(
    "Sem arquivo não há o que repetir pela rede: dê um arquivo de sorteios.",
    "Without a file there is nothing to send: give a file of draws.",
)
_WAITING = Text(
    "O destino não responde: o que falta espera em {folder} e será entregue depois.",
    "The destination does not answer: the rest waits in {folder} and is delivered later.",
)
_INTERRUPTED = Text(
    "Interrompido; repetir o comando continua sem registrar nada duas vezes.",
    "Interrupted; running the command again goes on and records nothing twice.",
)


@click.command
@click.argument("file", type=click.File("rb"), required=False)
@click.option(
    "--models",
    type=MODELS,
    default="frequency,previous,random",
    show_default=True,
    help=f"Which models make tickets, of: {', '.join(PICKERS)}.",
)
@click.option("--from", "first", type=DRAW, help="First draw to replay.")
@click.option("--to", "last", type=DRAW, help="Last draw to replay.")
@click.option(
    "--tickets",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    help="Tickets of each model for each draw.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Where chance starts.")
@click.option("--game", type=GAME, help="The game; with a file lotofacil, without one simulated.")
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
        run = Replay(plan, app.metrics.record_predictions, app.tracker.record_result)
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
        for line in read_draws(file, game, now):
            if isinstance(line, Fault):
                faults.append(line)
            else:
                draws.append(line)
    except OSError as error:
        raise click.ClickException(f"{_name(file)}: {error.strerror}") from None
    _tell_faults(_name(file), faults, language)
    if not draws:
        message = _EMPTY_FILE.to(language, name=_name(file), game=game.name)
        raise click.ClickException(message)
    draws.sort(key=lambda draw: draw.number)
    _tell_gaps(draws, language)
    return draws, not faults


def _name(file: BinaryIO) -> str:
    return str(getattr(file, "name", "<stdin>"))


def _tell_faults(name: str, faults: Sequence[Fault], language: Language) -> None:
    for fault in faults[:_SHOWN]:
        place = {"name": name, "line": fault.line, "reason": fault.reason}
        _say(_BAD_LINE.to(language, **place))
    if len(faults) > _SHOWN:
        _say(_MORE_BAD_LINES.to(language, name=name, count=len(faults) - _SHOWN))
    if faults:
        _say(_BAD_LINES.to(language, name=name, count=len(faults)))


def _tell_gaps(draws: Sequence[DrawRecord], language: Language) -> None:
    gaps = [(a.number + 1, b.number - a.number - 1) for a, b in pairwise(draws)]
    missing = [(first, count) for first, count in gaps if count]
    if missing:
        total = sum(count for _, count in missing)
        _say(_GAPS.to(language, count=total, first=missing[0][0]))


def _simulated(
    app: Application, game: Game, count: int, seed: int, language: Language
) -> list[DrawRecord]:
    if app.settings.EXPORTER_URL:
        raise click.UsageError(_MISSING_FILE.to(language))
    draws = simulated_draws(game, count, seed)
    if game.began and draws[0].day < game.began:
        message = _TOO_OLD.to(language, game=game.name, began=game.began, count=count)
        raise click.ClickException(message)
    other = other_draw(app.database, game, draws)
    if other is not None:
        message = _NOT_SIMULATED.to(language, game=game.name, number=other)
        raise click.ClickException(message)
    _say(_SIMULATED.to(language, count=count, seed=seed, game=game.name))
    return draws


def _replayed(run: Replay, draws: list[DrawRecord], plan: Plan, language: Language) -> bool:
    """Replays with a progress bar; False when Ctrl-C ended it."""
    wanted = sum(plan.bounds.hold(draw) for draw in draws)
    if not wanted:
        raise click.ClickException(_NO_DRAWS.to(language, game=plan.game.name))
    title, hidden = Text("sorteios", "draws").to(language), not sys.stderr.isatty()
    try:
        with click.progressbar(
            run.steps(draws), wanted, title, file=sys.stderr, hidden=hidden
        ) as steps:
            deque(steps, maxlen=0)
    except KeyboardInterrupt:
        _say(_INTERRUPTED.to(language))
        return False
    return True


def _delivered(app: Application, language: Language) -> bool:
    if app.metrics.flush():
        return True
    _say(_WAITING.to(language, folder=app.settings.LOTOFACIL_DATA_DIR))
    return False


def _no_refusal(run: Replay, language: Language) -> bool:
    for reason in run.refused:
        _say(reason)
    if run.conflicts:
        _say(_CONFLICTS.to(language, count=run.conflicts))
    return not (run.refused or run.conflicts)


def _report(run: Replay, plan: Plan, language: Language) -> None:
    header = [column.to(language) for column in _COLUMNS]
    rows = [_row(tally, plan) for tally in run.tallies.values()]
    for line in aligned([header, *rows], right=range(1, len(_COLUMNS))):
        click.echo(line)


def _row(tally: Tally, plan: Plan) -> list[str]:
    standing = tally.assess(plan.game)
    figures = (standing.accuracy, standing.chance)
    return [
        plan.version(tally.model),
        str(standing.draws),
        str(tally.tickets),
        *("–" if figure is None else f"{figure:.4f}" for figure in figures),
        "–" if standing.z is None else f"{standing.z:+.2f}",
    ]


def _say(line: str) -> None:
    click.echo(line, err=True)


def _exit(context: click.Context, *, finished: bool, whole: bool) -> None:
    if not finished:
        sys.exit(130)
    context.exit(0 if whole else 1)
