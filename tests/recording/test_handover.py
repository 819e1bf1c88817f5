"""Which records of a refused batch are delivered, quarantined or left waiting."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.fates import Fates
from exporter.domain.predictions import Failure
from exporter.recording.destination import Availability, DestinationAway, DestinationRefuses
from exporter.recording.envelopes import Quarantined, Record, SpooledResult
from exporter.recording.handover import TRIES, Handover, Patience
from exporter.recording.intake import Intake
from exporter.recording.spool import Spool
from exporter.storage.faults import Fault
from tests.recording.destinations import Deaf
from tests.servers.waiting import wait_until
from tests.storage.records import ticket

REFUSED = DestinationRefuses("too large", Fault.UNSURE)
BROKEN = DestinationRefuses("no right", Fault.FORBIDDEN)


class Picky(Deaf):
    """A destination that has its own fault for some records; it takes the others."""

    def __init__(self, faults: dict[str, Exception], times: int = 1_000) -> None:
        self.faults = faults
        self.times = times
        self.taken: dict[str, None] = {}
        self.refused: Counter[str] = Counter()
        self.quarantined: list[Quarantined] = []

    def deliver(self, records: Sequence[Record]) -> Fates:
        for record in records:
            name = name_of(record)
            fault = self.faults.get(name)
            if fault and self.refused[name] < self.times:
                self.refused[name] += 1
                raise fault
        self.taken |= dict.fromkeys(map(name_of, records))
        self.quarantined += [one for one in records if isinstance(one, Quarantined)]
        return Fates(len(records))


def name_of(record: Record) -> str:
    if isinstance(record, SpooledResult):
        return f"draw {record.number} at {record.accepted_at}"
    return f"quarantined: {record.reason}" if isinstance(record, Quarantined) else record.key


def failure(key: str) -> Failure:
    return Failure(key, "lotofacil", "v1", "model", 1, None, "no ticket")


def result(number: int) -> SpooledResult:
    return SpooledResult("lotofacil", number, 1, "1", {}, "test", 1)


def sifted(destination: Picky, *records: Record) -> list[int]:
    handover = Handover(destination, Availability(), KNOWN_GAMES, lambda: 1)
    return sorted(handover.sift(records))


def test_one_of_many_that_alone_is_refused_is_quarantined() -> None:
    destination = Picky({"7": REFUSED})
    assert sifted(destination, *(failure(str(n)) for n in range(20))) == []
    assert set(destination.taken) == {*map(str, range(20)), "quarantined: too large"} - {"7"}


@pytest.mark.parametrize("fault", [REFUSED, PermissionError("for a moment")])
def test_a_record_that_failed_once_or_twice_is_delivered(fault: Exception) -> None:
    destination = Picky({"b": fault}, times=TRIES)  # with the others, alone, and again
    assert sifted(destination, failure("a"), failure("b")) == []
    assert set(destination.taken) == {"a", "b"}


def test_what_is_broken_for_some_waits_and_the_others_go_on() -> None:
    destination = Picky({"b": BROKEN})
    assert sifted(destination, failure("a"), failure("b"), failure("c")) == [1]
    assert list(destination.taken) == ["a", "c"]


def test_a_kind_that_is_refused_as_a_whole_waits() -> None:
    destination = Picky({"f": REFUSED, "g": REFUSED})
    assert sifted(destination, failure("f"), ticket("a", 1), failure("g")) == [0, 2]
    assert list(destination.taken) == ["a"]


def test_where_quarantine_refuses_too_the_record_waits() -> None:
    destination = Picky({"b": REFUSED, "quarantined: too large": REFUSED})
    assert sifted(destination, failure("a"), failure("b")) == [1]


@pytest.mark.parametrize("fault", [REFUSED, BROKEN, KeyError("a defect of ours")])
def test_when_all_are_refused_all_wait(fault: Exception) -> None:
    destination = Picky({"a": fault, "b": fault})
    with pytest.raises(DestinationRefuses):
        sifted(destination, failure("a"), failure("b"))
    assert destination.taken == {}


def test_a_single_record_with_a_value_that_nobody_takes_is_quarantined() -> None:
    destination = Picky({"a": ValueError("no such number")})
    assert sifted(destination, failure("a")) == []
    assert list(destination.taken) == ["quarantined: no such number"]


def test_nothing_overtakes_a_result_that_waits() -> None:
    destination = Picky({"draw 7 at 1": BROKEN})
    with pytest.raises(DestinationRefuses, match="no right"):
        sifted(destination, ticket("a", 1), result(7), result(8))


@pytest.mark.parametrize("times", range(1, 8))
@pytest.mark.parametrize("between", [[], [ticket("b", 1)], [result(8)]])
def test_a_later_result_of_a_draw_never_comes_before_an_earlier_one(
    times: int, between: list[Record]
) -> None:
    """However often the earlier one is refused, it is delivered first, or quarantined."""
    destination = Picky({"draw 7 at 1": REFUSED}, times)
    earlier, later = result(7), result(7)._replace(accepted_at=2)
    for _ in range(4):
        with suppress(DestinationRefuses):
            sifted(destination, ticket("a", 1), earlier, *between, later, ticket("c", 1))
            break
    first = next(name for name in destination.taken if name[:6] in ("draw 7", "quaran"))
    assert first in ("draw 7 at 1", "quarantined: too large")
    assert "draw 7 at 2" in destination.taken


def test_a_later_result_is_delivered_once_the_earlier_one_is_quarantined() -> None:
    destination = Picky({"draw 7 at 1": REFUSED})
    assert sifted(destination, result(7), result(7)._replace(accepted_at=2), result(8)) == []
    assert list(destination.taken) == ["draw 8 at 1", "quarantined: too large", "draw 7 at 2"]
    (kept,) = destination.quarantined
    assert (kept.kind, kept.game, kept.key) == ("result", "lotofacil", "7"), "so 'later' mends it"
    assert kept.quarantined_at == 1, "when it was accepted: the same again changes nothing"


def test_a_destination_that_goes_away_meanwhile_is_waited_for() -> None:
    destination = Picky({"b": DestinationAway("gone")})
    with pytest.raises(DestinationAway, match="gone"):
        sifted(destination, failure("a"), failure("b"))


def looks(patience: Patience, error: Exception, refusals: int) -> list[int]:
    """After which refusals it is time to look closer."""
    return [n for n in range(1, refusals + 1) if patience.is_over(error)]


def test_looking_closer_becomes_ever_rarer() -> None:
    assert looks(Patience(), REFUSED, 250) == [3, 6, 12, 24, 48, 96, 156, 216]
    assert looks(Patience(), ValueError("at once"), 50) == [1, 3, 6, 12, 24, 48]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.recording.courier.MAX_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("exporter.recording.courier.FILL_SECONDS", 0.01)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("durable", [True, False])
def test_what_waits_apart_is_on_disk_and_tried_again_later(tmp_path: Path, durable: bool) -> None:
    now = [1]
    destination = Picky({"stuck": BROKEN})
    spool = Spool(tmp_path / "spool.db", 10_000_000)
    clock: Callable[[], int] = lambda: now[0]  # noqa: E731
    intake = Intake(spool, destination, KNOWN_GAMES, clock, durable=durable)
    for key in ("a", "stuck", "b"):
        intake.accept(failure(key))
    wait_until(lambda: intake.state().stuck == 1)
    assert (intake.state().records, intake.state().why) == (1, "no right")
    intake.accept(failure("c"))
    wait_until(lambda: "c" in destination.taken)
    if durable:
        tried = destination.refused["stuck"]
        assert intake.courier.flush()
        assert destination.refused["stuck"] == tried, "not yet"
    destination.faults.clear()
    now[0] += 300_000_000
    wait_until(lambda: intake.state().records == 0)
    assert (intake.state().stuck, intake.state().lost) == (0, 0)
    intake.courier.stop()
    spool.close()
    assert set(destination.taken) == {"a", "b", "c", "stuck"}
