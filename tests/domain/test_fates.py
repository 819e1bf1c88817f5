"""What became of records is told by their places, alone and together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.fates import Fate, Fates

FAULT = ValueError("no")
EACH = [(fate, FAULT if fate is Fate.REFUSED else None) for fate in Fate]


@pytest.mark.parametrize(("fate", "fault"), EACH)
def test_one_is_told_as_it_was(fate: Fate, fault: Exception | None) -> None:
    fates = Fates.one(fate, fault)
    assert fates.of(0) is fate
    assert fates.lost() == ([0] if fate in (Fate.CONFLICT, Fate.REFUSED) else [])


@given(st.lists(st.sampled_from([one for one in EACH if one[0] is not Fate.WAITING])), st.data())
def test_of_several_each_keeps_its_own(
    told: list[tuple[Fate, Exception | None]], data: st.DataObject
) -> None:
    fates = Fates()
    for place, (fate, fault) in enumerate(told):
        fates = fates.then(Fates.one(fate, fault), place)
    assert [fates.of(place) for place in range(len(told))] == [fate for fate, _ in told]
    assert fates.stored == sum(fate is Fate.NEW for fate, _ in told)
    elsewhere = data.draw(st.permutations(range(len(told))))
    moved = fates.moved(elsewhere.__getitem__)
    assert [moved.of(place) for place in elsewhere] == [fate for fate, _ in told]
