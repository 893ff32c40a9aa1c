"""Claims recomputed: the open claims, figures of textbooks, and what happens to claims that cannot be used."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.errors import ParameterError
from arwap_analysis.registers.claims import Claim
from arwap_analysis.review.reproduce import reproduce_claims
from arwap_analysis.review.reproduce.compute import compute_claim, judge_claim

OPEN = Path(__file__).parents[3] / "shared" / "claims"
OWN = Path(__file__).parents[2] / "claims"
needs_open = pytest.mark.skipif(not (OPEN / "claims.csv").is_file(), reason="needs the claims of ../shared/claims")
PEOPLE = pd.DataFrame(
    {
        "group": ["A"] * 40 + ["B"] * 50 + [None] * 5,
        "hired": [1] * 12 + [0] * 28 + [1] * 25 + [0] * 25 + [1] * 5,
        "code": [1.0] * 40 + [0.0] * 50 + [np.nan] * 5,
        "city": (["x", "y"] * 48)[:95],
    }
)


class _Data:
    def __init__(self, frame):
        self._frame = frame

    def frame(self, name):
        return self._frame


def claim(**fields):
    return Claim.model_validate({"id": "c", "data": "d.csv", "metric": "percentage", "published": "1", **fields})


def outcome(frame=PEOPLE, **fields):
    return judge_claim(claim(**fields), _Data(frame))


def write_claims(folder, rows, frame=PEOPLE):
    folder.mkdir(exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    frame.to_csv(folder / "data" / "d.csv", index=False)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / "claims.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    return folder


HIRED = {"id": "a", "data": "d.csv", "metric": "percentage", "outcome": "hired", "outcome_value": "1",
         "group": "group", "group_value": "A", "published": "30.0"}  # fmt: skip


@needs_open
def test_every_open_claim_is_reproduced_but_the_one_that_is_false_on_purpose():
    found = {o.id: o for o in reproduce_claims(OPEN).outcomes}
    assert {id for id, o in found.items() if o.verdict != "reproduced"} == {"planted-false"}
    assert found["planted-false"].verdict == "not reproduced"
    assert found["planted-false"].computed == pytest.approx(235 / 2435 / (157 / 2435), rel=1e-12)
    assert found["planted-false"].distance == pytest.approx(-30.3185, abs=1e-4)


# Figures of the publications and textbooks named, none of them among the open claims.
TEXTBOOK = [
    ("Bertrand and Mullainathan (2004), table 1", "resume_audit.csv", "ratio", {
        "outcome": "received_callback", "outcome_value": "1", "group": "race", "group_value": "white",
        "reference_value": "black", "where": "gender == 'f'", "published": "1.49", "published_p": "0.0003"}),
    ("Bertrand and Mullainathan (2004), table 1", "resume_audit.csv", "difference_points", {
        "outcome": "received_callback", "outcome_value": "1", "group": "race", "group_value": "white",
        "reference_value": "black", "where": "job_city == 'Chicago'", "published": "2.66", "published_p": "0.0057"}),
    ("Stock and Watson, equation 11.1", "boston_hmda.csv", "ols_coefficient", {
        "formula": "denied ~ pirat", "term": "pirat", "covariance": "HC1", "published": "0.604",
        "published_se": "0.098"}),
    ("Stock and Watson, equation 11.8", "boston_hmda.csv", "probit_coefficient", {
        "formula": "deny ~ pirat + afam", "term": "afamyes", "covariance": "HC1", "published": "0.71",
        "published_se": "0.083"}),
    ("Stock and Watson, equation 11.10", "boston_hmda.csv", "logit_coefficient", {
        "formula": "denied ~ pirat + black", "term": "black", "published": "1.27", "published_se": "0.15"}),
    ("Wooldridge, exercise C7.8", "loan_applications.csv", "ols_coefficient", {
        "formula": "approve ~ white + hrat + obrat + loanprc + unem + male + married + dep + sch + cosign + chist "
                   "+ pubrec + mortlat1 + mortlat2 + vr", "term": "white", "published": "0.129",
        "published_se": "0.020"}),
    ("Wooldridge, exercise C17.2", "loan_applications.csv", "probit_coefficient", {
        "formula": "approve ~ white", "term": "white", "published": "0.784", "published_se": "0.087"}),
    ("Fox and Hong (2009), model of releases", "toronto_arrests.csv", "logit_coefficient", {
        "formula": "released ~ employed + citizen + checks + colour*C(year) + colour*age", "term": "colourWhite:age",
        "published": "-0.0374", "published_se": "0.0102"}),
]  # fmt: skip


@needs_open
@pytest.mark.parametrize(("source", "data", "metric", "fields"), TEXTBOOK)
def test_figures_of_textbooks_are_reproduced(source, data, metric, fields):
    from arwap_analysis.registers.claims import ClaimData

    found = judge_claim(claim(data=data, metric=metric, **fields), ClaimData(OPEN / "data"))
    assert found.verdict == "reproduced", (source, found.reason)


@needs_open
def test_a_right_coefficient_with_a_wrong_error_is_partly_reproduced():
    from arwap_analysis.registers.claims import ClaimData

    fields = {"data": "boston_hmda.csv", "metric": "ols_coefficient", "formula": "denied ~ pirat + black",
              "term": "black", "published": "0.177", "published_se": "0.018"}  # fmt: skip
    data = ClaimData(OPEN / "data")
    assert judge_claim(claim(covariance="HC1", **fields), data).verdict == "partly"
    assert judge_claim(claim(covariance="nonrobust", **fields), data).verdict == "reproduced"
    assert judge_claim(claim(**fields), data).verdict == "reproduced"  # what software gives when nothing is asked for


def test_the_estimate_decides_before_its_companions():
    fields = {**HIRED, "published_lower": "18.1", "published_upper": "45.4"}
    assert outcome(**fields).verdict == "reproduced"
    assert outcome(**{**fields, "published_upper": "45.6"}).verdict == "partly"
    assert outcome(**{**fields, "published": "30.1"}).verdict == "not reproduced"


def test_both_limits_have_to_come_from_one_method():
    """Wilson's limits are 18.07 and 45.43, Wald's 15.80 and 44.20: one of each is no interval."""
    assert outcome(**HIRED, published_lower="15.8", published_upper="44.2").verdict == "reproduced"
    assert outcome(**HIRED, published_lower="15.8", published_upper="45.4").verdict == "partly"


@pytest.mark.parametrize("value", ["1", "1.0", "True", " 1 "])
def test_a_value_of_numbers_is_found_however_it_is_written(value):
    found = outcome(outcome="hired", outcome_value=value, group="code", group_value="1", published="30")
    assert found.verdict == "reproduced"


def test_people_without_a_group_count_in_no_group_and_in_the_whole():
    assert outcome(outcome="hired", outcome_value="1", published="44.2").verdict == "reproduced"
    found = outcome(**{**HIRED, "group_value": "B", "published": "50"})
    assert found.basis == "25 of 50"


def test_people_without_an_outcome_are_left_out_and_said():
    table = PEOPLE.assign(hired=PEOPLE["hired"].astype(float).mask(PEOPLE.index < 4))
    found = outcome(table, **{**HIRED, "published": "22.2"})
    assert (found.verdict, found.basis) == ("reproduced", "8 of 36")
    assert found.notes == ("4 rows without an outcome left out",)


def test_the_other_reading_of_missing_outcomes_is_named_where_it_agrees():
    table = PEOPLE.assign(hired=PEOPLE["hired"].astype(float).mask(PEOPLE.index < 4))
    found = outcome(table, **{**HIRED, "published": "20.0"})
    assert found.verdict == "reproduced"
    assert found.notes == ("agrees when people whose outcome is missing count as without it",)


def test_a_weight_counts_people():
    counts = pd.DataFrame({"g": ["A", "A", "B", "B"], "o": ["y", "n", "y", "n"], "freq": [12, 28, 25, 25]})
    found = outcome(counts, metric="ratio", outcome="o", outcome_value="y", group="g", group_value="A",
                    reference_value="B", weight="freq", published="0.60")  # fmt: skip
    assert (found.verdict, found.basis) == ("reproduced", "12 of 40 against 25 of 50")


def test_expressions_are_summed_over_the_rows_kept():
    counts = pd.DataFrame({"g": ["A", "A", "B"], "x": [1, 2, 9], "z": [9, 8, 1], "year": [1, 2, 2]})
    fields = {"group": "g", "group_value": "A", "numerator": "x", "denominator": "x + z"}
    assert outcome(counts, **fields, published="15.0").verdict == "reproduced"
    assert outcome(counts, **fields, where="year == 2", published="20.0").verdict == "reproduced"
    assert outcome(counts, metric="rate", **fields, per="1,000", published="150").verdict == "reproduced"
    compared = {**fields, "reference_value": "B"}
    assert outcome(counts, metric="difference_points", **compared, published="-75").verdict == "reproduced"


def test_a_suppressed_or_missing_count_makes_a_sum_unknown():
    fields = {"group": "g", "group_value": "A", "numerator": "x", "denominator": "z", "published": "10"}
    missing = pd.DataFrame({"g": ["A", "A"], "x": [1, np.nan], "z": [10, 10]})
    hidden = pd.DataFrame({"g": ["A", "A"], "x": ["1", "[c]"], "z": [10, 10]})
    assert outcome(missing, **fields).reason == "'x' is not known in 1 of 2 rows"
    assert "'[c]' in row 3" in outcome(hidden, **fields).reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"group_value": "C"}, "no row has 'group' C; its values are A, B"),
        ({"outcome": "hirde"}, "no column 'hirde'. Did you mean 'hired'"),
        ({"outcome_value": "yes"}, "no row has 'hired' yes"),
        ({"where": "city == 'q'"}, "no row of the data passes the filter"),
        ({"where": "town == 'x'"}, "no column 'town'"),
        ({"group": "grp"}, "no column 'grp'"),
        ({"weight": "w"}, "no column 'w'"),
    ],
)
def test_a_claim_that_the_data_cannot_answer_says_why(fields, reason):
    found = outcome(**{**HIRED, **fields})
    assert found.verdict == "cannot be computed"
    assert found.computed is None
    assert reason in found.reason


def test_a_ratio_to_nothing_cannot_be_computed():
    counts = pd.DataFrame({"g": ["A", "B"], "x": [3, 0], "z": [10, 10]})
    found = outcome(counts, metric="ratio", group="g", group_value="A", reference_value="B", numerator="x",
                    denominator="z", published="3")  # fmt: skip
    assert (found.verdict, found.reason) == ("cannot be computed", "it has no value for 3 of 10 against 0 of 10")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"metric": "rato"}, "no metric 'rato'. Did you mean 'ratio'"),
        ({"published": ""}, "'published' is missing"),
        ({"published": "about 3"}, "not a figure"),
        ({"metric": "ratio"}, "needs 'reference_value'"),
        ({"group_value": ""}, "needs 'group_value'"),
        ({"where": "__import__('os').system('true')"}, "'where' cannot be used"),
        ({"numerator": "open('x')"}, "'numerator' cannot be used"),
        ({"where": "not " * 390 + "hired"}, "'where' cannot be used"),
        ({"numerator": "-" * 390 + "hired"}, "'numerator' cannot be used"),
        ({"where": "(" * 39 + "hired == 1" + ")" * 39 + " and " * 100}, "'where' cannot be used"),
        ({"metric": "ols_coefficient"}, "needs 'formula', 'term'"),
        ({"metric": "ols_coefficient", "formula": "hired ~ exec('1')", "term": "x"}, "'formula' cannot be used"),
        ({"per": "many"}, "'many' is not a number"),
        ({"data": "../d.csv"}, "do not lie in the folder"),
        ({"data": "/etc/passwd"}, "do not lie in the folder"),
        ({"data": "data/../../claims.csv"}, "do not lie in the folder"),
        ({"data": "d2.csv"}, "no data 'd2.csv'"),
        ({"id": "good"}, "another claim has the same id"),
    ],
)
def test_a_bad_row_is_that_rows_error_and_the_run_goes_on(tmp_path, change, reason):
    folder = write_claims(tmp_path / "c", [{**HIRED, "id": "good"}, {**HIRED, **change}, {**HIRED, "id": "last"}])
    first, bad, last = reproduce_claims(folder).outcomes
    assert (first.verdict, last.verdict) == ("reproduced", "reproduced")
    assert bad.verdict == "cannot be computed"
    assert reason in bad.reason


def test_a_row_with_too_many_cells_is_that_rows_error(tmp_path):
    folder = write_claims(tmp_path / "c", [HIRED])
    with (folder / "claims.csv").open("a") as stream:
        stream.write("b,d.csv,percentage\n")
    assert [o.verdict for o in reproduce_claims(folder).outcomes] == ["reproduced", "cannot be computed"]


def test_a_link_out_of_the_data_folder_is_not_followed(tmp_path):
    folder = write_claims(tmp_path / "c", [{**HIRED, "data": "link.csv"}])
    PEOPLE.to_csv(tmp_path / "secret.csv", index=False)
    (folder / "data" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (found,) = reproduce_claims(folder).outcomes
    assert "do not lie in the folder" in found.reason


def test_longer_claims_may_be_yaml(tmp_path):
    folder = write_claims(tmp_path / "c", [HIRED])
    (folder / "more.yml").write_text(
        "claims:\n- {id: b, data: d.csv, metric: percentage, outcome: hired, outcome_value: 1, group: group,\n"
        "   group_value: B, published: '50.0'}\n- {id: unquoted, data: d.csv, metric: percentage, outcome: hired,\n"
        "   outcome_value: 1, published: 44.2}\n"
    )
    found = {o.id: o for o in reproduce_claims(folder).outcomes}
    assert (found["a"].verdict, found["b"].verdict) == ("reproduced", "reproduced")
    assert found["unquoted"].reason == "'published' has to be a text in quotes, exactly as printed"


@pytest.mark.parametrize("text", ["", "id,metric\n", "id,data,metric,published,wehre\na,d.csv,percentage,1,x\n"])
def test_a_file_that_holds_no_claims_is_refused(tmp_path, text):
    (tmp_path / "claims.csv").write_text(text)
    with pytest.raises(ParameterError):
        reproduce_claims(tmp_path)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 5), st.integers(1, 500), st.integers(1, 500))
def test_whatever_the_counts_the_figure_printed_from_them_is_reproduced(a, more, places, b, others):
    counts = pd.DataFrame({"g": ["A", "B"], "x": [a, b], "z": [a + more, b + others]})
    fields = {"group": "g", "group_value": "A", "numerator": "x", "denominator": "z"}
    ratio = (a / (a + more)) / (b / (b + others))
    found = outcome(counts, metric="ratio", **fields, reference_value="B", published=f"{ratio:.{places}f}")
    assert found.verdict == "reproduced"
    wrong = f"{ratio + 1.06 * 10.0**-places:.{places}f}"
    assert outcome(counts, metric="ratio", **fields, reference_value="B", published=wrong).verdict == "not reproduced"
    share = f"{100 * a / (a + more):.{places}f}"
    assert outcome(counts, **fields, published=share).verdict == "reproduced"


MODELS = pd.DataFrame(
    {
        "y": np.random.default_rng(4).integers(0, 2, 200),
        "pay": np.random.default_rng(5).normal(10, 2, 200),
        "x": np.random.default_rng(6).normal(size=200),
        "g": np.random.default_rng(7).choice(["p", "q", "r"], 200),
        "firm": np.random.default_rng(8).integers(0, 12, 200),
    }
)


@pytest.mark.parametrize("kind", ["nonrobust", "HC0", "HC1", "HC2", "HC3", "cluster"])
@pytest.mark.parametrize("metric", ["ols_coefficient", "probit_coefficient", "logit_coefficient"])
def test_coefficients_and_errors_are_those_of_statsmodels(metric, kind):
    """statsmodels' formula interface is the peer; its discrete models have observed information, HC0 and HC1 alone."""
    import statsmodels.formula.api as smf

    if metric != "ols_coefficient" and kind in {"HC2", "HC3"}:
        pytest.skip("statsmodels has no HC2 or HC3 for discrete models")
    fits = {"ols_coefficient": smf.ols, "probit_coefficient": smf.probit, "logit_coefficient": smf.logit}
    options = {"cov_type": kind, **({"cov_kwds": {"groups": MODELS["firm"]}} if kind == "cluster" else {})}
    options |= {} if metric == "ols_coefficient" else {"disp": 0}
    peer = fits[metric]("y ~ x + C(g)", MODELS).fit(**options)
    covariance = "cluster:firm" if kind == "cluster" else kind
    found = compute_claim(claim(metric=metric, formula="y ~ x + C(g)", term="C(g)[T.q]", covariance=covariance), MODELS)
    assert found.estimate == pytest.approx(peer.params["C(g)[T.q]"], rel=1e-6)
    errors = np.array(list(found.extras().errors.values()))
    assert np.min(np.abs(errors / peer.bse["C(g)[T.q]"] - 1)) < 2e-6


