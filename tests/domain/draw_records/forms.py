"""Draws, and the forms in which the public writes them."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from exporter.domain.draw_records import DrawRecord
from exporter.domain.games import Game

FIRST = DrawRecord(1, date(2003, 9, 29), (2, 3, 5, 6, 9, 10, 11, 13, 14, 16, 18, 20, 23, 24, 25))
SECOND = DrawRecord(2, date(2003, 10, 6), (1, 4, 5, 6, 7, 9, 11, 12, 13, 15, 16, 19, 20, 23, 24))

games = st.sampled_from(list(KNOWN_GAMES.values()))


@st.composite
def records(draw: st.DrawFn, game: Game = LOTOFACIL, *, prizes: bool = False) -> list[DrawRecord]:
    """Draws of a game, ascending, with gaps."""
    numbers = draw(st.lists(st.integers(1, 99_999), max_size=5, unique=True).map(sorted))
    return [_record(draw, game, number, prizes=prizes) for number in numbers]


def _record(draw: st.DrawFn, game: Game, number: int, *, prizes: bool) -> DrawRecord:
    balls = st.permutations(sorted(game.numbers)).map(lambda found: found[: game.drawn])
    cents = st.dictionaries(st.sampled_from(game.tiers), st.integers(1, 10**12))
    return DrawRecord(
        number,
        draw(st.dates(date(1900, 1, 1), date(2199, 12, 31))),
        tuple(sorted(draw(balls))),
        draw(cents) if prizes else {},
    )


def csv_line(record: DrawRecord, delimiter: str = ",", *, iso: bool = False) -> str:
    day = record.day.isoformat() if iso else f"{record.day:%d/%m/}{record.day.year:04}"
    return delimiter.join([str(record.number), day, *(f"{ball:02}" for ball in record.numbers)])


def csv_header(game: Game, delimiter: str = ",") -> str:
    return delimiter.join(["concurso", "data", *(f"d{k}" for k in range(1, game.drawn + 1))])


def json_object(record: DrawRecord, game: Game) -> dict[str, Any]:
    """The official API's form, with fields that are of no interest here."""
    best_first = sorted(game.tiers, reverse=True)
    return {
        "acumulado": False,
        "dataApuracao": f"{record.day:%d/%m/}{record.day.year:04}",
        "listaDezenas": [f"{ball:02}" for ball in record.numbers],
        "listaRateioPremio": [
            {
                "descricaoFaixa": f"{hits} acertos",
                "faixa": tier,
                "numeroDeGanhadores": 1,
                "valorPremio": record.prizes.get(hits, 0) / 100,
            }
            for tier, hits in enumerate(best_first, 1)
        ],
        "numero": record.number,
    }


def json_lines(found: Sequence[DrawRecord], game: Game) -> list[str]:
    return [json.dumps(json_object(record, game)) for record in found]
