import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from arwap_analysis import models
from arwap_analysis.errors import DataError, MeasureError

# Das Gupta (1993), Standardization and decomposition of rates, Census Bureau P23-186, table 5.1: household headship
# per 100 people in 13 age bands, United States, 1970 and 1985: shares of the bands (per cent) and rates.
BANDS = [f"{age}-{age + 4}" for age in range(15, 75, 5)] + ["75+"]
SHARES = np.array(
    [
        [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9],
        [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5],
    ]
)
RATES = np.array(
    [
        [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8],
        [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2],
    ]
)
COUNTS = hnp.arrays(int, 4, elements=st.integers(1, 60))
STRATA = ["a", "b", "c", "d"]


def decompose(x, n, y, m, **options):
    return models.kitagawa_decomposition(
        x, n, reference_events=y, reference_people=m, strata=STRATA[: len(x)], **options
    )


def test_headship_rates_fall_into_the_published_parts():
    """Das Gupta (1993) and DasGuptR 2.1.0, dgnpop: 1.2269 by age, 1.7403 by rates, of 2.9672; tolerance 1e-4."""
    people = SHARES * 10
    found = models.kitagawa_decomposition(
        *(RATES[1] / 100 * people[1], people[1]),
        reference_events=RATES[0] / 100 * people[0],
        reference_people=people[0],
        strata=BANDS,
        per=100,
    )
    assert found.at(part="gap")["estimate"] == pytest.approx(2.9672, abs=1e-4)
    assert found.at(part="composition", stratum="total")["estimate"] == pytest.approx(1.2269, abs=1e-4)
    assert found.at(part="rates", stratum="total")["estimate"] == pytest.approx(1.7403, abs=1e-4)
    assert found.sentence.startswith("The gap is +2.97: +1.23 goes with the make-up")


@given(COUNTS, COUNTS, COUNTS, COUNTS)
@settings(max_examples=50, deadline=None)
def test_parts_and_strata_add_up_and_swapping_turns_the_sign(x, more, y, others):
    n, m = x + more, y + others
    found, other = decompose(x, n, y, m), decompose(y, m, x, n)
    gap = x.sum() / n.sum() - y.sum() / m.sum()
    assert found.at(part="gap")["estimate"] == pytest.approx(gap)
    table = found.frame()
    totals = table[(table.stratum == "total") & (table.part != "gap")].estimate
    assert totals.sum() == pytest.approx(gap)
    np.testing.assert_allclose(table[table.stratum != "total"].groupby("part").estimate.sum(), totals, atol=1e-12)
    np.testing.assert_allclose(other.estimate, -found.estimate, atol=1e-12)
    np.testing.assert_allclose(other.se, found.se, atol=1e-12)


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.integers(2, 100))
@settings(max_examples=20, deadline=None)
def test_more_people_in_the_same_shares_leave_parts_and_narrow_intervals(x, more, y, others, factor):
    n, m = x + more, y + others
    once, many = decompose(x, n, y, m), decompose(factor * x, factor * n, factor * y, factor * m)
    np.testing.assert_allclose(many.estimate, once.estimate, atol=1e-12)
    np.testing.assert_allclose(many.se, once.se / np.sqrt(factor), atol=1e-12)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
@settings(max_examples=30, deadline=None)
def test_the_error_of_the_whole_gap_is_that_of_two_binomials(x, more, y, others):
    n, m = x + more, y + others
    p, q = x.sum() / n.sum(), y.sum() / m.sum()
    assert decompose(x, n, y, m).se[0] == pytest.approx(np.sqrt(p * (1 - p) / n.sum() + q * (1 - q) / m.sum()))
    rate = decompose(x, n, y, m, outcome="rate")
    assert rate.se[0] == pytest.approx(np.sqrt(x.sum() / n.sum() ** 2 + y.sum() / m.sum() ** 2))


def test_errors_of_the_parts_are_those_of_simulated_samples():
    """20,000 multinomial samples with a fixed seed; relative tolerance 3%."""
    rng = np.random.default_rng(1)
    n, m = np.array([2000, 3000, 5000]), np.array([4000, 3000, 3000])
    p, q = np.array([0.1, 0.2, 0.4]), np.array([0.15, 0.15, 0.3])
    found = decompose(p * n, n, q * m, m)
    draws = []
    for share, risk in ((n, p), (m, q)):
        people = rng.multinomial(10_000, share / 10_000, 20_000)
        draws.append((people / 10_000, rng.binomial(people, risk) / people))
    (w, a), (v, b) = draws
    composition, rates = ((w - v) * (a + b) / 2).sum(axis=1), ((a - b) * (w + v) / 2).sum(axis=1)
    middle = ((w * a).sum(axis=1) + (v * b).sum(axis=1)) / 2
    detail = (w - v) * ((a + b) / 2 - middle[:, None])
    np.testing.assert_allclose(found.se[[1, 5]], [composition.std(), rates.std()], rtol=0.03)
    np.testing.assert_allclose(found.se[2:5], detail.std(axis=0), rtol=0.03)


def test_equal_make_up_leaves_everything_to_rates():
    found = decompose([5, 10], [50, 100], [10, 30], [100, 200])
    assert found.at(part="composition", stratum="total")["estimate"] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("x", "n", "options", "message"),
    [
        ([1, 2], [10, 0], {}, "nobody is in this stratum"),
        ([1, np.nan], [10, 10], {}, "a count is missing"),
        ([1, 20], [10, 10], {}, "more events than people"),
        ([1, 2, 3], [10, 10], {}, "each of the"),
        ([1, 2], [10, 10], {"outcome": "odds"}, "'proportion' or 'rate'"),
    ],
)
def test_what_has_no_rate_is_refused(x, n, options, message):
    with pytest.raises((DataError, MeasureError), match=message):
        decompose(x, n, [1, 2], [10, 10], **options)


def test_events_may_outnumber_people_in_rates():
    assert np.isfinite(decompose([30, 5], [10, 10], [1, 2], [10, 10], outcome="rate", per=1000).se).all()
