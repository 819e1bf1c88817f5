"""How curves are drawn: bands, dashed yardsticks, good and bad directions, log axes."""

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.models import common as shapes

from exporter.stack.dashboards import theme
from exporter.stack.dashboards.panels import Texts


def draw_interval(panel: timeseries.Panel, texts: Texts) -> timeseries.Panel:
    """A line with its confidence interval."""
    _fill_between(panel, texts.legend("lower"), texts.legend("upper"), theme.ACCENT)
    return panel.override_by_name(texts.legend("accuracy"), [theme.fixed(theme.ACCENT)])


def draw_luck(panel: timeseries.Panel, texts: Texts) -> timeseries.Panel:
    """The band around chance that luck explains."""
    lower, upper = texts.legend("lower_luck"), texts.legend("upper_luck")
    return _fill_between(panel, lower, upper, theme.CHANCE)


def _fill_between(panel: timeseries.Panel, lower: str, upper: str, colour: str) -> timeseries.Panel:
    edge = [theme.fixed(colour), theme.setting("custom.lineWidth", 0)]
    panel.override_by_name(lower, edge)
    return panel.override_by_name(upper, [*edge, *theme.filled_down_to(lower)])


def draw_yardsticks(panel: timeseries.Panel, texts: Texts) -> timeseries.Panel:
    """What chance gives dashed and yellow, the control arm dashed and grey, on every chart."""
    return draw_yardstick(draw_yardstick(panel, texts, "chance"), texts, "control")


def draw_yardstick(panel: timeseries.Panel, texts: Texts, mark: str) -> timeseries.Panel:
    """One of the two."""
    colour = {"chance": theme.CHANCE, "control": theme.NEUTRAL}[mark]
    look = [theme.fixed(colour), theme.dashed()]
    return panel.override_by_regexp(f"/{texts.legend(f'{mark}_mark')}/", look)


def draw_directions(panel: timeseries.Panel, texts: Texts) -> timeseries.Panel:
    """Worse than chance red, better green."""
    for way, colour in (("worse", theme.BAD), ("better", theme.GOOD)):
        mark = texts.legend(f"{way}_mark")
        panel.override_by_regexp(f"/{mark}/", [theme.fixed(colour)])
    return panel


def draw_log(panel: timeseries.Panel, limits: theme.Colours) -> timeseries.Panel:
    """A logarithmic axis with a dashed line at each limit."""
    scale = common.ScaleDistributionConfig().type(shapes.ScaleDistribution.LOG).log(10)
    panel.scale_distribution(scale)
    return draw_limits(panel, limits).axis_soft_max(max(limits))


def draw_limits(panel: timeseries.Panel, limits: theme.Colours) -> timeseries.Panel:
    """A dashed line at each limit."""
    style = common.GraphThresholdsStyleConfig().mode(shapes.GraphThresholdsStyleMode.DASHED)
    return panel.thresholds_style(style).thresholds(theme.steps("transparent", limits))
