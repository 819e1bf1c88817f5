"""How curves are drawn: bands, dashed yardsticks, good and bad directions, log axes."""

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.models import common as shapes

from exporter.stack.dashboards import theme
from exporter.stack.dashboards.panels import Texts


def draw_band(panel: timeseries.Panel, texts: Texts) -> timeseries.Panel:
    """Fills the space between the series `lower` and `upper`; their own lines vanish."""
    lower, upper = texts.legend("lower"), texts.legend("upper")
    panel.override_by_name(upper, theme.band(lower))
    return panel.override_by_name(
        lower, [theme.fixed(theme.ACCENT), theme.setting("custom.lineWidth", 0)]
    ).override_by_name(texts.legend("accuracy"), [theme.fixed(theme.ACCENT)])


def draw_yardsticks(panel: timeseries.Panel, texts: Texts) -> timeseries.Panel:
    """Chance dashed and yellow, the control arm grey, on every chart."""
    panel.override_by_name(texts.legend("chance"), [theme.fixed(theme.CHANCE), theme.dashed()])
    mark = texts.shared("legend.control_mark")
    return panel.override_by_regexp(f"/{mark}/", [theme.fixed(theme.NEUTRAL), theme.dashed()])


def draw_directions(panel: timeseries.Panel, texts: Texts) -> timeseries.Panel:
    """Worse than chance red, better green."""
    panel.override_by_name(texts.legend("worse"), [theme.fixed(theme.BAD)])
    return panel.override_by_name(texts.legend("better"), [theme.fixed(theme.GOOD)])


def draw_log(panel: timeseries.Panel, limits: theme.Colours) -> timeseries.Panel:
    """A logarithmic axis with a dashed line at each limit."""
    scale = common.ScaleDistributionConfig().type(shapes.ScaleDistribution.LOG).log(10)
    panel.scale_distribution(scale)
    return draw_limits(panel, limits).axis_soft_max(max(limits))


def draw_limits(panel: timeseries.Panel, limits: theme.Colours) -> timeseries.Panel:
    """A dashed line at each limit."""
    style = common.GraphThresholdsStyleConfig().mode(shapes.GraphThresholdsStyleMode.DASHED)
    return panel.thresholds_style(style).thresholds(theme.steps("transparent", limits))
