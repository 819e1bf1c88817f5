"""The metrics page: what it holds is the catalogue, and one fault costs no more than its series."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from exporter.app import Application, build, build_exposition
from exporter.collectors import retrainer
from exporter.collectors.catalog import CATALOG
from exporter.collectors.declarations import Metric
from exporter.collectors.exposition import SHARED_SECONDS, Exposition
from exporter.collectors.parts import Part
from exporter.config import load_settings
from exporter.domain.alerts import AlertRule
from exporter.serving.http_instruments import HttpInstruments
from tests.seeding import seeded_engine
from tests.servers.process import find_program

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Clock:
    """Monotonic seconds that the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("exposition")
    database = f"sqlite:///{folder / 'test.db'}"
    seeded_engine(database, draw_count=40).dispose()
    made = build(load_settings({"DATABASE_URL": database, "LOTOFACIL_DATA_DIR": folder}))
    made.metrics.set_reference_accuracy("v2.1", 0.62)
    made.alerts.add_rule(AlertRule("Baixa", "accuracy", "<", 0.6, "warning", "abaixo"))
    assert not made.snapshots.take().error
    yield made
    made.close()


@pytest.fixture
def page(app: Application) -> Exposition:
    http = HttpInstruments()
    http.observe("/metrics", "GET", 200, 0.001)
    return build_exposition(app, http)


def expected() -> dict[str, Metric]:
    return {name: m for name, m in CATALOG.items() if m not in retrainer.COLLECTOR.metrics}


def test_a_live_scrape_holds_the_catalogue_and_nothing_else(page: Exposition) -> None:
    found = {family.name: family for family in parse_text(page.render()[0].decode())}
    assert found.keys() == expected().keys()
    for name, metric in expected().items():
        assert found[name].samples, f"{name} has no sample"
        assert found[name].type == metric.kind.value
        labels = {label for sample in found[name].samples for label in sample.labels}
        assert labels - {"le"} == set(metric.labels), name


def test_a_new_database_is_exposed_with_zeros(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'new.db'}"
    made = build(load_settings({"DATABASE_URL": database, "LOTOFACIL_DATA_DIR": tmp_path}))
    made.snapshots.take()
    found = {
        f.name: f
        for f in parse_text(build_exposition(made, HttpInstruments()).render()[0].decode())
    }
    made.close()
    assert [s.value for s in found["lotofacil_draw_results"].samples] == [0]
    assert [s.value for s in found["lotofacil_chance_accuracy_ratio"].samples] == [0.6]
    assert [s.value for s in found["lotofacil_up"].samples] == [1]


def test_before_the_first_snapshot_the_page_says_that_it_is_not_up(tmp_path: Path) -> None:
    made = build(load_settings({"LOTOFACIL_DATA_DIR": tmp_path}))
    text = build_exposition(made, HttpInstruments()).render()[0].decode()
    made.close()
    assert "lotofacil_up 0.0" in text
    assert "lotofacil_host_memory_total_bytes" in text


def test_both_formats_tell_the_same(page: Exposition) -> None:
    text = {f.name: len(f.samples) for f in parse_text(page.render()[0].decode())}
    body, content_type = page.render(OPENMETRICS)
    assert content_type.startswith("application/openmetrics-text")
    assert body.count(b"# EOF") == 1
    parsed: Iterator[Family] = parse_openmetrics(body.decode())  # type: ignore[no-untyped-call]
    assert {family.name: len(family.samples) for family in parsed} == text


@pytest.mark.integration
def test_promtool_has_nothing_to_say(page: Exposition) -> None:
    checked = subprocess.run(
        [find_program("promtool"), "check", "metrics"],
        input=page.render()[0],
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_a_broken_collector_costs_its_own_series_only(app: Application) -> None:
    def broken() -> list[Family]:
        raise ZeroDivisionError

    page = Exposition(app.snapshots, app.games, [Part("resources", broken), Part("logs", _alive)])
    text = page.render()[0].decode()
    assert 'lotofacil_collector_success{collector="resources"} 0.0' in text
    assert 'lotofacil_collector_failures_total{collector="resources"} 1.0' in text
    assert 'lotofacil_collector_success{collector="logs"} 1.0' in text
    assert "lotofacil_predictions_total{" in text


def test_scrapes_at_once_share_one_rendering(app: Application) -> None:
    asked: list[int] = []

    def counted() -> list[Family]:
        asked.append(1)
        return _alive()

    clock = Clock()
    page = Exposition(app.snapshots, app.games, [Part("logs", counted)], clock)
    for _ in range(50):
        page.render()
    assert len(asked) == 1
    clock.seconds += SHARED_SECONDS
    page.render()
    assert len(asked) == 2


def _alive() -> list[Family]:
    return [GaugeMetricFamily("lotofacil_anything", "Something.", 0)]
