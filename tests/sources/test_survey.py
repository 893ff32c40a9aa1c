"""Shares and means of a survey: against statsmodels by weight, and R survey and statsmodels by sampling unit."""

import json

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.weightstats import DescrStatsW

from arwap_analysis import analyse
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.sources import Outcome, Reduction, reduce_microdata, survey_indicator_table
from tests.peers import FIXTURES
from tests.sources.people import people, reduction, written

NAMES = {"White": "white", "Black": "black", "Asian": "asian"}


def table_of(frame, tmp_path, *, estimate="poor", options=None, **changes):
    statistics = reduce_microdata(reduction(written(frame, tmp_path, "parquet"), **changes), threads=1)
    return survey_indicator_table(
        statistics, estimate=estimate, indicator="poverty", source="survey", group="ethnic",
        **{"area": "area", "fixed_period": "2021", **(options or {})},
    )  # fmt: skip


def answers(frame, estimate, label, area):
    """Return the answers, weights and units of one group, by their definition."""
    rows = frame[(frame["ethnic"] == label) & (frame["area"] == area)]
    rows = rows[rows["poor"].isin(["Yes", "No"])] if estimate == "poor" else rows[rows[estimate].notna()]
    x = (rows["poor"] == "Yes").to_numpy(float) if estimate == "poor" else rows[estimate].to_numpy(float)
    return x, rows["w"].to_numpy(), rows["psu"].to_numpy()


@pytest.mark.parametrize("estimate", ["poor", "income"])
def test_weighted_estimates_are_those_of_statsmodels_with_weights_that_sum_to_the_effective_size(tmp_path, estimate):
    frame = people()
    table = table_of(frame, tmp_path, estimate=estimate, weight="w")
    for label, group in NAMES.items():
        for area in ("W06000001", "W06000002"):
            x, w, _ = answers(frame, estimate, label, area)
            size = w.sum() ** 2 / (w**2).sum()
            reference = DescrStatsW(x, weights=w * size / w.sum())
            (row,) = table[(table["group"] == group) & (table["area"] == area)].to_dict("records")
            assert row["value"] == pytest.approx(reference.mean, rel=1e-10)
            assert row["standard_error"] == pytest.approx(reference.std_mean, rel=1e-8)
            assert row["effective_sample_size"] == pytest.approx(size, rel=1e-10)
            assert row["denominator"] == len(x)
            assert np.isnan(row["numerator"])
            assert row["unit"] == ("proportion" if estimate == "poor" else "mean")


@pytest.mark.parametrize("estimate", ["poor", "income"])
@pytest.mark.parametrize("weight", ["w", None])
def test_clustered_errors_are_those_of_statsmodels(tmp_path, estimate, weight):
    """With an intercept alone its correction is C / (C - 1), C the units, all of which have members here."""
    frame = people()
    table = table_of(frame, tmp_path, estimate=estimate, weight=weight, cluster="psu", options={"area": None})
    for label, group in NAMES.items():
        parts = [answers(frame, estimate, label, area) for area in ("W06000001", "W06000002")]
        x, w, units = (np.concatenate(column) for column in zip(*parts, strict=True))
        w = w if weight else np.ones(len(x))
        assert len(set(units)) == frame["psu"].nunique() == 40
        fitted = WLS(x, np.ones(len(x)), weights=w).fit(cov_type="cluster", cov_kwds={"groups": units})
        (row,) = table[table["group"] == group].to_dict("records")
        assert row["value"] == pytest.approx(fitted.params[0], rel=1e-10)
        assert row["standard_error"] == pytest.approx(fitted.bse[0], rel=1e-8)
        assert row["effective_sample_size"] <= w.sum() ** 2 / (w**2).sum() + 1e-9


def survey_cases():
    """Return the means and shares of a cluster sample without finite population correction, of R survey 4.1-1."""
    file = FIXTURES / "survey_taylor.json"
    if not file.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the reference values are not beside the project"))]
    cases = json.loads(file.read_text(encoding="utf-8"))["cases"]
    wanted = [c for c in cases if c["id"].startswith("apiclus1_nofpc") and c["statistic"] in ("mean", "proportion")]
    assert len(wanted) == 5
    return [pytest.param(case, id=case["id"]) for case in wanted]


@pytest.mark.parametrize("case", survey_cases())
def test_clustered_errors_are_those_of_r_survey_to_a_millionth_also_in_domains(case):
    """Schools of California in 15 districts, some of which have no school of a type: they count all the same."""
    outcome = case["statistic"] == "proportion"
    name = case["variable"]
    statistics = reduce_microdata(
        Reduction(
            file=FIXTURES / "data" / "apiclus1.csv", by=["stype"], weight="pw", cluster="dnum",
            values=[] if outcome else [name],
            outcomes={name: Outcome(column=name, values=[case["equals"]])} if outcome else {},
        )
    )  # fmt: skip
    codes = {"E": "white", "H": "black", "M": "asian"} if "by" in case else dict.fromkeys("EHM", "white")
    table = survey_indicator_table(
        statistics, estimate=name, indicator="api", source="api", group="stype", groups=codes, fixed_period="2000"
    ).set_index("group")
    expected = case["expected"]
    wanted = [codes[label] for label in expected["group"]] if "by" in case else ["white"]
    assert len(table) == len(wanted)
    for column, key in (("value", "estimate"), ("standard_error", "se")):
        assert table.loc[wanted, column].to_numpy() == pytest.approx(np.atleast_1d(expected[key]), rel=1e-6)


