"""How curves are drawn: bands, dashed yardsticks, good and bad directions, log axes."""

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.models import common as shapes

from exporter.messages import Text
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.panels import Draft

#: Names of curves that are drawn in a way of their own, and the pattern that meets them.
CHANCE = Text("acaso", "chance")
AT_CHANCE = Text("{{model_version}} · ao acaso", "{{model_version}} · at chance")
CONTROL = Text("{{model_version}} (controle)", "{{model_version}} (control)")
BETTER = Text("{{model_version}} · melhor que o acaso", "{{model_version}} · better than chance")
WORSE = Text("{{model_version}} · pior que o acaso", "{{model_version}} · worse than chance")
_CHANCE_LIKE = Text("/^acaso$|· ao acaso$/", "/^chance$|· at chance$/")
_CONTROL_LIKE = Text(r"/\(controle\)$/", r"/\(control\)$/")
_BETTER_LIKE = Text("/· melhor que o acaso$/", "/· better than chance$/")
_WORSE_LIKE = Text("/· pior que o acaso$/", "/· worse than chance$/")
#: A curve with the edges of its interval of confidence, and those of what luck explains.
ACCURACY = Text("acurácia", "accuracy")
LOWER = Text("limite inferior (95 %)", "lower limit (95 %)")
UPPER = Text("limite superior (95 %)", "upper limit (95 %)")
LOWER_LUCK = Text("faixa da sorte (95 %), mínimo", "band of luck (95 %), lower")
UPPER_LUCK = Text("faixa da sorte (95 %), máximo", "band of luck (95 %), upper")


def draw_interval(panel: timeseries.Panel, draft: Draft) -> timeseries.Panel:
    """A line with its confidence interval."""
    _fill_between(panel, draft.say(LOWER), draft.say(UPPER), theme.ACCENT)
    return panel.override_by_name(draft.say(ACCURACY), [theme.fixed(theme.ACCENT)])


def draw_luck(panel: timeseries.Panel, draft: Draft) -> timeseries.Panel:
    """The band around chance that luck explains."""
    return _fill_between(panel, draft.say(LOWER_LUCK), draft.say(UPPER_LUCK), theme.CHANCE)


def _fill_between(panel: timeseries.Panel, lower: str, upper: str, colour: str) -> timeseries.Panel:
    edge = [theme.fixed(colour), theme.setting("custom.lineWidth", 0)]
    panel.override_by_name(lower, edge)
    return panel.override_by_name(upper, [*edge, *theme.filled_down_to(lower)])


def draw_yardsticks(panel: timeseries.Panel, draft: Draft) -> timeseries.Panel:
    """What chance gives dashed and yellow, the control arm dashed and grey, on every chart."""
    draw_chance(panel, draft)
    look = [theme.fixed(theme.NEUTRAL), theme.dashed()]
    return panel.override_by_regexp(draft.say(_CONTROL_LIKE), look)


def draw_chance(panel: timeseries.Panel, draft: Draft) -> timeseries.Panel:
    """What chance gives dashed and yellow."""
    look = [theme.fixed(theme.CHANCE), theme.dashed()]
    return panel.override_by_regexp(draft.say(_CHANCE_LIKE), look)


def draw_directions(panel: timeseries.Panel, draft: Draft) -> timeseries.Panel:
    """Worse than chance red, better green."""
    panel.override_by_regexp(draft.say(_WORSE_LIKE), [theme.fixed(theme.BAD)])
    return panel.override_by_regexp(draft.say(_BETTER_LIKE), [theme.fixed(theme.GOOD)])


def draw_log(panel: timeseries.Panel, limits: theme.Colours) -> timeseries.Panel:
    """A logarithmic axis with a dashed line at each limit."""
    scale = common.ScaleDistributionConfig().type(shapes.ScaleDistribution.LOG).log(10)
    panel.scale_distribution(scale)
    return draw_limits(panel, limits).axis_soft_max(max(limits))


def draw_limits(panel: timeseries.Panel, limits: theme.Colours) -> timeseries.Panel:
    """A dashed line at each limit."""
    style = common.GraphThresholdsStyleConfig().mode(shapes.GraphThresholdsStyleMode.DASHED)
    return panel.thresholds_style(style).thresholds(theme.steps("transparent", limits))
