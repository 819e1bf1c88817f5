"""A set of numbers in two columns is the set it was."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.tickets import joined, split


@given(st.sets(st.integers(0, 125)))
def test_a_set_that_is_split_is_joined_again(places: set[int]) -> None:
    bits = sum(1 << place for place in places)
    low, high = split(bits)
    assert joined(low, high) == bits
    assert max(low, high or 0) < 2**63
    assert (high is None) == all(place < 63 for place in places)
