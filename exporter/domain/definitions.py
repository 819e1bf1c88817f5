"""The games known from the start, as the operator's published rules give them."""

from dataclasses import replace
from datetime import date, time

from exporter.domain.games import Calendar, Game, Games, Tariff

_EVENING = time(20, 0)


def _lotofacil_tariff(since: date, bet: int) -> Tariff:
    """Lotofácil pays 2, 4 and 10 bets for 11, 12 and 13 hits; 14 and 15 vary."""
    return Tariff(since, bet, {11: 2 * bet, 12: 4 * bet, 13: 10 * bet, 14: None, 15: None})


LOTOFACIL = Game(
    name="lotofacil",
    title="Lotofácil",
    pool=25,
    drawn=15,
    smallest=15,
    largest=20,
    tiers=(11, 12, 13, 14, 15),
    calendar=Calendar(frozenset(range(6)), _EVENING),
    tariffs=(
        _lotofacil_tariff(date(2015, 5, 10), 200),
        _lotofacil_tariff(date(2019, 11, 10), 250),
        _lotofacil_tariff(date(2023, 5, 3), 300),
        _lotofacil_tariff(date(2025, 7, 9), 350),
    ),
)
MEGA_SENA = Game(
    name="megasena",
    title="Mega-Sena",
    pool=60,
    drawn=6,
    smallest=6,
    largest=20,
    tiers=(4, 5, 6),
    calendar=Calendar(frozenset({1, 3, 5}), _EVENING),
)
QUINA = Game(
    name="quina",
    title="Quina",
    pool=80,
    drawn=5,
    smallest=5,
    largest=15,
    tiers=(2, 3, 4, 5),
    calendar=Calendar(frozenset(range(6)), _EVENING),
)
LOTOMANIA = Game(
    name="lotomania",
    title="Lotomania",
    pool=100,
    first=0,
    drawn=20,
    smallest=50,
    largest=50,
    tiers=(0, 15, 16, 17, 18, 19, 20),
    calendar=Calendar(frozenset({0, 2, 4}), _EVENING),
)

# Invented draws are games of their own, so that they never mix with real ones and can be removed.
SIMULATED = replace(LOTOFACIL, name="simulated", title="Lotofácil simulada")
DEMO = replace(
    LOTOFACIL,
    name="demo",
    title="Demonstração",
    # Drawn at any time of any day: a draw's moment is at most the scheduled one.
    calendar=Calendar(frozenset(range(7)), time(23, 59, 59), "UTC"),
)

KNOWN_GAMES = Games((LOTOFACIL, MEGA_SENA, QUINA, LOTOMANIA, SIMULATED, DEMO))
