"""Whoever is asked says the same: the last draws, the version in use, who still predicts."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from exporter.app import Application, build, build_dashboard, build_web
from exporter.config import load_settings
from exporter.domain.alerts import AlertRule
from exporter.domain.definitions import LOTOFACIL
from exporter.domain.moments import to_micros
from exporter.domain.retraining import Figures
from exporter.figures.overview import Overview, OverviewReader
from exporter.figures.recent_figures import current_figures
from exporter.storage.named_rows import RULES

GAME = "lotofacil"
#: A Saturday at noon.
NOW = to_micros(datetime(2024, 5, 25, 12, tzinfo=UTC))
WINDOWS = (1, 7, 30)
FIRST = 3390
DAYS = [day for n in range(14) if (day := date(2024, 5, 11) + timedelta(n)).weekday() < 6]


@dataclass(frozen=True)
class Draw:
    """A draw and its cut-off."""

    number: int
    day: date
    numbers: frozenset[int]

    @property
    def moment(self) -> datetime:
        return LOTOFACIL.calendar.moment(self.day)


@dataclass(frozen=True)
class Ticket:
    """One ticket of a version on a draw, made some hours before it."""

    version: str
    draw: Draw
    numbers: frozenset[int]
    hours: float = 1
    role: str = "model"

    @property
    def hits(self) -> int:
        return len(self.numbers & self.draw.numbers)

    def body(self) -> dict[str, Any]:
        return {
            "game_type": GAME,
            "numbers": sorted(self.numbers),
            "confidence": 0.6,
            "model_version": self.version,
            "role": self.role,
            "draw_number": self.draw.number,
            "predicted_at": (self.draw.moment - timedelta(hours=self.hours)).isoformat(),
        }


@dataclass(frozen=True)
class Scenario:
    """What is recorded, in this order, and what everybody must say then."""

    draws: list[Draw]
    tickets: list[Ticket]
    promoted: str | None
    in_use: str
    predicting: frozenset[str]

    def last(self, window: int, *versions: str) -> list[Ticket]:
        """The tickets of the last draws on which any of the versions had one."""
        tickets = [t for t in self.tickets if t.version in versions]
        draws = sorted({(t.draw.moment, t.draw.number) for t in tickets})[-window:]
        return [t for t in tickets if (t.draw.moment, t.draw.number) in draws]


def draws(days: list[date]) -> list[Draw]:
    random = Random(11)
    return [
        Draw(FIRST + place, day, frozenset(random.sample(range(1, 26), 15)))
        for place, day in enumerate(days)
    ]


def tickets(version: str, of: list[Draw], hits: Iterator[int], **more: Any) -> list[Ticket]:
    """One on each draw, with so many hits."""
    made = []
    for draw, count in zip(of, hits, strict=False):
        rest = sorted(frozenset(range(1, 26)) - draw.numbers)
        numbers = frozenset([*sorted(draw.numbers)[:count], *rest[: 15 - count]])
        made.append(Ticket(version, draw, numbers, **more))
    return made


def hits(seed: int) -> Iterator[int]:
    random = Random(seed)
    while True:
        yield random.randrange(5, 15)


IN_ORDER = draws(DAYS)
#: The draw with the greatest number was held a day before the one below it.
SWAPPED = draws([*DAYS[:-2], DAYS[-1], DAYS[-2]])
V2 = tickets("v2", SWAPPED, hits(2))
V1 = tickets("v1", IN_ORDER[:4], hits(1))
RANDOM = tickets("random", IN_ORDER, hits(3), hours=0.5, role="control")
ALL_V2 = tickets("v2", IN_ORDER, hits(2))
BOTH = frozenset({"v1", "v2"})

SCENARIOS = {
    "one version": Scenario(IN_ORDER, ALL_V2, None, "v2", frozenset({"v2"})),
    "draws out of order": Scenario(SWAPPED, V2, None, "v2", frozenset({"v2"})),
    "results out of order": Scenario(SWAPPED[::-1], V2, None, "v2", frozenset({"v2"})),
    "v1 backfilled": Scenario(IN_ORDER, [*ALL_V2, *V1], None, "v2", frozenset({"v2"})),
    "v1 recorded first": Scenario(IN_ORDER, [*V1, *ALL_V2], None, "v2", frozenset({"v2"})),
    "side by side": Scenario(
        IN_ORDER, [*tickets("v1", IN_ORDER, hits(1), hours=2), *ALL_V2], None, "v2", BOTH
    ),
    "the old one promoted": Scenario(IN_ORDER, [*ALL_V2, *V1], "v1", "v1", frozenset({"v2"})),
    "the new one promoted": Scenario(IN_ORDER, [*V1, *ALL_V2], "v2", "v2", frozenset({"v2"})),
    "a control arm": Scenario(
        IN_ORDER, [*ALL_V2, *RANDOM], None, "v2", frozenset({"v2", "random"})
    ),
    "all of it": Scenario(
        SWAPPED,
        [*V2, *V1, *tickets("random", SWAPPED, hits(3), hours=0.5, role="control")],
        None,
        "v2",
        frozenset({"v2", "random"}),
    ),
}


@dataclass(frozen=True)
class World:
    """A scenario, recorded; and everybody who can be asked."""

    scenario: Scenario
    application: Application
    client: FlaskClient

    def rest(self, path: str, **query: object) -> Any:
        return self.client.get(f"/api{path}", query_string=query).get_json()["data"]

    def samples(self, name: str, **labels: str) -> dict[str, float]:
        """Values on /metrics by model version ("": no such label)."""
        families = text_string_to_metric_families(self.client.get("/metrics").text)
        return {
            sample.labels.get("model_version", ""): sample.value
            for family in families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        }

    def overview(self) -> Overview:
        app = self.application
        return OverviewReader(app.database, app.games, app.now).overview(GAME)

    def report(self) -> Any:
        return build_dashboard(self.application).generate_daily_report().data["games"][0]

    def rule(self, metric_type: str, version: str | None = None) -> float | None:
        rule = AlertRule("asked", metric_type, "<", 1, model_version=version)
        with self.application.database.writing() as connection:
            RULES.put(connection, rule.name, rule, NOW)
        self.application.snapshots.take()
        [asked] = self.application.rule_values()
        return asked.value

    def judged(self, sample: int | None = None) -> Figures:
        """What the retrainer judges; every ticket is one draw's here."""
        with self.application.database.reading() as connection:
            return current_figures(connection, GAME, NOW, sample)

    def exported(self, dataset: str) -> list[dict[str, str]]:
        query = {"dataset": dataset, "format": "csv", "time_range": "all"}
        text = self.client.get("/api/metrics/export", query_string=query).text
        return list(csv.DictReader(StringIO(text)))


