import numpy as np
import pytest
from scipy import optimize, stats

from arwap_analysis import models
from arwap_analysis.errors import MeasureError

RNG = np.random.default_rng(11)
PEOPLE = RNG.integers(50, 2000, 15).astype(float)
EVENTS = RNG.poisson(PEOPLE * RNG.gamma(4, 0.02 / 4, 15))
SIZE = RNG.integers(20, 300, 12)
CASES = RNG.binomial(SIZE, RNG.beta(6, 20, 12))


def search(unlikely, start):
    options = {"xatol": 1e-10, "fatol": 1e-13, "maxiter": 5000}
    return np.exp(optimize.minimize(unlikely, np.log(start), method="Nelder-Mead", options=options).x)


def test_rates_shrink_by_the_most_likely_gamma():
    """A direct search over scipy's negative binomial likelihood; tolerance 1e-5."""

    def unlikely(logs):
        a, b = np.exp(logs)
        return -stats.nbinom.logpmf(EVENTS, a, b / (b + PEOPLE)).sum()

    a, b = search(unlikely, [2, 100])
    found = models.gamma_poisson_shrinkage(EVENTS, PEOPLE)
    np.testing.assert_allclose(found.estimate, (a + EVENTS) / (b + PEOPLE), rtol=1e-5)
    np.testing.assert_allclose(found.mean, a / b, rtol=1e-5)
    np.testing.assert_allclose(found.precision, b, rtol=1e-4)
    np.testing.assert_allclose(found.weight, PEOPLE / (b + PEOPLE), rtol=1e-4)
    assert np.all((found.lower < found.estimate) & (found.estimate < found.upper))


def test_shares_shrink_by_the_most_likely_beta():
    """A direct search over scipy's beta-binomial likelihood; tolerance 1e-5."""

    def unlikely(logs):
        return -stats.betabinom.logpmf(CASES, SIZE, *np.exp(logs)).sum()

    a, b = search(unlikely, [2, 5])
    found = models.beta_binomial_shrinkage(CASES, SIZE)
    np.testing.assert_allclose(found.estimate, (a + CASES) / (a + b + SIZE), rtol=1e-5)
    np.testing.assert_allclose(found.precision, a + b, rtol=1e-4)


@pytest.mark.parametrize(
    ("function", "numerator", "denominator"),
    [(models.gamma_poisson_shrinkage, EVENTS, PEOPLE), (models.beta_binomial_shrinkage, CASES, SIZE)],
)
def test_small_groups_move_further_and_all_move_towards_the_mean(function, numerator, denominator):
    found = function(numerator, denominator)
    raw = numerator / denominator
    between = (found.estimate - raw) * (found.mean - found.estimate)
    assert np.all(between >= -1e-12)
    order = np.argsort(denominator)
    assert np.all(np.diff(found.weight[order]) >= -1e-12)


def test_groups_alike_beyond_chance_get_one_rate():
    found = models.gamma_poisson_shrinkage([20, 20, 20, 20], [1000, 1000, 1000, 1000], per=100)
    np.testing.assert_allclose(found.estimate, 2)
    assert np.isinf(found.precision).all()
    np.testing.assert_allclose(found.weight, 0)
    # The pooled rate has the exact Poisson limits of all 80 events.
    np.testing.assert_allclose(found.lower, stats.gamma.ppf(0.025, 80) / 40)
    np.testing.assert_allclose(found.upper, stats.gamma.ppf(0.975, 81) / 40)
    shares = models.beta_binomial_shrinkage([5, 5, 5], [50, 50, 50])
    np.testing.assert_allclose(shares.estimate, 0.1)
    assert np.all(shares.lower < 0.1)


def test_families_do_not_touch_each_other_and_unknown_groups_stay_unknown():
    both = models.gamma_poisson_shrinkage(np.stack([EVENTS, EVENTS * 3]), PEOPLE)
    alone = models.gamma_poisson_shrinkage(EVENTS, PEOPLE)
    np.testing.assert_allclose(both.estimate[0], alone.estimate, rtol=1e-6)
    with_gap = models.gamma_poisson_shrinkage(np.append(EVENTS, np.nan), np.append(PEOPLE, 100))
    np.testing.assert_allclose(with_gap.estimate[:-1], alone.estimate, rtol=1e-6)
    assert np.isnan(with_gap.estimate[-1])


def test_what_cannot_be_fitted_is_undefined():
    assert np.isnan(models.gamma_poisson_shrinkage([3, 4], [10, 10]).estimate).all()
    assert np.isnan(models.gamma_poisson_shrinkage([0, 0, 0], [10, 10, 10]).estimate).all()
    assert np.isnan(models.beta_binomial_shrinkage([10, 10, 10], [10, 10, 10]).estimate).all()
    with pytest.raises(MeasureError, match="larger than denominator"):
        models.beta_binomial_shrinkage([3, 1, 1], [2, 2, 2])
    with pytest.raises(MeasureError, match="last axis"):
        models.gamma_poisson_shrinkage(3, 2)
