import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from arwap_analysis import models
from arwap_analysis.errors import DataError, MeasureError

# Bickel, Hammel and O'Connell (1975), Science 187:398-404: admitted of all who applied, by department and sex.
DEPARTMENTS = np.repeat(list("ABCDEF"), 2)
SEX = np.tile(["men", "women"], 6)
ADMITTED = np.array([512, 89, 353, 17, 120, 202, 138, 131, 53, 94, 22, 24])
APPLIED = np.array([825, 108, 560, 25, 325, 593, 417, 375, 191, 393, 373, 341])
BERKELEY = {"group": SEX, "reference": "men", "covariates": {"department": DEPARTMENTS}}


def people(numbers=4000, seed=5):
    rng = np.random.default_rng(seed)
    group = rng.choice(["Asian", "Black", "White"], numbers, p=[0.2, 0.2, 0.6])
    age = rng.choice(["0-17", "18-64", "65+"], numbers)
    area = rng.choice(["Cardiff", "Gwynedd", "Powys"], numbers)
    score = -1 + 0.6 * (group == "Black") - 0.4 * (age == "65+") + 0.2 * (area == "Powys")
    return group, age, area, (rng.random(numbers) < 1 / (1 + np.exp(-score))).astype(float)


GROUP, AGE, AREA, OUTCOME = people()
LABELS = {"group": GROUP, "reference": "White", "covariates": {"age": AGE, "area": AREA}}


def row_matrix(fitted):
    """Rows of people in the columns of the fitted model, built here from the labels."""
    levels = dict(zip(("group", "age", "area"), fitted.design.cells.levels, strict=True))
    columns = [np.ones(GROUP.size)]
    for name, values in (("group", GROUP), ("age", AGE), ("area", AREA)):
        columns += [(values == level).astype(float) for level in levels[name][1:]]
    return np.column_stack(columns)


def grouped(outcome, square=False):
    keys = np.array([f"{g}|{a}|{w}" for g, a, w in zip(GROUP, AGE, AREA, strict=True)])
    cells, where = np.unique(keys, return_inverse=True)
    labels = [np.array(column) for column in zip(*(cell.split("|") for cell in cells), strict=True)]
    sums = [np.bincount(where, weights=w) for w in (outcome, np.ones(outcome.size), outcome**2)]
    named = {"group": labels[0], "reference": "White", "covariates": {"age": labels[1], "area": labels[2]}}
    return (sums if square else sums[:2]), named


@pytest.mark.parametrize("by_cell", [True, False])
def test_logistic_on_counts_equals_statsmodels_on_rows_of_people(by_cell):
    """statsmodels 0.15.0, Logit on 4,000 rows; absolute tolerance 1e-8."""
    (cases, size), labels = grouped(OUTCOME) if by_cell else ((OUTCOME, 1.0), LABELS)
    fitted = models.fit_adjusted(cases, size, **labels)
    rows = sm.Logit(OUTCOME, row_matrix(fitted)).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(fitted.estimate, rows.params, atol=1e-8)
    np.testing.assert_allclose(fitted.se, rows.bse, atol=1e-8)
    np.testing.assert_allclose(fitted.p_value, rows.pvalues, atol=1e-8)


def test_poisson_on_counts_equals_robust_statsmodels_on_rows_of_people():
    """statsmodels 0.15.0, GLM Poisson with HC0 errors on 4,000 rows; absolute tolerance 1e-8."""
    (cases, size), labels = grouped(OUTCOME)
    fitted = models.fit_adjusted(cases, size, model="poisson", **labels)
    rows = sm.GLM(OUTCOME, row_matrix(fitted), family=sm.families.Poisson()).fit(cov_type="HC0", tol=1e-12)
    np.testing.assert_allclose(fitted.estimate, rows.params, atol=1e-8)
    np.testing.assert_allclose(fitted.se, rows.bse, atol=1e-8)