def test_a_weight_in_a_model_counts_people_as_rows_repeated_would():
    table = MODELS.groupby(["g", "y"], as_index=False).size()
    for metric in ("ols_coefficient", "logit_coefficient", "probit_coefficient"):
        for kind in ("nonrobust", "HC1", "HC3"):
            fields = {"metric": metric, "formula": "y ~ g", "term": "g[T.r]", "covariance": kind}
            each = compute_claim(claim(**fields), MODELS)
            summed = compute_claim(claim(**fields, weight="size"), table)
            assert summed.estimate == pytest.approx(each.estimate, rel=1e-7)
            assert summed.extras().errors == pytest.approx(each.extras().errors, rel=1e-6)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"formula": "y ~ x", "term": "z"}, "no term 'z'"),
        ({"formula": "y ~ x + I(2 * x)", "term": "x"}, "follows from the other terms"),
        ({"formula": "pay ~ x", "term": "x", "metric": "logit_coefficient"}, "has to be 0 or 1"),
        ({"formula": "g ~ x", "term": "x"}, "holds 'p'"),
        ({"formula": "y ~ x", "term": "x", "covariance": "HC9"}, "no covariance 'HC9'"),
        ({"formula": "y ~ y2", "term": "y2", "metric": "logit_coefficient"}, "no finite coefficients"),
        ({"formula": "y ~ x", "term": "x", "covariance": "cluster:nothing"}, "no column 'nothing'"),
    ],
)
def test_a_model_that_cannot_be_fitted_says_why(fields, reason):
    table = MODELS.assign(y2=MODELS["y"], g=MODELS["g"])
    table.loc[0, "g"] = "p"
    found = outcome(table, **{"metric": "ols_coefficient", **fields})
    assert found.verdict == "cannot be computed"
    assert reason in found.reason


