"""Prizes and money: what tickets cost, won, and would have won on average at chance."""

from collections.abc import Mapping
from functools import cache
from math import comb
from typing import NamedTuple

from exporter.domain.games import Game, Tariff
from exporter.domain.statistics.hypergeometric import hits_pmf

_MICRO = 1_000_000
#: Cents: no lottery paid more to one ticket, and none so much to each bet on average, so a larger
#: amount is a slip of the pen, and sums of it could outgrow the database's integers.
_MOST = 10**9 * 100
_MOST_ON_AVERAGE = 1000 * 100


class Money(NamedTuple):
    """Cents: what tickets cost, what they won, and the average win of random ones.

    `prizes_expected` is in millionths of a cent: rounded to cents on each draw, it would be off by
    reais after some years.
    """

    cost: int = 0
    prizes: int = 0
    prizes_expected: int = 0

    @property
    def net(self) -> int:
        """Cents that were left over, or lost."""
        return self.prizes - self.cost

    @property
    def net_expected(self) -> float:
        """Cents that random tickets of the same sizes would be left with on average."""
        return self.prizes_expected / _MICRO - self.cost


def winning_bets(size: int, hits: int, game: Game) -> Mapping[int, int]:
    """Bets of the smallest ticket that win, by tier, in a ticket of `size` with `hits` hits.

    A larger ticket stands for every smallest ticket in it: comb(hits, t) · comb(size - hits,
    smallest - t) of them have t hits.
    """
    return _winning_bets(size, hits, game.smallest, game.tiers)


@cache
def _winning_bets(size: int, hits: int, smallest: int, tiers: tuple[int, ...]) -> Mapping[int, int]:
    winning = {t: comb(hits, t) * comb(size - hits, smallest - t) for t in tiers}
    return {tier: bets for tier, bets in winning.items() if bets}


def largest_prize(game: Game, hits: int) -> int:
    """Cents that a draw can have paid at most to one of a game's smallest tickets with `hits`."""
    size = game.smallest
    ways = comb(size, hits) * comb(game.pool - size, game.drawn - hits)
    return min(_MOST, _MOST_ON_AVERAGE * comb(game.pool, game.drawn) // ways) if ways else _MOST


def expected_tiers(game: Game, tickets_by_size: Mapping[int, int]) -> dict[int, float]:
    """How many random tickets would win each tier as their best, for `{size: tickets}`."""
    expected = dict.fromkeys(game.tiers, 0.0)
    for size, tickets in tickets_by_size.items():
        for hits in range(min(size, game.drawn) + 1):
            tier = best_tier(size, hits, game)
            if tier is not None:
                expected[tier] += tickets * hits_pmf(game.pool, game.drawn, size, hits)
    return expected


def best_tier(size: int, hits: int, game: Game) -> int | None:
    """The best tier a ticket wins (Lotomania's 0 hits is a tier, the least of all); or None."""
    return max(winning_bets(size, hits, game), default=None)


def money(
    histogram: Mapping[tuple[int, int], int],
    game: Game,
    tariff: Tariff | None,
    prizes: Mapping[int, int],
) -> Money:
    """The money of tickets counted by (size, hits).

    `prizes` are the amounts that this draw's result told (hits -> cents); the tariff's fixed
    ones stand in for the rest. Nothing is known before the first tariff: all zero.
    """
    if tariff is None:
        return Money()
    paid = {hits: cents for hits, cents in tariff.prizes.items() if cents is not None} | dict(
        prizes
    )
    won = bets = 0
    for (size, hits), tickets in histogram.items():
        bets += tickets * game.bets(size)
        winners = winning_bets(size, hits, game)
        won += tickets * sum(paid.get(tier, 0) * count for tier, count in winners.items())
    return Money(bets * tariff.bet, won, _expected_micros(game, paid, bets))


def _expected_micros(game: Game, paid: Mapping[int, int], bets: int) -> int:
    """Average prizes of random smallest tickets, in millionths of a cent, rounded down once."""
    others = game.pool - game.smallest
    ways = {h: comb(game.smallest, h) * comb(others, game.drawn - h) for h in paid}
    won = sum(ways[hits] * cents for hits, cents in paid.items())
    return bets * won * _MICRO // comb(game.pool, game.drawn)
