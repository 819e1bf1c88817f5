import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL, LOTOMANIA
from exporter.domain.games import Game
from exporter.domain.pickers import (
    PICKERS,
    RECENT,
    History,
    Picker,
    UnknownModel,
    picker,
    simulated_draw,
)
from exporter.domain.tickets import encode_draw, encode_ticket

games = st.sampled_from(list(KNOWN_GAMES.values()))
pickers = st.sampled_from(list(PICKERS.values()))


def after(game: Game, draws: int, seed: int = 1) -> History:
    history = History(game)
    for number in range(1, draws + 1):
        history.add(simulated_draw(game, number, seed))
    return history


@given(games, pickers, st.integers(0, 60), st.integers())
def test_tickets_keep_the_games_rules_and_repeat(
    game: Game, model: Picker, draws: int, seed: int
) -> None:
    tickets = model.pick(after(game, draws), draws + 1, 3, seed)
    assert all(encode_ticket(ticket, game) for ticket in tickets)
    assert tickets == model.pick(after(game, draws), draws + 1, 3, seed)
    assert tickets[:2] == model.pick(after(game, draws), draws + 1, 2, seed)


def test_frequency_plays_the_numbers_drawn_most() -> None:
    history = History(LOTOFACIL)
    for _ in range(3):
        history.add(range(11, 26))
    history.add(range(1, 16))
    assert picker("frequency").pick(history, 5, 1, 0) == [list(range(11, 26))]


def test_recent_forgets_what_is_long_past() -> None:
    history = History(LOTOFACIL)
    for _ in range(2 * RECENT):
        history.add(range(1, 16))
    for _ in range(RECENT):
        history.add(range(11, 26))
    assert picker("recent").pick(history, 200, 1, 0) == [list(range(11, 26))]
    assert picker("frequency").pick(history, 200, 1, 0) == [list(range(1, 16))]


def test_previous_plays_the_last_draw_and_fills_up_with_the_one_before() -> None:
    history = History(LOTOMANIA)
    history.add(range(20, 40))
    history.add(range(20))
    (ticket,) = picker("previous").pick(history, 3, 1, 0)
    assert ticket == [*range(40), *range(40, 50)]


def test_the_control_arm_differs_by_draw_and_seed_and_says_its_role() -> None:
    control, history = picker("random"), History(LOTOFACIL)
    tickets = [control.pick(history, draw, 1, seed) for draw in (1, 2) for seed in (1, 2)]
    assert len({str(ticket) for ticket in tickets}) == 4
    assert control.role == "control"
    assert {model.role for model in PICKERS.values()} == {"model", "control"}


def test_random_tickets_hit_as_chance_does() -> None:
    history, control = History(LOTOFACIL), picker("random")
    draw = set(range(1, 16))
    hits = [len(draw.intersection(*control.pick(history, at, 1, 0))) for at in range(4000)]
    assert sum(hits) / len(hits) == pytest.approx(9, abs=0.1)


@given(games, st.integers(1, 10_000), st.integers())
def test_a_simulated_draw_keeps_the_rules_and_repeats(game: Game, number: int, seed: int) -> None:
    draw = simulated_draw(game, number, seed)
    assert encode_draw(draw, game)
    assert draw == simulated_draw(game, number, seed)


def test_an_unknown_model_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownModel, match=r"'magic' is not known.*frequency, recent, previous"):
        picker("magic")
