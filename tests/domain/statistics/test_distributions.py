import pytest
import scipy.stats

from exporter.domain.statistics.distributions import (
    chi_square_sf,
    normal_sf,
    student_t_quantile,
    student_t_two_sided,
)


@pytest.mark.parametrize("z", [-9.0, -1.0, 0.0, 0.3, 2.0, 8.0, 30.0])
def test_normal_tail_is_scipys(z: float) -> None:
    assert normal_sf(z) == pytest.approx(scipy.stats.norm.sf(z), rel=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 3, 7, 24, 59, 99, 500])
@pytest.mark.parametrize("share", [0.001, 0.3, 1.0, 1.7, 4.0])
def test_chi_square_tail_is_scipys(degrees: int, share: float) -> None:
    value = degrees * share
    expected = scipy.stats.chi2.sf(value, degrees)
    assert chi_square_sf(value, degrees) == pytest.approx(expected, rel=1e-10, abs=1e-300)


def test_chi_square_of_nothing_is_certain() -> None:
    assert chi_square_sf(0.0, 24) == 1.0
    with pytest.raises(ValueError, match="degree"):
        chi_square_sf(1.0, 0)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 29, 30, 299, 3000])
@pytest.mark.parametrize("t", [0.0, 0.5, -2.0, 4.0])
def test_student_tails_are_scipys(degrees: int, t: float) -> None:
    expected = 2 * scipy.stats.t.sf(abs(t), degrees)
    assert student_t_two_sided(t, degrees) == pytest.approx(expected, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("degrees", [1, 2, 3, 29, 299])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_student_quantiles_are_scipys(degrees: int, confidence: float) -> None:
    expected = scipy.stats.t.ppf((1 + confidence) / 2, degrees)
    assert student_t_quantile(confidence, degrees) == pytest.approx(expected, rel=1e-9)


def test_impossible_student_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="degree"):
        student_t_two_sided(1.0, 0)
    with pytest.raises(ValueError, match="confidence"):
        student_t_quantile(1.0, 5)
