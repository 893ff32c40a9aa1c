import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special, stats
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.multitest import multipletests

from arwap_analysis import models
from arwap_analysis.errors import DataError, MeasureError
from arwap_analysis.models.random_intercept import fit_linear_intercepts, fit_logistic_intercepts

# Lesnoff and others (2004), as data set cbpp of R's lme4: new cases of bovine pleuropneumonia and herd sizes, 15 herds,
# up to four quarters each (herd 2 has three, herd 8 one).
CASES = np.concatenate(
    [
        [2, 3, 4, 0, 3, 1, 1, 8, 2, 0, 2, 2, 0, 2, 0, 5, 0, 0, 1, 3, 0, 0, 1, 8, 1, 3, 0, 12],
        [2, 0, 0, 0, 1, 1, 0, 2, 0, 5, 3, 1, 2, 1, 0, 0, 1, 2, 0, 0, 11, 0, 0, 0, 1, 1, 1, 0],
    ]
).astype(float)
SIZE = np.concatenate(
    [
        [14, 12, 9, 5, 22, 18, 21, 22, 16, 16, 20, 10, 10, 9, 6, 18, 25, 24, 4, 17, 17, 18, 20, 16, 10, 9, 5, 34],
        [9, 6, 8, 6, 22, 22, 18, 22, 25, 27, 22, 22, 10, 8, 6, 5, 21, 24, 19, 23, 19, 2, 3, 2, 19, 15, 15, 15],
    ]
).astype(float)
HERD = np.repeat(np.arange(15), [4, 3, 4, 4, 4, 4, 4, 1, 4, 4, 4, 4, 4, 4, 4])
QUARTER = np.concatenate([np.arange(1, count + 1) for count in np.bincount(HERD)])
QUARTERS = np.column_stack([np.ones(56), QUARTER == 2, QUARTER == 3, QUARTER == 4]).astype(float)

RNG = np.random.default_rng(4)
ETHNIC, SEX, AGE = (
    np.array(names) for names in zip(*[(e, s, a) for e in "ABCDE" for s in "fm" for a in "123"], strict=True)
)
DIMENSIONS = {"ethnic group": ETHNIC, "sex": SEX, "age": AGE}
PEOPLE = np.append(RNG.integers(40, 400, 28), [8, 12])
SCORE = -1 + 0.4 * (ETHNIC == "B") + 0.3 * (SEX == "f") + 0.25 * RNG.normal(size=30)
OUTCOME = RNG.binomial(PEOPLE, special.expit(SCORE))
PAY = [RNG.normal(12 + score, 2, n) for score, n in zip(SCORE, PEOPLE, strict=True)]
TOTAL, SQUARES = np.array([pay.sum() for pay in PAY]), np.array([(pay**2).sum() for pay in PAY])


def test_one_point_of_quadrature_gives_lme4s_fit():
    """lme4's glmer(cbind(incidence, size - incidence) ~ period + (1 | herd)): published summary, four digits.

    Herd variance 0.4123; -1.3983, -0.9919, -1.1282, -1.5797; deviance 184.05313. lme4's search stops 0.0006 of deviance
    short of the maximum, so that coefficients agree to 1e-3 and ours is never the less likely.
    """
    found = fit_logistic_intercepts(CASES, SIZE, QUARTERS, HERD, points=1)
    np.testing.assert_allclose(found.beta, [-1.3983, -0.9919, -1.1282, -1.5797], atol=1e-3)
    assert found.spread**2 == pytest.approx(0.4123, abs=1e-3)
    assert -2 * found.log_likelihood <= 184.05313
    assert -2 * found.log_likelihood == pytest.approx(184.05313, abs=1e-3)


# Sums over an even grid are exact to machine precision for a density that dies away on both sides.
GRID = np.linspace(-7, 7, 2001)


def densities(beta, spread):
    """Likelihood of each herd's data times the density of its intercept, on the grid: (herds, grid)."""
    eta = (QUARTERS @ beta)[:, None] + GRID
    terms = stats.binom.logpmf(CASES[:, None], SIZE[:, None], special.expit(eta))
    by_herd = np.array([terms[herd == HERD].sum(axis=0) for herd in range(15)])
    return np.exp(by_herd) * stats.norm.pdf(GRID, 0, spread)


def exact_log_likelihood(beta, spread):
    return np.log(densities(beta, spread).sum(axis=1) * (GRID[1] - GRID[0])).sum()


