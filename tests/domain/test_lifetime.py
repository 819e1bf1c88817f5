"""What is written to lifetime totals is what is read out of them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.definitions import LOTOFACIL
from exporter.domain.lifetime import SCORE_MEASURES, Cells, Lifetime, cells
from exporter.domain.prizes import Money, best_tier
from exporter.domain.scoring import DrawScore, Ticket, score
from exporter.domain.statistics.baseline import DrawTotals, WindowSums
from exporter.domain.statistics.calibration import CalibrationSums, combine

_NUMBERS = st.integers(0, 24)
_BITS = st.sets(_NUMBERS, min_size=15, max_size=20).map(lambda found: sum(1 << n for n in found))
_TICKETS = st.lists(st.tuples(_BITS, st.none() | st.integers(0, 1_000_000)), max_size=12)
_DRAWN = st.sets(_NUMBERS, min_size=15, max_size=15).map(lambda found: sum(1 << n for n in found))
_MONEY = st.builds(Money, *[st.integers(0, 10**9)] * 3)
_DRAWS = st.lists(st.tuples(_TICKETS, _DRAWN, _MONEY, st.integers(0, 3)), max_size=4)
Played = list[tuple[list[Ticket], int, Money, int]]


def scored(played: Played) -> list[tuple[DrawScore, Money]]:
    return [
        (score(tickets, drawn, 25) + DrawScore(ineligible=late), money)
        for tickets, drawn, money, late in played
    ]


def lifetime(scores: list[tuple[DrawScore, Money]]) -> Lifetime:
    return Lifetime.together(Lifetime(cells(*one)) for one in scores)


@given(_DRAWS)
def test_a_lifetime_gives_back_what_went_in(played: Played) -> None:
    scores = scored(played)
    found = lifetime(scores)
    together = sum((one for one, _ in scores), DrawScore())
    assert found.tickets == together.tickets
    assert found.total("ineligible") == together.ineligible
    assert found.window_sums() == WindowSums.of(
        DrawTotals(one.numbers_played, one.hits, one.held_squared) for one, _ in scores
    )
    assert found.claims() == together.calibration
    assert found.money == Money(*map(sum, zip(*(m for _, m in scores), strict=True)))


@given(_DRAWS)
def test_tickets_are_told_apart_by_hits_size_and_tier(played: Played) -> None:
    hits: Counter[int] = Counter()
    sizes: Counter[int] = Counter()
    tiers: Counter[int | None] = Counter()
    for tickets, drawn, _, _ in played:
        for numbers, _ in tickets:
            size, hit = numbers.bit_count(), (numbers & drawn).bit_count()
            hits[hit] += 1
            sizes[size] += 1
            tiers[best_tier(size, hit, LOTOFACIL)] += 1
    found = lifetime(scored(played))
    assert found.tickets_by_hits() == hits
    assert found.tickets_by_size() == sizes
    assert found.tickets_by_tier(LOTOFACIL) == {tier: tiers[tier] for tier in LOTOFACIL.tiers}


@given(_TICKETS, _DRAWN, st.integers(0, 50))
def test_what_is_not_scored_is_pending(tickets: list[Ticket], drawn: int, waiting: int) -> None:
    score_cells = cells(score(tickets, drawn, 25) + DrawScore(ineligible=2), Money())
    made: Cells = {("predictions", 0): len(tickets) + 2 + waiting, **score_cells}
    assert Lifetime(made).pending == waiting


@given(_DRAWS)
def test_every_measure_that_is_written_is_named(played: Played) -> None:
    assert {measure for measure, _ in lifetime(scored(played)).cells} <= set(SCORE_MEASURES)


@given(_TICKETS, _DRAWN)
def test_claims_are_the_sums_of_the_tickets(tickets: list[Ticket], drawn: int) -> None:
    claims = Lifetime(cells(score(tickets, drawn, 25), Money())).claims()
    sure = [(numbers, confidence) for numbers, confidence in tickets if confidence is not None]
    expected = combine(
        CalibrationSums.of(numbers.bit_count(), (numbers & drawn).bit_count(), confidence)
        for numbers, confidence in sure
    )
    assert combine(claims.values()) == expected


def test_a_bucket_that_a_correction_emptied_is_not_shown() -> None:
    size = 15
    (full,) = (cell for cell in cells(DrawScore({(size, 9): 1}), Money()) if cell[0] == "scored")
    found = Lifetime({full: 0})
    assert found.tickets_by_hits() == found.tickets_by_size() == {}