def test_the_command_prints_a_list_and_its_exit_code_says_whether_all_is_well(tmp_path):
    good = write_claims(tmp_path / "good", [HIRED])
    bad = write_claims(tmp_path / "bad", [HIRED, {**HIRED, "id": "b", "published": "31"}])
    odd = write_claims(tmp_path / "odd", [{**HIRED, "group_value": "C"}])
    run = CliRunner().invoke
    found = run(app, ["reproduce", str(bad), "--json"])
    rows = json.loads(found.stdout)
    assert found.exit_code == 1
    assert [(row["id"], row["verdict"], row["published"], row["computed"]) for row in rows] == [
        ("a", "reproduced", "30.0", 30.0), ("b", "not reproduced", "31", 30.0)]  # fmt: skip
    assert run(app, ["reproduce", str(good)]).exit_code == 0
    assert run(app, ["reproduce", str(bad), "--id", "a"]).exit_code == 0
    assert run(app, ["reproduce", str(odd)]).exit_code == 0
    assert run(app, ["reproduce", str(odd), "--strict"]).exit_code == 1
    assert json.loads(run(app, ["reproduce", str(odd), "--json"]).stdout)[0]["computed"] is None
    assert "1 reproduced, 1 not reproduced" in run(app, ["reproduce", str(bad)]).stdout


