"""Models of surveys against statsmodels and against themselves on reduced cells."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from arwap_analysis.errors import MeasureError
from arwap_analysis.models import survey_design, survey_mean, survey_regression
from tests.models.surveys import made_up

FAMILIES = {"linear": ("y", "Gaussian"), "logistic": ("yes", "Binomial"), "poisson": ("events", "Poisson")}


@pytest.mark.parametrize("family", FAMILIES)
def test_models_are_those_of_statsmodels_with_clusters(family):
    """statsmodels' sandwich over clusters without its small-sample factor; ours has C / (C - 1) of the design."""
    frame = made_up(strata=1, clusters=25).assign(weight=lambda f: np.ceil(f["weight"]))
    outcome, name = FAMILIES[family]
    design = survey_design(weights=frame["weight"], clusters=frame["cluster"])
    found = survey_regression(design, frame[outcome], frame[["x", "z"]], terms=["x", "z"], family=family)
    # Its clustered errors know no weights: rows are repeated instead.
    rows = frame.loc[frame.index.repeat(frame["weight"].astype(int))]
    model = sm.GLM(rows[outcome], sm.add_constant(rows[["x", "z"]]), family=getattr(sm.families, name)())
    peer = model.fit(tol=1e-12, cov_type="cluster", cov_kwds={"groups": rows["cluster"], "use_correction": False})
    assert found.estimate == pytest.approx(peer.params.to_numpy(), rel=1e-7)
    assert found.covariance == pytest.approx(peer.cov_params().to_numpy() * 25 / 24, rel=1e-6)
    assert found.groups == ("(Intercept)", "x", "z")
    assert found.degrees_of_freedom.tolist() == [22, 22, 22]


@pytest.mark.parametrize("family", FAMILIES)
def test_cells_of_clusters_give_what_the_people_give(family):
    frame = made_up(7)
    outcome = FAMILIES[family][0]
    keys = ["stratum", "cluster", "group", "z"]
    frame["wy"] = frame["weight"] * frame[outcome]
    cells = frame.groupby(keys)[["weight", "wy"]].sum().reset_index()
    cells[outcome] = cells["wy"] / cells["weight"]
    found = []
    for rows in (frame, cells):
        terms = pd.get_dummies(rows["group"], drop_first=True).assign(z=rows["z"]).astype(float)
        design = survey_design(weights=rows["weight"], strata=rows["stratum"], clusters=rows["cluster"])
        found.append(survey_regression(design, rows[outcome], terms, terms=list(terms), family=family))
    assert found[1].estimate == pytest.approx(found[0].estimate)
    assert found[1].covariance == pytest.approx(found[0].covariance)


def test_a_linear_model_with_a_constant_alone_is_the_mean():
    frame = made_up()
    design = survey_design(weights=frame["weight"], strata=frame["stratum"], clusters=frame["cluster"])
    found = survey_regression(design, frame["y"], np.empty((len(frame), 0)), terms=[], family="linear")
    mean = survey_mean(design, frame["y"])
    assert (found.estimate[0], found.se[0], found.upper[0]) == pytest.approx(
        (mean.estimate[0], mean.se[0], mean.upper[0])
    )


def test_exposure_is_person_time():
    frame = made_up()
    design = survey_design(weights=frame["weight"], strata=frame["stratum"], clusters=frame["cluster"])
    options = {"terms": ["z"], "family": "poisson"}
    once = survey_regression(design, frame["events"], frame[["z"]], exposure=np.ones(len(frame)), **options)
    twice = survey_regression(design, frame["events"], frame[["z"]], exposure=np.full(len(frame), 2.0), **options)
    assert twice.estimate == pytest.approx(once.estimate - [np.log(2), 0])
    assert twice.se == pytest.approx(once.se)


def test_rows_with_something_missing_are_left_out_and_their_clusters_are_not():
    frame = made_up()
    holes = frame.assign(x=frame["x"].where(frame.index % 5 > 0))
    design = survey_design(weights=frame["weight"], strata=frame["stratum"], clusters=frame["cluster"])
    found = survey_regression(design, frame["y"], holes[["x"]], terms=["x"], family="linear")
    without = frame["y"].where(frame.index % 5 > 0)
    same = survey_regression(design, without, frame[["x"]], terms=["x"], family="linear")
    assert found.n[0] == 96
    assert found.covariance == pytest.approx(same.covariance)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"family": "probit"}, "family must be one of"),
        ({"outcome": "y"}, "between 0 and 1"),
        ({"terms": ["x"]}, "terms are named"),
        ({"covariates": ["x", "x"]}, "cannot be told apart"),
        ({"covariates": ["yes"], "terms": ["yes"]}, "does not settle"),
    ],
)
def test_a_model_that_cannot_be_fitted_is_refused(change, said):
    frame = made_up()
    asked = {"outcome": "yes", "covariates": ["x", "z"], "terms": ["x", "z"], "family": "logistic", **change}
    with pytest.raises(MeasureError, match=said):
        survey_regression(
            survey_design(weights=frame["weight"], clusters=frame["cluster"]), frame[asked["outcome"]],
            frame[asked["covariates"]], terms=asked["terms"], family=asked["family"],
        )  # fmt: skip


def test_more_terms_than_the_design_allows_have_no_interval():
    frame = made_up(strata=1, clusters=3, people=20)
    design = survey_design(weights=frame["weight"], clusters=frame["cluster"])
    found = survey_regression(design, frame["y"], frame[["x", "z"]], terms=["x", "z"], family="linear")
    assert np.isnan(found.lower).all()
    assert "as many terms" in found.sentence("x")
