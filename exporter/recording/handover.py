"""Handing records over, and finding the ones at fault where they are refused together."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from exporter.domain.games import Games
from exporter.logs import get_logger
from exporter.recording.destination import (
    Availability,
    Destination,
    DestinationRefuses,
    DestinationUnavailable,
)
from exporter.recording.envelopes import Record, SpooledResult
from exporter.recording.quarantining import broken, quarantined
from exporter.storage.faults import Fault
from exporter.storage.limits import limited

#: Refusals of a batch before its records are tried apart, and of one record before it is at fault.
TRIES = 3
#: While looking closer does not help, the next look is at most so many refusals away.
_MOST_TRIES = 60
#: What a batch may take.
_SECONDS = 120
#: A game's name and a draw's number.
_Draw = tuple[str, int]

_log = get_logger(__name__)


class Patience:
    """Counts refusals in a row; after some of them it is time to look closer, then ever later."""

    def __init__(self) -> None:
        self._refused = 0
        self._look_at = TRIES

    def is_over(self, error: Exception) -> bool:
        """Counts one more; whether to look closer now: at once where a record seems at fault.

        Never where no record at all would be taken.
        """
        if isinstance(error, DestinationRefuses) and error.whole:
            return False
        self._refused += 1
        if isinstance(error, DestinationRefuses) or self._refused > 1:
            if self._refused < self._look_at:
                return False
            self._look_at += min(self._look_at, _MOST_TRIES)
        return True


@dataclass(frozen=True, slots=True)
class Handover:
    """Delivers what can be delivered, and quarantines what is lost or at fault by itself."""

    destination: Destination
    availability: Availability
    games: Games
    now: Callable[[], int]

    def deliver(self, records: Sequence[Record]) -> None:
        """All of the records, in the order they came: one may mend what was refused before it.

        Raises DestinationUnavailable, or what a broken record raises.
        """
        if not records:
            return
        with self.availability.watched(), limited(_SECONDS):
            for _, run in groupby(enumerate(records), key=_run):
                batch = [record for _, record in run]
                fates = self.destination.deliver(batch)
                if lost := fates.lost():
                    self._quarantine([(batch[place], fates.refused.get(place)) for place in lost])

    def _quarantine(self, lost: Sequence[tuple[Record, Exception | None]]) -> None:
        records = [quarantined(record, fault, self.games) for record, fault in lost]
        for record in records:
            _log.warning(f"{record.kind}_refused", key=record.key, reason=record.reason)
        self.destination.deliver(records)

    def sift(self, records: Sequence[Record]) -> dict[int, Exception]:
        """The records that have to stay, by their place, with what holds each of them up.

        Raises DestinationRefuses when all of them have to, or a result does: none of
        the same draw may overtake that. Raises DestinationAway.
        """
        faults = dict(self._faults(records, range(len(records)), set()))
        taken = {type(record) for place, record in enumerate(records) if place not in faults}
        stuck: dict[int, Exception] = {}
        for place, fault in faults.items():
            left = self._settle(records[place], fault, taken, alone=len(records) == 1)
            if left and isinstance(records[place], SpooledResult):
                raise _refusal(left)
            if left:
                stuck[place] = left
        if len(stuck) == len(records):
            raise _refusal(next(iter(stuck.values())))
        return stuck

    def _settle(
        self, record: Record, fault: Exception | None, taken: Set[type[Record]], *, alone: bool
    ) -> Exception | None:
        """Delivers or quarantines what was not taken with the others; what holds it up, or None."""
        fault = fault or self._try([record])  # withheld until now: nothing before it waits any more
        if fault is None:
            return None
        if _is_own(fault, type(record), taken, alone=alone):
            return self._set_aside(record, fault)
        # what others were taken after may have been mended since
        return self._try([record]) if taken else fault

    def _faults(
        self, records: Sequence[Record], places: Sequence[int], held: set[_Draw]
    ) -> Iterator[tuple[int, Exception | None]]:
        """By halves: of a thousand, one at fault is found with twenty attempts.

        After a result at fault the later ones of its draw are withheld, and told with None: they
        correct it, so it must not come after them.
        """
        yield from ((place, None) for place in places if held & _draws(records[place]))
        places = [place for place in places if not held & _draws(records[place])]
        fault = self._try([records[place] for place in places]) if places else None
        if fault is None:
            return
        if len(places) == 1:
            held |= _draws(records[places[0]])
            yield places[0], fault
            return
        half = len(places) // 2
        yield from self._faults(records, places[:half], held)
        yield from self._faults(records, places[half:], held)

    def _try(self, records: Sequence[Record]) -> Exception | None:
        try:
            self.deliver(records)
        except DestinationRefuses as error:
            if error.whole:
                raise
            return error
        except DestinationUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - what a broken record raises
            return error
        return None

    def _set_aside(self, record: Record, fault: Exception) -> Exception | None:
        """Quarantines a record that is surely at fault; what kept it from there, or None."""
        attempts = (self._try([record]) for _ in range(TRIES - 1))  # a moment may have been it
        if not all(attempts):
            return None
        _log.error("record_refused", error=str(fault))
        return self._try([broken(record, str(fault), self.now())])


def _run(numbered: tuple[int, Record]) -> tuple[type[Record], int]:
    """What is delivered together: of one kind, results one by one."""
    place, record = numbered
    return type(record), place if isinstance(record, SpooledResult) else 0


def _draws(record: Record) -> set[_Draw]:
    """The draw that a result is of; none of any other record."""
    return {(record.game, record.number)} if isinstance(record, SpooledResult) else set()


def _is_own(fault: Exception, kind: type[Record], taken: Set[type[Record]], *, alone: bool) -> bool:
    """Whether the fault is the record's own: others of its kind were taken.

    What is no refusal of the destination is an error of the record or of this program: the
    record's, unless it is one of several and none was taken.
    """
    if isinstance(fault, DestinationRefuses):
        return kind in taken and not fault.fault.refuses
    return alone or bool(taken)


def _refusal(fault: Exception) -> DestinationRefuses:
    if isinstance(fault, DestinationRefuses):
        return fault
    return DestinationRefuses(f"neither stored nor quarantined: {fault}", Fault.UNSURE)
