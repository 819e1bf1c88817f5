"""Models at chance, on the published draws, before the very rules that the product ships."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.figures.real_draws.record import drawn, published
from tests.prometheus.chance import FIRST, STEP, Life, openmetrics
from tests.prometheus.rule_files import alerts
from tests.servers.process import find_program
from tests.servers.prometheus import Prometheus, run_prometheus

pytestmark = [pytest.mark.integration, pytest.mark.slow]

DRAWS = 300
LIVES = 100
#: The largest share of models at chance that each alert promises ever to fire for in 300 draws.
PROMISED = {
    ("LotofacilAccuracyWorseThanChance", "warning"): 0.05,
    ("LotofacilAccuracyWorseThanChance", "critical"): 0.01,
    ("LotofacilAccuracyBetterThanChance", "info"): 0.01,
    ("LotofacilAccuracyBelowReference", "warning"): 0.05,
    ("LotofacilAccuracyBelowReference", "critical"): 0.01,
    # One in 1,000 (3,000) draws on average: in 300 draws at most three in ten (one in ten).
    ("LotofacilAccuracyDegraded", "warning"): DRAWS / 1000,
    ("LotofacilAccuracyDegraded", "critical"): DRAWS / 3000,
    ("LotofacilDrawFrequencyImplausible", "warning"): 0.0,
}


@dataclass(frozen=True)
class Backfilled:
    """A Prometheus that knows the lives of the models."""

    prometheus: Prometheus

    def fired_for(self, expression: str) -> set[str]:
        """Versions (or games) for which the expression was ever true, looked at after each draw."""
        asked: dict[str, Any] = {
            "query": expression,
            "start": FIRST,
            "end": FIRST + (DRAWS - 1) * STEP,
            "step": STEP,
        }
        answer = requests.get(f"{self.prometheus.url}/api/v1/query_range", params=asked, timeout=30)
        answer.raise_for_status()
        found = answer.json()["data"]["result"]
        return {one["metric"].get("model_version", one["metric"]["game"]) for one in found}


@pytest.fixture(scope="module")
def backfilled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfilled]:
    folder: Path = tmp_path_factory.mktemp("prometheus")
    history = [frozenset(number - 1 for number in numbers) for numbers in drawn(published())]
    lives = [Life(f"seed-{n}", 1 if n % 3 else 4) for n in range(LIVES)]
    with (folder / "lives.om").open("w", encoding="utf-8") as file:
        file.writelines(openmetrics(history[:-DRAWS], history[-DRAWS:], lives))
    blocks = ["tsdb", "create-blocks-from", "openmetrics", "lives.om", "data"]
    made = subprocess.run(
        [find_program("promtool"), *blocks], cwd=folder, check=False, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    flags = ["--storage.tsdb.retention.time=100y"]
    prometheus = run_prometheus(folder, "global: {}\n", flags=flags)
    yield Backfilled(prometheus)
    prometheus.stop()


def test_every_life_is_there(backfilled: Backfilled) -> None:
    everyone = backfilled.fired_for('lotofacil_evidence_peak_value{direction="worse"} >= 1')
    assert len(everyone) == LIVES
    assert backfilled.fired_for("lotofacil_draw_frequency_pvalue_ratio < 0.001") == {"lotofacil"}


def test_trusted_alerts_keep_their_promise_at_chance(backfilled: Backfilled) -> None:
    looked_at = set()
    for rule in alerts():
        name = rule["alert"], rule.get("labels", {}).get("severity", "")
        if name in PROMISED:
            looked_at.add(name)
            fired = backfilled.fired_for(rule["expr"])
            assert len(fired) <= most_by_luck(PROMISED[name]), (name, fired)
    assert looked_at == set(PROMISED)


def most_by_luck(share: float) -> int:
    """Fires of independent lives that a kept promise exceeds in fewer than 1 of 200 tests."""
    left = 1.0
    for count in range(LIVES + 1):
        left -= comb(LIVES, count) * share**count * (1 - share) ** (LIVES - count)
        if left < 0.005:
            return count
    return LIVES
