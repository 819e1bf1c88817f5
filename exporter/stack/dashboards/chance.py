"""Panels that answer: is it better than chance, and did it get worse?"""

from functools import partial

from grafana_foundation_sdk.builders import barchart, stat, table, timeseries

from exporter.collectors import models
from exporter.collectors.accuracy import (
    ACCURACY_LOWER,
    ACCURACY_PVALUE,
    ACCURACY_TREND,
    ACCURACY_UPPER,
    ACCURACY_ZSCORE,
    CHANCE_ACCURACY,
    EXPECTED_PREDICTIONS,
    SCORED_PREDICTIONS,
    WINDOW_DRAWS,
    WINDOW_PREDICTIONS,
)
from exporter.collectors.declarations import Metric
from exporter.collectors.evidence import CHANGE_EVIDENCE, DIRECTIONS, EVIDENCE, REFERENCE_EVIDENCE
from exporter.domain.predictions import ROLES
from exporter.domain.statistics.baseline import WINDOW_NAMES
from exporter.messages import Text
from exporter.stack.dashboards import curves, theme
from exporter.stack.dashboards import expressions as promql
from exporter.stack.dashboards.expressions import ANY, beside_control, figure, in_use, series
from exporter.stack.dashboards.money import net_columns
from exporter.stack.dashboards.panels import NOTHING_SCORED, Draft, Meanings, Query, Source, panel
from exporter.stack.dashboards.tables import EXPECTED, HEADINGS, Column, bars, grid
from exporter.stack.dashboards.theme import Colours

#: Standard deviations from chance, both ways: beyond 2 look, beyond 3 take note.
Z_LIMITS: Colours = {-100: theme.BAD, -3: theme.WARNING, -2: "text", 2: theme.ACCENT, 3: theme.GOOD}
VERDICTS: Meanings = {
    0: (Text("Sem evidência", "No evidence"), theme.NEUTRAL),
    1: (Text("Pior que o acaso", "Worse than chance"), theme.BAD),
    2: (Text("Melhor que o acaso", "Better than chance"), theme.GOOD),
    3: (Text("Mudou de lado", "Changed sides"), theme.WARNING),
}
_ROLES = {
    "model": Text("modelo", "model"),
    "control": Text("controle (sorteio ao acaso)", "control (random picker)"),
}
_DRAWS = Text("Sorteios", "Draws")
_PREDICTIONS = Text("Predições", "Predictions")
_ACCURACY = Text("Acurácia", "Accuracy")
_LOWER = Text("Mínimo (95 %)", "Lower (95 %)")
_UPPER = Text("Máximo (95 %)", "Upper (95 %)")
_ABOVE_CHANCE = Text("Acima do acaso", "Above chance")
_ZSCORE = Text("Escore z", "z-score")
_PVALUE = Text("Valor p", "p-value")
_VERSION = ("game", "model_version")
_ARM = ("model_version", "role")
#: Far below 1 an e-value says nothing more; a logarithmic axis would run away with it, as with
#: one of hundreds of digits.
_FLOOR, _CEILING = 0.01, 1e9


@panel(
    Text("É melhor que o acaso?", "Is it better than chance?"),
    """Veredito sobre a versão em uso: a evidência (valor e) contra o acaso desde o início da versão
    chegou a 20 em algum sentido? Um modelo que só sorteia números chega a 20 em no máximo 5 % dos
    casos em cada sentido, não importa quantas vezes se olhe.""",
    """Verdict on the version in use: did the evidence (e-value) against chance since the version's
    start reach 20 either way? A model that merely picks at random gets there in at most 5 % of
    cases each way, however often one looks.""",
    nothing=NOTHING_SCORED,
)
def better(draft: Draft) -> stat.Panel:
    query = Query(in_use(promql.evidence_verdict(*_VERSION)), "{{model_version}}")
    return draft.verdict(query, VERDICTS)


@panel(
    Text("Piorou?", "Did it get worse?"),
    """Detector de mudança (Shiryaev–Roberts) da versão em uso. Suspeita a partir de 1.000: no
    máximo um alarme falso a cada 1.000 sorteios, em média; piora a partir de 3.000. Percebe também
    a queda de um modelo que foi bom por muito tempo.""",
    """Change detector (Shiryaev–Roberts) of the version in use. Suspicion from 1,000 on: at most
    one false alarm in 1,000 draws on average; worse from 3,000 on. It also notices the fall of a
    model that was good for a long time.""",
    nothing=NOTHING_SCORED,
)
def worse(draft: Draft) -> stat.Panel:
    meanings = {
        0: (Text("Sem sinal de piora", "No sign of it"), theme.GOOD),
        1: (Text("Suspeita de piora", "Suspicion"), theme.WARNING),
        2: (Text("Piorou", "It got worse"), theme.BAD),
    }
    query = Query(in_use(promql.change_verdict(*_VERSION)), "{{model_version}}")
    return draft.verdict(query, meanings)


