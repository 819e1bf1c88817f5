from datetime import date

import pytest

from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL, LOTOMANIA, MEGA_SENA, QUINA
from exporter.domain.games import Game


@pytest.mark.parametrize(
    ("day", "bet"),
    [
        (date(2009, 9, 10), 125),
        (date(2014, 5, 9), 125),
        (date(2014, 5, 12), 150),
        (date(2015, 5, 22), 150),
        (date(2015, 5, 25), 200),
        (date(2019, 11, 9), 200),
        (date(2019, 11, 11), 250),
        (date(2023, 4, 29), 250),
        (date(2023, 5, 2), 300),
        (date(2025, 7, 9), 300),
        (date(2025, 7, 10), 350),
    ],
)
def test_lotofacil_pays_fixed_prizes_in_proportion_to_the_bet(day: date, bet: int) -> None:
    tariff = LOTOFACIL.tariff(day)
    assert tariff is not None
    assert tariff.bet == bet
    assert tariff.prizes == {11: 2 * bet, 12: 4 * bet, 13: 10 * bet, 14: None, 15: None}


def test_nothing_is_claimed_about_prices_that_are_not_known() -> None:
    assert LOTOFACIL.tariff(date(2009, 9, 9)) is None
    assert QUINA.tariff(date(2019, 11, 9)) is None


@pytest.mark.parametrize(
    ("game", "bet"), [(MEGA_SENA, 600), (QUINA, 300), (LOTOMANIA, 300), (LOTOFACIL, 350)]
)
def test_the_prices_of_2026(game: Game, bet: int) -> None:
    tariff = game.tariff(date(2026, 1, 2))
    assert tariff is not None
    assert tariff.bet == bet


@pytest.mark.parametrize("game", KNOWN_GAMES.values(), ids=KNOWN_GAMES)
def test_tariffs_are_in_order_and_name_every_tier(game: Game) -> None:
    days = [tariff.since for tariff in game.tariffs]
    assert days == sorted(set(days))
    assert all(set(tariff.prizes) == set(game.tiers) for tariff in game.tariffs)


@pytest.mark.parametrize(
    ("game", "size", "cents"),
    # As the operator's price tables of July 2025 give them.
    [(LOTOFACIL, 16, 5_600), (LOTOFACIL, 20, 5_426_400), (MEGA_SENA, 20, 23_256_000)],
)
def test_larger_tickets_cost_all_their_bets(game: Game, size: int, cents: int) -> None:
    tariff = game.tariff(date(2026, 1, 2))
    assert tariff is not None
    assert game.bets(size) * tariff.bet == cents