@pytest.mark.parametrize(("errors", "theirs"), [("model", "nonrobust"), ("robust", "HC1")])
def test_linear_on_sums_equals_statsmodels_on_rows_of_people(errors, theirs):
    """statsmodels 0.15.0, OLS on 4,000 rows; absolute tolerance 1e-8."""
    value = 12 + 3 * OUTCOME + np.sin(np.arange(OUTCOME.size))
    (total, size, squares), labels = grouped(value, square=True)
    fitted = models.fit_adjusted(total, size, squares=squares, model="linear", errors=errors, **labels)
    rows = sm.OLS(value, row_matrix(fitted)).fit(cov_type=theirs)
    np.testing.assert_allclose(fitted.estimate, rows.params, atol=1e-8)
    np.testing.assert_allclose(fitted.se, rows.bse, atol=1e-8)


def test_rates_of_repeated_events_equal_statsmodels_with_an_offset():
    """statsmodels 0.15.0, GLM Poisson with log person-time as offset, scale X2 and HC0; absolute tolerance 1e-8."""
    (_, size), labels = grouped(OUTCOME)
    events = np.random.default_rng(3).negative_binomial(5, 5 / (5 + 2 * size))
    fitted = models.fit_adjusted(events, size, model="rate", **labels)
    matrix, cells = fitted.design.matrix(), fitted.design.cells
    peer = sm.GLM(cells.total, matrix, family=sm.families.Poisson(), offset=np.log(cells.people))
    theirs = peer.fit(tol=1e-12, scale="X2")
    assert theirs.scale > 1
    np.testing.assert_allclose(fitted.estimate, theirs.params, atol=1e-8)
    np.testing.assert_allclose(fitted.se, theirs.bse, atol=1e-8)
    robust = models.fit_adjusted(events, size, model="rate", errors="robust", **labels)
    np.testing.assert_allclose(robust.se, peer.fit(tol=1e-12, cov_type="HC0").bse, atol=1e-8)
    assert robust.ratios().sentence.startswith("At equal age and area, the rate ratio of Asian is")
    found = models.standardised_disparities(fitted)
    assert found.rows[0][1][0] == "rate"
    assert " per 1,000 (" in found.sentence


def test_counts_less_scattered_than_chance_do_not_narrow_a_rates_interval():
    size = np.array([100.0, 200, 300, 400])
    labels = {"group": ["a", "a", "b", "b"], "reference": "a", "covariates": {"sex": ["f", "m", "f", "m"]}}
    fitted = models.fit_adjusted(0.5 * size, size, model="rate", **labels)
    np.testing.assert_allclose(fitted.se[1] ** 2, np.linalg.inv(_information(fitted))[1, 1], rtol=1e-8)


def _information(fitted):
    matrix, cells = fitted.design.matrix(), fitted.design.cells
    return (matrix * (0.5 * cells.people)[:, None]).T @ matrix


def test_numbers_are_fitted_as_numbers_and_interactions_let_groups_differ():
    years = np.where(AGE == "65+", 70.0, np.where(AGE == "0-17", 9.0, 40.0)) / 10
    fitted = models.fit_adjusted(
        OUTCOME, group=GROUP, reference="White", covariates={"years": years}, interactions=["years"]
    )
    black, asian = (GROUP == "Black").astype(float), (GROUP == "Asian").astype(float)
    matrix = np.column_stack([np.ones(GROUP.size), asian, black, years, asian * years, black * years])
    rows = sm.Logit(OUTCOME, matrix).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(fitted.estimate, rows.params, atol=1e-7)
    assert fitted.frame()["crossed_with"].tolist() == ["", "", "", "", "Asian", "Black"]


# marginaleffects 0.6.0 for Python on statsmodels 0.15.0, one row a person: avg_comparisons(model, variables="sex",
# comparison="difference", "lnratioavg") of logit("y ~ sex + C(dept)"): estimate and standard error. Their limits come
# from t, ours from z.
MARGINAL_DIFFERENCE = (0.019497043274, 0.015672032826)
MARGINAL_LOG_RATIO = (0.050009803605, 0.039996193744)


