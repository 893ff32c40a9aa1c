"""Agreement between coders, held against the worked examples of those who proposed each coefficient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.inter_rater import cohens_kappa as statsmodels_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from arwap_analysis import inference
from arwap_analysis.errors import MeasureError

NO = np.nan
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C: four observers, twelve units.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
        [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
    ]
)
# Three coders and fifteen units: the other example in wide use, with more values missing than not.
FIFTEEN = np.array(
    [
        [NO, NO, NO, NO, NO, 3, 4, 1, 2, 1, 1, 3, 3, NO, 3],
        [1, NO, 2, 1, 3, 3, 4, 3, NO, NO, NO, NO, NO, NO, NO],
        [NO, NO, 2, 1, 3, 4, 4, NO, 2, 1, 1, 3, 3, NO, 4],
    ]
)
# Fleiss (1971), table 1: thirty patients, six psychiatrists, five diagnoses; as counts by diagnosis.
FLEISS = np.array(
    [[0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
     [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
     [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
     [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
     [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6]]
)  # fmt: skip
# Cohen (1960) and (1968): two hundred patients, three diagnoses.
COHEN = 200 * np.array([[0.44, 0.07, 0.09], [0.05, 0.20, 0.05], [0.01, 0.03, 0.06]])
COHEN_WEIGHTS = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
TABLES = hnp.arrays(int, (4, 4), elements=st.integers(0, 40)).filter(
    lambda t: len(set(np.flatnonzero(t.sum(0))) | set(np.flatnonzero(t.sum(1)))) > 1
)
RATINGS = hnp.arrays(float, (3, 8), elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, NO]))


@pytest.mark.parametrize(
    ("level", "printed", "more_digits"),
    [
        ("nominal", 0.743, 0.743421052631579),
        ("ordinal", 0.815, 0.8153875037548814),
        ("interval", 0.849, 0.8491071428571428),
        ("ratio", 0.797, 0.7974027747116121),
    ],
)
def test_alpha_equals_krippendorffs_own_example(level, printed, more_digits):
    """Printed in Krippendorff (2011), sections C and E; more digits from a public implementation's tests (1e-12)."""
    found = float(inference.krippendorffs_alpha(KRIPPENDORFF, level=level).estimate)
    assert round(found, 3) == printed
    assert found == pytest.approx(more_digits, rel=1e-12)


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.691358024691358), ("interval", 0.8108448928121059)])
def test_alpha_takes_data_of_which_more_is_missing_than_there(level, value):
    """The example of three coders and fifteen units, printed as 0.691 and 0.811."""
    assert inference.krippendorffs_alpha(FIFTEEN, level=level).estimate == pytest.approx(value, rel=1e-12)


def test_a_unit_with_one_value_does_not_count():
    assert inference.krippendorffs_alpha(KRIPPENDORFF[:, :11]).estimate == pytest.approx(
        float(inference.krippendorffs_alpha(KRIPPENDORFF).estimate), rel=1e-15
    )


def test_fleiss_kappa_equals_the_table_of_1971():
    """Fleiss (1971) prints .430; R's irr::kappam.fleiss(diagnoses) prints 0.4302445."""
    assert FLEISS.shape == (30, 5)
    assert (FLEISS.sum(axis=1) == 6).all()
    assert inference.fleiss_kappa(FLEISS).estimate == pytest.approx(0.4302445, abs=5e-8)


def test_cohens_kappa_equals_the_tables_of_1960_and_1968():
    """Cohen prints .492, weighted .348 (as R's psych::cohen.kappa quotes them)."""
    assert round(float(inference.cohens_kappa(COHEN).estimate), 3) == 0.492
    assert round(float(inference.cohens_kappa(COHEN, weights=COHEN_WEIGHTS).estimate), 3) == 0.348
    lopsided = [[0, 1, 4], [1, 0, 6], [2, 2, 0]]
    assert round(float(inference.cohens_kappa(COHEN, weights=lopsided).estimate), 3) == 0.353


