import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.contingency_tables import StratifiedTable

from arwap_analysis import inference
from arwap_analysis.errors import MeasureError

# Bickel, Hammel and O'Connell (1975), Science 187:398-404: admitted and rejected, men and women, six departments.
BERKELEY = np.array(
    [
        [[512, 313], [89, 19]],
        [[353, 207], [17, 8]],
        [[120, 205], [202, 391]],
        [[138, 279], [131, 244]],
        [[53, 138], [94, 299]],
        [[22, 351], [24, 317]],
    ]
)
STRATA = hnp.arrays(int, (4, 2, 2), elements=st.integers(1, 200))


@given(STRATA)
@settings(max_examples=50)
def test_mantel_haenszel_and_breslow_day_equal_statsmodels(tables):
    """statsmodels 0.15.0, StratifiedTable; relative tolerance 1e-7."""
    expected = StratifiedTable(list(np.moveaxis(tables, 0, 0).astype(float)))
    ratio = inference.mantel_haenszel_odds_ratio(tables)
    np.testing.assert_allclose(ratio.estimate, expected.oddsratio_pooled, rtol=1e-7)
    np.testing.assert_allclose([ratio.lower, ratio.upper], expected.oddsratio_pooled_confint(), rtol=1e-7)
    for corrected in (True, False):
        if corrected and abs(np.sum(tables[:, 0, 0]) - np.sum(expected_cells(tables))) < 0.5:
            continue  # statsmodels takes the half off here too; R and we do not
        test = inference.cochran_mantel_haenszel_test(tables, correction=corrected)
        theirs = expected.test_null_odds(correction=corrected)
        np.testing.assert_allclose(test.statistic, theirs.statistic, rtol=1e-7, atol=1e-9)
    homogeneity = inference.breslow_day_test(tables)
    assert homogeneity.df == 3
    if abs(expected.oddsratio_pooled - 1) > 1e-6:  # at 1 its quadratic has no square term, and it divides by it
        theirs = expected.test_equal_odds(adjust=True)
        np.testing.assert_allclose(homogeneity.statistic, theirs.statistic, rtol=1e-6, atol=1e-8)


def expected_cells(tables):
    return tables[:, 0].sum(-1) * tables[:, :, 0].sum(-1) / tables.sum((-2, -1))


def test_berkeley_turns_round_within_departments():
    """Men are admitted more often over all (odds ratio 1.84); within departments 0.90 (R's mantelhaen.test)."""
    total = BERKELEY.sum(axis=0)
    assert total[0, 0] * total[1, 1] / (total[0, 1] * total[1, 0]) == pytest.approx(1.84, abs=0.005)
    found = inference.mantel_haenszel_odds_ratio(BERKELEY)
    assert found.estimate == pytest.approx(0.9046968, rel=1e-6)
    assert found.p_value == pytest.approx(0.2169237, rel=1e-6)
    assert inference.breslow_day_test(BERKELEY).p_value < 0.01


def test_empty_strata_weigh_nothing_and_sparse_ones_are_undefined():
    with_empty = np.concatenate([BERKELEY, np.zeros((1, 2, 2))])
    np.testing.assert_allclose(
        inference.mantel_haenszel_odds_ratio(with_empty).estimate,
        inference.mantel_haenszel_odds_ratio(BERKELEY).estimate,
    )
    assert inference.breslow_day_test(with_empty).df == 5
    nobody = np.array([[[0, 5], [0, 7]]])
    assert np.isnan(inference.cochran_mantel_haenszel_test(nobody).p_value)
    assert np.isnan(inference.mantel_haenszel_odds_ratio(nobody).estimate)
    assert np.isnan(inference.breslow_day_test(nobody).p_value)
    with pytest.raises(MeasureError, match="strata, 2, 2"):
        inference.breslow_day_test([[1, 2], [3, 4]])


A, N = np.array([12.0, 30, 8, 45]), np.array([800.0, 1500, 300, 4000])
B, M = np.array([40.0, 90, 70, 160]), np.array([9000.0, 11_000, 6000, 30_000])


def poisson_model(common):
    import statsmodels.api as sm

    area = np.kron(np.ones((2, 1)), np.eye(4))
    group = np.repeat([1.0, 0.0], 4)[:, None]
    design = np.hstack([area, group]) if common else np.hstack([area, group * area])
    model = sm.GLM(np.append(A, B), design, family=sm.families.Poisson(), offset=np.log(np.append(N, M)))
    return model.fit(tol=1e-14)


def test_the_common_rate_ratio_is_that_of_the_poisson_model():
    """statsmodels' Poisson GLM with an effect for each area; relative tolerance 1e-7."""
    found = inference.common_rate_ratio(A, N, reference_numerator=B, reference_denominator=M)
    model = poisson_model(common=True)
    np.testing.assert_allclose(np.log(found.estimate), model.params[-1], rtol=1e-7)
    np.testing.assert_allclose(found.standard_error, model.bse[-1], rtol=1e-7)
    np.testing.assert_allclose(found.p_value, model.pvalues[-1], rtol=1e-5)


def test_homogeneity_of_rate_ratios_is_the_deviance_of_that_model():
    found = inference.homogeneity_of_rate_ratios(A, N, reference_numerator=B, reference_denominator=M)
    np.testing.assert_allclose(found.statistic, poisson_model(common=True).deviance, rtol=1e-7)
    assert found.df == 3


def test_strata_without_events_or_knowledge_say_nothing():
    arguments = {"reference_numerator": np.append(B, [0, 5]), "reference_denominator": np.append(M, [10, 10])}
    found = inference.homogeneity_of_rate_ratios(np.append(A, [0, np.nan]), np.append(N, [10, 10]), **arguments)
    plain = inference.homogeneity_of_rate_ratios(A, N, reference_numerator=B, reference_denominator=M)
    np.testing.assert_allclose([found.statistic, found.df], [plain.statistic, 3])
    none = inference.common_rate_ratio([0, 0], [5, 5], reference_numerator=[3, 4], reference_denominator=[5, 5])
    assert np.isnan([none.estimate, none.lower, none.p_value]).all()
    one = inference.homogeneity_of_rate_ratios([3], [5], reference_numerator=[3], reference_denominator=[5])
    assert np.isnan(one.p_value)
