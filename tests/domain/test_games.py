"""The games by name."""

from itertools import permutations

from exporter.domain.definitions import KNOWN_GAMES


def test_of_several_games_the_first_is_the_same_for_everybody() -> None:
    """Rules and summaries take the first one: it must not depend on who was recorded first."""
    for names in permutations(["demo", "lotofacil", "megasena"]):
        assert KNOWN_GAMES.real_first(names) == ["lotofacil", "megasena", "demo"]
