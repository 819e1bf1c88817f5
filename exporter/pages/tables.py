"""The tables of a game."""

from exporter.domain.moments import SECOND
from exporter.domain.statistics.baseline import WINDOW_NAMES, Assessment
from exporter.domain.statistics.evidence import DirectionEvidence
from exporter.domain.verdicts import EVIDENCE, Standing, standing_of_evidence, standing_of_window
from exporter.figures.model_figures import ModelFigures
from exporter.figures.overview import Overview, RecentDraw
from exporter.messages import Text, phrases
from exporter.messages.wording import Wording
from exporter.pages import alert_tables, standing_tables
from exporter.pages.columns import headings
from exporter.pages.shapes import Cell, Table, Tone, tone_of
from exporter.pages.standing_tables import model_name
from exporter.storage.retraining import Run

Row = list[Cell]
_CORRECTED = Text("corrigido", "corrected")
_LAST_DRAWS = Text("últimos {draws}", "last {draws}")
_QUARANTINED = Text("Registros em quarentena", "Records in quarantine")
_SHARES = {
    "host_cpu_usage_ratio": Text("Processador", "Processor"),
    "host_memory_used_ratio": Text("Memória", "Memory"),
    "host_disk_used_ratio": Text("Disco", "Disk"),
}


def tables_of_game(overview: Overview, say: Wording) -> list[Table]:
    """What a report says of a game, in its order."""
    made = (
        *(windows, evidence, standing_tables.references, standing_tables.trends, calibration),
        *(money, standing_tables.tiers, draws, runs),
    )
    return [table(overview, say) for table in made]


def tables_of_system(overview: Overview, say: Wording) -> list[Table]:
    """What a report says once, however many games it is about."""
    made = (
        *(alert_tables.alerts, alert_tables.rules_in_short, alert_tables.notifications_in_short),
        resources,
    )
    return [table(overview, say) for table in made]


_WINDOWS_NOTE = Text(
    """IC 95%: intervalo de confiança, com cada sorteio como um grupo. z: distância do acaso em
    desvios-padrão, com a sobreposição dos bilhetes. p: chance de um sorteio aleatório ficar
    tão longe, em uma única olhada; o veredito de uma janela exige p < 0,001.""",
    """95% CI: confidence interval with each draw as a cluster. z: distance from chance in
    standard deviations, overlap of tickets included. p: probability of a random picker being
    this far off, in one look; the verdict on a window takes p < 0.001.""",
)


def windows(overview: Overview, say: Wording) -> Table:
    """Accuracy of each model version over each window, beside chance."""
    rows = [
        _window(model, name, model.windows[name], say)
        for model in overview.models
        for name in WINDOW_NAMES
        if _tells_more(name, model)
    ]
    figures = ("accuracy", "verdict", "interval", "chance", "z", "p", "draws")
    return Table(
        "windows",
        say(Text("Acurácia por janela e versão", "Accuracy by window and version")),
        headings(say, "model", "window", *figures),
        rows,
        say(phrases.NO_RESULT_YET),
        say(_WINDOWS_NOTE),
        _words(0, 1, 3),
        grouped=True,
    )


def _tells_more(name: str, model: ModelFigures) -> bool:
    """A window longer than the history says the same as "since the start"."""
    draws = model.windows[name].draws
    return draws > 0 if name == "all" else draws == int(name)


def _window_name(name: str, say: Wording) -> str:
    named = {"1": phrases.LAST_DRAW, "all": phrases.SINCE_START}
    return say(named.get(name, _LAST_DRAWS), draws=name)


def _window(model: ModelFigures, name: str, assessment: Assessment, say: Wording) -> Row:
    standing = standing_of_window(assessment)
    return [
        model_name(model, say),
        Cell(_window_name(name, say)),
        Cell(say.percent(assessment.accuracy)),
        Cell(say.standing(standing), tone_of(standing)),
        Cell(say.interval(assessment.low, assessment.high)),
        Cell(say.percent(assessment.chance)),
        Cell(say.number(assessment.z, 2)),
        Cell(say.p_value(assessment.p_two_sided)),
        Cell(say.number(assessment.draws)),
    ]


