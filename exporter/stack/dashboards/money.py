"""Panels about what the tickets cost and won, and whether the claimed confidence is honest."""

from functools import partial

from grafana_foundation_sdk.builders import barchart, stat, table, timeseries

from exporter import catalog
from exporter.stack.dashboards import expressions as promql
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.curves import draw_limits, draw_yardstick, draw_yardsticks
from exporter.stack.dashboards.expressions import ANY, beside_control, figure, in_use, series, total
from exporter.stack.dashboards.panels import Panels, Query, Source
from exporter.stack.dashboards.tables import Column, Tables

_VERSION = ("game", "model_version")
_ARM = ("model_version", "role")
_REAIS = "currencyBRL"


def balance(panels: Panels) -> table.Panel:
    """Cost, prizes and net of each version, beside the net that chance would give."""
    columns = [
        Column("cost", beside_control(partial(figure, catalog.COST, *_ARM)), _REAIS, 2),
        Column("prizes", beside_control(partial(figure, catalog.PRIZES, *_ARM)), _REAIS, 2),
        Column("net", beside_control(partial(promql.net, *_ARM)), _REAIS, 2),
        Column(
            "net_expected", beside_control(partial(figure, catalog.NET_EXPECTED, *_ARM)), _REAIS, 2
        ),
    ]
    return Tables(panels).grid("balance", _ARM, columns, Source.SQL).span(12)


def net_over_time(panels: Panels) -> timeseries.Panel:
    """Net of the version in use beside that of chance and of the control arm."""
    control = promql.net("model_version", model_version=ANY, role="control")
    queries = [
        Query(in_use(promql.net(*_VERSION)), "version"),
        Query(in_use(figure(catalog.NET_EXPECTED, *_VERSION)), "at_chance"),
        Query(control, "control"),
    ]
    panel = panels.lines("net_over_time", queries, _REAIS, Source.SQL).decimals(2)
    return draw_yardsticks(panel, panels.texts)


def tiers(panels: Panels) -> barchart.Panel:
    """Tickets by their best prize tier."""
    prizes = total(in_use(series(catalog.TICKETS_WITH_PRIZE)), "tier")
    expected = total(in_use(series(catalog.EXPECTED_TICKETS_WITH_PRIZE)), "tier")
    columns = [Column("tickets", prizes), Column("expected", expected, "none", 1)]
    return Tables(panels).bars("tiers", "tier", columns, Source.SQL)


def confidence_bias(panels: Panels) -> stat.Panel:
    """Is the claimed confidence above what comes true?"""
    query = Query(in_use(figure(catalog.CONFIDENCE_BIAS, *_VERSION)), "version")
    panel = panels.tile("confidence_bias", query, "percentunit").decimals(2)
    return panel.thresholds(theme.steps("text", {0.05: theme.WARNING, 0.15: theme.BAD}))


def brier_skill(panels: Panels) -> stat.Panel:
    """Are the confidences worth more than always claiming chance?"""
    query = Query(in_use(figure(catalog.BRIER_SKILL, *_VERSION)), "version")
    panel = panels.tile("brier_skill", query, "percentunit").decimals(2)
    return panel.thresholds(theme.steps(theme.WARNING, {0: theme.GOOD}))


def calibration(panels: Panels) -> timeseries.Panel:
    """Over-confidence of all chosen versions over time."""
    query = Query(figure(catalog.CONFIDENCE_BIAS, "model_version"), "version")
    panel = panels.lines("calibration", [query], "percentunit", Source.SQL).decimals(2).span(8)
    return draw_limits(panel, {0: theme.NEUTRAL})


def brier(panels: Panels) -> timeseries.Panel:
    """Brier score of all chosen versions over time."""
    chance = figure(catalog.CHANCE_ACCURACY)
    queries = [
        Query(figure(catalog.BRIER_SCORE, "model_version"), "version"),
        Query(f"{chance} * (1 - {chance})", "chance"),
    ]
    panel = panels.lines("brier", queries, "none", Source.SQL).decimals(3).span(8)
    return draw_yardstick(panel, panels.texts, "chance")