def test_many_points_give_the_exact_likelihood_at_its_maximum():
    """A sum over 2,001 points; tolerance 1e-8 for the height, and no neighbour is higher."""
    found = fit_logistic_intercepts(CASES, SIZE, QUARTERS, HERD)
    top = exact_log_likelihood(found.beta, found.spread)
    assert found.log_likelihood == pytest.approx(top, abs=1e-8)
    for i in range(5):
        for way in (-1, 1):
            at = np.append(found.beta, found.spread)
            at[i] += way * 0.01
            assert exact_log_likelihood(at[:4], at[4]) < top


def moved(at, step):
    return (at + step)[:4], (at + step)[4]


def test_errors_of_fixed_effects_are_those_of_the_exact_likelihoods_curve():
    """Second differences of the sum along each parameter and pair; relative tolerance 5e-3."""
    found = fit_logistic_intercepts(CASES, SIZE, QUARTERS, HERD)
    at, h = np.append(found.beta, found.spread), 0.01
    curve = np.empty((5, 5))
    for i in range(5):
        for j in range(i, 5):
            corners = [
                a * b * exact_log_likelihood(*moved(at, h * (a * np.eye(5)[i] + b * np.eye(5)[j])))
                for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            curve[i, j] = curve[j, i] = -np.sum(corners) / (4 * h**2)
    np.testing.assert_allclose(found.joint, np.linalg.inv(curve), rtol=5e-3, atol=1e-5)


def test_herds_effects_are_posterior_means_and_deviations():
    """Moments on the grid; relative tolerance 1e-6."""
    found = fit_logistic_intercepts(CASES, SIZE, QUARTERS, HERD)
    density = densities(found.beta, found.spread)
    density /= density.sum(axis=1, keepdims=True)
    mean = density @ GRID
    np.testing.assert_allclose(found.effects, mean, rtol=1e-6)
    np.testing.assert_allclose(found.effect_errors, np.sqrt(density @ GRID**2 - mean**2), rtol=1e-6)


def test_strata_that_do_not_differ_get_the_ordinary_logistic_fit():
    people = np.full(12, 100.0)
    cases = np.full(12, 30.0)
    found = fit_logistic_intercepts(cases, people, np.ones((12, 1)), np.arange(12))
    assert found.spread == 0
    assert found.beta[0] == pytest.approx(special.logit(0.3), abs=1e-6)
    assert found.covariance[0, 0] == pytest.approx(1 / (1200 * 0.3 * 0.7), rel=1e-6)
    assert np.isnan(found.share_error)
    assert np.all(found.effects == 0)


def test_linear_strata_equal_statsmodels_on_rows_of_people():
    """statsmodels 0.15.0, MixedLM by REML on rows; relative tolerances 1e-5 (likelihood 1e-9)."""
    matrix = np.column_stack([np.ones(30), ETHNIC == "B", SEX == "f"]).astype(float)
    found = fit_linear_intercepts(TOTAL, PEOPLE.astype(float), SQUARES, matrix)
    rows = np.repeat(np.arange(30), PEOPLE)
    theirs = MixedLM(np.concatenate(PAY), matrix[rows], rows).fit(reml=True)
    np.testing.assert_allclose(found.beta, theirs.fe_params, rtol=1e-5)
    np.testing.assert_allclose(found.spread**2, theirs.cov_re[0, 0], rtol=1e-4)
    np.testing.assert_allclose(found.residual**2, theirs.scale, rtol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), theirs.bse_fe, rtol=1e-3)
    effects = [theirs.random_effects[i].iloc[0] for i in range(30)]
    np.testing.assert_allclose(found.effects, effects, rtol=1e-3, atol=1e-5)
    assert found.log_likelihood == pytest.approx(theirs.llf, abs=1e-4)


def test_balanced_linear_strata_have_the_closed_form_of_analysis_of_variance():
    """Searle, Casella and McCulloch (1992), section 4.4: REML equals ANOVA's estimates; relative tolerance 1e-6."""
    values = np.random.default_rng(8).normal(np.random.default_rng(9).normal(0, 1, (12, 1)), 1.5, (12, 20))
    found = fit_linear_intercepts(values.sum(1), np.full(12, 20.0), (values**2).sum(1), np.ones((12, 1)))
    within = values.var(axis=1, ddof=1).mean()
    between = values.mean(axis=1).var(ddof=1) - within / 20
    assert found.residual**2 == pytest.approx(within, rel=1e-6)
    assert found.spread**2 == pytest.approx(between, rel=1e-5)


