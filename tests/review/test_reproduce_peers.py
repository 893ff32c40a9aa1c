"""Verdicts on claims that nobody has seen: hundreds are drawn from the open data, printed by pandas and statsmodels.

Each true figure has to be reproduced at every number of decimals, each figure that is two units away must not be, and a
right coefficient with a wrong error has to be partly reproduced.
"""

import random
import warnings
from pathlib import Path

import numpy as np  # noqa: F401 - patsy looks it up where the model is called
import pandas as pd
import pytest

from arwap_analysis.registers.claims import Claim, ClaimData
from arwap_analysis.review.reproduce import judge_claim

OPEN = Path(__file__).parents[3] / "shared" / "claims" / "data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not OPEN.is_dir(), reason="needs the data of ../shared/claims"),
]
PEOPLE = [("resume_audit.csv", "received_callback"), ("boston_hmda.csv", "denied"), ("boston_hmda.csv", "deny"),
          ("loan_applications.csv", "approve"), ("toronto_arrests.csv", "released")]  # fmt: skip
TERMS = {
    ("boston_hmda.csv", "denied"): ["pirat", "hirat", "black", "C(chist)", "selfemp", "unemp", "I(lvrat**2)",
                                    "np.log(lvrat)"],
    ("loan_applications.csv", "approve"): ["white", "hrat", "obrat", "unem", "male", "married", "C(mortlat1)"],
    ("toronto_arrests.csv", "released01"): ["colour", "age", "sex", "employed", "C(year)", "checks"],
}  # fmt: skip


def _literal(value):
    return f"'{value}'" if isinstance(value, str) else str(value)


def _spelled(value, rng):
    if isinstance(value, str):
        return value
    return rng.choice([str(value), str(float(value)), f"{value:g}"])


def _filter(frame, columns, rng):
    parts = []
    for column in rng.sample(columns, min(len(columns), rng.randint(1, 3))):
        value = rng.choice(list(frame[column].dropna().unique()))
        operator = rng.choice(["==", "!=", "in", "not in"] if isinstance(value, str) else ["==", ">=", "<", "in"])
        parts.append(f"{column} {operator} " + (f"[{_literal(value)}]" if "in" in operator else _literal(value)))
    text = parts[0]
    for part in parts[1:]:
        text = f"({text}) {rng.choice(['and', 'or'])} {rng.choice(['', 'not '])}({part})"
    return text


def _verdict(folder, **cells):
    return judge_claim(Claim.model_validate({"id": "c", **cells}), folder).verdict


@pytest.mark.parametrize("seed", range(200))
def test_shares_and_ratios_of_pandas_are_judged_right(seed):
    rng = random.Random(seed)
    name, outcome = rng.choice(PEOPLE)
    frame, data = pd.read_csv(OPEN / name), ClaimData(OPEN)
    columns = [column for column in frame.columns if frame[column].nunique() <= 6 and column != outcome]
    group = rng.choice([column for column in columns if frame[column].nunique() > 1])
    one, other = rng.sample(list(frame[group].dropna().unique()), 2)
    where = _filter(frame, [column for column in columns if column != group], rng) if rng.random() < 0.7 else ""
    kept = frame.query(where) if where else frame
    value = rng.choice(list(frame[outcome].unique()))
    mine, theirs = (kept.loc[kept[group] == member, outcome] == value for member in (one, other))
    metric = rng.choice(["percentage", "ratio", "difference_points"])
    cells = {"data": name, "metric": metric, "outcome": outcome, "outcome_value": _spelled(value, rng), "group": group,
             "group_value": _spelled(one, rng), "where": where,
             "reference_value": "" if metric == "percentage" else _spelled(other, rng)}  # fmt: skip
    if not len(mine) or (metric != "percentage" and (not len(theirs) or (metric == "ratio" and not theirs.any()))):
        assert _verdict(data, **cells, published="1.0") == "cannot be computed"
        return
    truth = {"percentage": lambda: 100 * mine.mean(), "ratio": lambda: mine.mean() / theirs.mean(),
             "difference_points": lambda: 100 * (mine.mean() - theirs.mean())}[metric]()  # fmt: skip
    places = rng.randint(0, 4)
    printed = f"{truth:.{places}f}"
    wrong = f"{float(printed) + rng.choice([-2, 2, 5]) * 10.0**-places:.{places}f}"
    assert _verdict(data, **cells, published=printed) == "reproduced"
    assert _verdict(data, **cells, published=wrong) == "not reproduced"


@pytest.mark.parametrize("seed", range(40))
def test_coefficients_of_statsmodels_are_judged_right(seed):
    import statsmodels.formula.api as smf

    rng = random.Random(1000 + seed)
    (name, outcome), terms = rng.choice(list(TERMS.items()))
    frame, data = pd.read_csv(OPEN / name), ClaimData(OPEN)
    chosen = rng.sample(terms, rng.randint(1, 3))
    right = " + ".join(chosen) if rng.random() < 0.7 else " * ".join(chosen[:2])
    kind = rng.choice(["ols", "probit", "logit"])
    covariance = rng.choice(["", "nonrobust", "HC0", "HC1", *(["HC2", "HC3"] if kind == "ols" else [])])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {} if kind == "ols" else {"disp": 0}
        model = {"ols": smf.ols, "probit": smf.probit, "logit": smf.logit}[kind](f"{outcome} ~ {right}", frame)
        fit = model.fit(cov_type=covariance or "nonrobust", **options)
    term, places = rng.choice(list(fit.params.index)), rng.randint(2, 4)
    unit = 10.0**-places
    lower, upper = fit.conf_int().loc[term]
    cells = {"data": name, "metric": f"{kind}_coefficient", "formula": f"{outcome} ~ {right}", "term": term,
             "covariance": covariance}  # fmt: skip
    printed = {"published": f"{fit.params[term]:.{places}f}", "published_se": f"{fit.bse[term]:.{places}f}",
               "published_lower": f"{lower:.{places}f}", "published_upper": f"{upper:.{places}f}",
               "published_p": f"{fit.pvalues[term]:.3f}"}  # fmt: skip
    assert _verdict(data, **cells, **printed) == "reproduced"
    error = {"published_se": f"{float(printed['published_se']) + 3 * unit:.{places}f}"}
    assert _verdict(data, **cells, **{**printed, **error}) == "partly"
    estimate = {"published": f"{float(printed['published']) - 2 * unit:.{places}f}"}
    assert _verdict(data, **cells, **{**printed, **estimate}) == "not reproduced"
