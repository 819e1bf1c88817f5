"""Real draws through the whole product: what it shows is what plain arithmetic gives."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from exporter.app import build_web
from exporter.domain.draw_records import DrawRecord
from tests.figures.real_draws import plain
from tests.figures.real_draws.plain import Bets, Played
from tests.figures.real_draws.record import (
    LEAKED,
    World,
    another,
    drawn,
    in_order,
    published,
    replayed,
)

DRAWS = 420
CLAIM = 0.65
VERSIONS = ("frequency", "previous", "random", "mixed", "leaking")
ROLES = {"random": "control"}
WINDOWS = ("1", "7", "30", "100", "300", "all")
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]

every_version = pytest.mark.parametrize("version", VERSIONS)


@pytest.fixture(scope="module")
def draws() -> list[DrawRecord]:
    found = published()
    assert in_order(found)
    return found


@pytest.fixture(scope="module")
def world(draws: list[DrawRecord], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = replayed(tmp_path_factory.mktemp("real"), draws, DRAWS)
    for version in ("mixed", "frequency"):
        made.application.metrics.set_reference_accuracy(version, CLAIM)
    made.application.snapshots.take()
    yield made
    made.application.close()


@pytest.fixture(scope="module")
def client(world: World) -> FlaskClient:
    return build_web(world.application).test_client()


@pytest.fixture(scope="module")
def shown(client: FlaskClient) -> Series:
    return series(client.get("/metrics").text)


@pytest.fixture(scope="module")
def standing(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/metrics/models").get_json()["data"]
    return found


def series(page: str) -> Series:
    """Every sample by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def of(shown: Series, name: str, version: str, **more: str) -> float:
    role = ROLES.get(version, "model")
    labels = {"game": "lotofacil", "model_version": version, "role": role, **more}
    return shown[f"lotofacil_{name}", frozenset(labels.items())]


def model(standing: dict[str, Any], version: str) -> dict[str, Any]:
    found: dict[str, Any] = next(m for m in standing["models"] if m["model_version"] == version)
    return found


def window(draws: Sequence[Played], name: str) -> Sequence[Played]:
    return draws if name == "all" else draws[-int(name) :]


@every_version
@pytest.mark.parametrize("name", WINDOWS)
def test_windows(
    world: World, shown: Series, standing: dict[str, Any], version: str, name: str
) -> None:
    part = window(world.played(version), name)
    hits, numbers = sum(d.hits for d in part), sum(d.numbers for d in part)
    variance = plain.variance(part)
    z = (hits - 0.6 * numbers) / math.sqrt(variance)
    worse, better = plain.p_values(part, z)
    rest = model(standing, version)["windows"][name]["figures"]
    for metric, figure, value in (
        ("window_draws", "draws", len(part)),
        ("window_hits", "hits", hits),
        ("window_numbers_played", "numbers", numbers),
        ("window_expected_hits", "expected_hits", 0.6 * numbers),
        ("accuracy_zscore", "z", z),
        ("accuracy_pvalue_ratio", "p_two_sided", min(1.0, 2 * min(worse, better))),
    ):
        assert of(shown, metric, version, window=name) == pytest.approx(value, rel=1e-9)
        assert rest[figure] == pytest.approx(value, rel=1e-9)
    tickets = sum(len(d.tickets) for d in part)
    assert of(shown, "window_predictions", version, window=name) == tickets
    assert of(shown, "window_hits_variance", version, window=name) == pytest.approx(variance)
    assert rest["hits_sd"] == pytest.approx(math.sqrt(variance))
    assert rest["accuracy"] == pytest.approx(hits / numbers)
    assert rest["chance"] == 0.6
    assert (rest["p_worse"], rest["p_better"]) == pytest.approx((worse, better), rel=1e-9)


@every_version
def test_the_interval_is_clustered_by_draw(world: World, shown: Series, version: str) -> None:
    part = window(world.played(version), "300")
    error = plain.sandwich(part)
    where = frozenset({"model_version": version, "window": "300"}.items())
    names = ("lotofacil_accuracy_lower_ratio", "lotofacil_accuracy_upper_ratio")
    ends = [v for (name, labels), v in shown.items() if name in names and where <= labels]
    if error == 0:  # every draw hit alike: no width, so nothing is said
        assert ends == []
        return
    middle, reach = sum(ends) / 2, abs(ends[0] - ends[1]) / 2
    assert middle == pytest.approx(sum(d.hits for d in part) / sum(d.numbers for d in part))
    assert NormalDist().inv_cdf(0.975) < reach / error < 1.97  # Student's, 299 degrees: 1.968


@every_version
def test_evidence(world: World, shown: Series, standing: dict[str, Any], version: str) -> None:
    rest = model(standing, version)["evidence"]
    assert rest["draws"] == len(world.played(version))
    for direction, bets in zip(
        ("worse", "better"), plain.evidence(world.played(version)), strict=True
    ):
        check_bets(rest[direction], bets)
        where = {"direction": direction}
        assert of(shown, "evidence_value", version, **where) == pytest.approx(bets.value, rel=1e-8)
        assert of(shown, "evidence_peak_value", version, **where) == pytest.approx(
            bets.peak, rel=1e-8
        )
        change = of(shown, "change_evidence_value", version, **where)
        assert change == pytest.approx(bets.change, rel=1e-8)


