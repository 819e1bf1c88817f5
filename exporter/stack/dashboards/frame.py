"""What all dashboards share: variables, links to each other, marks of events, defaults."""

from collections.abc import Callable, Mapping, Sequence

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from exporter import catalog
from exporter.messages import Language
from exporter.stack.dashboards.expressions import ANY, series
from exporter.stack.dashboards.panels import DATASOURCE, Panels, Texts

Rows = Mapping[str, Sequence[Callable[[Panels], Builder[model.Panel]]]]

TAG = "lotofacil"
#: The uid of the data source that grafana/provisioning/datasources creates.
DATASOURCE_UID = "lotofacil-prometheus"
#: 30 draws are five weeks of Lotofácil: long enough to calm down, short enough to notice.
DEFAULT_WINDOW = "30"


def assemble(subject: str, since: str, rows: Rows, language: Language) -> model.Dashboard:
    """A whole dashboard: under each row's heading the panels, side by side."""
    panels = Panels(Texts(subject, language))
    frame = _empty(panels.texts, since)
    for heading, makers in rows.items():
        frame.with_row(panels.row(heading))
        for make in makers:
            frame.with_panel(make(panels))
    return frame.build()


def _empty(texts: Texts, since: str) -> dashboard.Dashboard:
    frame = (
        dashboard.Dashboard(texts.own("title"))
        .uid(f"{TAG}-{texts.subject}")
        .description(texts.own("description"))
        .tags([TAG])
        .timezone("browser")
        .time(since, "now")
        .refresh("30s")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .readonly()
        .link(_siblings(texts))
        .annotation(_new_versions(texts))
    )
    for variable in (_datasource(texts), _game(texts), _model_version(texts), _window(texts)):
        frame.with_variable(variable)
    return frame


def _siblings(texts: Texts) -> dashboard.DashboardLink:
    link = dashboard.DashboardLink(texts.shared("link.siblings"))
    return (
        link.type(model.DashboardLinkType.DASHBOARDS).tags([TAG]).include_vars(True).keep_time(True)
    )


def _new_versions(texts: Texts) -> dashboard.AnnotationQuery:
    """Marks the start of each model version, at the moment that the series itself names."""
    start = series(catalog.MODEL_START, model_version=ANY, role=ANY)
    return (
        dashboard.AnnotationQuery()
        .name(texts.shared("annotation.versions"))
        .datasource(DATASOURCE)
        .enable(True)
        .icon_color("purple")
        .expr(f"{start} * 1000")
        .use_value_for_time(True)
        .title_format(texts.shared("annotation.versions_title"))
        .text_format("{{model_version}}")
    )


def _datasource(texts: Texts) -> dashboard.DatasourceVariable:
    chosen = model.VariableOption(selected=True, text="Prometheus", value=DATASOURCE_UID)
    return (
        dashboard.DatasourceVariable("datasource")
        .label(texts.shared("variable.datasource"))
        .type("prometheus")
        .current(chosen)
    )


def _game(texts: Texts) -> dashboard.QueryVariable:
    # Of the models, not of the games: a game without any would open empty dashboards.
    return _labels("game", texts, series(catalog.MODEL_START, game=ANY, model_version=ANY)).current(
        model.VariableOption(selected=True, text="lotofacil", value="lotofacil")
    )


def _model_version(texts: Texts) -> dashboard.QueryVariable:
    everything = model.VariableOption(selected=True, text=["All"], value=["$__all"])
    return (
        _labels("model_version", texts, series(catalog.MODEL_START, model_version=ANY))
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(everything)
    )


def _labels(name: str, texts: Texts, selector: str) -> dashboard.QueryVariable:
    query = f"label_values({selector}, {name})"
    return (
        dashboard.QueryVariable(name)
        .label(texts.shared(f"variable.{name}"))
        .datasource(DATASOURCE)
        .query(
            {"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"}
        )
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.NATURAL_ASC)
    )


def _window(texts: Texts) -> dashboard.CustomVariable:
    options = [_window_option(window, texts) for window in catalog.WINDOWS]
    choices = ",".join(f"{option.text} : {option.value}" for option in options)
    return (
        dashboard.CustomVariable("window")
        .label(texts.shared("variable.window"))
        .description(texts.shared("variable.window_description"))
        .values(choices)
        .options(options)
        .current(_window_option(DEFAULT_WINDOW, texts))
    )


def _window_option(window: str, texts: Texts) -> model.VariableOption:
    named = {"1": "window.one", "all": "window.all"}
    shown = texts.shared(named.get(window, "window.many"))
    return model.VariableOption(
        selected=window == DEFAULT_WINDOW, text=shown.format(draws=window), value=window
    )
