from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.config import load_settings
from exporter.config.games import known_games
from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from tests.config.conftest import faults
from tests.games import TIMEMANIA

NEWER_PRICE = "games: {lotofacil: {prices: [{since: 2030-01-02, bet: 4, prizes: {11: 8}}]}}"


def write(text: str) -> Path:
    path = Path("games.yml")
    path.write_text(text, "utf-8")
    return path


def told(text: str) -> list[str]:
    """The faults of a file, without the name that every line begins with."""
    write(text)
    begin = "LOTOFACIL_GAMES_FILE: 'games.yml' - "
    lines = faults({"LOTOFACIL_GAMES_FILE": "games.yml"})
    assert all(line.startswith(begin) for line in lines)
    return [line.removeprefix(begin) for line in lines]


def test_without_a_file_the_known_games_are_all() -> None:
    assert load_settings().games is KNOWN_GAMES


def test_a_game_needs_a_definition_only() -> None:
    write(TIMEMANIA)
    games = load_settings({"LOTOFACIL_GAMES_FILE": "games.yml"}).games
    game = games["timemania"]
    assert set(games) == {*KNOWN_GAMES, "timemania"}
    assert (game.pool, game.drawn, game.sizes, game.first) == (80, 7, range(10, 11), 1)
    (week,) = game.calendar.timetables
    assert week.weekdays == frozenset({1, 3, 5})
    assert set(week.hours) == {time(20)}
    assert game.chance == 7 / 80
    assert (game.began, game.most_draws(date(2024, 1, 1))) == (None, None)
    tariff = game.tariff(date(2024, 1, 1))
    assert tariff is not None
    assert tariff.bet == 350
    assert tariff.prizes == {3: 350, 4: 1050, 5: None, 6: None, 7: None}


def test_a_game_may_say_when_it_began() -> None:
    write(TIMEMANIA.replace("    pool: 80", "    began: 2008-03-01\n    pool: 80"))
    game = load_settings({"LOTOFACIL_GAMES_FILE": "games.yml"}).games["timemania"]
    assert game.most_draws(date(2008, 3, 2)) == 2


def test_a_known_game_can_be_given_newer_prices() -> None:
    game = known_games(write(NEWER_PRICE))["lotofacil"]
    tariff = game.tariff(date(2030, 1, 2))
    assert tariff is not None
    assert tariff.prizes == {11: 800, 12: None, 13: None, 14: None, 15: None}
    assert game.tariff(date(2030, 1, 1)) == LOTOFACIL.tariffs[-1]


def test_the_rules_of_a_known_game_cannot_be_changed() -> None:
    text = "games: {lotofacil: {pool: 26, prices: [{since: 2030-01-02, bet: 4}]}}"
    assert told(text) == ["lotofacil: pool: 26 - extra inputs are not permitted"]


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ("pool: 5", "timemania: game 'timemania': needs 0 < drawn < pool <= 126"),
        ("pool: many", "timemania: pool: 'many' - input should be a valid integer"),
        ("ticket: [12, 10]", "timemania: game 'timemania': needs 0 < smallest"),
        ("tiers: [3, 8]", "timemania: tiers: 8 hits cannot be reached"),
        ("draws: {days: [someday], at: 20:00}", "timemania: draws.0.days.0: 'someday' - must"),
        ("draws: {days: [], at: 20:00}", "timemania: draws.0.days: list should have at least"),
        ("draws: {days: [monday], at: noon}", "timemania: draws.0.at: 'noon' - input should"),
        (
            "draws: {days: [monday], at: 20:00, zone: Nowhere}",
            "timemania: draws.0.zone: 'Nowhere' - must be a time zone",
        ),
        ("prices: [{since: 2020-01-01, bet: 3.005}]", "timemania: prices.0.bet: 3.005 - must be"),
        (
            "prices: [{since: 2020-01-01, bet: 3, prizes: {2: 1}}]",
            "timemania: prices: 2 hits win no prize",
        ),
        ("colour: red", "timemania: colour: 'red' - extra inputs"),
    ],
)
def test_faults_name_file_game_and_field(wrong: str, line: str) -> None:
    key = wrong.partition(":")[0]
    lines = [each for each in TIMEMANIA.splitlines() if not each.startswith(f"    {key}:")]
    if key == "prices":
        lines = lines[:-2]
    (found,) = told("\n".join([*lines, f"    {wrong}"]))
    assert found.startswith(line)