def test_no_claims_is_bad_usage(tmp_path):
    from arwap_analysis.errors import ArwapError

    for arguments in ([str(tmp_path)], [str(tmp_path / "none")]):
        found = CliRunner().invoke(app, ["reproduce", *arguments])
        assert isinstance(found.exception, ArwapError)
        assert found.exception.exit_code == 2


def test_printed_figures_that_contradict_each_other_are_named_without_data():
    from arwap_analysis.review.reproduce.consistency import check_claims

    levels = [claim(**{**HIRED, "id": "a", "published": "9.65"}),
              claim(**{**HIRED, "id": "b", "group_value": "B", "published": "6.45"})]  # fmt: skip

    def named(**fields):
        other = claim(**{**HIRED, "id": "r", "reference_value": "B", **fields})
        return {check.name for check in check_claims([*levels, other]) if not check.agrees}

    assert named(metric="ratio", published="1.50") == set()
    assert named(metric="ratio", published="1.80") == {"ratio_from_rates"}
    assert named(metric="difference_points", published="3.20") == set()
    assert named(metric="difference_points", published="3.30") == {"difference_from_rates"}
    assert named(metric="ratio", published="1.50", published_lower="1.20", published_upper="1.87") == set()
    assert named(metric="ratio", published="1.50", published_lower="1.60", published_upper="1.87") == {
        "limits_in_order", "symmetric_interval"}  # fmt: skip
    model = {"metric": "ols_coefficient", "formula": "hired ~ code", "term": "code", "outcome": "", "outcome_value": "",
             "group": "", "group_value": "", "reference_value": "", "published": "0.10",
             "published_se": "0.05"}  # fmt: skip
    assert named(**model, published_p="0.046") == set()
    assert named(**model, published_p="0.01") == {"p_from_error"}
    assert named(**model, published_p="<0.001") == {"p_from_error"}
    assert named(**model, published_lower="0.00", published_upper="0.20") == set()
    assert named(**model, published_lower="0.05", published_upper="0.15") == {"error_from_interval"}
    limits = {"published": "1.50", "published_lower": "1.20", "published_upper": "1.87"}
    assert named(metric="ratio", **limits, published_p="<0.001") == set()
    assert named(metric="ratio", **limits, published_p="0.04") == {"p_from_interval"}
    share = {"metric": "percentage", "reference_value": "", "published": "30.0"}
    assert named(**share, published_n="40") == set()
    assert named(**share, published_n="41") == {"possible_percentage"}