def check_bets(found: dict[str, float], bets: Bets) -> None:
    assert found["e_value"] == pytest.approx(bets.value, rel=1e-8)
    assert found["peak"] == pytest.approx(bets.peak, rel=1e-8)
    assert found["anytime_p_value"] == pytest.approx(1 / bets.peak, rel=1e-8)
    assert found["shiryaev_roberts"] == pytest.approx(bets.change, rel=1e-8)


@pytest.mark.parametrize("version", ["mixed", "frequency"])
def test_evidence_against_a_claim(
    world: World, shown: Series, standing: dict[str, Any], version: str
) -> None:
    rest = model(standing, version)["reference"]
    assert rest["accuracy"] == of(shown, "reference_accuracy_ratio", version) == CLAIM
    expected = plain.reference_evidence(world.played(version), CLAIM)
    for direction, bets in zip(("worse", "better"), expected, strict=True):
        check_bets(rest["evidence"][direction], bets)
        where = {"direction": direction}
        value = of(shown, "reference_evidence_value", version, **where)
        peak = of(shown, "reference_evidence_peak_value", version, **where)
        assert (value, peak) == pytest.approx((bets.value, bets.peak), rel=1e-8)
    assert rest["evidence"]["verdict"] == "worse"  # chance refutes a claim of 0.65


@every_version
def test_confidence_as_a_claim(
    world: World, shown: Series, standing: dict[str, Any], version: str
) -> None:
    score, chance, bias = plain.brier(world.played(version))
    rest = model(standing, version)["calibration"]
    skill = 1 - score / chance
    # Squares of confidences are kept in millionths.
    assert of(shown, "brier_score", version) == pytest.approx(score, abs=1e-6)
    assert of(shown, "brier_skill_ratio", version) == pytest.approx(skill, abs=1e-5)
    assert of(shown, "confidence_bias_ratio", version) == pytest.approx(bias, abs=1e-9)
    found = (rest["brier_score"], rest["chance_brier_score"], rest["skill"])
    assert found == pytest.approx((score, chance, skill), abs=1e-5)
    assert rest["overconfidence"] == pytest.approx(bias, abs=1e-9)
    tickets = [t for d in world.played(version) for t in d.tickets]
    for one in rest["bins"]:
        assert one["tickets"] == sum(falls_into(one, t.confidence) for t in tickets)


def falls_into(one: dict[str, float], confidence: float) -> bool:
    return one["low"] <= confidence < one["high"] or confidence == one["high"] == 1


@every_version
def test_money_bet_by_bet(
    world: World, shown: Series, standing: dict[str, Any], version: str
) -> None:
    cost, won, average = plain.money(world.played(version))
    rest, expected = model(standing, version)["money"], float(average - cost) / 100
    assert (of(shown, "cost_reais", version), rest["cost"]) == (cost / 100, cost / 100)
    assert (of(shown, "prizes_reais", version), rest["prizes"]) == (won / 100, won / 100)
    assert rest["net"] == pytest.approx((won - cost) / 100)
    # Rounded down to a millionth of a cent once a draw, no more.
    assert of(shown, "net_expected_reais", version) == pytest.approx(expected, abs=1e-5)
    assert rest["net_expected"] == pytest.approx(expected, abs=1e-5)


@every_version
def test_hits_and_prize_tiers(
    world: World, shown: Series, standing: dict[str, Any], version: str
) -> None:
    played, rest = world.played(version), model(standing, version)
    hits, expected = plain.hits(played), plain.expected_hits(played)
    by_hits = {one["hits"]: one for one in rest["hits"]}
    for count in range(5, 16):
        found = by_hits.get(count, {"tickets": 0, "expected": 0})
        assert found["tickets"] == hits[count]
        assert of(shown, "scored_predictions", version, hits=str(count)) == hits[count]
        law = of(shown, "scored_predictions_expected", version, hits=str(count))
        assert (law, found["expected"]) == pytest.approx((expected[count],) * 2, rel=1e-9)
    for one in rest["tiers"]:
        tier = {"tier": str(one["hits"])}
        observed = of(shown, "tickets_with_prize", version, **tier)
        assert one["tickets"] == observed == hits[one["hits"]]
        law = of(shown, "tickets_with_prize_expected", version, **tier)
        assert (law, one["expected"]) == pytest.approx((expected[one["hits"]],) * 2, rel=1e-9)


def test_the_feed_is_checked_with_the_corrected_chi_square(
    world: World, shown: Series, standing: dict[str, Any]
) -> None:
    statistic, p = plain.chi_square(drawn(world.draws))
    feed = standing["games"]["lotofacil"]["feed_check"]
    assert (feed["chi_square"], feed["p_value"]) == pytest.approx((statistic, p), rel=1e-9)
    game = frozenset({("game", "lotofacil")})
    assert shown["lotofacil_draw_frequency_pvalue_ratio", game] == pytest.approx(p, rel=1e-9)
    assert feed["draws"] == DRAWS