@panel(
    _ACCURACY,
    """Acertos divididos pelos números jogados, na janela escolhida, da versão em uso. Na Lotofácil,
    o acaso dá 60 %.""",
    """Hits divided by numbers played, over the chosen window, of the version in use. For Lotofácil
    chance gives 60 %.""",
)
def accuracy_now(draft: Draft) -> stat.Panel:
    query = Query(in_use(promql.accuracy(*_VERSION)), "{{model_version}}")
    return draft.tile(query, "percentunit").decimals(2)


@panel(
    _ABOVE_CHANCE,
    """Acurácia menos a de um palpite ao acaso, em pontos percentuais. Pequenas diferenças são
    normais: veja o escore z.""",
    """Accuracy minus that of a random pick, in percentage points. Small differences are normal: see
    the z-score.""",
)
def above_chance(draft: Draft) -> stat.Panel:
    query = Query(in_use(promql.above_chance(*_VERSION)), "{{model_version}}")
    return draft.tile(query, "percentunit").decimals(2)


@panel(
    _ZSCORE,
    """Distância do acaso em desvios padrão, com a covariância das apostas do mesmo sorteio. Entre
    −2 e 2 não há o que ver; além de 3 (ou −3) merece atenção.""",
    """Distance from chance in standard deviations, with the covariance of tickets on the same draw.
    Between −2 and 2 there is nothing to see; beyond 3 (or −3) take note.""",
)
def zscore(draft: Draft) -> stat.Panel:
    lowest, *limits = Z_LIMITS.items()
    panel = draft.tile(_windowed(ACCURACY_ZSCORE), "none").decimals(2)
    return panel.thresholds(theme.steps(lowest[1], dict(limits)))


@panel(
    _PVALUE,
    """Com que frequência o acaso, sozinho, ficaria tão longe assim. Vale para uma olhada; para
    acompanhar dia após dia, use a evidência.""",
    """How often chance alone would be this far off. Good for one look; to watch day after day, use
    the evidence.""",
)
def pvalue(draft: Draft) -> stat.Panel:
    return draft.tile(_windowed(ACCURACY_PVALUE), "percentunit").decimals(2)


@panel(
    Text("Sorteios na janela", "Draws in the window"),
    "Sorteios com predições conferidas que a janela realmente contém.",
    "Draws with scored predictions that the window really holds.",
)
def sample(draft: Draft) -> stat.Panel:
    return draft.tile(_windowed(WINDOW_DRAWS), "none").decimals(0)


@panel(
    Text("Tendência", "Trend"),
    "Variação da acurácia a cada 100 sorteios, medida nos últimos 300.",
    "Change of accuracy per 100 draws, measured over the last 300.",
)
def trend(draft: Draft) -> stat.Panel:
    query = Query(in_use(figure(ACCURACY_TREND, *_VERSION)), "{{model_version}}")
    return draft.tile(query, "percentunit").decimals(3)


@panel(
    Text(
        "Acurácia em uso e a faixa que a sorte explica",
        "Accuracy in use, and the band that luck explains",
    ),
    """Na janela escolhida, as versões em uso. A faixa em volta da linha do acaso é onde um palpite
    ao acaso fica em 95 % das vezes (com várias versões em uso, a mais larga delas): dentro dela, a
    diferença não quer dizer nada.""",
    """Over the chosen window, the versions in use. The band around the line of chance is where a
    random picker stays 95 % of the time (with several versions in use, the widest of theirs):
    inside it the difference means nothing.""",
)
def accuracy_band(draft: Draft) -> timeseries.Panel:
    luck = promql.largest(in_use(promql.luck(*_VERSION)))
    queries = [
        Query(f"{promql.chance()} - {luck}", curves.LOWER_LUCK),
        Query(f"{promql.chance()} + {luck}", curves.UPPER_LUCK),
        Query(in_use(promql.accuracy(*_VERSION)), "{{model_version}}"),
        *_yardsticks(),
    ]
    panel = draft.lines(queries, "percentunit", Source.SQL).decimals(1)
    return curves.draw_yardsticks(curves.draw_luck(panel, draft), draft)


@panel(
    Text("Acurácia por versão", "Accuracy by version"),
    """Na janela escolhida, cada versão ao lado do controle (palpites ao acaso pelo mesmo caminho) e
    da linha do acaso.""",
    """Over the chosen window, each version beside the control arm (random picks sent the same way)
    and the line of chance.""",
)
def accuracy_versions(draft: Draft) -> timeseries.Panel:
    queries = [Query(promql.accuracy("model_version"), "{{model_version}}"), *_yardsticks()]
    panel = draft.lines(queries, "percentunit", Source.SQL).decimals(1)
    return curves.draw_yardsticks(panel, draft)