def test_all_faults_of_a_file_are_told_at_once() -> None:
    lines = told("games: {a: {title: A}, lotofacil: {prices: []}}")
    assert {line.partition(":")[0] for line in lines} == {"a", "lotofacil"}
    assert len(lines) > 4


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("games: [", "is not YAML (line 1)"),
        ("", "input should be a valid dictionary or instance of _Names"),
        ("games: {Bad Name: {}}", "games.Bad Name.[key]: 'Bad Name' - string should match"),
    ],
)
def test_what_is_no_file_of_games(text: str, line: str) -> None:
    (found,) = told(text)
    assert line in found


def test_a_file_that_is_not_there() -> None:
    assert faults({"LOTOFACIL_GAMES_FILE": "none.yml"}) == [
        "LOTOFACIL_GAMES_FILE: 'none.yml' - cannot be read: No such file or directory"
    ]


@given(st.text() | st.text("games:{}[]-\n &*a1!|>'\""))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_gives_a_traceback(text: str) -> None:
    Path("games.yml").write_text(text, "utf-8", errors="replace")
    assert all(faults({"LOTOFACIL_GAMES_FILE": "games.yml"}))


NEWER_WEEK = """
games:
  lotofacil:
    draws:
      since: 2030-01-06
      days: [monday, sunday]
      at: 21:00
      hours: {sunday: "11:00"}
    exceptions:
      2030-01-14: []
      2030-01-15: ["22:00", "10:00"]
"""


def test_a_known_game_can_be_given_newer_days_without_repeating_the_rest() -> None:
    game = known_games(write(NEWER_WEEK))["lotofacil"]
    assert (game.tariffs, game.pool) == (LOTOFACIL.tariffs, 25)
    days = {day: game.calendar.scheduled(date(2030, 1, day)) for day in (4, 6, 7, 8, 14, 15)}
    hours = {day: [moment.hour - 3 for moment in moments] for day, moments in days.items()}
    # 21:00 and 22:00 in São Paulo are midnight and one o'clock in UTC.
    assert hours == {4: [-3], 6: [11], 7: [-3], 8: [], 14: [], 15: [10, -2]}
    assert game.calendar.moment(date(2030, 1, 15)) == days[15][0]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{}", "lotofacil: says nothing; it may say prices, draws, exceptions"),
        (
            "{draws: {days: [monday], at: 21:00, zone: UTC}}",
            "lotofacil: draws: zone 'UTC' - it is drawn in America/Sao_Paulo",
        ),
    ],
)
def test_what_cannot_be_news_of_a_known_game(text: str, line: str) -> None:
    assert told(f"games: {{lotofacil: {text}}}") == [line]


def test_a_game_of_a_known_name_need_not_say_its_days() -> None:
    lines = [line for line in TIMEMANIA.splitlines() if "draws:" not in line]
    game = known_games(write("\n".join(lines)))["timemania"]
    assert game.calendar.scheduled(date(2026, 7, 19))
    (fault,) = told("\n".join(lines).replace("timemania:", "another:"))
    assert fault.startswith("another: draws: missing - known without it: diadesorte, duplasena")


def test_a_new_game_may_rest_on_brazilian_holidays() -> None:
    text = TIMEMANIA.replace("    pool: 80", "    holidays: brazil\n    pool: 80")
    game = known_games(write(text))["timemania"]
    assert not game.calendar.scheduled(date(2024, 2, 13))  # Carnival's Tuesday
    assert known_games(write(TIMEMANIA))["timemania"].calendar.scheduled(date(2024, 2, 13))
