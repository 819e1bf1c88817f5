"""`lotofacil references`: the accuracies that model versions are held to, instead of to chance."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from exporter.app import Application
from exporter.cli.parameters import GAME
from exporter.cli.sessions import application, read_settings
from exporter.cli.tables import aligned
from exporter.config import Settings
from exporter.domain.games import Game
from exporter.domain.lifetime import Lifetime
from exporter.domain.moments import from_micros
from exporter.domain.predictions import MILLION
from exporter.domain.references import InvalidReference
from exporter.domain.verdicts import standing_of_evidence
from exporter.logs import redact
from exporter.messages import Language, Text
from exporter.messages.figures import evidence, number
from exporter.messages.phrases import KEPT
from exporter.outbound.exporter_client import ExporterRefused
from exporter.storage.evidence import Reference
from exporter.storage.models import UnknownModelVersion
from exporter.storage.read_models import ModelRow
from exporter.storage.snapshot import Reading

_COLUMNS = (
    Text("jogo", "game"),
    Text("versão", "version"),
    Text("referência", "reference"),
    Text("acurácia", "accuracy"),
    Text("sorteios", "draws"),
    Text("evidência contra", "evidence against"),
    Text("maior", "highest"),
    Text("situação", "verdict"),
    Text("desde", "since"),
)
_FIGURES = (2, 3, 4, 5, 6)
_of_game = click.option(
    "--game", type=GAME, default="lotofacil", show_default=True, help="The version's game."
)
_NONE = Text("Nenhuma referência foi informada.", "No reference was named.")
_SET = Text(
    "{version} ({game}) é comparada com {accuracy}.", "{version} ({game}) is held to {accuracy}."
)
_SEEN = Text(
    """Sorteios já conferidos dessa versão: {draws}. Uma referência escolhida depois de ver os
    números não promete nada.""",
    """Scored draws of this version so far: {draws}. A reference that is chosen after looking at
    the figures promises nothing.""",
)
_REMOVED = Text(
    "A referência de {version} ({game}) foi removida.",
    "The reference of {version} ({game}) is removed.",
)
_UNKNOWN = Text(
    "{version} ({game}) não tem referência; `lotofacil references list` mostra as que existem.",
    "{version} ({game}) has no reference; `lotofacil references list` shows those there are.",
)
_ELSEWHERE = Text(
    "EXPORTER_URL: a lista vem do banco; peça-a onde ele está, ou em {url}.",
    "EXPORTER_URL: the list comes from the database; ask where that is, or {url}.",
)


@click.group
def references() -> None:
    """Accuracies that model versions are held to, such as the one claimed at release."""


@references.command("list")
def list_all() -> None:
    """Show each named accuracy beside the real one, and the evidence against it."""
    settings = read_settings()
    language = settings.LOTOFACIL_LANGUAGE
    if settings.EXPORTER_URL:
        url = redact(f"{settings.EXPORTER_URL}/api/metrics/models")
        raise click.UsageError(_ELSEWHERE.to(language, url=url))
    with application(settings, "references") as app:
        reading = _reading(app)
        rows = [_row(reading, *named, language) for named in _named(reading)]
    header = [column.to(language) for column in _COLUMNS]
    none = [_NONE.to(language)]
    for line in aligned([header, *rows], right=_FIGURES) if rows else none:
        click.echo(line)


@references.command("set")
@click.argument("version")
@click.argument("accuracy", type=float)
@_of_game
def set_one(version: str, accuracy: float, game: Game) -> None:
    """Hold VERSION to ACCURACY, such as 0.62, instead of to chance; one named before is replaced.

    Evidence counts from the version's first draw. A reference means something only when it is
    named before the draws it is held to.
    """
    settings = read_settings()
    language = settings.LOTOFACIL_LANGUAGE
    with _recording(settings) as app:
        app.metrics.set_reference_accuracy(version, accuracy, game.name)
        draws = 0 if settings.EXPORTER_URL else _draws_of(_reading(app), game, version)
    values = {"version": version, "game": game.name, "accuracy": number(accuracy, 4, language)}
    click.echo(_SET.to(language, **values))
    if draws:
        click.echo(_SEEN.to(language, draws=draws), err=True)


@references.command
@click.argument("version")
@_of_game
def remove(version: str, game: Game) -> None:
    """Hold VERSION to nothing but chance again."""
    settings = read_settings()
    language = settings.LOTOFACIL_LANGUAGE
    values = {"version": version, "game": game.name}
    with _recording(settings) as app:
        if not (settings.EXPORTER_URL or _has_reference(_reading(app), game, version)):
            raise click.ClickException(_UNKNOWN.to(language, **values))
        app.metrics.set_reference_accuracy(version, None, game.name)
    click.echo(_REMOVED.to(language, **values))


@contextmanager
def _recording(settings: Settings) -> Iterator[Application]:
    """The application; what it refuses ends the command with one line."""
    try:
        with application(settings, "references") as app:
            yield app
    except InvalidReference as error:
        raise click.UsageError(str(error)) from None
    except (UnknownModelVersion, ExporterRefused) as error:
        raise click.ClickException(str(error)) from None


def _reading(app: Application) -> Reading:
    state = app.snapshots.take()
    if state.reading is None:
        raise click.ClickException(state.error)
    return state.reading


def _named(reading: Reading) -> list[tuple[ModelRow, Reference]]:
    references = reading.references
    return [(model, references[model.id]) for model in reading.models if model.id in references]


def _draws_of(reading: Reading, game: Game, version: str) -> int:
    versions = (model for model in reading.models if _is(model, game, version))
    return sum(_total(reading, model, "scored_draws") for model in versions)


def _total(reading: Reading, model: ModelRow, measure: str) -> int:
    return reading.totals.get(model.id, Lifetime()).total(measure)


def _has_reference(reading: Reading, game: Game, version: str) -> bool:
    return any(_is(model, game, version) for model, _ in _named(reading))


def _is(model: ModelRow, game: Game, version: str) -> bool:
    return (model.game, model.version) == (game.name, version)


def _row(reading: Reading, model: ModelRow, reference: Reference, language: Language) -> list[str]:
    numbers, hits = _total(reading, model, "numbers"), _total(reading, model, "hits")
    tested = reference.evidence
    return [
        model.game,
        model.version,
        number(reference.accuracy / MILLION, 4, language),
        number(hits / numbers, 4, language) if numbers else "–",
        number(_total(reading, model, "scored_draws"), 0, language),
        evidence(tested.worse.e_value, language),
        evidence(tested.worse.peak, language),
        KEPT[standing_of_evidence(tested)].to(language),
        f"{from_micros(reference.set_at):%F %T}Z",
    ]
