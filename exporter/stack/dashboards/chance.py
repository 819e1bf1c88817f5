"""Panels that answer: is it better than chance, and did it get worse?"""

from functools import partial

from grafana_foundation_sdk.builders import barchart, stat, table, timeseries

from exporter import catalog
from exporter.catalog import Metric
from exporter.stack.dashboards import expressions as promql
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.curves import (
    draw_directions,
    draw_interval,
    draw_log,
    draw_luck,
    draw_yardsticks,
)
from exporter.stack.dashboards.expressions import ANY, beside_control, figure, in_use, series
from exporter.stack.dashboards.panels import Panels, Query, Source
from exporter.stack.dashboards.tables import Column, Tables
from exporter.stack.dashboards.theme import Colours

#: Standard deviations from chance, both ways: beyond 2 look, beyond 3 take note.
Z_LIMITS: Colours = {-100: theme.BAD, -3: theme.WARNING, -2: "text", 2: theme.ACCENT, 3: theme.GOOD}
VERDICTS = {0: theme.NEUTRAL, 1: theme.BAD, 2: theme.GOOD, 3: theme.WARNING}
_VERSION = ("game", "model_version")
_ARM = ("model_version", "role")
#: Far below 1 an e-value says nothing more; a logarithmic axis would run away with it, as with
#: one of hundreds of digits.
_FLOOR, _CEILING = 0.01, 1e9


def better(panels: Panels) -> stat.Panel:
    """Is the version in use better than chance?"""
    query = Query(in_use(promql.evidence_verdict(*_VERSION)), "version")
    panel = panels.verdict("better", query, VERDICTS)
    return panel.no_value(panels.texts.shared("no_draws"))


def worse(panels: Panels) -> stat.Panel:
    """Did the version in use get worse?"""
    colours = {0: theme.GOOD, 1: theme.WARNING, 2: theme.BAD}
    query = Query(in_use(promql.change_verdict(*_VERSION)), "version")
    panel = panels.verdict("worse", query, colours)
    return panel.no_value(panels.texts.shared("no_draws"))


def accuracy_now(panels: Panels) -> stat.Panel:
    """Accuracy of the version in use."""
    query = Query(in_use(promql.accuracy(*_VERSION)), "version")
    return panels.tile("accuracy_now", query, "percentunit").decimals(2)


def above_chance(panels: Panels) -> stat.Panel:
    """Accuracy minus chance."""
    query = Query(in_use(promql.above_chance(*_VERSION)), "version")
    return panels.tile("above_chance", query, "percentunit").decimals(2)


def zscore(panels: Panels) -> stat.Panel:
    """Distance from chance in standard deviations, in colour where it is remarkable."""
    lowest, *limits = Z_LIMITS.items()
    panel = panels.tile("zscore", _windowed(catalog.ACCURACY_ZSCORE), "none").decimals(2)
    return panel.thresholds(theme.steps(lowest[1], dict(limits)))


def pvalue(panels: Panels) -> stat.Panel:
    """How often chance alone is this far off."""
    return panels.tile("pvalue", _windowed(catalog.ACCURACY_PVALUE), "percentunit").decimals(2)


def sample(panels: Panels) -> stat.Panel:
    """How many draws the window really holds."""
    return panels.tile("sample", _windowed(catalog.WINDOW_DRAWS), "none").decimals(0)


def trend(panels: Panels) -> stat.Panel:
    """Slope of accuracy."""
    query = Query(in_use(figure(catalog.ACCURACY_TREND, *_VERSION)), "version")
    return panels.tile("trend", query, "percentunit").decimals(3)


def accuracy_band(panels: Panels) -> timeseries.Panel:
    """Accuracy of the versions in use, and the band around chance that luck explains."""
    luck = promql.largest(in_use(promql.luck(*_VERSION)))
    queries = [
        Query(f"{promql.chance()} - {luck}", "lower_luck"),
        Query(f"{promql.chance()} + {luck}", "upper_luck"),
        Query(in_use(promql.accuracy(*_VERSION)), "version"),
        *_yardsticks(),
    ]
    panel = panels.lines("accuracy_band", queries, "percentunit", Source.SQL).decimals(1)
    return draw_yardsticks(draw_luck(panel, panels.texts), panels.texts)


def accuracy_versions(panels: Panels) -> timeseries.Panel:
    """Accuracy of all chosen versions, the control arm and chance."""
    queries = [Query(promql.accuracy("model_version"), "version"), *_yardsticks()]
    panel = panels.lines("accuracy_versions", queries, "percentunit", Source.SQL).decimals(1)
    return draw_yardsticks(panel, panels.texts)


def accuracy_each(panels: Panels) -> timeseries.Panel:
    """The accuracy chart once for each chosen version."""
    edges = {"lower": catalog.ACCURACY_LOWER, "upper": catalog.ACCURACY_UPPER}
    queries = [Query(figure(metric, window="$window"), name) for name, metric in edges.items()]
    queries += [Query(promql.accuracy(), "accuracy"), *_yardsticks()]
    panel = panels.lines("accuracy_each", queries, "percentunit", Source.SQL).decimals(1)
    panel.repeat("model_version").repeat_direction("h").max_per_row(3).height(8).span(24)
    return draw_yardsticks(draw_interval(panel, panels.texts), panels.texts)


def evidence(panels: Panels) -> timeseries.Panel:
    """Evidence of the version in use, both ways, with the lines that mean something."""
    queries = _both_ways(catalog.EVIDENCE)
    panel = panels.lines("evidence", queries, "short", Source.SQL)
    limits: Colours = {promql.EVIDENCE: theme.WARNING, promql.STRONG_EVIDENCE: theme.BAD}
    return draw_log(draw_directions(panel, panels.texts), limits)


