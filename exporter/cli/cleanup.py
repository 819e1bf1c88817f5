"""`lotofacil cleanup`: old raw predictions go, their figures stay."""

import click

from exporter.cli.sessions import application, read_settings
from exporter.messages import Text

_CLEANED = Text(
    "{count} previsões com mais de {days} dias apagadas; totais e acertos permanecem.",
    "{count} predictions older than {days} days deleted; totals and scores stay.",
)


@click.command
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    help="Keep raw predictions of this many days; METRICS_RETENTION_DAYS where not given.",
)
def cleanup(days: int | None) -> None:
    """Delete raw predictions, failures and hourly figures that are old enough.

    Totals, daily figures and scores stay. So do predictions whose result has not come. A draw
    that lost predictions cannot be corrected any more. What went is not known any more either:
    sent or replayed again, it would count again.
    """
    settings = read_settings()
    retention = days or settings.METRICS_RETENTION_DAYS
    with application(settings, "cleanup") as app:
        count = app.metrics.cleanup_old_data(retention)
    click.echo(_CLEANED.to(settings.LOTOFACIL_LANGUAGE, count=count, days=retention))
