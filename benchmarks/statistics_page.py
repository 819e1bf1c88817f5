"""Tables and pictures of docs/statistics.md, from docs/statistics-results.json.

`python -m benchmarks.statistics_page` rewrites what stands between the markers of the page and
the pictures in docs/pictures. A test holds page and results together.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.simulate_alarms import RESULTS
from exporter.domain.statistics.hypergeometric import tier_probabilities
from exporter.domain.statistics.thresholds import AlarmRule, Operator, advise

PAGE = RESULTS.parent / "statistics.md"
PICTURES = RESULTS.parent / "pictures"
Results = dict[str, Any]
_MARKED = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str, results: Results) -> str:
    """The page with every marked table made anew; KeyError for a marker nobody knows."""
    return _MARKED.sub(lambda m: f"{m[1]}\n{TABLES[m[2]](results)}\n\n{m[3]}", page)


def load_results() -> Results:
    """What the study wrote."""
    results: Results = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


def false_alarms(results: Results) -> str:
    """Share of chance-level years with an alarm, per rule and way of playing."""
    rules = {
        "`accuracy < 0.6`, one draw": "accuracy < 0.6 over 1 draws: years",
        "`accuracy < 0.6`, thirty draws": "accuracy < 0.6 over 30 draws: years",
        "`accuracy_min=0.65`, 100 samples": "accuracy < 0.65 over 100 samples: years",
        "naive z < −3, at the year's end": "naive z < -3 at the year's end: years",
        "naive z < −3, after every draw": "naive z < -3 after any draw: years",
        "our z < −3, at the year's end": "exact z < -3 at the year's end: years",
        "our z < −3, after every draw": "exact z < -3 after any draw: years",
        "e ≥ 20, after every draw": "e >= 20, worse: years",
        "e ≥ 100, after every draw": "e >= 100, worse: years",
        "Shiryaev–Roberts ≥ 1,000": "SR >= 1000, worse: years",
        "Shiryaev–Roberts ≥ 3,000": "SR >= 3000, worse: years",
    }
    chance = results["chance"]
    rows = [[rule, *(_percent(chance[s][name]) for s in chance)] for rule, name in rules.items()]
    return _table(["rule", *chance], rows)


def long_lives(results: Results) -> str:
    """What the guarantees promise and what lives of sixteen years gave."""
    chance = results["chance"]
    rows = []
    for direction in ("worse", "better"):
        for level, promise in ((20, "at most 5 % ever"), (100, "at most 1 % ever")):
            name = f"e >= {level}, {direction}: lives"
            shares = [_percent(figures[name]) for figures in chance.values()]
            rows.append([f"e ≥ {level}, {direction}", promise, *shares])
    for direction in ("worse", "better"):
        for level in (1000, 3000):
            name = f"SR >= {level}, {direction}: alarms per draw"
            draws = [f"one in {1 / figures[name]:,.0f} draws" for figures in chance.values()]
            promise = f"at most one in {level:,} draws"
            rows.append([f"Shiryaev–Roberts ≥ {level:,}, {direction}", promise, *draws])
    return _table(["alarm", "promise", *chance], rows)


def e_delays(results: Results) -> str:
    """How soon e ≥ 20 finds each true accuracy."""
    changes = results["changes"]
    rows = []
    for accuracy in next(iter(changes.values())):
        cells = [
            f"{figures[accuracy]['e >= 20: median draws']:g} draws, "
            f"{_percent(figures[accuracy]['e >= 20: share within a year'])} within a year"
            for figures in changes.values()
        ]
        rows.append([accuracy, *cells])
    return _table(["true accuracy", *changes], rows)


def detector_delays(results: Results) -> str:
    """Mean delay of Shiryaev–Roberts ≥ 3,000 beside log(3000) ÷ information."""
    cases = {
        "bad from the start": "from the start",
        "after 300 good draws": "after 300 good ones",
        "if the truth were known": "if the truth were known",
    }
    rows = []
    for scenario, accuracies in results["changes"].items():
        for accuracy, figures in accuracies.items():
            bound = figures["SR >= 3000: bound"]
            means = [figures[f"SR >= 3000: mean draws {case}"] for case in cases.values()]
            cells = [f"{draws:.3g} ({draws / bound:.2f} ×)" for draws in means]
            rows.append([scenario, accuracy, f"{bound:.3g}", *cells])
    return _table(["tickets", "true accuracy", "log(3000) ÷ information", *cases], rows)


def references(results: Results) -> str:
    """Bets against a claim beside the two alternatives."""
    ways = {
        "fixed bets (what is used)": "bets",
        "bets scaled to the tickets": "scaled bets",
        "likelihood ratio between tilted laws": "ratios",
    }
    cases = {
        "alarms, 0.62 kept": "{}, 0.62 kept: lives",
        "alarms, 0.62 kept by rare leaks": "{}, 0.62 kept by rare leaks: lives",
        "median draws, 0.62 claimed, chance true": "{}, 0.62 claimed at chance: median draws",
        "median draws, 0.65 claimed, chance true": "{}, 0.65 claimed at chance: median draws",
    }
    rows = []
    for scenario, figures in results["reference"].items():
        for way, prefix in ways.items():
            cells = [_case(figures, case.format(prefix)) for case in cases.values()]
            if any(cell != "–" for cell in cells):
                rows.append([scenario, way, *cells])
    return _table(["tickets", "way", *cases], rows)


def advice(_: Results) -> str:
    """What the adviser says of some rules (computed, not simulated, but for the two medians)."""
    cases = [
        ("<", 0.6, 1, 1, 0),
        ("<", 0.6, 1, 20, 0),
        ("<", 0.6, 30, 1, 0),
        ("<", 0.6, 30, 20, 11),
        ("<", 0.65, 100, 1, 0),
        ("<", 0.65, 5, 20, 11),
        ("<", 0.55, 30, 1, 0),
        ("<", 0.57, 100, 1, 0),
        ("<", 0.57, 100, 20, 11),
        ("<", 0.3, 30, 1, 0),
    ]
    rows = [_advice_row(*case) for case in cases]
    head = ["rule", "tickets a draw", "broken in one look at chance", "episodes in 300 draws"]
    return _table([*head, "median draws to see 0.55", "verdict"], rows)


def prize_tiers(_: Results) -> str:
    """Chance of each prize tier for every ticket size."""
    tiers = range(11, 16)
    rows = []
    for numbers in range(15, 21):
        chances = tier_probabilities(25, 15, numbers, tiers)
        rows.append([str(numbers), *(f"1 in {_whole(1 / chances[hits])}" for hits in tiers)])
    return _table(["numbers", *(f"{hits} hits" for hits in tiers)], rows)


def targets(results: Results) -> str:
    """What was asked of the evidence, and what the study found."""
    chance, changes = results["chance"], results["changes"]
    ever = {s: _percent(f["e >= 20, worse: lives"]) for s, f in chance.items()}
    worst = max(f[f"e >= 20, {d}: lives"] for f in chance.values() for d in ("worse", "better"))
    year = changes["one ticket"]["0.58"]["e >= 20: share within a year"]
    median = changes["20 independent"]["0.58"]["e >= 20: median draws"]
    naive = chance["20 sharing 11"]["naive z < -3 at the year's end: years"]
    exact = chance["20 sharing 11"]["exact z < -3 at the year's end: years"]
    rows = [
        ["e ≥ 20 in ≤ 5 % of lives at chance", ", ".join(ever.values()), _met(worst <= 0.05)],
        ["0.58 within 313 draws in ≥ 95 %, one ticket", _percent(year), _met(year >= 0.95)],
        ["0.58 at a median ≤ 8, 20 independent", f"{median:g} draws", _met(median <= 8)],
        [
            "overlap: naive z alarms, ours does not",
            f"{_percent(naive)} and {_percent(exact)}",
            _met(exact < 0.01 < naive),
        ],
    ]
    for scenario, accuracies in changes.items():
        for accuracy in ("0.55", "0.533"):
            figures = accuracies[accuracy]
            bound = figures["SR >= 3000: bound"]
            start, good, told = (
                figures[f"SR >= 3000: mean draws {when}"] / bound
                for when in ("from the start", "after 300 good ones", "if the truth were known")
            )
            rows.append(
                [
                    f"Shiryaev–Roberts ≥ 3,000 at {accuracy} in ≤ 1.3 × bound, {scenario}",
                    f"{start:.2f} × ({good:.2f} × after good draws, {told:.2f} × if told)",
                    _met(start <= 1.3),
                ]
            )
    return _table(["asked", "found", ""], rows)


TABLES: dict[str, Callable[[Results], str]] = {
    "false-alarms": false_alarms,
    "long-lives": long_lives,
    "e-delays": e_delays,
    "detector-delays": detector_delays,
    "references": references,
    "advice": advice,
    "prize-tiers": prize_tiers,
    "targets": targets,
}


def _advice_row(
    operator: str, threshold: float, window: int, tickets: int, shared: int
) -> list[str]:
    found = advise(25, 15, AlarmRule(Operator(operator), threshold, window, 15, tickets, shared))
    draws = "one draw" if window == 1 else f"{window} draws"
    alike = f" sharing {shared}" if shared else " independent"
    seen = found.draws_after_change
    return [
        f"`accuracy {operator} {threshold:g}`, {draws}",
        f"{tickets}{alike if tickets > 1 else ''}",
        _percent(found.break_probability),
        f"{found.episodes:.3g}" if found.episodes >= 0.001 else "0",
        "not within 1,000" if seen is None else str(seen),
        found.verdict.value.replace("_", " "),
    ]


def _case(figures: dict[str, float], name: str) -> str:
    if name not in figures:
        return "–"
    return f"{figures[name]:g}" if "median" in name else _percent(figures[name])


def _percent(share: float) -> str:
    if 0.0 < share < 0.001:
        return "< 0.1 %"
    return f"{100 * share:.1f} %" if 0.0 < share < 0.9995 else f"{100 * share:.0f} %"


def _whole(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _met(reached: bool) -> str:
    return "reached" if reached else "**missed**"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    """Rewrite the tables of the page and its pictures."""
    from benchmarks import statistics_pictures  # noqa: PLC0415 (needs matplotlib, tables do not)

    results = load_results()
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    statistics_pictures.draw_all(results, PICTURES)


if __name__ == "__main__":
    main()