def test_maihda_says_how_much_lies_between_crossings_and_how_much_is_their_sum():
    found = models.maihda(OUTCOME, PEOPLE, dimensions=DIMENSIONS)
    null = fit_logistic_intercepts(OUTCOME * 1.0, PEOPLE * 1.0, np.ones((30, 1)), np.arange(30))
    between = found.summary.at(quantity="between-stratum variance, null")["estimate"]
    assert between == pytest.approx(null.spread**2, rel=1e-5)
    share = found.summary.at(quantity="VPC, null")
    assert share["estimate"] == pytest.approx(between / (between + np.pi**2 / 3))
    assert 0 < share["lower"] < share["estimate"] < share["upper"] < 1
    main = found.summary.at(quantity="between-stratum variance, main effects")["estimate"]
    assert found.summary.at(quantity="PCV")["estimate"] == pytest.approx(1 - main / between)
    assert found.summary.sentence.endswith("is the sum of the dimensions' own effects.")


@pytest.mark.parametrize("model", ["logistic", "linear"])
def test_strata_are_shrunk_small_ones_more_and_none_is_dropped(model):
    if model == "logistic":
        found = models.maihda(OUTCOME, PEOPLE, dimensions=DIMENSIONS)
    else:
        found = models.maihda(TOTAL, PEOPLE, squares=SQUARES, dimensions=DIMENSIONS, model="linear")
    assert found.strata.estimate.size == 30
    assert np.all((found.strata.lower < found.strata.estimate) & (found.strata.estimate < found.strata.upper))
    table = found.strata.frame()
    assert (table["caution"] == "fewer than 10 people").tolist() == (table.n < 10).tolist()
    assert (table.n < 10).any()
    fixed = found.main_effects.frame().set_index(["dimension", "level"])["estimate"]
    sums = np.array(
        [
            fixed["intercept", ""] + sum(fixed.get((name, row[name]), 0.0) for name in DIMENSIONS)
            for _, row in table.iterrows()
        ]
    )
    own = special.logit(table.observed.clip(1e-9, 1 - 1e-9)) if model == "logistic" else table.observed
    level = special.logit(table.estimate) if model == "logistic" else table.estimate
    assert np.all((level - sums) * (own - level) > -1e-6)
    np.testing.assert_allclose(level - sums, found.departures.estimate, atol=1e-8)


def test_a_crossing_that_stands_out_is_named_and_multiplicity_counts():
    people = np.full(30, 1000)
    risk = special.expit(0.2 * (SEX == "f") - 1 + 1.2 * ((ETHNIC == "C") & (SEX == "f") & (AGE == "2")))
    found = models.maihda(np.round(people * risk), people, dimensions=DIMENSIONS).departures
    assert found.sentence.startswith("1 of 30 crossings depart")
    assert "C, f, 2" in found.sentence
    np.testing.assert_allclose(found.p_adjusted, multipletests(found.p_value, method="holm")[1])
    assert np.all(found.p_adjusted >= found.p_value)


def test_errors_of_linear_levels_and_departures_are_those_of_hendersons_equations():
    """Henderson (1975), Biometrics 31:423-447: inverse of the mixed-model equations; relative tolerance 1e-8."""
    found = models.maihda(TOTAL, PEOPLE, squares=SQUARES, dimensions=DIMENSIONS, model="linear")
    places = found.strata.frame()
    columns = [np.ones(30)]
    for _, row in found.main_effects.frame().iloc[1:].iterrows():
        columns.append((places[row.dimension] == row.level).to_numpy())
    matrix, n = np.column_stack(columns).astype(float), places.n.to_numpy()
    main = found.summary.at(quantity="between-stratum variance, main effects")["estimate"]
    share = found.summary.at(quantity="VPC, main effects")["estimate"]
    residual = main * (1 - share) / share
    p = matrix.shape[1]
    left = np.block([[(matrix * n[:, None]).T @ matrix, (matrix * n[:, None]).T], [matrix * n[:, None], np.diag(n)]])
    left[p:, p:] += np.eye(30) * residual / main
    inverse = np.linalg.inv(left) * residual
    both = np.hstack([matrix, np.eye(30)])
    np.testing.assert_allclose(found.strata.se, np.sqrt(np.diag(both @ inverse @ both.T)), rtol=1e-8)
    np.testing.assert_allclose(found.departures.se, np.sqrt(np.diag(inverse[p:, p:])), rtol=1e-8)
    np.testing.assert_allclose(found.main_effects.se, np.sqrt(np.diag(inverse[:p, :p])), rtol=1e-8)


