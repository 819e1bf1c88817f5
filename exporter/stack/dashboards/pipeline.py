"""Panels about the way of a record: draws, spool, database, snapshot, collectors."""

from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries

from exporter.collectors import draws, predictions, vitals
from exporter.collectors.database import BACKUP_LAST_SUCCESS, DATABASE_SIZE
from exporter.collectors.spool import (
    SPOOL_CAPACITY,
    SPOOL_DROPPED,
    SPOOL_FLUSH_FAILURES,
    SPOOL_OLDEST,
    SPOOL_RECORDS,
    SPOOL_REFUSED,
    SPOOL_SIZE,
    SPOOL_STUCK,
)
from exporter.messages import Text
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.curves import draw_limits
from exporter.stack.dashboards.expressions import figure, rate, ratio, series, total
from exporter.stack.dashboards.panels import AGE, Draft, Query, Source, panel
from exporter.stack.dashboards.tables import Column, grid

#: As in prometheus/rules/draws.yml: a result normally comes within six hours of its draw.
RESULT_GRACE_SECONDS = 6 * 3600
_DATABASE = Text("banco de dados", "database")
_RECORDS = Text("registros", "records")


@panel(
    Text("Resultados em dia?", "Results up to date?"),
    """Atrasado: passaram mais de 6 horas do sorteio seguinte ao último resultado (pelo calendário
    do jogo) e nada chegou. Sem resultados, a acurácia não anda.""",
    """Overdue: the draw after the newest result (by the game's calendar) is more than 6 hours past
    and nothing came. Without results accuracy stands still.""",
)
def results(draft: Draft) -> stat.Panel:
    late = f"time() - {figure(draws.DRAW_NEXT, 'game')} > bool {RESULT_GRACE_SECONDS}"
    meanings = {
        0: (Text("Em dia", "Up to date"), theme.GOOD),
        1: (Text("Atrasados", "Overdue"), theme.BAD),
    }
    return draft.verdict(Query(late, "{{game}}"), meanings)


@panel(
    Text("Último concurso", "Newest draw"),
    "Número do concurso mais recente com resultado.",
    "Number of the newest draw with a result.",
)
def last_draw(draft: Draft) -> stat.Panel:
    query = Query(figure(draws.DRAW_LAST_NUMBER, "game"), "{{game}}")
    return draft.tile(query, "none").decimals(0)


@panel(
    Text("Último sorteio há", "Time since that draw"),
    "Tempo desde o sorteio mais recente com resultado.",
    "Time since the newest draw with a result.",
)
def draw_age(draft: Draft) -> stat.Panel:
    query = Query(f"time() - {figure(draws.DRAW_LAST, 'game')}", AGE)
    return draft.tile(query, "s").decimals(1)


@panel(
    Text("Concursos faltando", "Missing draws"),
    "Concursos entre o primeiro e o último resultado que não têm resultado.",
    "Draws between the first and the newest result that have none.",
)
def missing_draws(draft: Draft) -> stat.Panel:
    query = Query(figure(draws.DRAWS_MISSING, "game"), "{{game}}")
    panel = draft.tile(query, "none").decimals(0)
    return panel.thresholds(theme.steps(theme.GOOD, {1: theme.WARNING}))


@panel(
    Text("Resultados corrigidos", "Corrected results"),
    "Resultados que foram corrigidos depois de registrados.",
    "Results that were corrected after they had been recorded.",
)
def corrections(draft: Draft) -> stat.Panel:
    query = Query(figure(draws.DRAW_CORRECTIONS, "game"), "{{game}}")
    return draft.tile(query, "none").decimals(0)


@panel(
    Text("Conferência da fonte", "Check of the feed"),
    """Valor p das frequências dos números sorteados (qui-quadrado corrigido). Confere a fonte dos
    resultados, não o modelo: perto de zero, há algo errado com ela.""",
    """P-value of the drawn numbers' frequencies (corrected chi-square). It checks the feed of
    results, not the model: near zero, something is wrong with it.""",
)
def feed_check(draft: Draft) -> stat.Panel:
    query = Query(figure(draws.DRAW_CHI_SQUARE_PVALUE, "game"), "{{game}}")
    panel = draft.tile(query, "percentunit").decimals(1)
    return panel.thresholds(theme.steps(theme.WARNING, {0.001: theme.GOOD}))