def test_standardised_disparities_equal_marginaleffects():
    """Berkeley admissions; absolute tolerance 1e-7 (their slopes are numerical)."""
    found = models.standardised_disparities(models.fit_adjusted(ADMITTED, APPLIED, **BERKELEY))
    gap, ratio = found.at(quantity="risk difference"), found.at(quantity="risk ratio")
    np.testing.assert_allclose([gap["estimate"], gap["standard_error"]], MARGINAL_DIFFERENCE, atol=1e-7)
    np.testing.assert_allclose([np.log(ratio["estimate"]), ratio["standard_error"]], MARGINAL_LOG_RATIO, atol=1e-7)
    risks = found.estimate[:2]
    np.testing.assert_allclose([risks[1] - risks[0], risks[1] / risks[0]], [gap["estimate"], ratio["estimate"]])
    assert found.sentence == (
        "If every group had the same department, the widest gap would be that of women against men: "
        "+1.9 percentage points (-1.1 to +5.0)."
    )


def test_without_covariates_standardisation_returns_the_crude_risks():
    found = models.standardised_disparities(
        models.fit_adjusted(ADMITTED, APPLIED, group=SEX, reference="men", covariates={})
    )
    men, women = SEX == "men", SEX == "women"
    crude = [ADMITTED[chosen].sum() / APPLIED[chosen].sum() for chosen in (men, women)]
    np.testing.assert_allclose(found.estimate[:2], crude, rtol=1e-10)
    np.testing.assert_allclose(found.estimate[2], crude[1] - crude[0], rtol=1e-10)
    np.testing.assert_allclose(found.se[:2] ** 2, np.array(crude) * (1 - np.array(crude)) / [2691, 1835], rtol=1e-8)


def test_a_linear_model_standardises_means_and_has_no_odds():
    fitted = models.fit_adjusted(OUTCOME, model="linear", **LABELS)
    found = models.standardised_disparities(fitted)
    rows = fitted.frame().set_index(["variable", "level"])["estimate"]
    gap = found.at(quantity="difference in means", group="Black")["estimate"]
    assert gap == pytest.approx(rows["group", "Black"])
    with pytest.raises(MeasureError, match="differences, not ratios"):
        fitted.ratios()


def test_the_ratios_are_those_of_the_groups_and_the_sentence_says_them():
    found = models.fit_adjusted(ADMITTED, APPLIED, **BERKELEY).ratios()
    assert found.at(group="women")["estimate"] == pytest.approx(1.105, abs=5e-4)  # Agresti (2013), section 6.3.3
    assert found.sentence.startswith("At equal department, the odds ratio of women is 1.11 (")
    assert found.n.tolist() == [1835]


@given(st.integers(2, 50), st.integers(0, 5))
@settings(max_examples=20, deadline=None)
def test_more_people_in_the_same_shares_leave_estimates_and_narrow_intervals(factor, seed):
    group, age, _, outcome = people(600, seed)
    labels = {"group": group, "reference": "White", "covariates": {"age": age}}
    once = models.standardised_disparities(models.fit_adjusted(outcome, **labels))
    many = models.standardised_disparities(models.fit_adjusted(factor * outcome, np.full(600, factor), **labels))
    np.testing.assert_allclose(many.estimate, once.estimate, rtol=1e-7)
    np.testing.assert_allclose(many.se, once.se / np.sqrt(factor), rtol=1e-7)


@given(st.integers(0, 20))
@settings(max_examples=15, deadline=None)
def test_swapping_two_groups_turns_differences_and_ratios_round(seed):
    group, age, _, outcome = people(500, seed)
    two = np.where(group == "White", "White", "other groups")

    def found(reference):
        return models.standardised_disparities(
            models.fit_adjusted(outcome, group=two, reference=reference, covariates={"age": age})
        )

    one, other = found("White"), found("other groups")
    assert one.estimate[2] == pytest.approx(-other.estimate[2], abs=1e-9)
    assert one.estimate[3] == pytest.approx(1 / other.estimate[3], rel=1e-8)
    assert one.se[2] == pytest.approx(other.se[2], rel=1e-6)


