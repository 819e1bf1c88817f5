"""Prizes of tickets of every size, against all their bets one by one."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest

from exporter.domain.definitions import LOTOFACIL
from exporter.domain.games import Tariff
from exporter.domain.prizes import expected_tiers, money, winning_bets

DRAWN = set(range(1, 16))


@pytest.mark.parametrize("size", [15, 16, 17, 18, 19, 20])
def test_a_larger_ticket_is_all_its_bets(size: int) -> None:
    hits = 13 if size < 19 else 14
    ticket = [*range(1, hits + 1), *range(16, 16 + size - hits)]
    found = [len(DRAWN.intersection(bet)) for bet in combinations(ticket, 15)]
    assert len(found) == LOTOFACIL.bets(size)
    counted = {tier: found.count(tier) for tier in LOTOFACIL.tiers if tier in found}
    assert winning_bets(size, hits, LOTOFACIL) == counted
    tariff = LOTOFACIL.tariff(date(2024, 5, 1))
    told = {14: 151_234, 15: 170_000_050}
    prizes = {11: 600, 12: 1200, 13: 3000} | told
    result = money({(size, hits): 2}, LOTOFACIL, tariff, told)
    assert result.cost == 2 * len(found) * 300
    assert result.prizes == 2 * sum(prizes.get(one, 0) for one in found)
    average = sum(
        Fraction(comb(15, h) * comb(10, 15 - h), comb(25, 15)) * cents
        for h, cents in prizes.items()
    )
    assert 0 <= 2 * len(found) * average * 10**6 - result.prizes_expected < 1


@pytest.mark.parametrize(
    ("day", "bet"),
    [
        (date(2019, 11, 9), None),
        (date(2019, 11, 10), 250),
        (date(2023, 4, 29), 250),
        (date(2023, 4, 30), 300),
    ],
)
def test_prices_are_those_of_the_day(day: date, bet: int | None) -> None:
    fixed: dict[int, int | None] = {11: 500, 15: None}
    tariffs = (Tariff(date(2019, 11, 10), 250, fixed), Tariff(date(2023, 4, 30), 300, {11: 600}))
    tariff = replace(LOTOFACIL, tariffs=tariffs).tariff(day)
    assert (tariff.bet if tariff else None) == bet
    assert money({(15, 11): 1}, LOTOFACIL, tariff, {}).net == (bet or 0)  # 11 hits pay two bets


def test_variable_prizes_count_where_the_result_told_them() -> None:
    tariff = LOTOFACIL.tariff(date(2024, 5, 1))
    assert money({(15, 15): 1}, LOTOFACIL, tariff, {}).prizes == 0
    assert money({(15, 15): 1}, LOTOFACIL, tariff, {15: 99}).prizes == 99


def test_tiers_at_chance_are_shares_of_all_draws() -> None:
    found = expected_tiers(LOTOFACIL, {15: 1, 20: 1})
    assert found[15] == pytest.approx((1 + comb(20, 15)) / comb(25, 15))
    assert found[11] == pytest.approx(
        (comb(15, 11) * comb(10, 4) + comb(20, 11) * comb(5, 4)) / comb(25, 15)
    )
