"""The games known from the start, as the operator's published rules give them."""

from dataclasses import replace
from datetime import date, time

from exporter.domain import brazilian_calendars as calendars
from exporter.domain.calendars import Calendar
from exporter.domain.games import Game, Games, Tariff

# Prices of one bet from a draw's day on, as the press told them from the operator's orders. A new
# price is charged for the first draw after the day on which it starts to be sold.
#   2009 (draw 460, of 10 September): Redação Terra, August 2009
#   2014 (10 and 11 May): Agência Brasil, 17 April 2014, with Lotofácil's prizes 3, 6, 15
#   2015 (23 and 24 May): Estadão, 29 April 2015; Lotofácil's prizes 4, 8, 20: Marília Notícia
#   2019 (10 November): O Globo, 9 November 2019; order 8.061 of the Ministério da Economia
#   2023 (30 April): O Globo and DCI, April 2023; Lotofácil's prizes 6, 12, 30: g1, 13 March 2024
#   2025 (draws from 10 July; Mega-Sena 12 July): BOL/UOL, 10 July 2025; prizes 7, 14, 35: TNOnline
# Nothing certain was found about Lotofácil from 2003 to 2009: money is not told for those draws.
# Quina's tickets of 6 and 7 numbers cost less than their bets until 2016, so it starts in 2019.


def _lotofacil_tariff(since: date, bet: int) -> Tariff:
    """Lotofácil pays 2, 4 and 10 bets for 11, 12 and 13 hits; 14 and 15 vary."""
    return Tariff(since, bet, {11: 2 * bet, 12: 4 * bet, 13: 10 * bet, 14: None, 15: None})


def _varying(tiers: tuple[int, ...], *prices: tuple[date, int]) -> tuple[Tariff, ...]:
    """Prices of a game whose every prize varies from draw to draw."""
    return tuple(Tariff(since, bet, dict.fromkeys(tiers)) for since, bet in prices)


LOTOFACIL = Game(
    name="lotofacil",
    title="Lotofácil",
    pool=25,
    drawn=15,
    smallest=15,
    largest=20,
    tiers=(11, 12, 13, 14, 15),
    calendar=calendars.LOTOFACIL,
    tariffs=(
        _lotofacil_tariff(date(2009, 9, 10), 125),
        _lotofacil_tariff(date(2014, 5, 10), 150),
        _lotofacil_tariff(date(2015, 5, 23), 200),
        _lotofacil_tariff(date(2019, 11, 10), 250),
        _lotofacil_tariff(date(2023, 4, 30), 300),
        _lotofacil_tariff(date(2025, 7, 10), 350),
    ),
    began=date(2003, 9, 29),
)
MEGA_SENA = Game(
    name="megasena",
    title="Mega-Sena",
    pool=60,
    drawn=6,
    smallest=6,
    largest=20,
    tiers=(4, 5, 6),
    calendar=calendars.MEGA_SENA,
    tariffs=_varying(
        (4, 5, 6),
        (date(2009, 9, 9), 200),
        (date(2014, 5, 11), 250),
        (date(2015, 5, 24), 350),
        (date(2019, 11, 10), 450),
        (date(2023, 4, 30), 500),
        (date(2025, 7, 12), 600),
    ),
    began=date(1996, 3, 11),
)
QUINA = Game(
    name="quina",
    title="Quina",
    pool=80,
    drawn=5,
    smallest=5,
    largest=15,
    tiers=(2, 3, 4, 5),
    calendar=calendars.QUINA,
    tariffs=_varying(
        (2, 3, 4, 5),
        (date(2019, 11, 10), 200),
        (date(2023, 4, 30), 250),
        (date(2025, 7, 10), 300),
    ),
    began=date(1994, 3, 13),
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
    calendar=calendars.LOTOMANIA,
    tariffs=_varying(
        (0, 15, 16, 17, 18, 19, 20),
        (date(2015, 5, 24), 150),
        (date(2019, 11, 10), 250),
        (date(2023, 4, 30), 300),
    ),
    began=date(1999, 10, 2),
)

# Invented draws are games of their own, so that they never mix with real ones and can be removed.
SIMULATED = replace(
    LOTOFACIL,
    name="simulated",
    title="Lotofácil simulada",
    calendar=Calendar.weekly(frozenset(range(6)), time(20)),
    invented=True,
    began=None,
)
DEMO = replace(
    LOTOFACIL,
    name="demo",
    title="Demonstração",
    # Drawn at any time of any day: a draw's moment is at most the scheduled one.
    calendar=Calendar.weekly(frozenset(range(7)), time(23, 59, 59), "UTC"),
    invented=True,
    began=None,
)

KNOWN_GAMES = Games((LOTOFACIL, MEGA_SENA, QUINA, LOTOMANIA, SIMULATED, DEMO))