def test_the_thresholds_say_what_they_guarantee(standing: dict[str, Any]) -> None:
    promises = standing["guarantees"]
    assert {g["threshold"]: g["ever_probability"] for g in promises["evidence"]} == {
        20: 0.05,
        100: 0.01,
    }
    assert {g["threshold"]: g["mean_draws"] for g in promises["change"]} == {1000: 1000, 3000: 3000}


@pytest.mark.parametrize("version", ["frequency", "previous", "random", "mixed"])
def test_models_without_knowledge_are_not_told_from_chance(
    standing: dict[str, Any], version: str
) -> None:
    found = model(standing, version)
    assert found["evidence"]["verdict"] == "chance"
    assert found["windows"]["all"]["verdict"] == "chance"
    assert found["trend"]["direction"] == "flat"
    low, high = (found["windows"]["all"]["figures"][end] for end in ("low", "high"))
    assert low < 0.6 < high


def test_a_model_that_has_seen_the_draw_is_found_within_three_draws(
    world: World, standing: dict[str, Any]
) -> None:
    peaks = [plain.evidence(world.played("leaking")[:n])[1].peak for n in (1, 2, 3)]
    assert peaks[2] > 100  # and `test_evidence` holds the product to the same figures
    assert model(standing, "leaking")["evidence"]["verdict"] == "better"


def test_the_same_predictions_after_the_cut_off_never_count(
    shown: Series, standing: dict[str, Any]
) -> None:
    late = model(standing, "late")
    assert late["ineligible"] == of(shown, "predictions_ineligible", "late") == LEAKED
    assert late["scored"] == late["windows"]["all"]["figures"]["hits"] == 0
    assert late["evidence"] is None or late["evidence"]["draws"] == 0
    assert late["money"] == {"cost": 0, "prizes": 0, "net": 0, "net_expected": 0}


def test_the_control_arm_is_marked_and_in_no_total(
    world: World, client: FlaskClient, standing: dict[str, Any]
) -> None:
    assert {m["model_version"] for m in standing["models"] if m["role"] == "control"} == {"random"}
    asked = {"types": "accuracy", "time_range": "all", "group_by": "model_version"}
    data = client.get("/api/metrics", query_string=asked).get_json()["data"]["accuracy"]
    models = [v for v in VERSIONS if v != "random"]
    tickets = {v: sum(len(d.tickets) for d in world.played(v)) for v in VERSIONS}
    assert data["total"]["predictions"] == sum(tickets[v] for v in models)
    assert data["total"]["ineligible"] == LEAKED
    for one in data["groups"]:
        version, figures = one["group"]["model_version"], one["figures"]
        assert figures["predictions"] == tickets.get(version, 0)
        law = plain.expected_hits(world.played(version))
        assert figures["hits_distribution_expected"] == pytest.approx(
            {str(h): n for h, n in law.items() if n}
        )


def test_accuracy_by_game_type(world: World, client: FlaskClient) -> None:
    asked = {"types": "accuracy", "time_range": "all", "group_by": "game"}
    data = client.get("/api/metrics", query_string=asked).get_json()["data"]["accuracy"]
    played = [d for v in VERSIONS if v != "random" for d in world.played(v)]
    [one] = data["groups"]
    assert one["group"] == {"game": "lotofacil"}
    expected = sum(d.hits for d in played) / sum(d.numbers for d in played)
    assert one["figures"]["accuracy"] == pytest.approx(expected)


def test_corrections_late_in_the_history_give_what_a_right_record_gives(
    draws: list[DrawRecord], tmp_path_factory: pytest.TempPathFactory
) -> None:
    right = replayed(tmp_path_factory.mktemp("right"), draws, 60)
    right.application.metrics.set_reference_accuracy("mixed", CLAIM)
    wrong = list(draws)
    for place in (-58, -31, -30, -2):
        numbers, day = another(draws[place])
        wrong[place] = DrawRecord(draws[place].number, day, numbers)
    mended = replayed_wrongly(tmp_path_factory.mktemp("mended"), draws, wrong)
    found = [mixed_figures(one) for one in (right, mended)]
    right.application.close()
    mended.application.close()
    assert found[0] == found[1]
    assert found[0][0]["reference"]["evidence"]["draws"] == 60


def replayed_wrongly(
    folder: Path, draws: Sequence[DrawRecord], wrong: Sequence[DrawRecord]
) -> World:
    """The last 60 draws with some wrong results, then those corrected."""
    world = replayed(folder, wrong, 60)
    world.application.metrics.set_reference_accuracy("mixed", CLAIM)
    for was, draw in zip(wrong, draws, strict=True):
        if was != draw:
            prizes = {hits: cents / 100 for hits, cents in draw.prizes.items()} or None
            world.application.tracker.record_result(
                "lotofacil", draw.number, draw.numbers, draw.day, prizes=prizes, strict=True
            )
    return world


def mixed_figures(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of the model whose tickets do not depend on earlier draws, and of its game."""
    found = build_web(world.application).test_client().get("/api/metrics/models")
    data = found.get_json()["data"]
    return model(data, "mixed"), data["games"]