_EVIDENCE_TABLE_NOTE = Text(
    """Pode ser olhada todo dia: só 5% dos modelos ao acaso chegam algum dia a {limit}. Mudança:
    valor N significa no máximo um alarme falso a cada N sorteios.""",
    """May be looked at every day: only 5% of models at chance ever reach {limit}. Change: a
    value of N means at most one false alarm in N draws.""",
)


def evidence(overview: Overview, say: Wording) -> Table:
    """Evidence against chance since each version's start."""
    rows = [row for model in overview.models if (row := _evidence(model, say))]
    header = headings(
        say,
        "model",
        "draws",
        "better_now",
        "better_peak",
        "worse_now",
        "worse_peak",
        "change",
        "verdict",
    )
    note = say(_EVIDENCE_TABLE_NOTE, limit=f"{EVIDENCE:g}")
    title, nothing = say(phrases.EVIDENCE_TITLE), say(phrases.NO_RESULT_YET)
    return Table("evidence", title, header, rows, nothing, note, _words(0, 7))


def _evidence(model: ModelFigures, say: Wording) -> Row | None:
    evidence, standing = model.evidence, standing_of_evidence(model.evidence)
    if evidence is None or standing is Standing.UNKNOWN:
        return None
    change = max(evidence.better.shiryaev_roberts, evidence.worse.shiryaev_roberts)
    return [
        model_name(model, say),
        Cell(say.number(evidence.draws)),
        *_direction(evidence.better, say),
        *_direction(evidence.worse, say),
        Cell(say.evidence(change)),
        Cell(say.standing(standing), tone_of(standing)),
    ]


def _direction(direction: DirectionEvidence, say: Wording) -> Row:
    return [Cell(say.evidence(direction.e_value)), Cell(say.evidence(direction.peak))]


_CALIBRATION_NOTE = Text(
    """Para quem escolhe ao acaso, a confiança honesta é {chance}. Brier: menor é melhor; compare
    com o de prometer sempre o acaso.""",
    """For a random picker the honest confidence is {chance}. Brier: lower is better; compare
    with that of always promising chance.""",
)


def calibration(overview: Overview, say: Wording) -> Table:
    """Whether confidence is kept."""
    rows = [
        [
            model_name(model, say),
            Cell(say.number(calibrated.tickets)),
            Cell(say.percent(calibrated.mean_confidence)),
            Cell(say.percent(calibrated.accuracy)),
            Cell(say.points(calibrated.overconfidence), _bias_tone(calibrated.overconfidence)),
            Cell(say.number(calibrated.brier_score, 3)),
            Cell(say.number(calibrated.chance_brier_score, 3)),
        ]
        for model in overview.models
        if (calibrated := model.calibration)
    ]
    header = headings(
        say, "model", "tickets", "mean_confidence", "accuracy", "excess", "brier", "brier_chance"
    )
    note = say(_CALIBRATION_NOTE, chance=say.percent(overview.game.chance))
    title, nothing = say(phrases.CALIBRATION_TITLE), say(phrases.NO_CONFIDENCE_YET)
    return Table("calibration", title, header, rows, nothing, note)


def _bias_tone(excess: float) -> Tone:
    return Tone.WARNING if excess > 0.05 else Tone.PLAIN


_MONEY_NOTE = Text(
    """Bilhetes conferidos desde o início da versão: prêmios fixos, e os variáveis que o
    resultado informou. Ao lado, o saldo médio de bilhetes ao acaso.""",
    """Tickets scored since the version's start: fixed prizes, and variable ones that the result
    told. Beside it, the average net of random tickets.""",
)


_NO_MONEY_YET = Text(
    "Sem tabela de preços para bilhetes conferidos.", "No price table for scored tickets."
)


def money(overview: Overview, say: Wording) -> Table:
    """What the scored tickets cost and won."""
    rows = [_money(model, say) for model in overview.models if model.money.cost]
    header = headings(say, "model", "tickets", "cost", "prizes", "net", "net_at_chance")
    return Table(
        "money", say(Text("Dinheiro", "Money")), header, rows, say(_NO_MONEY_YET), say(_MONEY_NOTE)
    )


def _money(model: ModelFigures, say: Wording) -> Row:
    money, tickets = model.money, Cell(say.number(model.scored))
    amounts = (money.cost, money.prizes, money.net, round(money.net_expected))
    return [model_name(model, say), tickets, *(Cell(say.money(cents)) for cents in amounts)]


