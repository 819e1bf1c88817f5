"""The tables of a game."""

from exporter.catalog import WINDOWS
from exporter.domain.moments import SECOND
from exporter.domain.statistics import Assessment, DirectionEvidence
from exporter.domain.verdicts import EVIDENCE, Standing, standing_of_evidence, standing_of_window
from exporter.services.overview.shapes import Model, Overview, RecentDraw
from exporter.services.presentation import alert_tables, standing_tables
from exporter.services.presentation.shapes import Cell, Table, Tone, tone_of
from exporter.services.presentation.standing_tables import model_name
from exporter.services.presentation.wording import Wording
from exporter.storage.retraining import Run

Row = list[Cell]


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


def windows(overview: Overview, say: Wording) -> Table:
    """Accuracy of each model version over each window, beside chance."""
    rows = [
        _window(model, name, model.windows[name], say)
        for model in overview.models
        for name in WINDOWS
        if _tells_more(name, model)
    ]
    figures = ("accuracy", "verdict", "interval", "chance", "z", "p", "draws")
    return Table(
        "windows",
        say("windows_title"),
        _header(say, "model", "window", *figures),
        rows,
        say("no_result_yet"),
        say("windows_note"),
        _words(0, 1, 3),
        grouped=True,
    )


def _tells_more(name: str, model: Model) -> bool:
    """A window longer than the history says the same as "since the start"."""
    draws = model.windows[name].draws
    return draws > 0 if name == "all" else draws == int(name)


def _window_name(name: str, say: Wording) -> str:
    counted = name not in ("1", "all")
    return say("window_draws", draws=name) if counted else say(f"window_{name}")


def _window(model: Model, name: str, found: Assessment, say: Wording) -> Row:
    standing = standing_of_window(found)
    return [
        model_name(model, say),
        Cell(_window_name(name, say)),
        Cell(say.percent(found.accuracy)),
        Cell(say.standing(standing), tone_of(standing)),
        Cell(say.interval(found.low, found.high)),
        Cell(say.percent(found.chance)),
        Cell(say.number(found.z, 2)),
        Cell(say.p_value(found.p_two_sided)),
        Cell(say.number(found.draws)),
    ]