@panel(
    Text("Acurácia: $model_version", "Accuracy: $model_version"),
    "A versão sozinha, com o seu intervalo de confiança de 95 % e a linha do acaso.",
    "The version on its own, with its 95 % confidence interval and the line of chance.",
)
def accuracy_each(draft: Draft) -> timeseries.Panel:
    edges = {curves.LOWER: ACCURACY_LOWER, curves.UPPER: ACCURACY_UPPER}
    queries = [Query(figure(metric, window="$window"), name) for name, metric in edges.items()]
    queries += [Query(promql.accuracy(), curves.ACCURACY), *_yardsticks()]
    panel = draft.lines(queries, "percentunit", Source.SQL).decimals(1)
    panel.repeat("model_version").repeat_direction("h").max_per_row(3).height(8).span(24)
    return curves.draw_yardsticks(curves.draw_interval(panel, draft), draft)


@panel(
    Text("Evidência contra o acaso", "Evidence against chance"),
    """Valor e da versão em uso desde o seu início, em escala logarítmica. 20: no máximo 5 % dos
    modelos ao acaso chegam lá um dia; 100: no máximo 1 %. Perto de 1 ou abaixo: nada se pode
    afirmar. A curva para em um bilhão: mais já não diz mais.""",
    """E-value of the version in use since its start, on a logarithmic axis. 20: at most 5 % of
    models at chance ever get there; 100: at most 1 %. Near 1 or below: nothing can be said. The
    curve ends at a billion: more says nothing more.""",
)
def evidence(draft: Draft) -> timeseries.Panel:
    queries = _both_ways(EVIDENCE)
    panel = draft.lines(queries, "short", Source.SQL)
    limits: Colours = {promql.EVIDENCE: theme.WARNING, promql.STRONG_EVIDENCE: theme.BAD}
    return curves.draw_log(curves.draw_directions(panel, draft), limits)


@panel(
    Text("Detector de mudança", "Change detector"),
    """Estatística de Shiryaev–Roberts da versão em uso, em escala logarítmica. As linhas, 1.000 e
    3.000, prometem no máximo um alarme falso nesse número de sorteios, em média.""",
    """Shiryaev–Roberts statistic of the version in use, on a logarithmic axis. The lines, 1,000 and
    3,000, promise at most one false alarm in that many draws, on average.""",
)
def change(draft: Draft) -> timeseries.Panel:
    panel = draft.lines(_both_ways(CHANGE_EVIDENCE), "short", Source.SQL)
    limits: Colours = {promql.SUSPICION: theme.WARNING, promql.CHANGE: theme.BAD}
    return curves.draw_log(curves.draw_directions(panel, draft), limits)


@panel(
    Text("Evidência contra a referência", "Evidence against the reference"),
    """Valor e contra a acurácia informada para a versão em uso (por exemplo, a prometida no
    lançamento), em escala logarítmica; vazio se nenhuma foi informada. 20: no máximo 5 % das
    versões que a cumprem chegam lá um dia; 100: no máximo 1 %.""",
    """E-value against the accuracy named for the version in use (say, the one claimed at release),
    on a logarithmic axis; empty where none was named. 20: at most 5 % of versions that keep it ever
    get there; 100: at most 1 %.""",
    nothing=Text("nenhuma referência informada", "no reference named"),
)
def reference(draft: Draft) -> timeseries.Panel:
    panel = draft.lines(_both_ways(REFERENCE_EVIDENCE), "short", Source.SQL)
    limits: Colours = {promql.EVIDENCE: theme.WARNING, promql.STRONG_EVIDENCE: theme.BAD}
    return curves.draw_log(curves.draw_directions(panel, draft), limits).span(24)


@panel(
    Text("Versões lado a lado", "Versions side by side"),
    """Todas as versões escolhidas e o braço de controle, na janela escolhida (veredito e dinheiro:
    desde o início da versão).""",
    """All chosen versions and the control arm, over the chosen window (verdict and money: since the
    version's start).""",
)
def versions(draft: Draft) -> table.Panel:
    columns = [*_verdict_columns(), *_accuracy_columns(), *net_columns()]
    named = {role: draft.say(_ROLES[role]) for role in ROLES}
    mapping = theme.setting("mappings", [theme.names(named)])
    panel = grid(draft, _ARM, columns, Source.SQL)
    return panel.override_by_name(draft.say(HEADINGS["role"]), [mapping]).height(8)