def test_cohens_kappa_and_its_error_equal_a_printout_of_sas():
    """SAS, quoted in statsmodels' tests: kappa 0.4842, error 0.1380, limits 0.2137 and 0.7547."""
    found = inference.cohens_kappa([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
    values = [found.estimate, found.standard_error, found.lower, found.upper]
    np.testing.assert_allclose(values, [0.4842, 0.1380, 0.2137, 0.7547], atol=5e-5)


# In emptier tables statsmodels takes roots of rounding errors below 0.
@given(hnp.arrays(int, (4, 4), elements=st.integers(1, 40)))
def test_cohens_kappa_equals_statsmodels(table):
    """statsmodels 0.15 with no, linear and quadratic weights; relative tolerance 1e-9."""
    for ours, theirs in (("none", None), ("linear", "linear"), ("quadratic", "fc")):
        found = inference.cohens_kappa(table, weights=ours)
        expected = statsmodels_kappa(table.astype(float), wt=theirs, return_results=True)
        assert found.estimate == pytest.approx(expected.kappa, rel=1e-9, abs=1e-12)
        assert found.standard_error == pytest.approx(expected.std_kappa, rel=1e-6, abs=1e-7)


@given(hnp.arrays(int, (9, 3), elements=st.integers(0, 5)).filter(lambda t: (t.sum(0) > 0).sum() > 1))
def test_fleiss_kappa_equals_statsmodels(table):
    table[:, 2] = 15 - table[:, 0] - table[:, 1]
    assert inference.fleiss_kappa(table).estimate == pytest.approx(statsmodels_fleiss(table), rel=1e-9, abs=1e-12)


@given(RATINGS)
def test_full_agreement_is_one_and_nothing_is_more(ratings):
    for level in ("nominal", "ordinal", "interval", "ratio"):
        alpha = inference.krippendorffs_alpha(ratings, level=level).estimate
        assert np.isnan(alpha) or alpha <= 1 + 1e-12
        same = np.tile(ratings[:1], (3, 1))
        alpha = inference.krippendorffs_alpha(same, level=level).estimate
        several = np.unique(same[~np.isnan(same)]).size > 1
        assert alpha == pytest.approx(1) if several else np.isnan(alpha)


@given(RATINGS, st.permutations(range(3)), st.permutations(range(8)))
def test_the_order_of_coders_and_units_changes_nothing(ratings, coders, units):
    for level in ("nominal", "ordinal", "interval", "ratio"):
        found = inference.krippendorffs_alpha(ratings[list(coders)][:, list(units)], level=level).estimate
        expected = inference.krippendorffs_alpha(ratings, level=level).estimate
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@given(RATINGS)
def test_ordinal_alpha_knows_ranks_alone(ratings):
    found = inference.krippendorffs_alpha(ratings**3 + 10, level="ordinal").estimate
    np.testing.assert_allclose(found, inference.krippendorffs_alpha(ratings, level="ordinal").estimate, rtol=1e-9)


@given(TABLES)
def test_swapping_the_two_coders_leaves_kappa_which_is_at_most_one(table):
    found, swapped = inference.cohens_kappa(table), inference.cohens_kappa(table.T)
    assert found.estimate == pytest.approx(float(swapped.estimate), rel=1e-9, abs=1e-12)
    assert found.estimate <= 1
    assert found.upper <= 1


def test_many_strata_at_once_equal_one_after_the_other():
    many = np.stack([KRIPPENDORFF, KRIPPENDORFF[::-1] % 3, KRIPPENDORFF > 2])
    many[2][np.isnan(KRIPPENDORFF)] = NO
    for level in ("nominal", "ordinal", "interval"):
        together = inference.krippendorffs_alpha(many, level=level, rng=np.random.default_rng(1))
        for number, one in enumerate(many):
            alone = inference.krippendorffs_alpha(one, level=level, rng=np.random.default_rng(1))
            np.testing.assert_allclose(together.estimate[number], alone.estimate, rtol=1e-12)
            np.testing.assert_allclose(together.lower[number], alone.lower, rtol=1e-9)
    assert inference.cohens_kappa(np.stack([COHEN, COHEN.T])).shape == (2,)
    assert inference.percent_agreement(many).shape == (3,)


def test_an_interval_is_the_same_for_the_same_seed_and_holds_the_estimate():
    first, again, other = (
        inference.krippendorffs_alpha(np.tile(KRIPPENDORFF, 4), rng=np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
    assert (first.lower, first.upper) == (again.lower, again.upper)
    assert first.lower != other.lower
    assert first.lower < first.estimate < first.upper


def test_a_bootstrap_interval_equals_its_definition():
    """Each draw is the alpha of the units drawn, computed anew."""
    found = inference.krippendorffs_alpha(KRIPPENDORFF, level="ordinal", rng=np.random.default_rng(5), draws=1000)
    times = np.random.default_rng(5).multinomial(12, np.full(12, 1 / 12), size=1000)
    drawn = [
        float(inference.krippendorffs_alpha(np.repeat(KRIPPENDORFF, n, axis=1), level="ordinal").estimate)
        for n in times
    ]
    np.testing.assert_allclose([found.lower, found.upper], np.quantile(drawn, [0.025, 0.975]), rtol=1e-9)


def test_no_interval_is_made_where_a_draw_has_nothing_to_agree_about_or_none_disagrees():
    rare = np.zeros((2, 30))
    rare[:, 0] = 1
    rare[0, 1] = 1
    found = inference.krippendorffs_alpha(rare, rng=np.random.default_rng(0))
    assert np.isfinite(found.estimate)
    assert np.isnan(found.lower)
    perfect = inference.krippendorffs_alpha(np.tile([0.0, 1.0], (3, 40)), rng=np.random.default_rng(0))
    assert perfect.estimate == 1
    assert np.isnan(perfect.lower)
    assert np.isnan(inference.fleiss_kappa(FLEISS).lower)
    interval = inference.fleiss_kappa(FLEISS, rng=np.random.default_rng(0))
    assert interval.lower < 0.43 < interval.upper


def test_nothing_to_agree_about_is_undefined_and_never_full_agreement():
    assert np.isnan(inference.krippendorffs_alpha(np.ones((3, 5))).estimate)
    assert np.isnan(inference.krippendorffs_alpha(np.full((3, 5), NO)).estimate)
    assert np.isnan(inference.cohens_kappa([[7, 0], [0, 0]]).estimate)
    assert np.isnan(inference.cohens_kappa(np.zeros((2, 2))).estimate)
    assert np.isnan(inference.fleiss_kappa([[4, 0], [4, 0]]).estimate)
    assert np.isnan(inference.percent_agreement([[1, NO], [NO, 1]]))


def test_percent_agreement_is_the_share_of_equal_pairs():
    assert inference.percent_agreement([[1, 2, 3, 4], [1, 2, 3, 3]]) == 0.75


@pytest.mark.parametrize(
    "call",
    [
        lambda: inference.krippendorffs_alpha([1, 2, 3]),
        lambda: inference.krippendorffs_alpha(KRIPPENDORFF, level="nominel"),
        lambda: inference.krippendorffs_alpha([[1, -2], [1, 2]], level="ratio"),
        lambda: inference.krippendorffs_alpha(KRIPPENDORFF, rng=np.random.default_rng(0), draws=10),
        lambda: inference.krippendorffs_alpha([[1, np.inf], [1, 2]]),
        lambda: inference.fleiss_kappa([[3, 0], [1, 1]]),
        lambda: inference.fleiss_kappa([[1, 0], [0, 1]]),
        lambda: inference.cohens_kappa(np.ones((2, 3))),
        lambda: inference.cohens_kappa([[1, -1], [1, 1]]),
        lambda: inference.cohens_kappa(np.ones((2, 2)), weights="cubic"),
        lambda: inference.cohens_kappa(np.ones((2, 2)), weights=[[1, 1], [1, 0]]),
    ],
)
def test_what_cannot_be_a_coding_is_refused(call):
    with pytest.raises(MeasureError):
        call()