@panel(
    Text("Predições sem resultado", "Predictions without a result"),
    "Predições à espera do resultado, e as feitas tarde demais, que não contam.",
    "Predictions that wait for their result, and those made too late, which never count.",
)
def waiting(draft: Draft) -> timeseries.Panel:
    queries = [
        Query(
            total(series(predictions.PREDICTIONS_PENDING)),
            Text("à espera do sorteio", "waiting for the draw"),
        ),
        Query(
            total(series(predictions.PREDICTIONS_INELIGIBLE)),
            Text("tarde demais (não contam)", "too late (do not count)"),
        ),
    ]
    panel = draft.lines(queries, "none", Source.SQL).decimals(0).min(0)
    return panel.height(7).span(24)


@panel(
    Text("Em quarentena", "In quarantine"),
    "Registros que quebram as regras do jogo e esperam a correção.",
    "Records that break their game's rules and wait to be mended.",
)
def quarantine(draft: Draft) -> stat.Panel:
    query = Query(f"{total(series(predictions.QUARANTINE_RECORDS))} or vector(0)", _RECORDS)
    panel = draft.tile(query, "none").decimals(0)
    return panel.thresholds(theme.steps(theme.GOOD, {1: theme.WARNING}))


@panel(
    Text("Idade dos números", "Age of the figures"),
    "Tempo desde a última leitura do banco de dados pelo exportador.",
    "Time since the exporter last read the database.",
)
def snapshot_age(draft: Draft) -> stat.Panel:
    query = Query(f"time() - {figure(vitals.SNAPSHOT_TIMESTAMP)}", AGE)
    panel = draft.tile(query, "s", Source.PROMETHEUS).decimals(1)
    return panel.thresholds(theme.steps(theme.GOOD, {60: theme.WARNING, 300: theme.BAD}))


@panel(
    Text("Duração da leitura do banco", "Time to read the database"),
    "Quanto demorou a última leitura dos registros consolidados.",
    "How long the last snapshot of the roll-ups took.",
)
def snapshot(draft: Draft) -> timeseries.Panel:
    query = Query(figure(vitals.SNAPSHOT_DURATION), Text("leitura", "snapshot"))
    return draft.lines([query], "s").span(8).min(0)


@panel(
    Text("Banco de dados", "Database"),
    "A última leitura conseguiu chegar ao banco de dados?",
    "Could the last snapshot reach the database?",
)
def database(draft: Draft) -> stat.Panel:
    query = Query(figure(vitals.DATABASE_UP), _DATABASE)
    meanings = {
        0: (Text("Inacessível", "Away"), theme.BAD),
        1: (Text("Acessível", "Reachable"), theme.GOOD),
    }
    return draft.verdict(query, meanings, Source.PROMETHEUS)


@panel(
    Text("Tamanho do banco de dados", "Size of the database"),
    "Como o próprio banco de dados o informa.",
    "As the database's engine reports it.",
)
def database_size(draft: Draft) -> timeseries.Panel:
    query = Query(figure(DATABASE_SIZE), _DATABASE)
    return draft.lines([query], "bytes").span(8).min(0)


@panel(
    Text("Predições guardadas", "Predictions stored"),
    "Predições guardadas uma a uma; diminui quando dados antigos são limpos.",
    "Raw predictions stored now; falls when old data is cleaned up.",
)
def stored(draft: Draft) -> timeseries.Panel:
    query = Query(
        total(series(predictions.PREDICTIONS_STORED), "model_version"), "{{model_version}}"
    )
    return draft.lines([query], "short", Source.SQL).span(8).min(0)


@panel(
    Text("Último backup há", "Last backup"),
    "Tempo desde o último backup verificado.",
    "Time since the last verified backup.",
    nothing=Text("nunca", "never"),
)
def backup_age(draft: Draft) -> stat.Panel:
    query = Query(f"time() - ({figure(BACKUP_LAST_SUCCESS)} > 0)", AGE)
    return draft.tile(query, "s").decimals(1)