@pytest.fixture(scope="module", params=SCENARIOS)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    scenario, folder = SCENARIOS[request.param], tmp_path_factory.mktemp("outlets")
    url = f"sqlite:///{folder / 'metrics.db'}"
    settings = load_settings({"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder / "data"})
    application = build(settings, lambda: NOW)
    record(application, scenario)
    application.snapshots.take()
    yield World(scenario, application, build_web(application).test_client())
    application.close()


def record(application: Application, scenario: Scenario) -> None:
    done = application.metrics.record_predictions([t.body() for t in scenario.tickets])
    assert not done.refused
    for draw in scenario.draws:
        application.tracker.record_result(
            GAME, draw.number, sorted(draw.numbers), draw.day, strict=True
        )
    if scenario.promoted:
        application.metrics.update_model_version(scenario.promoted)


def of_version(models: list[dict[str, Any]], version: str) -> dict[str, Any]:
    [model] = [model for model in models if model["model_version"] == version]
    return model


def in_metrics(world: World, window: int, version: str) -> float:
    return world.samples("lotofacil_window_hits", window=str(window))[version]


def in_summary(world: World, window: int, version: str) -> float:
    models = world.rest("/metrics/summary", window=window)["accuracy"]["models"]
    return float(of_version(models, version)["figures"]["hits"])


def in_standing(world: World, window: int, version: str) -> float:
    model = of_version(world.rest("/metrics/models")["models"], version)
    return float(model["windows"][str(window)]["figures"]["hits"])


def in_overview(world: World, window: int, version: str) -> float:
    [model] = [m for m in world.overview().models if m.row.version == version]
    assert [p.totals.hits for p in model.points][-window:] == [
        t.hits
        for t in sorted(
            world.scenario.last(window, version), key=lambda t: (t.draw.moment, t.draw.number)
        )
    ]
    return model.windows[str(window)].hits


def in_report(world: World, window: int, version: str) -> float:
    model = of_version(world.report()["models"], version)
    return float(model["windows"][str(window)]["hits"])


def in_rule(world: World, window: int, version: str) -> float:
    value = world.rule(f"accuracy.{window}", version)
    assert value is not None
    return value * 15 * len(world.scenario.last(window, version))


def in_judgement(world: World, window: int, version: str) -> float:
    assert version == world.scenario.in_use
    figures = world.judged(window)
    assert figures.accuracy is not None
    assert figures.draws == len(world.scenario.last(window, version))
    return figures.accuracy * 15 * figures.tickets


HITS = (in_metrics, in_summary, in_standing, in_overview, in_report, in_rule, in_judgement)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("outlet", HITS)
def test_the_last_draws(
    world: World, outlet: Callable[[World, int, str], float], window: int
) -> None:
    version = world.scenario.in_use
    expected = sum(ticket.hits for ticket in world.scenario.last(window, version))
    assert outlet(world, window, version) == pytest.approx(expected)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_last_draws_of_all_models_together(world: World, window: int) -> None:
    versions = {t.version for t in world.scenario.tickets if t.role == "model"}
    last = world.scenario.last(window, *versions)
    expected = sum(ticket.hits for ticket in last) / (15 * len(last))
    assert world.rule(f"accuracy.{window}") == pytest.approx(expected)
    summary = world.rest("/metrics/summary", window=window)["accuracy"]
    assert (summary["current"], summary["hits"]) == (
        pytest.approx(expected),
        sum(ticket.hits for ticket in last),
    )


LAST_NUMBER: dict[str, Callable[[World], object]] = {
    "metrics": lambda w: w.samples("lotofacil_draw_last_number")[""],
    "overview": lambda w: w.overview().draws.last_number,
    "recent": lambda w: w.overview().draws.recent[0].number,
    "report": lambda w: w.report()["draws"]["last_number"],
    "REST draws": lambda w: w.rest("/draws")["items"][0]["draw_number"],
    "REST draws, page by page": lambda w: w.rest("/draws", limit=1)["items"][0]["draw_number"],
    "export": lambda w: int(w.exported("draws")[0]["draw_number"]),
}


@pytest.mark.parametrize("outlet", LAST_NUMBER)
def test_the_newest_draw(world: World, outlet: str) -> None:
    newest = max(world.scenario.draws, key=lambda draw: (draw.moment, draw.number))
    assert LAST_NUMBER[outlet](world) == newest.number


def test_every_draw_is_on_one_page(world: World) -> None:
    numbers: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = world.rest("/draws", limit=3, **cursor)
        numbers += [item["draw_number"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    by_moment = sorted(world.scenario.draws, key=lambda d: (d.moment, d.number), reverse=True)
    assert numbers == [draw.number for draw in by_moment]


def active(models: list[dict[str, Any]]) -> list[str]:
    return [model["model_version"] for model in models if model["active"]]


def zscore(world: World) -> list[str]:
    """The versions whose z-score a rule about the game watches."""
    value = world.rule("accuracy.zscore")
    scores = world.samples("lotofacil_accuracy_zscore", window="30")
    return [version for version, score in scores.items() if score == pytest.approx(value)]


def in_page(world: World) -> list[str]:
    current = world.overview().current
    assert current is not None
    assert current is world.overview().models[0] or current == world.overview().models[0]
    return [current.row.version]


IN_USE: dict[str, Callable[[World], list[str]]] = {
    "metrics": lambda w: [v for v, on in w.samples("lotofacil_model_active").items() if on],
    "summary, accuracy": lambda w: active(w.rest("/metrics/summary")["accuracy"]["models"]),
    "summary, volume": lambda w: active(w.rest("/metrics/summary")["predictions"]["models"]),
    "standing": lambda w: active(w.rest("/metrics/models")["models"]),
    "models": lambda w: active(w.rest("/models")),
    "page": in_page,
    "report": lambda w: active(w.report()["models"]),
    "rules": zscore,
    "retrainer": lambda w: [str(w.judged().model_version)],
}


@pytest.mark.parametrize("outlet", IN_USE)
def test_the_version_in_use(world: World, outlet: str) -> None:
    assert IN_USE[outlet](world) == [world.scenario.in_use]


def test_who_still_predicts(world: World) -> None:
    predicting = world.samples("lotofacil_model_predicting")
    assert {version for version, on in predicting.items() if on} == world.scenario.predicting
    assert set(predicting) == {ticket.version for ticket in world.scenario.tickets}


def test_the_newest_prediction_is_the_one_that_was_made_last(world: World) -> None:
    made = [datetime.fromisoformat(t.body()["predicted_at"]) for t in world.scenario.tickets]
    live = datetime.fromisoformat(world.rest("/metrics/live")["last_prediction_at"])
    shown = world.samples("lotofacil_prediction_last_timestamp_seconds")
    assert live == max(made)
    assert max(shown.values()) == max(made).timestamp()
