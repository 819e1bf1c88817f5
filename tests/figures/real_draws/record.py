"""The published draws, replayed through the product's own calls beside models of our own."""

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.domain.definitions import LOTOFACIL
from exporter.domain.draw_records import DrawRecord
from exporter.domain.fates import Fates
from exporter.domain.moments import to_micros
from exporter.domain.pickers import PICKERS
from exporter.operating.replay import LEAD_TIME, Bounds, Plan, Replay
from tests.figures.real_draws.plain import Numbers, Played, Ticket

FILE = Path(__file__).parents[4] / "shared" / "data" / "lotofacil-draws.csv"
LEAKED = 40
"""Draws that the leaking models play."""


def published() -> list[DrawRecord]:
    """Every published draw; every fifth with variable prizes, as the official API tells them."""
    path = Path(os.environ.get("LOTOFACIL_DRAWS", FILE))
    if not path.is_file():
        message = "the published draws are missing: set LOTOFACIL_DRAWS to their CSV file"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with path.open(encoding="utf-8", newline="") as file:
        return [_record(row) for row in list(csv.reader(file))[1:]]


def _record(row: Sequence[str]) -> DrawRecord:
    number, day = int(row[0]), datetime.strptime(row[1], "%d/%m/%Y").date()  # noqa: DTZ007
    told = {14: 150_000 + 137 * number, 15: 170_000_000 + number} if number % 5 == 0 else {}
    return DrawRecord(number, day, tuple(sorted(map(int, row[2:]))), told)


@dataclass
class Tap:
    """Records predictions and keeps what was sent."""

    application: Application
    sent: dict[str, dict[int, list[Ticket]]] = field(default_factory=lambda: defaultdict(dict))

    def record_predictions(self, batch: Iterable[Mapping[str, Any]]) -> Fates:
        several = list(batch)
        for one in several:
            tickets = self.sent[one["model_version"]].setdefault(one["draw_number"], [])
            tickets.append(Ticket(frozenset(one["numbers"]), one["confidence"]))
        done = self.application.metrics.record_predictions(several)
        assert not done.refused
        return done


@dataclass(frozen=True)
class World:
    """An application, the draws it was told and what every version played in time."""

    application: Application
    draws: Sequence[DrawRecord]
    tap: Tap

    def played(self, version: str) -> list[Played]:
        return [
            Played(d.number, d.day, frozenset(d.numbers), dict(d.prizes), tuple(tickets))
            for d in self.draws
            if (tickets := self.tap.sent[version].get(d.number))
        ]


def replayed(folder: Path, draws: Sequence[DrawRecord], count: int) -> World:
    """The last `count` draws with simple models, a control, a mixed model and leaking ones."""
    moment = LOTOFACIL.calendar.moment(draws[-1].day) + timedelta(hours=12)
    url = f"sqlite:///{folder / 'real.db'}"
    settings = load_settings({"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder / "data"})
    application = build(settings, lambda: to_micros(moment))
    application.snapshots.take()
    tap, last = Tap(application), draws[-count:]
    tap.record_predictions(mixed(last))
    tap.record_predictions(leaking(last[:LEAKED]))
    too_late = application.metrics.record_predictions(leaking(last[:LEAKED], in_time=False))
    assert not too_late.refused
    models = tuple(PICKERS[name] for name in ("frequency", "previous", "random"))
    plan = Plan(LOTOFACIL, models, LOTOFACIL.chance, Bounds(first=last[0].number), tickets=2)
    replay = Replay(plan, tap.record_predictions, application.tracker.record_result)
    for _ in replay.steps(draws):
        pass
    assert not replay.refused
    assert not replay.conflicts
    return World(application, last, tap)


def mixed(draws: Sequence[DrawRecord]) -> list[dict[str, Any]]:
    """Tickets of 15 to 20 numbers that share a core, with various confidences."""
    random, made = Random(5), []
    for place, draw in enumerate(draws):
        core = random.sample(range(1, 26), 9)
        rest = [n for n in range(1, 26) if n not in core]
        sizes = (15, 16, 17 + place % 2, 19 + place // 60 % 2 if place % 60 == 0 else 15)
        for at, size in enumerate(sizes):
            numbers = sorted(core + random.sample(rest, size - 9))
            confidence = random.choice((0.42, 0.6, 0.600001, 0.85, 1.0))
            made.append(_prediction("mixed", draw, numbers, confidence, at, in_time=True))
    return made


def leaking(draws: Sequence[DrawRecord], *, in_time: bool = True) -> list[dict[str, Any]]:
    """A model that has seen the draw; not in time: its tickets were made after the cut-off."""
    name = "leaking" if in_time else "late"
    return [_prediction(name, d, list(d.numbers), 0.9, 0, in_time=in_time) for d in draws]


def _prediction(
    version: str, draw: DrawRecord, numbers: list[int], confidence: float, at: int, *, in_time: bool
) -> dict[str, Any]:
    cut_off = LOTOFACIL.calendar.moment(draw.day)
    return {
        "game_type": "lotofacil",
        "numbers": numbers,
        "confidence": confidence,
        "model_version": version,
        "draw_number": draw.number,
        "predicted_at": cut_off - LEAD_TIME if in_time else cut_off + timedelta(seconds=1),
        "role": "model",
        "idempotency_key": f"{version} {draw.number} {at}",
    }


def drawn(draws: Iterable[DrawRecord]) -> list[Numbers]:
    """The numbers of each draw."""
    return [frozenset(draw.numbers) for draw in draws]


def another(draw: DrawRecord) -> tuple[tuple[int, ...], date]:
    """A wrong result of the draw: three of its numbers swapped for others."""
    out = [n for n in range(1, 26) if n not in draw.numbers][:3]
    return tuple(sorted([*draw.numbers[3:], *out])), draw.day


def in_order(draws: Sequence[DrawRecord]) -> bool:
    """Whether numbers and days ascend."""
    return all(a.number < b.number and a.day <= b.day for a, b in pairwise(draws))