_DRAWS_NOTE = Text(
    "Bilhetes e acertos de todas as versões, sem o grupo de controle.",
    "Tickets and hits of all versions, without the control arm.",
)


def draws(overview: Overview, say: Wording) -> Table:
    """The last draws beside the tickets on them."""
    rows = [_draw(draw, say) for draw in overview.draws.recent]
    header = headings(say, "draw", "day", "numbers", "tickets", "mean_hits", "best_hits")
    title = say(Text("Últimos sorteios", "Last draws"))
    return Table(
        "draws", title, header, rows, say(phrases.NO_DRAW_YET), say(_DRAWS_NOTE), _words(0, 1, 2)
    )


def _draw(draw: RecentDraw, say: Wording) -> Row:
    numbers = " ".join(f"{number:02d}" for number in draw.numbers)
    corrected = f" ({say(_CORRECTED)})" if draw.corrections else ""
    return [
        Cell(f"{draw.number}{corrected}"),
        Cell(say.day(draw.drawn_at)),
        Cell(numbers),
        Cell(say.number(draw.tickets)),
        Cell(say.number(draw.hits / draw.tickets if draw.tickets else None, 1)),
        Cell(say.number(draw.best)),
    ]


def runs(overview: Overview, say: Wording) -> Table:
    """The last training runs."""
    rows = [_run(run, say) for run in overview.runs]
    header = headings(say, "started", "outcome", "duration", "new_version")
    return Table(
        "runs",
        say(Text("Retreinamentos", "Retraining runs")),
        header,
        rows,
        say(Text("Nenhum retreinamento ainda.", "No retraining yet.")),
        "",
        _words(0, 1, 3),
    )


_OUTCOMES = {
    "success": Text("concluído", "succeeded"),
    "failed": Text("falhou", "failed"),
    "timeout": Text("tempo esgotado", "timed out"),
    "stopped": Text("parado", "stopped"),
    "interrupted": Text("interrompido", "interrupted"),
    "running": Text("em andamento", "under way"),
}
_OUTCOME_TONES = {"success": Tone.GOOD, "running": Tone.PLAIN, "stopped": Tone.MUTED}


def _run(run: Run, say: Wording) -> Row:
    outcome = run.outcome or "running"
    tone = _OUTCOME_TONES.get(outcome, Tone.BAD)
    lasted = None if run.ended_at is None else (run.ended_at - run.started_at) / SECOND
    return [
        Cell(say.moment(run.started_at)),
        Cell(say(_OUTCOMES[outcome]) if outcome in _OUTCOMES else outcome, tone),
        Cell(say.seconds(lasted)),
        Cell(run.model_version or "–"),
    ]


def resources(overview: Overview, say: Wording) -> Table:
    """What the machine and this process use."""
    readings = overview.resources
    rows = [
        [Cell(say(text)), Cell(say.percent(readings[name], 0), _load_tone(readings[name]))]
        for name, text in _SHARES.items()
        if name in readings
    ]
    if "process_resident_memory_bytes" in readings:
        memory = say.size(readings["process_resident_memory_bytes"])
        rows.append(
            [Cell(say(Text("Memória deste processo", "Memory of this process"))), Cell(memory)]
        )
    if "process_start_timestamp_seconds" in readings:
        uptime = overview.at / SECOND - readings["process_start_timestamp_seconds"]
        rows.append([Cell(say(Text("No ar há", "Up for"))), Cell(say.seconds(max(0.0, uptime)))])
    if overview.quarantined:
        count = say.number(overview.quarantined)
        rows.append([Cell(say(_QUARANTINED)), Cell(count, Tone.WARNING)])
    header = headings(say, "resource", "in_use")
    return Table(
        "resources",
        say(Text("Sistema", "System")),
        header,
        rows,
        say(Text("Sem medições desta máquina.", "No measurements of this machine.")),
    )


def _load_tone(ratio: float) -> Tone:
    return Tone.BAD if ratio > 0.95 else Tone.WARNING if ratio > 0.85 else Tone.PLAIN


def _words(*columns: int) -> frozenset[int]:
    return frozenset(columns)