@pytest.mark.parametrize("model", ["logistic", "poisson"])
def test_a_level_in_which_nobody_has_the_outcome_is_named(model):
    outcome = np.where(AREA == "Powys", 0.0, OUTCOME)
    with pytest.raises(DataError) as caught:
        models.fit_adjusted(outcome, model=model, **LABELS)
    (fault,) = caught.value.faults
    assert (fault.code, fault.column, fault.value) == ("separation", "area", "Powys")
    assert "nobody of the" in fault.message
    assert fault.hint.startswith("Merge the level")


@given(st.sampled_from(["0-17", "18-64", "65+"]), st.booleans())
@settings(max_examples=6, deadline=None)
def test_perfect_separation_of_any_level_is_named(level, everybody):
    outcome = np.where(level == AGE, float(everybody), OUTCOME)
    with pytest.raises(DataError) as caught:
        models.fit_adjusted(outcome, **LABELS)
    assert [(f.column, f.value) for f in caught.value.faults] == [("age", level)]


def test_everybody_having_the_outcome_is_no_separation_for_risk_ratios():
    outcome = np.where(AREA == "Powys", 1.0, OUTCOME)
    assert np.all(np.isfinite(models.fit_adjusted(outcome, model="poisson", **LABELS).se))


@pytest.mark.parametrize("model", ["logistic", "poisson"])
def test_separation_by_two_covariates_together_is_named(model):
    corner = (AREA == "Powys") & (GROUP == "Black")
    outcome = np.where(corner, 0.0, OUTCOME)
    with pytest.raises(DataError) as caught:
        models.fit_adjusted(outcome, model=model, interactions=["area"], references={"area": "Cardiff"}, **LABELS)
    assert ("separation", "area", "Powys") in [(f.code, f.column, f.value) for f in caught.value.faults]
    assert "within group 'Black'" in str(caught.value)


def test_separation_by_a_number_is_named():
    years = np.linspace(0, 90, GROUP.size)
    with pytest.raises(DataError) as caught:
        models.fit_adjusted((years > 45).astype(float), group=GROUP, reference="White", covariates={"years": years})
    assert ("separation", "years") in [(f.code, f.column) for f in caught.value.faults]


def test_columns_that_cannot_be_told_apart_are_named():
    board = np.where(AREA == "Powys", "Powys Teaching", "elsewhere")
    for first, named in (("Cardiff", "area 'Powys'"), ("Powys", "area")):
        with pytest.raises(DataError) as caught:
            models.fit_adjusted(
                OUTCOME,
                group=GROUP,
                reference="White",
                covariates={"area": AREA, "board": board},
                references={"area": first},
            )
        (fault,) = caught.value.faults
        assert (fault.code, fault.column) == ("collinear", "board")
        assert fault.message == f"board 'Powys Teaching' cannot be told apart from {named}"


def test_an_interaction_without_people_is_named():
    kept = ~((AREA == "Powys") & (GROUP == "Black"))
    with pytest.raises(DataError, match="nobody is in area 'Powys' within group 'Black'"):
        models.fit_adjusted(
            OUTCOME[kept],
            group=GROUP[kept],
            reference="White",
            covariates={"area": AREA[kept]},
            interactions=["area"],
            references={"area": "Cardiff"},
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"numerator": [np.nan] * 12}, "no usable numerator"),
        ({"numerator": -ADMITTED}, "no usable numerator"),
        ({"denominator": ADMITTED - 1}, "must not be larger"),
        ({"group": np.arange(12)}, "labels, not numbers"),
        ({"group": ["men"] * 12}, "two groups"),
        ({"group": SEX[:5]}, "shape"),
        ({"group": [None, *SEX[1:]]}, "label is missing"),
        ({"reference": "man"}, "Did you mean 'men'"),
        ({"covariates": {"department": [np.nan] * 12}}, "number is missing"),
        ({"covariates": {"group": DEPARTMENTS}}, "no covariate may be called"),
        ({"references": {"departmant": "A"}}, "Did you mean 'department'"),
        ({"interactions": ["area"]}, "no covariate is called 'area'"),
        ({"model": "probit"}, "must be one of"),
        ({"model": "linear"}, "need 'squares'"),
        ({"model": "linear", "squares": ADMITTED / 1000}, "too small for these sums"),
        ({"denominator": APPLIED[:3]}, "one number for each of the 12 cells"),
        ({"model": "poisson", "errors": "model"}, "robust"),
        ({"confidence": 95}, "between 0 and 1"),
        ({"denominator": np.where(SEX == "men", 0, APPLIED), "numerator": ADMITTED * (SEX != "men")}, "nobody is in"),
    ],
)
def test_what_cannot_be_fitted_says_why(change, message):
    given = {"numerator": ADMITTED, "denominator": APPLIED, **BERKELEY, **change}
    with pytest.raises((DataError, MeasureError), match=message):
        models.fit_adjusted(given.pop("numerator"), given.pop("denominator"), **given)


