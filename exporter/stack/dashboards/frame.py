"""What all dashboards share: variables, links to each other, marks of events, defaults."""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as model

from exporter.collectors import models
from exporter.domain.statistics.baseline import WINDOW_NAMES
from exporter.messages import Language, Text
from exporter.stack.dashboards.expressions import ANY, series
from exporter.stack.dashboards.panels import DATASOURCE, Maker, panel_id
from exporter.stack.dashboards.tables import HEADINGS

TAG = "lotofacil"
#: The uid of the data source that grafana/provisioning/datasources creates.
DATASOURCE_UID = "lotofacil-prometheus"
#: 30 draws are five weeks of Lotofácil: long enough to calm down, short enough to notice.
DEFAULT_WINDOW = "30"


#: Headings of rows that several dashboards have.
ANSWERS = Text("Respostas", "Answers")
CHANCE = Text("É melhor que o acaso?", "Is it better than chance?")
VERSIONS = Text("Versões lado a lado", "Versions side by side")
SERVICE = Text("O preditor responde bem?", "Does the predictor answer well?")


class Row:
    """Panels side by side under a heading; `key` is the row's own on its dashboard."""

    def __init__(self, key: str, heading: Text, *panels: Maker) -> None:
        self.key = key
        self.heading = heading
        self.panels = panels


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard: the stem of its uid, its texts, how far back it looks, its rows."""

    name: str
    title: Text
    description: Text
    since: str
    rows: tuple[Row, ...]

    def build(self, language: Language) -> model.Dashboard:
        """The dashboard in one language."""
        frame = _empty(self, language)
        for row in self.rows:
            heading = dashboard.Row(row.heading.to(language))
            frame.with_row(heading.id(panel_id(self.name, f"row.{row.key}")))
            for make in row.panels:
                frame.with_panel(make(self.name, language))
        return frame.build()


def _empty(board: Board, language: Language) -> dashboard.Dashboard:
    frame = (
        dashboard.Dashboard(board.title.to(language))
        .uid(f"{TAG}-{board.name}")
        .description(board.description.to(language))
        .tags([TAG])
        .timezone("browser")
        .time(board.since, "now")
        .refresh("30s")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .readonly()
        .link(_siblings(language))
        .annotation(_new_versions(language))
    )
    for variable in (_datasource, _game, _model_version, _window):
        frame.with_variable(variable(language))
    return frame


def _siblings(language: Language) -> dashboard.DashboardLink:
    link = dashboard.DashboardLink(
        Text("Painéis do Lotofácil", "Lotofácil dashboards").to(language)
    )
    return (
        link.type(model.DashboardLinkType.DASHBOARDS).tags([TAG]).include_vars(True).keep_time(True)
    )


def _new_versions(language: Language) -> dashboard.AnnotationQuery:
    """Marks the start of each model version, at the moment that the series itself names."""
    start = series(models.MODEL_START, model_version=ANY, role=ANY)
    return (
        dashboard.AnnotationQuery()
        .name(Text("Novas versões do modelo", "New model versions").to(language))
        .datasource(DATASOURCE)
        .enable(True)
        .icon_color("purple")
        .expr(f"{start} * 1000")
        .use_value_for_time(True)
        .title_format(Text("Nova versão do modelo", "New model version").to(language))
        .text_format("{{model_version}}")
    )


def _datasource(language: Language) -> dashboard.DatasourceVariable:
    chosen = model.VariableOption(selected=True, text="Prometheus", value=DATASOURCE_UID)
    return (
        dashboard.DatasourceVariable("datasource")
        .label(Text("Fonte de dados", "Data source").to(language))
        .type("prometheus")
        .current(chosen)
    )


def _game(language: Language) -> dashboard.QueryVariable:
    # Of the models, not of the games: a game without any would open empty dashboards.
    selector = series(models.MODEL_START, game=ANY, model_version=ANY)
    chosen = model.VariableOption(selected=True, text="lotofacil", value="lotofacil")
    return _labels("game", HEADINGS["game"].to(language), selector).current(chosen)


def _model_version(language: Language) -> dashboard.QueryVariable:
    everything = model.VariableOption(selected=True, text=["All"], value=["$__all"])
    label = Text("Versão do modelo", "Model version").to(language)
    return (
        _labels("model_version", label, series(models.MODEL_START, model_version=ANY))
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(everything)
    )


def _labels(name: str, label: str, selector: str) -> dashboard.QueryVariable:
    query = f"label_values({selector}, {name})"
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(DATASOURCE)
        .query(
            {"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"}
        )
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.NATURAL_ASC)
    )


def _window(language: Language) -> dashboard.CustomVariable:
    options = [_window_option(window, language) for window in WINDOW_NAMES]
    choices = ",".join(f"{option.text} : {option.value}" for option in options)
    description = Text(
        "Quantos sorteios, contados do mais recente para trás, entram na acurácia.",
        "How many draws, counted back from the newest, accuracy is taken over.",
    )
    return (
        dashboard.CustomVariable("window")
        .label(Text("Janela", "Window").to(language))
        .description(description.to(language))
        .values(choices)
        .options(options)
        .current(_window_option(DEFAULT_WINDOW, language))
    )


_MANY_DRAWS = Text("últimos {draws} sorteios", "last {draws} draws")
_WINDOWS = {
    "1": Text("último sorteio", "last draw"),
    "all": Text("desde o início da versão", "since the version's start"),
}


def _window_option(window: str, language: Language) -> model.VariableOption:
    shown = _WINDOWS.get(window, _MANY_DRAWS).to(language, draws=window)
    return model.VariableOption(selected=window == DEFAULT_WINDOW, text=shown, value=window)