def test_a_doubt_is_told_apart_from_a_contradiction():
    from arwap_analysis.review.reproduce.consistency import check_claims

    fields = {**HIRED, "published": "1.50", "metric": "ratio", "reference_value": "B"}
    (order, middle) = check_claims([claim(**fields, published_lower="1.20", published_upper="1.60")])
    assert (order.agrees, middle.agrees) == (True, False)
    assert not middle.is_contradiction
    (order, _) = check_claims([claim(**fields, published_lower="1.60", published_upper="1.80")])
    assert order.is_contradiction


def test_every_claim_of_our_own_is_reproduced_and_no_two_contradict_each_other():
    found = reproduce_claims(OWN)
    assert {o.id: o.reason for o in found.outcomes if o.verdict != "reproduced"} == {}
    assert [check.said for check in found.checks if not check.agrees] == []
    assert len(found.outcomes) >= 30
    assert sum(o.claim.country in {"Wales", "England and Wales"} for o in found.outcomes) >= 5


def test_every_file_of_our_claims_has_its_source_licence_and_date():
    readme = (OWN / "README.md").read_text(encoding="utf-8")
    for path in (OWN / "data").glob("*.csv"):
        (line,) = [line for line in readme.splitlines() if line.startswith(f"| `{path.name}` |")]
        assert all(cell.strip() for cell in line.strip("|").split("|"))
        assert len(line.strip("|").split("|")) == 5


@pytest.mark.slow
def test_a_thousand_claims_take_less_than_half_a_minute():
    from benchmarks.reproduce import measure

    assert measure()["seconds"] < 30


def test_a_filter_that_only_missing_cells_pass_is_read_the_other_way_and_said():
    table = PEOPLE.assign(city=PEOPLE["city"].mask(PEOPLE.index % 5 == 0))
    found = outcome(table, **{**HIRED, "where": "city != 'x' and city != 'y'", "published": "37.5"})
    assert (found.verdict, found.basis) == ("reproduced", "3 of 8")
    assert found.notes == ("agrees when a missing cell counts as another value in the filter",)
