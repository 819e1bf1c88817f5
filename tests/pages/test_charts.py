import json
from dataclasses import replace

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import pytest
from sqlalchemy import Engine

from exporter.figures.overview import Overview, Span
from exporter.messages import Language
from exporter.messages.wording import Wording
from exporter.pages.charts.accuracy import accuracy_chart, chance_reach, hits_chart, moving_sums
from exporter.pages.charts.activity import volume_chart
from exporter.pages.charts.claims import calibration_chart, evidence_chart
from exporter.pages.charts.figure import as_table
from exporter.pages.dashboard.view import PARTS, Draw, Wide
from tests.seeding import empty_engine, reader_of

ALL = [chart.draw if isinstance(chart, Wide) else chart for part in PARTS for chart in part.charts]
SAY = Wording(Language.PT_BR, "America/Sao_Paulo")


@pytest.fixture(scope="session")
def overview(seeded: Engine) -> Overview:
    return reader_of(seeded).overview(span=Span.WEEK)


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("language", list(Language))
def test_plotly_knows_every_part_of_a_figure(
    overview: Overview, draw: Draw, language: Language
) -> None:
    chart = draw(overview, Wording(language, "America/Sao_Paulo"))
    assert chart.figure
    go.Figure(chart.figure)
    json.dumps(chart.figure, allow_nan=False)


@pytest.mark.parametrize("draw", ALL)
def test_every_axis_names_its_unit(overview: Overview, draw: Draw) -> None:
    figure = draw(overview, SAY).figure
    assert figure
    for axis in ("xaxis", "yaxis"):
        assert figure["layout"][axis]["title"]["text"]


@pytest.mark.parametrize("draw", ALL)
def test_without_data_a_chart_says_why(sqlite_url: str, draw: Draw) -> None:
    chart = draw(reader_of(empty_engine(sqlite_url)).overview(), SAY)
    assert chart.figure is None
    assert chart.nothing


def test_the_chance_line_is_at_chance_inside_its_range(overview: Overview) -> None:
    figure = accuracy_chart(overview, SAY).figure
    assert figure
    traces = {trace["name"]: trace["y"] for trace in figure["data"]}
    assert set(traces["acaso"]) == {0.6}
    low, high = figure["data"][0]["y"], traces["faixa de 95% do acaso"]
    assert all(a < 0.6 < b for a, b in zip(low, high, strict=True))
    assert high[-1] - 0.6 == pytest.approx(1.96 * (1.5 * 60) ** 0.5 / (15 * 60), rel=0.2)


def test_the_moving_window_forgets_old_draws(overview: Overview) -> None:
    model = overview.models[1]
    sums = moving_sums(model.points, window=7)
    assert [one.draws for one in sums[:9]] == [1, 2, 3, 4, 5, 6, 7, 7, 7]
    assert sums[-1].hits == model.windows["7"].hits
    reach = chance_reach(overview.game, sums[-1])
    assert reach == pytest.approx(1.96 * model.windows["7"].hits_sd / sums[-1].numbers, rel=1e-3)


def test_the_control_arm_is_marked_in_every_chart_with_models(overview: Overview) -> None:
    for draw in (accuracy_chart, hits_chart, calibration_chart):
        figure = draw(overview, SAY).figure
        assert figure
        assert "aleatorio (controle)" in {trace["name"] for trace in figure["data"]}


@pytest.mark.parametrize("draw", ALL)
def test_values_are_there_as_a_table(overview: Overview, draw: Draw) -> None:
    table = as_table(draw(overview, SAY), SAY)
    assert table.rows
    assert all(len(row) == len(table.header) for row in table.rows)


def test_the_chance_line_spans_every_draw_that_is_shown(overview: Overview) -> None:
    newest = overview.models[0]
    young = replace(newest, draws=newest.points[-5:])
    figure = accuracy_chart(replace(overview, models=[young, *overview.models[1:]]), SAY).figure
    assert figure
    traces = {trace["name"]: trace["x"] for trace in figure["data"]}
    assert traces["acaso"] == [point.number for point in overview.models[1].points]


def test_long_names_leave_the_evidence_its_room(overview: Overview) -> None:
    versions = ("demo-20261122T152141.994158Z", "v2.0", "demo-random-control")
    models = [
        replace(model, row=model.row._replace(version=version))
        for model, version in zip(overview.models, versions, strict=True)
    ]
    figure = evidence_chart(replace(overview, models=models), SAY).figure
    assert figure
    ticks = figure["layout"]["xaxis"]["ticktext"]
    assert ticks == ["demo-20…94158Z", "v2.0", "demo-ra…ontrol<br>(controle)"]
    assert figure["data"][0]["x"][0] == versions[0]  # whole where one points at it


def test_powers_of_ten_are_written_as_such_and_few(overview: Overview) -> None:
    first = overview.models[0]
    assert first.evidence
    sure = replace(first.evidence, worse=replace(first.evidence.worse, log_peak=44.0))
    figure = evidence_chart(
        replace(overview, models=[replace(first, evidence=sure), *overview.models[1:]]), SAY
    ).figure
    assert figure
    y = figure["layout"]["yaxis"]
    assert (y["exponentformat"], y["dtick"]) == ("power", 3)


@pytest.mark.parametrize("language", list(Language))
def test_days_read_alike_whoever_reads_them(overview: Overview, language: Language) -> None:
    figure = volume_chart(overview, Wording(language, "America/Sao_Paulo")).figure
    assert figure
    form = figure["layout"]["xaxis"]["tickformat"]
    assert form == ("%d/%m %H:%M" if language is Language.PT_BR else "%b %-d, %H:%M")


def test_after_one_scored_draw_the_chart_waits_for_the_second(overview: Overview) -> None:
    young = [replace(model, draws=model.points[-1:]) for model in overview.models]
    chart = accuracy_chart(replace(overview, models=young), SAY)
    assert chart.figure is None
    assert chart.nothing == "A linha começa no segundo sorteio conferido de uma versão."