def evidence(overview: Overview, say: Wording) -> Table:
    """Evidence against chance since each version's start."""
    rows = [row for model in overview.models if (row := _evidence(model, say))]
    header = _header(
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
    note = say("evidence_table_note", limit=f"{EVIDENCE:g}")
    return Table(
        "evidence", say("evidence_title"), header, rows, say("no_result_yet"), note, _words(0, 7)
    )


def _evidence(model: Model, say: Wording) -> Row | None:
    found, standing = model.evidence, standing_of_evidence(model.evidence)
    if found is None or standing is Standing.UNKNOWN:
        return None
    change = max(found.better.shiryaev_roberts, found.worse.shiryaev_roberts)
    return [
        model_name(model, say),
        Cell(say.number(found.draws)),
        *_direction(found.better, say),
        *_direction(found.worse, say),
        Cell(say.evidence(change)),
        Cell(say.standing(standing), tone_of(standing)),
    ]


def _direction(found: DirectionEvidence, say: Wording) -> Row:
    return [Cell(say.evidence(found.e_value)), Cell(say.evidence(found.peak))]


def calibration(overview: Overview, say: Wording) -> Table:
    """Whether confidence is kept."""
    rows = [
        [
            model_name(model, say),
            Cell(say.number(found.tickets)),
            Cell(say.percent(found.mean_confidence)),
            Cell(say.percent(found.accuracy)),
            Cell(say.points(found.overconfidence), _bias_tone(found.overconfidence)),
            Cell(say.number(found.brier_score, 3)),
            Cell(say.number(found.chance_brier_score, 3)),
        ]
        for model in overview.models
        if (found := model.calibration)
    ]
    header = _header(
        say, "model", "tickets", "mean_confidence", "accuracy", "excess", "brier", "brier_chance"
    )
    note = say("calibration_note", chance=say.percent(overview.game.chance))
    return Table(
        "calibration", say("calibration_title"), header, rows, say("no_confidence_yet"), note
    )


def _bias_tone(excess: float) -> Tone:
    return Tone.WARNING if excess > 0.05 else Tone.PLAIN


def money(overview: Overview, say: Wording) -> Table:
    """What the scored tickets cost and won."""
    rows = [_money(model, say) for model in overview.models if model.money.cost]
    header = _header(say, "model", "tickets", "cost", "prizes", "net", "net_at_chance")
    return Table("money", say("money_title"), header, rows, say("no_money_yet"), say("money_note"))


def _money(model: Model, say: Wording) -> Row:
    money, tickets = model.money, Cell(say.number(model.scored))
    amounts = (money.cost, money.prizes, money.net, round(money.net_expected))
    return [model_name(model, say), tickets, *(Cell(say.money(cents)) for cents in amounts)]


def draws(overview: Overview, say: Wording) -> Table:
    """The last draws beside the tickets on them."""
    rows = [_draw(draw, say) for draw in overview.draws.recent]
    header = _header(say, "draw", "day", "numbers", "tickets", "mean_hits", "best_hits")
    title = say("draws_title")
    return Table(
        "draws", title, header, rows, say("no_draw_yet"), say("draws_note"), _words(0, 1, 2)
    )


def _draw(draw: RecentDraw, say: Wording) -> Row:
    numbers = " ".join(f"{number:02d}" for number in draw.numbers)
    corrected = f" ({say('corrected')})" if draw.corrections else ""
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
    header = _header(say, "started", "outcome", "duration", "new_version")
    return Table("runs", say("runs_title"), header, rows, say("no_runs"), "", _words(0, 1, 3))


_OUTCOMES = ("success", "failed", "timeout", "stopped", "interrupted")
_OUTCOME_TONES = {"success": Tone.GOOD, "running": Tone.PLAIN, "stopped": Tone.MUTED}


def _run(run: Run, say: Wording) -> Row:
    outcome = run.outcome or "running"
    known = outcome in (*_OUTCOMES, "running")
    tone = _OUTCOME_TONES.get(outcome, Tone.BAD)
    lasted = None if run.ended_at is None else (run.ended_at - run.started_at) / SECOND
    return [
        Cell(say.moment(run.started_at)),
        Cell(say(f"outcome_{outcome}") if known else outcome, tone),
        Cell(say.seconds(lasted)),
        Cell(run.model_version or "–"),
    ]


def resources(overview: Overview, say: Wording) -> Table:
    """What the machine and this process use."""
    found = overview.resources
    shares = ("host_cpu_usage_ratio", "host_memory_used_ratio", "host_disk_used_ratio")
    rows = [
        [Cell(say(name)), Cell(say.percent(found[name], 0), _load_tone(found[name]))]
        for name in shares
        if name in found
    ]
    if "process_resident_memory_bytes" in found:
        memory = say.size(found["process_resident_memory_bytes"])
        rows.append([Cell(say("process_memory")), Cell(memory)])
    if "process_start_timestamp_seconds" in found:
        uptime = overview.at / SECOND - found["process_start_timestamp_seconds"]
        rows.append([Cell(say("uptime")), Cell(say.seconds(max(0.0, uptime)))])
    if overview.quarantined:
        count = say.number(overview.quarantined)
        rows.append([Cell(say("quarantined")), Cell(count, Tone.WARNING)])
    header = _header(say, "resource", "in_use")
    return Table("resources", say("resources_title"), header, rows, say("no_resources"))


def _load_tone(ratio: float) -> Tone:
    return Tone.BAD if ratio > 0.95 else Tone.WARNING if ratio > 0.85 else Tone.PLAIN


def _header(say: Wording, *names: str) -> list[str]:
    return [say(f"column_{name}") for name in names]


def _words(*columns: int) -> frozenset[int]:
    return frozenset(columns)
