"""`lotofacil thresholds`: what chance does to a threshold, before anybody is woken by it."""

import click

from exporter.alerting.threshold_advice import DEFAULT_CHANGE, Question, ThresholdAdviser
from exporter.cli.sessions import read_settings
from exporter.cli.tables import aligned
from exporter.domain.games import UnknownGame


@click.group
def thresholds() -> None:
    """What chance does to a threshold."""


@thresholds.command
@click.argument("metric")
@click.argument("operator")
@click.argument("value", type=float)
@click.option("--window", type=int, help="Draws of the window; 30 if left out.")
@click.option("--sample", type=int, help="Tickets that make the window, instead of it.")
@click.option("--tickets", type=int, default=1, show_default=True, help="Tickets per draw.")
@click.option(
    "--overlap", type=int, default=0, show_default=True, help="Numbers that all tickets share."
)
@click.option("--numbers", type=int, help="Numbers per ticket; the fewest the game allows.")
@click.option(
    "--change",
    type=float,
    default=DEFAULT_CHANGE,
    show_default=True,
    help="The change of accuracy to be found.",
)
@click.option("--game", help="The game; the first known if left out.")
def explain(  # noqa: PLR0913 - one argument for each option
    *,
    metric: str,
    operator: str,
    value: float,
    window: int | None,
    sample: int | None,
    tickets: int,
    overlap: int,
    numbers: int | None,
    change: float,
    game: str | None,
) -> None:
    """Say how often a model at chance breaks METRIC OPERATOR VALUE, such as accuracy "<" 0.6."""
    settings = read_settings()
    adviser = ThresholdAdviser(settings.games, settings.LOTOFACIL_LANGUAGE)
    question = Question(
        metric, operator, value, window, sample, tickets, overlap, numbers, change, game
    )
    try:
        explanation = adviser.explain(question)
    except (ValueError, UnknownGame) as error:
        raise click.UsageError(str(error)) from None
    for line in aligned(list(explanation.text.items())):
        click.echo(line)
