"""Every figure against a plain recomputation from what was sent, not from the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.domain.definitions import LOTOFACIL
from exporter.domain.moments import DAY, SECOND, to_micros
from exporter.domain.periods import Period
from exporter.domain.queries import FiguresQuery, GroupBy, MetricType, Selection, SummaryQuery
from exporter.figures.accuracy_figures import AccuracyFigures
from exporter.figures.metrics_query import MetricsData, MetricsReader
from exporter.figures.place import TooMuchToRead
from exporter.figures.system import SystemReader
from tests.history import FIRST_DRAW, NOW, draw_days, predictions, record_history, results

ZONE = "America/Sao_Paulo"
LAST_MONTH = Period(NOW - 30 * DAY, NOW)


@dataclass(frozen=True)
class Scored:
    """A sent prediction beside its draw's result; the newest draw has none."""

    version: str
    role: str
    at: int
    draw: int
    numbers: frozenset[int]
    confidence: float | None
    latency: float
    winning: frozenset[int] | None

    @property
    def hits(self) -> int:
        return len(self.numbers & (self.winning or frozenset()))


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("history")
    url = f"sqlite:///{folder / 'test.db'}"
    built = build(load_settings({"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder}), lambda: NOW)
    record_history(built)
    yield built
    built.close()


@pytest.fixture(scope="module")
def reader(application: Application) -> MetricsReader:
    return reader_of(application)


def reader_of(application: Application) -> MetricsReader:
    system = SystemReader(dict, application.resources, NOW)
    return MetricsReader(application.database, application.games, system, lambda: NOW)


def sent() -> list[Scored]:
    """What the history sent, each with the draw that it is for."""
    winning = {r["draw_number"]: frozenset(r["winning_numbers"]) for r in results()}
    found = []
    for place, raw in enumerate(predictions()):
        draw = FIRST_DRAW + place // 9
        found.append(
            Scored(
                raw["model_version"],
                raw["role"],
                to_micros(datetime.fromisoformat(raw["predicted_at"])),
                draw,
                frozenset(raw["numbers"]),
                raw["confidence"],
                raw["latency"],
                winning.get(draw),
            )
        )
    return found


def drawn_at(draw: int) -> int:
    return to_micros(LOTOFACIL.calendar.moment(draw_days()[draw - FIRST_DRAW]))


def scored(period: Period, **wanted: Any) -> list[Scored]:
    """Scored predictions of the draws in a period, control arms only when they are wanted."""
    wanted = wanted or {"role": "model"}
    return [
        one
        for one in sent()
        if one.winning
        and period.start <= drawn_at(one.draw) < period.end
        and all(getattr(one, name) == value for name, value in wanted.items())
    ]


def variance(tickets: list[Scored]) -> float:
    """Variance of hits at chance from every pair of tickets: 0.25·shared − 0.01·a·b."""
    pairs = ((a, b) for a in tickets for b in tickets if a.draw == b.draw)
    return sum(
        0.25 * len(a.numbers & b.numbers) - 0.01 * len(a.numbers) * len(b.numbers) for a, b in pairs
    )


def check(figures: AccuracyFigures, tickets: list[Scored]) -> None:
    hits, numbers = sum(t.hits for t in tickets), sum(len(t.numbers) for t in tickets)
    assert (figures.hits, figures.numbers_played) == (hits, numbers)
    assert figures.predictions == len(tickets)
    assert figures.draws == len({t.draw for t in tickets})
    assert figures.accuracy == pytest.approx(hits / numbers)
    assert figures.expected_hits == pytest.approx(0.6 * numbers)
    sd = sqrt(variance(tickets))
    assert figures.hits_sd == pytest.approx(sd)
    assert figures.z_score == pytest.approx((hits - 0.6 * numbers) / sd)


def ask(reader: MetricsReader, *types: MetricType, **options: Any) -> MetricsData:
    query = FiguresQuery(options.pop("period", LAST_MONTH), ZONE, types, **options)
    return reader.metrics(query).data


def test_accuracy_of_a_period(reader: MetricsReader) -> None:
    accuracy = ask(reader, MetricType.ACCURACY).accuracy
    assert accuracy
    check(accuracy.total, scored(LAST_MONTH))
    distribution: dict[str, int] = {}
    for ticket in scored(LAST_MONTH):
        distribution[str(ticket.hits)] = distribution.get(str(ticket.hits), 0) + 1
    assert accuracy.total.hits_distribution == distribution


def test_accuracy_of_each_model(reader: MetricsReader) -> None:
    data = ask(reader, MetricType.ACCURACY, group_by=(GroupBy.MODEL_VERSION,))
    assert data.accuracy
    assert {g.group["model_version"] for g in data.accuracy.groups} == {"v1.0", "v2.1", "random"}
    for group in data.accuracy.groups:
        check(group.figures, scored(LAST_MONTH, version=group.group["model_version"]))


def test_accuracy_of_each_day(reader: MetricsReader) -> None:
    data = ask(reader, MetricType.ACCURACY, group_by=(GroupBy.DAY,))
    assert data.accuracy
    tickets = scored(LAST_MONTH)
    assert len(data.accuracy.groups) == len({t.draw for t in tickets})
    for group in data.accuracy.groups:
        place = draw_days().index(datetime.fromisoformat(group.group["day"]).date())
        check(group.figures, [t for t in tickets if t.draw == FIRST_DRAW + place])


def test_accuracy_of_confident_predictions(reader: MetricsReader) -> None:
    selection = Selection(confidence_min=750_000, confidence_max=800_000)
    accuracy = ask(reader, MetricType.ACCURACY, selection=selection).accuracy
    assert accuracy
    expected = [t for t in scored(LAST_MONTH) if t.confidence in (0.75, 0.8)]
    check(accuracy.total, expected)


def test_calibration(reader: MetricsReader) -> None:
    accuracy = ask(reader, MetricType.ACCURACY).accuracy
    claims = [t for t in scored(LAST_MONTH) if t.confidence is not None]
    numbers = sum(len(t.numbers) for t in claims)
    assert accuracy
    assert accuracy.total.confidence
    squares = sum(
        t.hits * (1 - (t.confidence or 0)) ** 2
        + (len(t.numbers) - t.hits) * (t.confidence or 0) ** 2
        for t in claims
    )
    assert accuracy.total.confidence.brier_score == pytest.approx(squares / numbers, abs=1e-6)


@pytest.mark.parametrize(
    ("selection", "matches"),
    [
        (Selection(), lambda one: one.role == "model"),
        (Selection(role="control"), lambda one: one.role == "control"),
        (Selection(model_version="v2.1"), lambda one: one.version == "v2.1"),
        (Selection(model_version="random"), lambda one: one.version == "random"),
        (
            Selection(confidence_min=600_000),
            lambda one: one.role == "model" and (one.confidence or 0) >= 0.6,
        ),
    ],
)
def test_volume_latency_and_numbers(
    reader: MetricsReader, selection: Selection, matches: Any
) -> None:
    data = ask(reader, MetricType.PERFORMANCE, MetricType.PREDICTIONS, selection=selection)
    expected = [one for one in sent() if LAST_MONTH.start <= one.at < NOW and matches(one)]
    assert data.performance
    assert data.predictions
    assert data.performance.total.calls == data.predictions.total.volume == len(expected)
    latency = data.performance.total.latency_seconds
    assert latency.average == pytest.approx(sum(one.latency for one in expected) / len(expected))
    held = {n.number: n.tickets for n in data.predictions.total.numbers["lotofacil"]}
    assert held == {k: sum(k in one.numbers for one in expected) for k in range(1, 26)}
    minutes = LAST_MONTH.length / SECOND / 60
    throughput = data.performance.total.throughput_per_minute
    assert throughput == pytest.approx(len(expected) / minutes)


@pytest.mark.parametrize("raw", [False, True])
def test_volume_of_each_local_day(reader: MetricsReader, *, raw: bool) -> None:
    selection = Selection(confidence_min=0) if raw else Selection()
    data = ask(reader, MetricType.PREDICTIONS, group_by=(GroupBy.DAY,), selection=selection)
    expected: dict[str, int] = {}
    for one in sent():
        counts = one.role == "model" and (one.confidence is not None or not raw)
        if LAST_MONTH.start <= one.at < NOW and counts:
            day = LOTOFACIL.calendar.local_day(datetime.fromtimestamp(one.at / SECOND).astimezone())
            expected[day.isoformat()] = expected.get(day.isoformat(), 0) + 1
    assert data.predictions
    assert {g.group["day"]: g.figures.volume for g in data.predictions.groups} == expected


@pytest.mark.parametrize("window", [1, 7, 30, 300])
def test_the_current_accuracy_is_that_of_the_last_draws(reader: MetricsReader, window: int) -> None:
    summary = reader.summary(SummaryQuery(LAST_MONTH, window)).data
    tickets = scored(Period(0, NOW))
    draws = [draw for draw, _ in groupby(t.draw for t in tickets)][-window:]
    last = [t for t in tickets if t.draw in draws]
    assert summary.accuracy.current == sum(t.hits for t in last) / sum(len(t.numbers) for t in last)
    assert summary.accuracy.draws == len(draws)
    check(summary.accuracy.games["lotofacil"], last)


def test_failures_make_the_error_rate(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    settings = load_settings({"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": tmp_path})
    application = build(settings, lambda: NOW)
    ticket = {"game_type": "lotofacil", "numbers": list(range(1, 16)), "model_version": "v1"}
    application.metrics.record_predictions([ticket] * 3)
    application.metrics.record_failure("lotofacil", "no ticket", "v1")
    application.metrics.flush()
    period = Period(NOW - DAY, NOW + 1)
    performance = ask(reader_of(application), MetricType.PERFORMANCE, period=period).performance
    application.close()
    assert performance
    assert (performance.total.calls, performance.total.failures) == (4, 1)
    assert performance.total.error_rate == 0.25


def test_what_would_cost_too_much_is_refused(reader: MetricsReader) -> None:
    ages = Period(0, NOW)
    with pytest.raises(TooMuchToRead, match="time_range"):
        ask(reader, MetricType.ACCURACY, period=ages, selection=Selection(confidence_min=1))
    with pytest.raises(TooMuchToRead, match="group_by"):
        ask(reader, MetricType.PERFORMANCE, period=ages, group_by=(GroupBy.HOUR,))
    data = ask(reader, MetricType.ACCURACY, MetricType.PERFORMANCE, period=ages)
    assert data.performance
    assert data.performance.total.calls == sum(one.role == "model" for one in sent())