@panel(
    Text("Acurácia da versão em uso, por janela", "Accuracy in use, by window"),
    "A mesma pergunta em todas as janelas: janelas curtas oscilam muito, e por acaso.",
    "The same question over all windows: short windows swing widely, and by chance.",
)
def windows(draft: Draft) -> table.Panel:
    labels = (*_VERSION, "window")
    accuracy = promql.accuracy(*labels, window=ANY)
    above = promql.above_chance(*labels, window=ANY)
    columns = [
        _by_window(_DRAWS, figure(WINDOW_DRAWS, *labels), decimals=0, ordered=True),
        _by_window(_ACCURACY, accuracy, "percentunit"),
        _by_window(_LOWER, figure(ACCURACY_LOWER, *labels), "percentunit"),
        _by_window(_UPPER, figure(ACCURACY_UPPER, *labels), "percentunit"),
        _by_window(_ABOVE_CHANCE, above, "percentunit"),
        _by_window(_ZSCORE, figure(ACCURACY_ZSCORE, *labels)),
        _by_window(_PVALUE, figure(ACCURACY_PVALUE, *labels), "percentunit"),
    ]
    return grid(draft, ["window"], columns, Source.SQL).span(12)


@panel(
    Text("Acertos por predição", "Hits per prediction"),
    """Quantas predições da versão em uso tiveram cada número de acertos, ao lado do que apostas ao
    acaso dos mesmos tamanhos teriam.""",
    """How many predictions of the version in use had each number of hits, beside what random
    tickets of the same sizes would have.""",
)
def hits(draft: Draft) -> barchart.Panel:
    observed = promql.total(in_use(series(SCORED_PREDICTIONS)), "hits")
    expected = promql.total(in_use(series(EXPECTED_PREDICTIONS)), "hits")
    columns = [Column(_PREDICTIONS, observed), Column(EXPECTED, expected, "none", 1)]
    return bars(draft, "hits", columns, Source.SQL)


def _windowed(metric: Metric) -> Query:
    return Query(in_use(figure(metric, *_VERSION, window="$window")), "{{model_version}}")


def _yardsticks() -> list[Query]:
    control = promql.accuracy("model_version", model_version=ANY, role="control")
    return [Query(figure(CHANCE_ACCURACY), curves.CHANCE), Query(control, curves.CONTROL)]


_WAYS = {"better": curves.BETTER, "worse": curves.WORSE}


def _both_ways(metric: Metric) -> list[Query]:
    ways = {way: figure(metric, *_VERSION, direction=way) for way in DIRECTIONS}
    return [
        Query(f"clamp({in_use(value)}, {_FLOOR}, {_CEILING:.0f})", _WAYS[way])
        for way, value in ways.items()
    ]


def _of_arms(metric: Metric, **matchers: str) -> str:
    return beside_control(partial(figure, metric, *_ARM, **matchers))


def _verdict_columns() -> list[Column]:
    verdict = beside_control(partial(promql.evidence_verdict, *_ARM))
    in_a_row = {value: (_uncapitalized(text), colour) for value, (text, colour) in VERDICTS.items()}
    is_active = {0: (Text("não", "no"), "text"), 1: (Text("sim", "yes"), theme.ACCENT)}
    predictions = _of_arms(WINDOW_PREDICTIONS, window="$window")
    return [
        Column(Text("Veredito", "Verdict"), verdict, meanings=in_a_row),
        Column(Text("Em uso", "In use"), _of_arms(models.MODEL_ACTIVE), meanings=is_active),
        Column(_DRAWS, _of_arms(WINDOW_DRAWS, window="$window"), decimals=0),
        Column(_PREDICTIONS, predictions, decimals=0),
    ]


def _uncapitalized(text: Text) -> Text:
    return Text(*(part[0].lower() + part[1:] for part in text))


def _accuracy_columns() -> list[Column]:
    accuracy = beside_control(partial(promql.accuracy, *_ARM))
    above = beside_control(partial(promql.above_chance, *_ARM))
    lower = _of_arms(ACCURACY_LOWER, window="$window")
    upper = _of_arms(ACCURACY_UPPER, window="$window")
    zscore = _of_arms(ACCURACY_ZSCORE, window="$window")
    return [
        Column(_ACCURACY, accuracy, "percentunit", 2),
        Column(_LOWER, lower, "percentunit", 2),
        Column(_UPPER, upper, "percentunit", 2),
        Column(_ABOVE_CHANCE, above, "percentunit", 2),
        Column(_ZSCORE, zscore, "none", 2, Z_LIMITS),
    ]


def _by_window(
    heading: Text, expression: str, unit: str = "none", decimals: int = 2, *, ordered: bool = False
) -> Column:
    limits: Colours = Z_LIMITS if heading is _ZSCORE else {}
    shown = promql.largest(in_use(expression), "window")
    if ordered:  # the first column's order is that of the rows
        shown = promql.in_order("window", WINDOW_NAMES, shown)
    return Column(heading, shown, unit, decimals, limits)
