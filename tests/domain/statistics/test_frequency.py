import numpy as np
import pytest
import scipy.stats

from exporter.domain.statistics.frequency import frequency


def test_lotofacil_has_the_documented_factor() -> None:
    counts = [63, 57] * 12 + [60]
    found = frequency(15, counts)
    assert found is not None
    documented = 24 / 25 * sum((c - 60) ** 2 for c in counts) / (0.24 * 100)
    assert found.draws == 100
    assert found.chi_square == pytest.approx(documented)
    assert found.p_value == pytest.approx(scipy.stats.chi2.sf(documented, 24))
    assert found.z_scores[0] == pytest.approx(3 / np.sqrt(24))


@pytest.mark.parametrize(("pool", "drawn"), [(25, 15), (60, 6)])
def test_fair_machines_give_uniform_p_values(pool: int, drawn: int) -> None:
    generator = np.random.default_rng(4)
    p_values = []
    for _ in range(600):
        draws = generator.random((200, pool)).argsort(axis=1) < drawn
        found = frequency(drawn, draws.sum(axis=0).tolist())
        assert found is not None
        p_values.append(found.p_value)
    assert scipy.stats.kstest(p_values, "uniform").pvalue > 0.001


def test_pearsons_sum_would_be_wrong() -> None:
    generator = np.random.default_rng(5)
    draws = generator.random((3000, 100, 25)).argsort(axis=2) < 15
    counts = draws.sum(axis=1)
    pearson = ((counts - 60) ** 2 / 60).sum(axis=1).mean()
    corrected = np.mean([f.chi_square for c in counts.tolist() if (f := frequency(15, c))])
    assert corrected == pytest.approx(24, rel=0.02)
    assert pearson == pytest.approx(10, rel=0.02)


def test_a_stuck_feed_is_seen() -> None:
    found = frequency(15, [40] * 15 + [0] * 10)
    assert found is not None
    assert found.p_value < 1e-100


def test_nothing_to_say_without_draws_or_choice() -> None:
    assert frequency(15, [0] * 25) is None
    assert frequency(3, [7, 7, 7]) is None


@pytest.mark.parametrize("counts", [[1, 0, 0], [3, -1, 0], [4, 0, 0]])
def test_counts_that_are_no_whole_draws_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="whole draws"):
        frequency(2, counts)
