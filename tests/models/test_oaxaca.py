import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.datasets.ccard.data import load_pandas
from statsmodels.stats.oaxaca import OaxacaBlinder

from arwap_analysis import models
from arwap_analysis.errors import DataError, MeasureError

# Greene's credit card data, which come with statsmodels; the gap is between owners and renters of their home.
CARDS = load_pandas().data
OWNS = np.where(CARDS.OWNRENT == 1, "owner", "renter")
NUMBERS = {"age": CARDS.AGE.to_numpy(), "income": CARDS.INCOME.to_numpy(), "squared": CARDS.INCOMESQ.to_numpy()}
SPENT = CARDS.AVGEXP.to_numpy()
FIXED = ["reimers", "reference", "group"]


def cards(**options):
    return models.oaxaca_blinder(SPENT, group=OWNS, **{"reference": "renter", "covariates": NUMBERS, **options})


def staff(numbers=1500, seed=7):
    rng = np.random.default_rng(seed)
    group = rng.choice(["White", "ethnic minority"], numbers, p=[0.7, 0.3])
    band = np.where(group == "White", rng.integers(1, 4, numbers), rng.choice([1, 1, 2, 3], numbers)).astype(str)
    place = rng.choice(["north", "south"], numbers)
    pay = 2 + 0.2 * band.astype(float) - 0.1 * (group != "White") + 0.05 * (place == "south") * (group == "White")
    return group, {"band": band, "place": place}, pay + rng.normal(0, 0.3, numbers)


def test_threefold_equals_stata():
    """Stata's oaxaca, as statsmodels 0.15.0 keeps it in tests/test_oaxaca.py; absolute tolerance 1e-3."""
    found = cards(kind="threefold")
    parts = [found.at(part=p, covariate="total")["estimate"] for p in ("endowments", "coefficients", "interaction")]
    np.testing.assert_allclose(parts, [321.7482, 75.45371, -238.4515], atol=1e-3)
    assert found.at(part="gap")["estimate"] == pytest.approx(158.7504, abs=1e-3)
    other = cards(kind="threefold", reference="owner")
    parts = [other.at(part=p, covariate="total")["estimate"] for p in ("endowments", "coefficients", "interaction")]
    np.testing.assert_allclose(parts, [-83.29674, 162.9978, -238.4515], atol=1e-3)


def test_twofold_pooled_equals_stata():
    """As above."""
    found = cards()
    assert found.at(part="explained", covariate="total")["estimate"] == pytest.approx(130.8095, abs=1e-3)
    assert found.at(part="unexplained", covariate="total")["estimate"] == pytest.approx(27.94091, abs=1e-3)


# statsmodels 0.15.0 spells Neumark's name "nuemark", and takes "neumark" for pooled without a word.
THEIRS = {"pooled": "pooled", "neumark": "nuemark", "cotton": "cotton", "reimers": "reimers"}


def statsmodels_twofold(name, swap):
    matrix = sm.add_constant(CARDS[["AGE", "INCOME", "INCOMESQ", "OWNRENT"]].to_numpy(), prepend=False)
    unexplained, explained, _ = OaxacaBlinder(SPENT, matrix, 3, swap=swap).two_fold(two_fold_type=name).params
    return unexplained, explained


@pytest.mark.parametrize("weights", THEIRS)
def test_every_weighting_equals_statsmodels(weights):
    """statsmodels 0.15.0, OaxacaBlinder.two_fold, renters less owners; relative tolerance 1e-8."""
    found = cards(weights=weights, reference="owner")
    ours = [found.at(part=part, covariate="total")["estimate"] for part in ("unexplained", "explained")]
    np.testing.assert_allclose(ours, statsmodels_twofold(THEIRS[weights], swap=False), rtol=1e-8)


def test_statsmodels_gives_each_group_the_others_weight_when_it_swaps_them():
    """Cotton's weights are each group's own share; a version of statsmodels that mends this fails here."""
    same_gap = statsmodels_twofold("cotton", swap=True)
    right = cards(weights="cotton").at(part="explained", covariate="total")["estimate"]
    assert right == pytest.approx(-statsmodels_twofold("cotton", swap=False)[1])
    assert abs(same_gap[1] - right) > 50


