"""Panels about the way of a record: draws, spool, database, snapshot, collectors."""

from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries

from exporter import catalog
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.curves import draw_limits
from exporter.stack.dashboards.expressions import figure, rate, ratio, series, total
from exporter.stack.dashboards.panels import Panels, Query, Source
from exporter.stack.dashboards.tables import Column, Tables

#: As in prometheus/rules/draws.yml: a result normally comes within six hours of its draw.
RESULT_GRACE_SECONDS = 6 * 3600


def results(panels: Panels) -> stat.Panel:
    """Do the results arrive?"""
    late = f"time() - {figure(catalog.DRAW_NEXT, 'game')} > bool {RESULT_GRACE_SECONDS}"
    return panels.verdict("results", Query(late, "game"), {0: theme.GOOD, 1: theme.BAD})


def last_draw(panels: Panels) -> stat.Panel:
    """Number of the newest draw."""
    query = Query(figure(catalog.DRAW_LAST_NUMBER, "game"), "game")
    return panels.tile("last_draw", query, "none").decimals(0)


def draw_age(panels: Panels) -> stat.Panel:
    """Time since the newest draw."""
    query = Query(f"time() - {figure(catalog.DRAW_LAST, 'game')}", "age")
    return panels.tile("draw_age", query, "s").decimals(1)


def missing_draws(panels: Panels) -> stat.Panel:
    """Gaps in the record of draws."""
    query = Query(figure(catalog.DRAWS_MISSING, "game"), "game")
    panel = panels.tile("missing_draws", query, "none").decimals(0)
    return panel.thresholds(theme.steps(theme.GOOD, {1: theme.WARNING}))


def corrections(panels: Panels) -> stat.Panel:
    """Results that were corrected."""
    query = Query(figure(catalog.DRAW_CORRECTIONS, "game"), "game")
    return panels.tile("corrections", query, "none").decimals(0)


def feed_check(panels: Panels) -> stat.Panel:
    """Do the drawn numbers look like a fair draw? A check of the feed, not of the model."""
    query = Query(figure(catalog.DRAW_CHI_SQUARE_PVALUE, "game"), "game")
    panel = panels.tile("feed_check", query, "percentunit").decimals(1)
    return panel.thresholds(theme.steps(theme.WARNING, {0.001: theme.GOOD}))


def waiting(panels: Panels) -> timeseries.Panel:
    """Predictions that wait for their draw, and those that came too late to count."""
    queries = [
        Query(total(series(catalog.PREDICTIONS_PENDING)), "pending"),
        Query(total(series(catalog.PREDICTIONS_INELIGIBLE)), "ineligible"),
    ]
    panel = panels.lines("waiting", queries, "none", Source.SQL).decimals(0).min(0)
    return panel.height(7).span(24)


def quarantine(panels: Panels) -> stat.Panel:
    """Records in quarantine."""
    query = Query(f"{total(series(catalog.QUARANTINE_RECORDS))} or vector(0)", "records")
    panel = panels.tile("quarantine", query, "none").decimals(0)
    return panel.thresholds(theme.steps(theme.GOOD, {1: theme.WARNING}))


def snapshot_age(panels: Panels) -> stat.Panel:
    """How old the figures are."""
    query = Query(f"time() - {figure(catalog.SNAPSHOT_TIMESTAMP)}", "age")
    panel = panels.tile("snapshot_age", query, "s", Source.PROMETHEUS).decimals(1)
    return panel.thresholds(theme.steps(theme.GOOD, {60: theme.WARNING, 300: theme.BAD}))


def snapshot(panels: Panels) -> timeseries.Panel:
    """How long reading the roll-ups takes."""
    query = Query(figure(catalog.SNAPSHOT_DURATION), "snapshot")
    return panels.lines("snapshot", [query], "s").span(8).min(0)


def database(panels: Panels) -> stat.Panel:
    """Can the database be reached?"""
    query = Query(figure(catalog.DATABASE_UP), "database")
    colours = {0: theme.BAD, 1: theme.GOOD}
    return panels.verdict("database", query, colours, Source.PROMETHEUS)


def database_size(panels: Panels) -> timeseries.Panel:
    """Size of the database."""
    query = Query(figure(catalog.DATABASE_SIZE), "database")
    return panels.lines("database_size", [query], "bytes").span(8).min(0)


def stored(panels: Panels) -> timeseries.Panel:
    """Raw predictions stored."""
    query = Query(total(series(catalog.PREDICTIONS_STORED), "model_version"), "version")
    return panels.lines("stored", [query], "short", Source.SQL).span(8).min(0)


def backup_age(panels: Panels) -> stat.Panel:
    """Time since the last verified backup."""
    query = Query(f"time() - ({figure(catalog.BACKUP_LAST_SUCCESS)} > 0)", "age")
    panel = panels.tile("backup_age", query, "s").decimals(1)
    return panel.no_value(panels.texts.shared("never"))


def spool(panels: Panels) -> timeseries.Panel:
    """Records on disk that wait for the database."""
    queries = [
        Query(figure(catalog.SPOOL_RECORDS), "records"),
        Query(figure(catalog.SPOOL_STUCK), "stuck"),
    ]
    return panels.lines("spool", queries, "short").span(8).min(0)


def spool_age(panels: Panels) -> stat.Panel:
    """How long the oldest record has been waiting."""
    oldest = figure(catalog.SPOOL_OLDEST)
    query = Query(f"(time() - ({oldest} > 0)) or vector(0)", "age")
    panel = panels.tile("spool_age", query, "s", Source.PROMETHEUS).decimals(1)
    return panel.thresholds(theme.steps(theme.GOOD, {60: theme.WARNING, 300: theme.BAD}))


def spool_fill(panels: Panels) -> timeseries.Panel:
    """How full the spool is."""
    share = ratio(figure(catalog.SPOOL_SIZE), figure(catalog.SPOOL_CAPACITY))
    panel = panels.lines("spool_fill", [Query(share, "spool")], "percentunit").span(8)
    return draw_limits(panel.min(0).max(1), {0.8: theme.WARNING, 0.95: theme.BAD})


def spool_trouble(panels: Panels) -> timeseries.Panel:
    """Refused, lost, and not yet moved records."""
    queries = [
        Query(total(rate(catalog.SPOOL_REFUSED)), "refused"),
        Query(total(rate(catalog.SPOOL_DROPPED)), "dropped"),
        Query(total(rate(catalog.SPOOL_FLUSH_FAILURES)), "flush_failures"),
        Query(total(rate(catalog.SNAPSHOT_FAILURES)), "snapshot_failures"),
    ]
    return panels.lines("spool_trouble", queries, "cps").span(8).min(0)


def collectors(panels: Panels) -> table.Panel:
    """Each collector: does it work, how long does it take, how often did it fail?"""
    success = figure(catalog.COLLECTOR_SUCCESS, "collector")
    columns = [
        Column("works", success, meanings={0: theme.BAD, 1: theme.GOOD}),
        Column("duration", figure(catalog.COLLECTOR_DURATION, "collector"), "s", 3),
        Column("failures", figure(catalog.COLLECTOR_FAILURES, "collector"), decimals=0),
    ]
    return Tables(panels).grid("collectors", ["collector"], columns, Source.PROMETHEUS).span(12)


def collector_history(panels: Panels) -> statetimeline.Panel:
    """When which collector was broken."""
    query = Query(figure(catalog.COLLECTOR_SUCCESS, "collector"), "collector")
    colours = {0: theme.BAD, 1: theme.GOOD}
    return panels.states("collector_history", query, colours, Source.PROMETHEUS)