def test_a_row_of_the_table_can_be_read_alone():
    table = models.standardised_disparities(models.fit_adjusted(ADMITTED, APPLIED, **BERKELEY)).frame()
    assert set(table) >= {"quantity", "group", "reference", "estimate", "lower", "upper", "n", "confidence", "method"}
    assert table["method"].str.contains("standardisation").all()
    with pytest.raises(MeasureError, match="name exactly one"):
        models.standardised_disparities(models.fit_adjusted(ADMITTED, APPLIED, **BERKELEY)).at(group="women")
    with pytest.raises(MeasureError, match="no column 'sex'"):
        models.fit_adjusted(ADMITTED, APPLIED, **BERKELEY).at(sex="women")


# VanderWeele and Ding (2017), Annals 167:268-274: breastfeeding example and leukaemia example; package EValue 4.1.3.
@pytest.mark.parametrize(
    ("ratio", "lower", "upper", "expected"),
    [(3.9, 1.8, 8.7, (7.26, 3.00)), (0.80, 0.71, 0.91, (1.81, 1.43)), (10.73, 8.02, 14.36, (20.95, 15.52))],
)
def test_e_values_equal_the_published_ones(ratio, lower, upper, expected):
    np.testing.assert_allclose(models.e_value(ratio, lower, upper).estimate, expected, atol=0.005)


def test_an_interval_that_holds_one_needs_no_confounder_and_scales_are_turned_to_risks():
    assert models.e_value(1.2, 0.9, 1.6).at(of="interval")["estimate"] == 1
    common = models.e_value(4.0, 2.25, 7.0, scale="odds_ratio", common=True)
    np.testing.assert_allclose(common.estimate, models.e_value(2.0, 1.5, np.sqrt(7)).estimate)
    rare = models.e_value(4.0, 2.25, 7.0, scale="hazard_ratio", common=False)
    np.testing.assert_allclose(rare.estimate, models.e_value(4.0, 2.25, 7.0).estimate)
    # A hazard ratio h of a common outcome counts as (1 - 0.5^sqrt(h)) / (1 - 0.5^sqrt(1/h)): here 0.75/0.2929.
    hazard = models.e_value(4.0, 2.25, 7.0, scale="hazard_ratio", common=True)
    np.testing.assert_allclose(hazard.estimate[0], models.e_value(0.75 / (1 - 0.5**0.5), 1, 9).estimate[0])


@given(st.floats(0.05, 20))
def test_a_ratio_and_its_inverse_have_one_e_value(ratio):
    both = models.e_value([ratio, 1 / ratio], np.nan, np.nan).estimate
    assert both[0] == pytest.approx(both[2])
    assert np.isnan(both[1])


@pytest.mark.parametrize(
    ("numbers", "options", "message"),
    [
        ((2, 1, 3), {"scale": "difference"}, "scale must be"),
        ((2, 1, 3), {"scale": "odds_ratio"}, "whether the outcome is common"),
        ((-2, 1, 3), {}, "above 0"),
        ((4, 1, 3), {}, "within its limits"),
    ],
)
def test_e_values_of_nonsense_are_refused(numbers, options, message):
    with pytest.raises(MeasureError, match=message):
        models.e_value(*numbers, **options)