def change(panels: Panels) -> timeseries.Panel:
    """The change detector of the version in use."""
    panel = panels.lines("change", _both_ways(catalog.CHANGE_EVIDENCE), "short", Source.SQL)
    limits: Colours = {promql.SUSPICION: theme.WARNING, promql.CHANGE: theme.BAD}
    return draw_log(draw_directions(panel, panels.texts), limits)


def reference(panels: Panels) -> timeseries.Panel:
    """Evidence against the accuracy that a user named for the version in use."""
    panel = panels.lines("reference", _both_ways(catalog.REFERENCE_EVIDENCE), "short", Source.SQL)
    limits: Colours = {promql.EVIDENCE: theme.WARNING, promql.STRONG_EVIDENCE: theme.BAD}
    panel.no_value(panels.texts.shared("no_reference"))
    return draw_log(draw_directions(panel, panels.texts), limits).span(24)


def versions(panels: Panels) -> table.Panel:
    """All chosen versions side by side, with the control arm."""
    columns = [*_verdict_columns(), *_accuracy_columns(), *_money_columns()]
    named = {role: panels.texts.shared(f"role.{role}") for role in catalog.ROLES}
    mapping = theme.setting("mappings", [theme.names(named)])
    panel = Tables(panels).grid("versions", _ARM, columns, Source.SQL)
    return panel.override_by_name(panels.texts.shared("column.role"), [mapping]).height(8)


def windows(panels: Panels) -> table.Panel:
    """Every window of the version in use, the shortest first."""
    labels = (*_VERSION, "window")
    accuracy = promql.accuracy(*labels, window=ANY)
    above = promql.above_chance(*labels, window=ANY)
    columns = [
        _by_window("draws", figure(catalog.WINDOW_DRAWS, *labels), decimals=0, ordered=True),
        _by_window("accuracy", accuracy, "percentunit"),
        _by_window("lower", figure(catalog.ACCURACY_LOWER, *labels), "percentunit"),
        _by_window("upper", figure(catalog.ACCURACY_UPPER, *labels), "percentunit"),
        _by_window("above_chance", above, "percentunit"),
        _by_window("zscore", figure(catalog.ACCURACY_ZSCORE, *labels)),
        _by_window("pvalue", figure(catalog.ACCURACY_PVALUE, *labels), "percentunit"),
    ]
    return Tables(panels).grid("windows", ["window"], columns, Source.SQL).span(12)


def hits(panels: Panels) -> barchart.Panel:
    """How many tickets had how many hits, beside what random tickets would have."""
    columns = [
        Column("observed", promql.total(in_use(series(catalog.SCORED_PREDICTIONS)), "hits")),
        Column(
            "expected",
            promql.total(in_use(series(catalog.EXPECTED_PREDICTIONS)), "hits"),
            "none",
            1,
        ),
    ]
    return Tables(panels).bars("hits", "hits", columns, Source.SQL)


def _windowed(metric: Metric) -> Query:
    return Query(in_use(figure(metric, *_VERSION, window="$window")), "version")


def _yardsticks() -> list[Query]:
    control = promql.accuracy("model_version", model_version=ANY, role="control")
    return [Query(figure(catalog.CHANCE_ACCURACY), "chance"), Query(control, "control")]


def _both_ways(metric: Metric) -> list[Query]:
    ways = {way: figure(metric, *_VERSION, direction=way) for way in catalog.DIRECTIONS}
    return [
        Query(f"clamp({in_use(value)}, {_FLOOR}, {_CEILING:.0f})", way)
        for way, value in ways.items()
    ]


def _of_arms(metric: Metric, **matchers: str) -> str:
    return beside_control(partial(figure, metric, *_ARM, **matchers))


def _verdict_columns() -> list[Column]:
    verdict = beside_control(partial(promql.evidence_verdict, *_ARM))
    return [
        Column("verdict", verdict, meanings=VERDICTS),
        Column("in_use", _of_arms(catalog.MODEL_ACTIVE), meanings={0: "text", 1: theme.ACCENT}),
        Column("draws", _of_arms(catalog.WINDOW_DRAWS, window="$window"), decimals=0),
        Column("predictions", _of_arms(catalog.WINDOW_PREDICTIONS, window="$window"), decimals=0),
    ]


def _accuracy_columns() -> list[Column]:
    accuracy = beside_control(partial(promql.accuracy, *_ARM))
    above = beside_control(partial(promql.above_chance, *_ARM))
    lower = _of_arms(catalog.ACCURACY_LOWER, window="$window")
    upper = _of_arms(catalog.ACCURACY_UPPER, window="$window")
    zscore = _of_arms(catalog.ACCURACY_ZSCORE, window="$window")
    return [
        Column("accuracy", accuracy, "percentunit", 2),
        Column("lower", lower, "percentunit", 2),
        Column("upper", upper, "percentunit", 2),
        Column("above_chance", above, "percentunit", 2),
        Column("zscore", zscore, "none", 2, Z_LIMITS),
    ]


def _money_columns() -> list[Column]:
    return [
        Column("net", beside_control(partial(promql.net, *_ARM)), "currencyBRL", 2),
        Column("net_expected", _of_arms(catalog.NET_EXPECTED), "currencyBRL", 2),
    ]


def _by_window(
    key: str, expression: str, unit: str = "none", decimals: int = 2, *, ordered: bool = False
) -> Column:
    limits: Colours = Z_LIMITS if key == "zscore" else {}
    shown = promql.largest(in_use(expression), "window")
    if ordered:  # the first column's order is that of the rows
        shown = promql.in_order("window", catalog.WINDOWS, shown)
    return Column(key, shown, unit, decimals, limits)