def test_crossings_that_only_add_up_show_no_departure():
    people = np.full(30, 500)
    cases = np.round(people * special.expit(-1 + 0.5 * (SEX == "f") + 0.3 * (ETHNIC == "B")))
    found = models.maihda(cases, people, dimensions=DIMENSIONS)
    assert found.departures.sentence == (
        "Crossings differ from the sum of their dimensions' effects by no more than chance."
    )
    assert np.all(found.departures.estimate == 0)
    assert np.all(np.isnan(found.departures.se))
    assert found.summary.at(quantity="PCV")["estimate"] == 1
    risk = sm.GLM(
        np.column_stack([cases, people - cases]),
        np.column_stack([np.ones(30), *[e == ETHNIC for e in "BCDE"], SEX == "f", AGE == "2", AGE == "3"]).astype(
            float
        ),
        family=sm.families.Binomial(),
    ).fit(tol=1e-12)
    order = [
        (e, s, a)
        for e, s, a in zip(*[names for column, names in found.strata.rows if column != "caution"], strict=True)
    ]
    expected = dict(zip(zip(ETHNIC, SEX, AGE, strict=True), risk.fittedvalues, strict=True))
    np.testing.assert_allclose(found.strata.estimate, [expected[key] for key in order], atol=1e-5)


@given(st.integers(0, 30))
@settings(max_examples=4, deadline=None)
def test_more_people_mean_less_shrinking(seed):
    cases = np.random.default_rng(seed).binomial(PEOPLE, special.expit(SCORE))
    cases = np.clip(cases, 1, PEOPLE - 1)
    few = models.maihda(cases, PEOPLE, dimensions=DIMENSIONS).strata
    many = models.maihda(cases * 50, PEOPLE * 50, dimensions=DIMENSIONS).strata
    assert np.all(np.abs(many.estimate - many.observed) <= np.abs(few.estimate - few.observed) + 1e-3)
    assert np.all(many.upper - many.lower < few.upper - few.lower)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dimensions": {"sex": SEX}}, "two dimensions at least"),
        ({"dimensions": {"sex": SEX, "age": np.arange(30)}}, "must be labels"),
        ({"dimensions": {"sex": SEX, "again": SEX}}, "cannot be told apart from sex"),
        ({"model": "probit"}, "logistic or linear"),
        ({"model": "linear"}, "need 'squares'"),
        ({"numerator": OUTCOME * (ETHNIC != "B")}, "nobody of the"),
        ({"dimensions": {"sex": SEX, "half": np.where(AGE == "1", "x", "y")}}, None),
        ({"dimensions": {"ethnic group": ETHNIC, "copy": np.char.add(ETHNIC, "x")}}, "cannot be told apart"),
    ],
)
def test_what_maihda_cannot_fit_says_why(change, message):
    given_ = {"numerator": OUTCOME, "denominator": PEOPLE, "dimensions": DIMENSIONS, **change}
    if message is None:  # four strata for three effects is the least
        assert models.maihda(given_.pop("numerator"), given_.pop("denominator"), **given_).strata.estimate.size == 4
        return
    with pytest.raises((MeasureError, DataError), match=message):
        models.maihda(given_.pop("numerator"), given_.pop("denominator"), **given_)


# Rothman and Keller (1972): oral cancer by drinking (rows) and smoking (columns); cases and all people.
ORAL, ALL = [[3, 8], [6, 225]], [[23, 26], [18, 391]]


def test_additive_interaction_equals_hosmer_and_lemeshow():
    """Hosmer and Lemeshow (1992), p. 455: RERI 3.73 (-1.84, 9.32), AP 0.41 (-0.07, 0.90), S 1.87 (0.64, 5.41)."""
    found = models.additive_interaction(ORAL, ALL, scale="odds_ratio")
    printed = [[3.73, -1.84, 9.32], [0.41, -0.07, 0.90], [1.87, 0.64, 5.41]]
    np.testing.assert_allclose(np.column_stack([found.estimate, found.lower, found.upper]), printed, atol=0.011)


def test_the_same_from_a_fitted_logistic_model():
    crossing = np.repeat([0, 1, 2, 3], [23, 26, 18, 391])
    ill = np.concatenate([np.arange(n) < x for x, n in ((3, 23), (8, 26), (6, 18), (225, 391))]).astype(float)
    columns = np.column_stack([np.ones(458), crossing == 2, crossing == 1, crossing == 3]).astype(float)
    model = sm.Logit(ill, columns).fit(disp=0, tol=1e-12)
    fitted = models.additive_interaction_of_ratios(model.params[1:], model.cov_params()[1:, 1:], n=458)
    counted = models.additive_interaction(ORAL, ALL, scale="odds_ratio")
    np.testing.assert_allclose(fitted.estimate, counted.estimate, rtol=1e-6)
    np.testing.assert_allclose(fitted.se, counted.se, rtol=1e-5)