@panel(
    Text("Registros na fila em disco", "Records in the spool"),
    """Registros aceitos que esperam o banco de dados, e os que ele recusa embora responda:
    `lotofacil doctor` diz por quê.""",
    """Accepted records that wait for the database, and those that it refuses although it answers:
    `lotofacil doctor` says why.""",
)
def spool(draft: Draft) -> timeseries.Panel:
    queries = [
        Query(figure(SPOOL_RECORDS), _RECORDS),
        Query(figure(SPOOL_STUCK), Text("recusados pelo banco", "refused by the database")),
    ]
    return draft.lines(queries, "short").span(8).min(0)


@panel(
    Text("Espera na fila", "Wait in the spool"),
    "Há quanto tempo espera o registro mais antigo da fila em disco.",
    "How long the oldest record in the spool has been waiting.",
)
def spool_age(draft: Draft) -> stat.Panel:
    oldest = figure(SPOOL_OLDEST)
    query = Query(f"(time() - ({oldest} > 0)) or vector(0)", AGE)
    panel = draft.tile(query, "s", Source.PROMETHEUS).decimals(1)
    return panel.thresholds(theme.steps(theme.GOOD, {60: theme.WARNING, 300: theme.BAD}))


@panel(
    Text("Ocupação da fila em disco", "How full the spool is"),
    "Tamanho da fila dividido pelo tamanho em que ela passa a recusar registros.",
    "Size of the spool over the size at which it refuses records.",
)
def spool_fill(draft: Draft) -> timeseries.Panel:
    share = ratio(figure(SPOOL_SIZE), figure(SPOOL_CAPACITY))
    panel = draft.lines([Query(share, Text("fila em disco", "spool"))], "percentunit").span(8)
    return draw_limits(panel.min(0).max(1), {0.8: theme.WARNING, 0.95: theme.BAD})


@panel(
    Text("Recusas, perdas e tentativas falhas", "Refusals, losses, failures"),
    "Por segundo. Perdas devem ser sempre zero; recusas voltam com erro a quem chamou.",
    "A second. Losses must always be zero; refusals return to the caller as errors.",
)
def spool_trouble(draft: Draft) -> timeseries.Panel:
    queries = [
        Query(total(rate(SPOOL_REFUSED)), Text("recusados", "refused")),
        Query(total(rate(SPOOL_DROPPED)), Text("perdidos", "lost")),
        Query(
            total(rate(SPOOL_FLUSH_FAILURES)),
            Text("tentativas falhas de gravar", "failed attempts to write"),
        ),
        Query(
            total(rate(vitals.SNAPSHOT_FAILURES)),
            Text("leituras falhas do banco", "failed reads of the database"),
        ),
    ]
    return draft.lines(queries, "cps").span(8).min(0)


@panel(
    Text("Coletores", "Collectors"),
    "Cada parte da página de métricas: funciona, quanto demora, quantas vezes falhou.",
    "Each part of the metrics page: does it work, how long does it take, how often did it fail.",
)
def collectors(draft: Draft) -> table.Panel:
    works = {0: (Text("não", "no"), theme.BAD), 1: (Text("sim", "yes"), theme.GOOD)}
    success = figure(vitals.COLLECTOR_SUCCESS, "collector")
    duration = figure(vitals.COLLECTOR_DURATION, "collector")
    failures = figure(vitals.COLLECTOR_FAILURES, "collector")
    columns = [
        Column(Text("Funciona", "Works"), success, meanings=works),
        Column(Text("Duração", "Duration"), duration, "s", 3),
        Column(Text("Falhas", "Failures"), failures, decimals=0),
    ]
    return grid(draft, ["collector"], columns, Source.PROMETHEUS).span(12)


@panel(
    Text("Coletores ao longo do tempo", "Collectors over time"),
    "Quando cada coletor funcionou e quando ficou de fora.",
    "When each collector worked and when it was left out.",
)
def collector_history(draft: Draft) -> statetimeline.Panel:
    query = Query(figure(vitals.COLLECTOR_SUCCESS, "collector"), "{{collector}}")
    works = {0: (Text("falhou", "failed"), theme.BAD), 1: (Text("funciona", "works"), theme.GOOD)}
    return draft.states(query, works, Source.PROMETHEUS)