def jackknife(function, people):
    """Infinitesimal jackknife: how every estimate moves with the weight of each person, squared and summed."""
    moved = []
    for person in range(people.size):
        step = np.zeros(people.size)
        step[person] = 1e-4
        moved.append((function(people + step).estimate - function(people - step).estimate) / 2e-4)
    return np.sqrt(np.sum(np.square(moved), axis=0) * people.size / (people.size - 1))


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "threefold"},
        {"weights": "pooled"},
        {"weights": "neumark"},
        {"weights": "reimers"},
        {"weights": "group", "normalised": False},
        {"weights": "pooled", "normalised": True},
    ],
)
def test_robust_errors_are_those_of_every_persons_influence(options):
    """A jackknife by small changes of weights, for every row of the detailed table; relative tolerance 1e-5."""
    group, covariates, pay = staff(120)
    covariates = {**covariates, "years": np.random.default_rng(1).uniform(0, 30, 120)}

    def decompose(people):
        return models.oaxaca_blinder(
            pay * people,
            people,
            squares=pay**2 * people,
            group=group,
            reference="White",
            covariates=covariates,
            references={"band": "1", "place": "north"},
            **options,
        )

    found = decompose(np.ones(120))
    np.testing.assert_allclose(found.se, jackknife(decompose, np.ones(120)), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("weights", FIXED)
def test_model_errors_follow_the_formula_of_jann(weights):
    """Jann (2008), equations 10 to 12, with statsmodels' OLS of each group; relative tolerance 1e-8."""
    found = cards(weights=weights, errors="model")
    matrix = sm.add_constant(np.column_stack(list(NUMBERS.values())))
    fits, means, spreads = [], [], []
    for name in ("owner", "renter"):
        here = name == OWNS
        fits.append(sm.OLS(SPENT[here], matrix[here]).fit())
        means.append(matrix[here].mean(axis=0))
        spreads.append(np.cov(matrix[here].T) / here.sum())
    share = {"reimers": 0.5, "reference": 0.0, "group": 1.0}[weights]
    common = share * fits[0].params + (1 - share) * fits[1].params
    of_common = share**2 * fits[0].cov_params() + (1 - share) ** 2 * fits[1].cov_params()
    gap = means[0] - means[1]
    variance = gap @ of_common @ gap + common @ (spreads[0] + spreads[1]) @ common
    np.testing.assert_allclose(found.at(part="explained", covariate="total")["standard_error"], variance**0.5)


@pytest.mark.parametrize("kind", ["twofold", "threefold"])
def test_cells_give_the_same_as_rows_of_people(kind):
    group, covariates, pay = staff()
    options = {"reference": "White", "kind": kind}
    rows = models.oaxaca_blinder(pay, group=group, covariates=covariates, **options)
    keys = np.array([f"{g}|{b}|{p}" for g, b, p in zip(group, covariates["band"], covariates["place"], strict=True)])
    cells, where = np.unique(keys, return_inverse=True)
    labels = [np.array(column) for column in zip(*(cell.split("|") for cell in cells), strict=True)]
    found = models.oaxaca_blinder(
        np.bincount(where, weights=pay),
        np.bincount(where),
        squares=np.bincount(where, weights=pay**2),
        group=labels[0],
        covariates={"band": labels[1], "place": labels[2]},
        **options,
    )
    np.testing.assert_allclose(found.estimate, rows.estimate, atol=1e-8)
    np.testing.assert_allclose(found.se, rows.se, atol=1e-8)


@given(st.integers(0, 50), st.sampled_from(models.oaxaca.WEIGHTS), st.booleans())
@settings(max_examples=30, deadline=None)
def test_parts_and_their_details_add_up_to_the_gap(seed, weights, normalised):
    group, covariates, pay = staff(300, seed)
    for kind in ("twofold", "threefold"):
        table = models.oaxaca_blinder(
            pay,
            group=group,
            reference="White",
            covariates=covariates,
            kind=kind,
            weights=weights,
            normalised=normalised,
        ).frame()
        gap = pay[group != "White"].mean() - pay[group == "White"].mean()
        totals = table[(table.covariate == "total") & (table.part != "gap")]
        assert totals.estimate.sum() == pytest.approx(gap)
        details = table[table.covariate != "total"].groupby("part").estimate.sum()
        np.testing.assert_allclose(details[totals.part], totals.estimate, atol=1e-9)


@given(st.integers(0, 50), st.sampled_from(["pooled", "neumark", "reimers", "cotton"]))
@settings(max_examples=15, deadline=None)
def test_swapping_the_groups_turns_every_sign(seed, weights):
    group, covariates, pay = staff(300, seed)
    options = {"group": group, "covariates": covariates, "weights": weights}
    one = models.oaxaca_blinder(pay, reference="White", **options)
    other = models.oaxaca_blinder(pay, reference="ethnic minority", **options)
    np.testing.assert_allclose(one.estimate, -other.estimate, atol=1e-9)
    np.testing.assert_allclose(one.se, other.se, rtol=1e-7)


def test_the_reference_level_moves_only_the_unexplained_details_and_not_even_them_when_normalised():
    group, covariates, pay = staff()

    def details(band, part, normalised):
        table = models.oaxaca_blinder(
            pay,
            group=group,
            reference="White",
            covariates=covariates,
            references={"band": band},
            normalised=normalised,
        ).frame()
        return table[table.part == part].estimate.to_numpy()

    for part, normalised in (("explained", False), ("explained", True), ("unexplained", True)):
        np.testing.assert_allclose(details("1", part, normalised), details("3", part, normalised), atol=1e-9)
    assert np.abs(details("1", "unexplained", False) - details("3", "unexplained", False)).max() > 0.01


def test_without_differences_in_characteristics_nothing_is_explained():
    place = np.tile(["north", "south"], 50)
    group = np.repeat(["White", "Asian"], 50)
    pay = np.random.default_rng(2).normal(10, 1, 100) - (group == "Asian")
    found = models.oaxaca_blinder(pay, group=group, reference="White", covariates={"place": place})
    assert found.at(part="explained", covariate="total")["estimate"] == pytest.approx(0, abs=1e-12)
    assert found.sentence.startswith("The mean of Asian is -")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "fourfold"}, "kind must be"),
        ({"weights": "mine"}, "weights must be"),
        ({"errors": "model"}, "errors='robust'"),
        ({"group": np.where(CARDS.AGE > 40, "older", OWNS)}, "between two groups"),
        ({"covariates": {"home": OWNS}}, "among 'owner'"),
    ],
)
def test_what_cannot_be_decomposed_says_why(change, message):
    with pytest.raises((MeasureError, DataError), match=message):
        models.oaxaca_blinder(SPENT, **{"group": OWNS, "reference": "renter", "covariates": NUMBERS, **change})