def test_people_sampled_together_say_less(tmp_path):
    """Everyone of a unit says the same: the effective sample is that of the units, not of the people."""
    frame = pd.DataFrame({"ethnic": "White", "psu": np.repeat(range(20), 30), "poor": np.repeat(["Yes", "No"], 300)})
    by = {"by": ["ethnic"], "values": []}
    apart = table_of(frame, tmp_path, options={"area": None}, **by).iloc[0]
    together = table_of(frame, tmp_path, options={"area": None}, cluster="psu", **by).iloc[0]
    assert (apart["numerator"], apart["denominator"], apart["effective_sample_size"]) == (300, 600, 600)
    assert apart["standard_error"] == pytest.approx(np.sqrt(0.25 / 599))
    assert together["standard_error"] == pytest.approx(np.sqrt(0.25 / 19))
    assert together["effective_sample_size"] == pytest.approx(20)
    assert np.isnan(together["numerator"])


def test_labels_that_are_one_group_are_put_together_with_what_their_means_differ_by(tmp_path):
    frame = people().replace({"ethnic": {"Asian": "Indian", "Black": "Pakistani"}})
    table = table_of(frame, tmp_path, estimate="income", weight="w", options={"area": None})
    parts = [answers(frame, "income", n, a) for n in ("Indian", "Pakistani") for a in ("W06000001", "W06000002")]
    x, w, _ = (np.concatenate(column) for column in zip(*parts, strict=True))
    size = w.sum() ** 2 / (w**2).sum()
    (row,) = table[table["group"] == "asian"].to_dict("records")
    assert row["standard_error"] == pytest.approx(DescrStatsW(x, weights=w * size / w.sum()).std_mean, rel=1e-8)


def test_what_has_no_standard_error_says_why(tmp_path):
    frame = pd.DataFrame(
        {
            "ethnic": ["White"] * 4 + ["Black"] * 3 + ["Asian", "Mixed"],
            "psu": [1, 2, 3, 4, 1, 1, 1, 2, 3],
            "poor": ["Yes", "Yes", "Yes", "Yes", "Yes", "No", "No", "Yes", None],
        }
    )
    table = table_of(frame, tmp_path, cluster="psu", by=["ethnic"], values=[], options={"area": None})
    found = table.set_index("group")
    assert found["standard_error"].isna().all()
    assert "say the same" in found.loc["white", "reason"]
    assert "one sampling unit" in found.loc["black", "reason"]
    assert "Fewer than two" in found.loc["asian", "reason"]
    assert found.loc["mixed", "status"] == "not_collected"
    assert set(found.drop("mixed")["status"]) == {"low_reliability"}


def test_quality_says_effective_size_variation_and_unknown_share_of_a_survey(tmp_path):
    table = table_of(people(), tmp_path, weight="w")
    found = analyse.describe_quality(table, level="value")
    (row,) = found[(found["group"] == "black") & (found["area"] == "W06000001")].to_dict("records")
    (given,) = table[(table["group"] == "black") & (table["area"] == "W06000001")].to_dict("records")
    assert row["effective_sample_size"] == given["effective_sample_size"]
    assert row["estimate"] == pytest.approx(100 * given["standard_error"] / given["value"])
    here = table[table["area"] == "W06000001"].set_index("group")["denominator"]
    assert row["share_unknown"] == pytest.approx(here["unknown"] / here.sum())
    assert found.loc[found["group"] == "mixed", "effective_sample_size"].isna().all()
    assert set(found["area"]) == {"W06000001", "W06000002"}
    assert len(analyse.recording_completeness(table)) == 2


def test_wrong_names_are_told_together(tmp_path):
    with pytest.raises(ParameterError) as caught:
        table_of(people(), tmp_path, estimate="por", options={"strata": ["sex"]})
    assert [fault.code for fault in caught.value.faults] == ["unknown_estimate", "missing_column"]
    with pytest.raises(DataError, match="names no group"):
        table_of(people().replace({"ethnic": {"Black": "blob"}}), tmp_path)


def test_outcome_of_the_reduction_with_an_unweighted_count_is_a_share_of_counts(tmp_path):
    frame = people()
    table = table_of(frame, tmp_path, outcomes={"poor": Outcome(column="poor", values=["Yes"])})
    assert (table["numerator"] / table["denominator"]).to_numpy() == pytest.approx(table["value"].to_numpy())