def test_without_interaction_of_risks_the_excess_is_none():
    """Risks of 10, 20, 30 and 40 in 100 add up: RERI 0, AP 0, S 1."""
    found = models.additive_interaction([[10, 30], [20, 40]], np.full((2, 2), 100))
    np.testing.assert_allclose(found.estimate, [0, 0, 1], atol=1e-12)


@given(hnp.arrays(int, (2, 2), elements=st.integers(5, 60)), st.integers(2, 30))
@settings(max_examples=30, deadline=None)
def test_interaction_keeps_under_more_people_and_either_order_of_dimensions(cases, factor):
    people = cases + 50
    one = models.additive_interaction(cases, people)
    np.testing.assert_allclose(models.additive_interaction(cases.T, people.T).estimate, one.estimate)
    many = models.additive_interaction(cases * factor, people * factor)
    np.testing.assert_allclose(many.estimate, one.estimate)
    np.testing.assert_allclose(many.se, one.se / np.sqrt(factor))


def test_a_synergy_index_without_meaning_is_absent():
    found = models.additive_interaction([[30, 20], [20, 10]], np.full((2, 2), 100))
    assert np.isnan(found.at(quantity="synergy index")["estimate"])
    assert np.isfinite(found.at(quantity="RERI")["standard_error"])


@pytest.mark.parametrize(
    ("cases", "people", "options", "message"),
    [
        ([[0, 8], [6, 9]], ALL, {}, "nobody has the outcome"),
        ([[23, 8], [6, 9]], ALL, {"scale": "odds_ratio"}, "everybody has the outcome"),
        ([3, 8, 6], ALL, {}, "2 x 2"),
        (ORAL, ORAL[::-1], {}, "numerator the smaller"),
        (ORAL, ALL, {"scale": "hazard"}, "scale must be"),
    ],
)
def test_interaction_of_what_has_no_ratio_is_refused(cases, people, options, message):
    with pytest.raises((MeasureError, DataError), match=message):
        models.additive_interaction(cases, people, **options)
    with pytest.raises(MeasureError, match="three log ratios"):
        models.additive_interaction_of_ratios([0.1, 0.2], np.eye(3))
    with pytest.raises(MeasureError, match="symmetric"):
        models.additive_interaction_of_ratios([0.1, 0.2, 0.3], -np.eye(3))


def test_crossings_stand_against_the_best_off_which_a_small_one_cannot_be():
    cases, people = OUTCOME.copy(), PEOPLE.copy()
    cases[0], people[0] = 0, 4  # nobody of four is homeless: best by chance
    found = models.crossing_disparities(cases, people, dimensions=DIMENSIONS, favourable=False)
    table = found.frame()
    best = table[table.estimate == 0]
    assert best.n.iloc[0] >= 10
    assert best.observed.iloc[0] == pytest.approx((cases / people)[people >= 10].min())
    assert len(table) == 30
    assert table[table.n == 4].caution.tolist() == ["fewer than 10 people"]
    assert np.isnan(best.lower.iloc[0])
    assert "too wide on average" in " ".join(found.assumes)


def test_crossing_gaps_equal_statsmodels_and_p_values_are_adjusted():
    """statsmodels 0.15.0, Newcombe's interval; Holm's first step by hand."""
    reference = {"ethnic group": "A", "sex": "m", "age": "1"}
    found = models.crossing_disparities(OUTCOME, PEOPLE, dimensions=DIMENSIONS, favourable=True, reference=reference)
    here = [found.rows[i][1] for i in range(3)]
    place = next(i for i, names in enumerate(zip(*here, strict=True)) if names == ("B", "f", "2"))
    a = (ETHNIC == "A") & (SEX == "m") & (AGE == "1")
    b = (ETHNIC == "B") & (SEX == "f") & (AGE == "2")
    low, high = sm.stats.confint_proportions_2indep(
        OUTCOME[b][0], PEOPLE[b][0], OUTCOME[a][0], PEOPLE[a][0], compare="diff", method="newcomb"
    )
    np.testing.assert_allclose([found.lower[place], found.upper[place]], [low, high])
    assert np.nanmin(found.p_adjusted) == pytest.approx(min(1, 29 * np.nanmin(found.p_value)))
    assert not any("too wide" in text for text in found.assumes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reference": {"sex": "m"}}, "a level of each of"),
        ({"reference": {"ethnic group": "Z", "sex": "m", "age": "1"}}, "nobody is in the crossing"),
        ({"minimum": 10_000}, "no crossing has"),
        ({"adjustment": "magic"}, "multipletests"),
    ],
)
def test_crossings_without_a_reference_are_refused(options, message):
    with pytest.raises(MeasureError, match=message):
        models.crossing_disparities(OUTCOME, PEOPLE, dimensions=DIMENSIONS, favourable=True, **options)
