"""The pictures of docs/statistics.md, as small SVG files that come out the same every time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from benchmarks.simulate_alarms import detector_path, log_mean_exp, worse_factors
from benchmarks.ticket_sets import DRAWN, NUMBERS, POOL, SCENARIOS, hits_law, simulate, theta_of

BLUE, ORANGE, GREY = "#1f6fb4", "#d9661f", "#888888"
ONE = SCENARIOS[0]
#: Drawn in one picture: more would only make the file large.
LIVES = 7


def draw_all(results: dict[str, Any], folder: Path) -> None:
    """Draw every picture into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    style = {"svg.fonttype": "none", "svg.hashsalt": "statistics", "font.size": 9}
    with mpl.rc_context(style):  # type: ignore[arg-type]  # its stubs list every key by name
        _hits(folder)
        _threshold(folder)
        _evidence(folder)
        _detector(folder)
        _false_alarms(folder, results)
        _delays(folder, results)


@contextmanager
def _picture(folder: Path, name: str) -> Iterator[Axes]:
    figure, axes = plt.subplots(figsize=(6.4, 3.0), layout="constrained")
    axes.spines[["top", "right"]].set_visible(False)
    yield axes
    figure.savefig(folder / f"statistics-{name}.svg", metadata={"Date": None})
    plt.close(figure)


def _hits(folder: Path) -> None:
    with _picture(folder, "hits") as axes:
        hits = np.arange(5, NUMBERS + 1)
        for shift, accuracy, colour in ((-0.2, 0.6, BLUE), (0.2, 0.58, ORANGE)):
            law, _ = hits_law(POOL, DRAWN, NUMBERS, theta_of(ONE, accuracy))
            label = "pure chance (0.60)" if accuracy == 0.6 else "a worse model (0.58)"
            axes.bar(hits + shift, 100 * law[hits], 0.4, color=colour, label=label)
        axes.set(xlabel="hits of one ticket", ylabel="% of draws", xticks=hits)
        axes.legend(frameon=False)


def _threshold(folder: Path) -> None:
    generator = np.random.default_rng(11)
    hits = simulate(generator, ONE, 0.0, 329).hits
    accuracy = np.convolve(hits, np.ones(30) / (30 * NUMBERS), "valid")
    with _picture(folder, "threshold") as axes:
        draws = np.arange(1, len(accuracy) + 1)
        axes.plot(draws, accuracy, color=BLUE, linewidth=1)
        axes.axhline(0.6, color=GREY, linewidth=0.8)
        axes.fill_between(
            draws, 0.55, 0.65, where=accuracy < 0.6, color=ORANGE, alpha=0.25, linewidth=0
        )
        axes.set(ylim=(0.55, 0.65), xlabel="draw", ylabel="accuracy, last 30 draws")


def _evidence(folder: Path) -> None:
    generator = np.random.default_rng(15)
    with _picture(folder, "evidence") as axes:
        for accuracy, colour, label in (
            (0.6, BLUE, "pure chance"),
            (0.58, ORANGE, "a worse model (0.58)"),
        ):
            draws = simulate(generator, ONE, theta_of(ONE, accuracy), LIVES * 313)
            factors = worse_factors(draws).reshape(LIVES, 313, -1)
            paths = np.exp(log_mean_exp(factors.cumsum(axis=1)))
            axes.plot(np.arange(1, 314, 2), paths[:, ::2].T, color=colour, linewidth=0.7)
            axes.plot([], color=colour, label=label)
        axes.axhline(20, color="black", linewidth=0.9, label="20: at most 5 % at chance, ever")
        axes.set(yscale="log", ylim=(0.01, 1e8), xlabel="draw", ylabel='e-value for "worse"')
        axes.legend(frameon=False, loc="upper left")


def _detector(folder: Path) -> None:
    generator = np.random.default_rng(13)
    good, bad = LIVES * 300, LIVES * 100
    parts = [
        worse_factors(simulate(generator, ONE, theta_of(ONE, accuracy), count)).reshape(
            LIVES, -1, 5
        )
        for accuracy, count in ((0.6, good), (0.55, bad))
    ]
    factors = np.concatenate(parts, axis=1)
    products = np.exp(log_mean_exp(factors.cumsum(axis=1)))
    with _picture(folder, "detector") as axes:
        draws = np.arange(1, 401, 2)
        axes.plot(draws, products[:, ::2].T, color=GREY, linewidth=0.7)
        axes.plot(draws, detector_path(factors)[:, ::2].T, color=ORANGE, linewidth=0.7)
        axes.plot([], color=ORANGE, label="Shiryaev–Roberts")
        axes.plot([], color=GREY, label="e-value since the start")
        axes.axvline(300, color="black", linewidth=0.8, linestyle=":")
        axes.axhline(3000, color="black", linewidth=0.9)
        axes.set(yscale="log", ylim=(0.01, 1e7), xlabel="draw (accuracy 0.55 from 300 on)")
        axes.legend(frameon=False, loc="upper left")


def _false_alarms(folder: Path, results: dict[str, Any]) -> None:
    rules = {
        "accuracy < 0.6\n(30 draws)": "accuracy < 0.6 over 30 draws: years",
        "naive z < −3\n(every draw)": "naive z < -3 after any draw: years",
        "our z < −3\n(every draw)": "exact z < -3 after any draw: years",
        "e ≥ 20": "e >= 20, worse: years",
        "e ≥ 100": "e >= 100, worse: years",
    }
    with _picture(folder, "false-alarms") as axes:
        colours = (BLUE, GREY, ORANGE)
        for i, ((scenario, figures), colour) in enumerate(
            zip(results["chance"].items(), colours, strict=True)
        ):
            shares = [100 * figures[name] for name in rules.values()]
            axes.bar(
                np.arange(len(rules)) + 0.27 * (i - 1), shares, 0.27, color=colour, label=scenario
            )
        axes.axhline(5, color="black", linewidth=0.8, linestyle=":")
        axes.set(xticks=range(len(rules)), ylabel="% of years at chance\nwith an alarm")
        axes.set_xticklabels(list(rules), fontsize=8)
        axes.legend(frameon=False)


def _delays(folder: Path, results: dict[str, Any]) -> None:
    with _picture(folder, "delays") as axes:
        for (scenario, accuracies), colour in zip(
            results["changes"].items(), (BLUE, GREY, ORANGE), strict=True
        ):
            truths = [float(accuracy) for accuracy in accuracies]
            for name, style in (
                ("SR >= 3000: mean draws after 300 good ones", "o-"),
                ("SR >= 3000: bound", ":"),
            ):
                draws = [figures[name] for figures in accuracies.values()]
                label = scenario if style == "o-" else None
                axes.plot(truths, draws, style, color=colour, label=label, markersize=4)
        axes.plot([], ":", color="black", label="log(3000) ÷ information")
        axes.set(yscale="log", xlabel="true accuracy", ylabel="mean draws to the alarm")
        axes.legend(frameon=False, fontsize=8)
