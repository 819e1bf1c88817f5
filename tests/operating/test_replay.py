from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from exporter.domain.definitions import LOTOFACIL
from exporter.domain.draw_records import DrawRecord
from exporter.domain.fates import Fates
from exporter.domain.pickers import PICKERS
from exporter.operating.replay import Bounds, Plan, Replay
from exporter.operating.simulation import simulated_draws

MODELS = (PICKERS["frequency"], PICKERS["random"])
DRAWS = simulated_draws(LOTOFACIL, 20, seed=7)


class Recorder:
    """Takes what is recorded, in its order."""

    def __init__(self) -> None:
        self.tickets: list[Mapping[str, Any]] = []
        self.results: dict[int, Sequence[int]] = {}
        self.batches: list[int] = []
        self.late: list[int] = []

    def record_predictions(self, batch: Iterable[Mapping[str, Any]]) -> Fates:
        tickets = list(batch)
        self.batches.append(len(tickets))
        self.tickets += tickets
        self.late += [t["draw_number"] for t in tickets if t["draw_number"] in self.results]
        return Fates(len(tickets))

    def record_result(
        self,
        game_type: str,  # noqa: ARG002
        draw_number: int,
        winning_numbers: Sequence[int],
        draw_date: date,
        *,
        prizes: Mapping[int, float] | None = None,  # noqa: ARG002
        recorded_by: str = "api",
        strict: bool = False,
    ) -> None:
        assert (recorded_by, strict) == ("replay", True)
        assert draw_date == DRAWS[draw_number - 1].day
        self.results[draw_number] = winning_numbers


def replayed(draws: Sequence[DrawRecord] = DRAWS, **options: Any) -> tuple[Recorder, Replay]:
    recorder = Recorder()
    plan = Plan(LOTOFACIL, MODELS, 0.6, **options)
    replay = Replay(plan, recorder.record_predictions, recorder.record_result)
    assert list(replay.steps(draws)) == [None] * replay.tallies["random"].sums.draws
    return recorder, replay


def test_tickets_are_made_before_each_draw_and_recorded_before_its_result() -> None:
    recorder, _ = replayed(batch=6)
    assert list(recorder.results) == list(range(1, 21))
    assert recorder.late == []
    assert recorder.batches == [6] * 6 + [4]
    for ticket in recorder.tickets:
        cut_off = LOTOFACIL.calendar.moment(DRAWS[ticket["draw_number"] - 1].day)
        assert ticket["predicted_at"] == cut_off - timedelta(hours=1)


def test_tickets_know_nothing_of_their_draw_or_later_ones() -> None:
    changed = [*DRAWS[:10], *simulated_draws(LOTOFACIL, 20, seed=8)[10:]]
    known, other = (
        [t["numbers"] for t in replayed(draws)[0].tickets if t["draw_number"] <= 11]
        for draws in (
            DRAWS,
            [DrawRecord(d.number, r.day, d.numbers) for d, r in zip(changed, DRAWS, strict=True)],
        )
    )
    assert known == other


def test_a_part_gives_the_same_tickets_and_keys_as_the_whole() -> None:
    whole, _ = replayed(tickets=2)
    part, replay = replayed(tickets=2, bounds=Bounds(5, date(2024, 12, 20)))
    wanted = {t["draw_number"] for t in part.tickets}
    assert part.tickets == [t for t in whole.tickets if t["draw_number"] in wanted]
    assert min(wanted) == 5
    assert all(DRAWS[number - 1].day <= date(2024, 12, 20) for number in wanted)
    assert replay.tallies["random"].sums.draws == len(wanted) < 20


def test_the_tally_agrees_with_counting_by_hand() -> None:
    recorder, replay = replayed(tickets=3)
    for name, tally in replay.tallies.items():
        tickets = [t for t in recorder.tickets if t["model_version"] == name]
        hits = [len(set(t["numbers"]) & set(DRAWS[t["draw_number"] - 1].numbers)) for t in tickets]
        figures = tally.assess(LOTOFACIL)
        assert (tally.tickets, figures.hits) == (60, sum(hits))
        assert figures.accuracy == pytest.approx(sum(hits) / (60 * 15))


def test_keys_are_distinct_and_roles_told() -> None:
    recorder, _ = replayed(tickets=3)
    assert len({t["idempotency_key"] for t in recorder.tickets}) == 120
    assert {(t["model_version"], t["role"]) for t in recorder.tickets} == {
        ("frequency", "model"),
        ("random", "control"),
    }


def test_another_confidence_is_another_version() -> None:
    assert Plan(LOTOFACIL, MODELS, 0.6).version(MODELS[0]) == "frequency"
    assert Plan(LOTOFACIL, MODELS, 0.85).version(MODELS[0]) == "frequency-0.85"
