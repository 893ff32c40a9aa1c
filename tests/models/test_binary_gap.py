from itertools import permutations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from arwap_analysis import models
from arwap_analysis.errors import DataError, MeasureError


def people(numbers=800, seed=3, groups=("Black", "White")):
    rng = np.random.default_rng(seed)
    group = np.repeat(groups, numbers // 2)
    first = group == groups[0]
    age = np.where(rng.random(numbers) < 0.3 + 0.2 * first, "under 25", "25 and over")
    area = rng.choice(["Cardiff", "Gwynedd", "Powys"], numbers)
    income = rng.normal(3 - 0.5 * first, 1)
    score = -1 + 0.7 * (age == "under 25") + 0.3 * (area == "Powys") - 0.3 * income + 0.4 * first
    outcome = (rng.random(numbers) < 1 / (1 + np.exp(-score))).astype(float)
    return outcome, {
        "group": group,
        "reference": groups[1],
        "covariates": {"age": age, "area": area, "income": income},
        "references": {"age": "25 and over", "area": "Cardiff"},
    }


def matrix_of(given):
    age, area, income = given["covariates"].values()
    return np.column_stack([np.ones(age.size), age == "under 25", area == "Gwynedd", area == "Powys", income]).astype(
        float
    )


def risk(matrix, beta):
    return 1 / (1 + np.exp(-(matrix @ beta)))


OUTCOME, GIVEN = people()
FIRST = GIVEN["group"] == "Black"
MATRIX = matrix_of(GIVEN)
BETA = {
    "group": sm.Logit(OUTCOME[FIRST], MATRIX[FIRST]).fit(disp=0, tol=1e-12),
    "reference": sm.Logit(OUTCOME[~FIRST], MATRIX[~FIRST]).fit(disp=0, tol=1e-12),
}
COLUMNS = {"age": [1], "area": [2, 3], "income": [4]}


def fairlie_by_rows(beta):
    """Fairlie (2005) for two groups of one size: sort each by risk, pair by rank, exchange columns in every order."""
    sides = [m[np.argsort(risk(m, beta), kind="stable")] for m in (MATRIX[FIRST], MATRIX[~FIRST])]
    total = dict.fromkeys(COLUMNS, 0.0)
    orders = list(permutations(COLUMNS))
    for order in orders:
        now = sides[0].copy()
        for name in order:
            before = risk(now, beta).mean()
            now[:, COLUMNS[name]] = sides[1][:, COLUMNS[name]]
            total[name] += (before - risk(now, beta).mean()) / len(orders)
    return total


@pytest.mark.parametrize("weights", ["group", "reference", "pooled"])
def test_fairlies_parts_equal_his_algorithm_on_rows_of_people(weights):
    """statsmodels 0.15.0's Logit and the algorithm above; absolute tolerance 1e-8."""
    beta = (
        np.delete(sm.Logit(OUTCOME, np.column_stack([MATRIX, FIRST])).fit(disp=0, tol=1e-12).params, 5)
        if weights == "pooled"
        else BETA[weights].params
    )
    found = models.fairlie_decomposition(OUTCOME, weights=weights, **GIVEN)
    for name, part in fairlie_by_rows(beta).items():
        assert found.at(part="explained", covariate=name)["estimate"] == pytest.approx(part, abs=1e-8)
    explained = risk(MATRIX[FIRST], beta).mean() - risk(MATRIX[~FIRST], beta).mean()
    assert found.at(part="explained", covariate="total")["estimate"] == pytest.approx(explained, abs=1e-8)


def test_fairlies_errors_are_those_of_simulated_coefficients():
    """4,000 draws of the coefficients, with the matching held; relative tolerance 5%."""
    found = models.fairlie_decomposition(OUTCOME, weights="reference", **GIVEN)
    fit = BETA["reference"]
    draws = np.random.default_rng(1).multivariate_normal(fit.params, fit.cov_params(), 4000)
    total = [risk(MATRIX[FIRST], b).mean() - risk(MATRIX[~FIRST], b).mean() for b in draws]
    assert found.at(part="explained", covariate="total")["standard_error"] == pytest.approx(np.std(total), rel=0.05)
    assert np.isnan(found.at(part="unexplained")["standard_error"])


@pytest.mark.parametrize("weights", ["reference", "group"])
def test_yuns_parts_equal_predictions_of_statsmodels(weights):
    """statsmodels 0.15.0's Logit of each group; absolute tolerance 1e-8."""
    found = models.yun_decomposition(OUTCOME, weights=weights, **GIVEN)
    beta = BETA[weights].params
    whole = risk(MATRIX[FIRST], beta).mean() - risk(MATRIX[~FIRST], beta).mean()
    assert found.at(part="characteristics", covariate="total")["estimate"] == pytest.approx(whole, abs=1e-8)
    gap = OUTCOME[FIRST].mean() - OUTCOME[~FIRST].mean()
    assert found.at(part="coefficients", covariate="total")["estimate"] == pytest.approx(gap - whole, abs=1e-8)
    means = MATRIX[FIRST].mean(axis=0) - MATRIX[~FIRST].mean(axis=0)
    shares = means * beta / (means @ beta)
    for name, columns in COLUMNS.items():
        part = found.at(part="characteristics", covariate=name)["estimate"]
        assert part == pytest.approx(whole * shares[columns].sum(), abs=1e-8)
    # What is left goes with coefficients, at the means of the group whose characteristics were not exchanged.
    at = MATRIX[FIRST].mean(axis=0) if weights == "reference" else MATRIX[~FIRST].mean(axis=0)
    rise = at * (BETA["group"].params - BETA["reference"].params)
    plain = models.yun_decomposition(OUTCOME, weights=weights, normalised=False, **GIVEN)
    for name, columns in {"intercept": [0], **COLUMNS}.items():
        part = plain.at(part="coefficients", covariate=name)["estimate"]
        assert part == pytest.approx((gap - whole) * rise[columns].sum() / rise.sum(), abs=1e-8)


def test_yuns_errors_are_those_of_simulated_coefficients():
    """4,000 draws of both groups' coefficients; relative tolerance 5%."""
    found = models.yun_decomposition(OUTCOME, normalised=False, **GIVEN)
    rng = np.random.default_rng(2)
    a, b = (rng.multivariate_normal(BETA[g].params, BETA[g].cov_params(), 4000) for g in ("group", "reference"))
    own = np.array([risk(MATRIX[FIRST], row).mean() for row in a])
    swapped = np.array([risk(MATRIX[FIRST], row).mean() for row in b])
    theirs = np.array([risk(MATRIX[~FIRST], row).mean() for row in b])
    wholes = {"characteristics": swapped - theirs, "coefficients": own - swapped}
    for part, drawn in wholes.items():
        assert found.at(part=part, covariate="total")["standard_error"] == pytest.approx(drawn.std(), rel=0.05)
    means = MATRIX[FIRST].mean(axis=0) - MATRIX[~FIRST].mean(axis=0)
    age = wholes["characteristics"] * (means * b)[:, 1] / (b @ means)
    # Medians and quartiles, because a ratio of two draws has heavy tails.
    spread = np.subtract(*np.quantile(age, [0.75, 0.25])) / 1.349
    assert found.at(part="characteristics", covariate="age")["standard_error"] == pytest.approx(spread, rel=0.08)


@given(st.integers(0, 40), st.sampled_from(["reference", "group"]))
@settings(max_examples=15, deadline=None)
def test_parts_add_up_to_the_gap_and_swapping_turns_the_sign(seed, weights):
    outcome, given = people(600, seed)
    swapped = {**given, "reference": "Black"}
    opposite = "group" if weights == "reference" else "reference"
    first = given["group"] == "Black"
    gap = outcome[first].mean() - outcome[~first].mean()
    for function in (models.fairlie_decomposition, models.yun_decomposition):
        one, other = function(outcome, weights=weights, **given), function(outcome, weights=opposite, **swapped)
        table = one.frame()
        assert one.at(part="gap")["estimate"] == pytest.approx(gap, abs=1e-9)
        assert table[(table.covariate == "total") & (table.part != "gap")].estimate.sum() == pytest.approx(
            gap, abs=1e-9
        )
        for part, whole in table[table.covariate == "total"].set_index("part").estimate.items():
            details = table[(table.covariate != "total") & (table.part == part)].estimate
            assert details.empty or details.sum() == pytest.approx(whole, abs=1e-9)
        np.testing.assert_allclose(one.estimate, -other.estimate, atol=1e-8)


def test_cells_give_the_same_as_rows_of_people():
    given = {**GIVEN, "covariates": {name: GIVEN["covariates"][name] for name in ("age", "area")}}
    given["references"] = {"age": "25 and over", "area": "Cardiff"}
    keys = np.array([f"{g}|{a}|{w}" for g, a, w in zip(given["group"], *given["covariates"].values(), strict=True)])
    cells, where = np.unique(keys, return_inverse=True)
    labels = [np.array(column) for column in zip(*(cell.split("|") for cell in cells), strict=True)]
    named = {**given, "group": labels[0], "covariates": {"age": labels[1], "area": labels[2]}}
    for function in (models.fairlie_decomposition, models.yun_decomposition):
        rows = function(OUTCOME, **given)
        found = function(np.bincount(where, weights=OUTCOME), np.bincount(where), **named)
        np.testing.assert_allclose(found.estimate, rows.estimate, atol=1e-9)
        np.testing.assert_allclose(found.se, rows.se, atol=1e-9)


def test_no_reference_level_matters_to_yun_when_normalised():
    other = {**GIVEN, "references": {"age": "under 25", "area": "Powys"}}
    one, two = models.yun_decomposition(OUTCOME, **GIVEN), models.yun_decomposition(OUTCOME, **other)
    np.testing.assert_allclose(one.estimate, two.estimate, atol=1e-8)
    plain = [models.yun_decomposition(OUTCOME, normalised=False, **given).estimate for given in (GIVEN, other)]
    assert np.abs(plain[0] - plain[1]).max() > 0.01


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": "neumark"}, "weights must be"),
        ({"covariates": {}, "references": {}}, "at least one covariate"),
        ({"group": np.where(GIVEN["covariates"]["age"] == "under 25", "Asian", GIVEN["group"])}, "between two groups"),
        ({"covariates": {"same": GIVEN["group"]}, "references": {}}, "cannot be told apart|nobody is in"),
    ],
)
@pytest.mark.parametrize("function", [models.fairlie_decomposition, models.yun_decomposition])
def test_what_cannot_be_decomposed_says_why(function, change, message):
    with pytest.raises((MeasureError, DataError), match=message):
        function(OUTCOME, **{**GIVEN, **change})


def test_too_many_covariates_for_all_orders_are_refused():
    rng = np.random.default_rng(1)
    many = {f"c{i}": rng.normal(size=OUTCOME.size) for i in range(13)}
    with pytest.raises(MeasureError, match="13 covariates"):
        models.fairlie_decomposition(OUTCOME, **{**GIVEN, "covariates": many, "references": {}})
