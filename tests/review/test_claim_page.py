"""The page of one claim: what was published, the counts it follows from, the method, and a page for each in claims/."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from arwap_analysis.errors import ParameterError
from arwap_analysis.present.sentences import message_ids
from arwap_analysis.registers.claims import METRICS, Claim, read_claims
from arwap_analysis.review import reproduce
from arwap_analysis.review.reproduce import one_claim
from arwap_analysis.review.reproduce.inputs import inputs_of
from arwap_analysis.review.reproduce.preflight import check_claim
from arwap_analysis.review.reproduce.rows import READINGS
from arwap_analysis.run.batch import plan_jobs
from tests.welsh import english_in

ROOT = Path(__file__).parents[2]
PARAMETERS_FILE = ROOT / "params" / "reproduce_claims.yml"
IDS = [claim.id for claim in read_claims(ROOT / "claims").claims]
SECTIONS = [reproduce.claim_points, reproduce.show_claim, reproduce.show_figures, reproduce.show_inputs,
            reproduce.show_computation, reproduce.show_specifications, reproduce.describe_verdicts]  # fmt: skip
KINDS = ["force-ratio", "wales-2011-asian", "berkeley-mantel-haenszel", "berkeley-standardised-men", "bcg-pooled",
         "loan-probit", "england-wales-2021-white-millions"]  # fmt: skip


def page(claim, project=ROOT, **fields):
    fields = {"language": ["en", "cy"], **fields}
    request = reproduce.ClaimsRequest(review_id="x", title={"en": "A", "cy": "B"}, claim=claim, **fields)
    return reproduce.recompute_claim(request, project=project)


def changed(folder, old, new):
    """Return a project whose claims differ in one place."""
    text = (ROOT / "claims" / "claims.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "claims").mkdir()
    (folder / "claims" / "claims.csv").write_text(text.replace(old, new), encoding="utf-8")
    (folder / "claims" / "data").symlink_to(ROOT / "claims" / "data")
    return folder


def test_the_matrix_holds_every_claim_of_the_project_in_its_order():
    assert yaml.safe_load(PARAMETERS_FILE.read_text(encoding="utf-8"))["matrix"]["claim"] == IDS


def test_every_claim_has_a_folder_of_its_own():
    folders = [job.folder.name for job in plan_jobs([PARAMETERS_FILE])]
    assert folders == ["claim_" + id.replace("-", "_") for id in IDS]
    assert len(set(folders)) == len(IDS)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
@pytest.mark.parametrize("claim", KINDS)
def test_each_kind_of_claim_is_shown_in_both_languages(claim, section):
    shown = section(page(claim))
    (welsh,) = shown.translations
    assert (shown.language, welsh.language) == ("en", "cy")
    ours = " ".join([getattr(welsh, "title", ""), getattr(welsh, "subtitle", ""), *getattr(welsh, "sentences", ()),
                     *(column.label for column in getattr(welsh, "columns", ()))])  # fmt: skip
    assert english_in(re.sub(r"make env|arwap \w+ ?\S*", "", ours)) == set()


def test_what_is_quoted_is_marked_as_english_on_the_welsh_page():
    (welsh,) = reproduce.show_claim(page("force-ratio")).translations
    assert '<td lang="en">Black people were this many times likelier' in welsh.to_html()
    assert '<td lang="en">Home Office' in welsh.to_html()
    lines = welsh.table.frame.set_index("fact")
    assert english_in(" ".join([*lines["fact_label"], *lines.loc[lines["value_language"] == "cy", "value"]])) == set()
    (english,) = [reproduce.show_claim(page("force-ratio"))]
    assert 'lang="en"' not in english.to_html()


@pytest.mark.parametrize(
    "claim", [c for c in read_claims(ROOT / "claims").claims if not c.is_model], ids=lambda c: c.id
)
def test_the_counts_shown_give_the_computed_figure(claim):
    found = page(claim.id)
    frame, computed = found.inputs.frame, found.chosen.computed
    if "with_outcome" in frame:
        frame = frame.assign(
            numerator=frame["with_outcome"], denominator=frame["with_outcome"] + frame["without_outcome"]
        )
    sums = frame.groupby("role")[["numerator", "denominator"]].sum()
    rates = sums["numerator"] / sums["denominator"].replace(0, np.nan)
    match claim.metric:
        case "percentage" | "rate":
            expected = rates["group"] * (100 if claim.metric == "percentage" else claim.per)
        case "ratio":
            expected = rates["group"] / rates["reference"]
        case "odds_ratio":
            odds = rates / (1 - rates)
            expected = odds["group"] / odds["reference"]
        case "share":
            expected = 100 * sums.loc["group", "numerator"] / sums["numerator"].sum()
        case "count":
            expected = sums["numerator"].sum()
        case "standardised_rate":
            expected = np.average(claim.per * frame["numerator"] / frame["denominator"], weights=frame["standard"])
        case "mantel_haenszel_odds_ratio":
            a, b = (frame[frame["role"] == role].reset_index() for role in ("group", "reference"))
            n = a["denominator"] + b["denominator"]
            expected = (a["with_outcome"] * b["without_outcome"] / n).sum() / (
                a["without_outcome"] * b["with_outcome"] / n
            ).sum()
        case _:
            assert claim.metric in {"pooled_ratio", "decomposition"}
            assert len(frame) in {13, 44}
            return
    assert computed == pytest.approx(expected, rel=1e-12)


def model(**fields):
    return Claim.model_validate({"id": "m", "data": "d.csv", "metric": "ols_coefficient", "formula": "y ~ g",
                                 "term": "g", "published": "0.1", **fields})  # fmt: skip


def people(**fields):
    return Claim.model_validate({"id": "p", "data": "d.csv", "metric": "percentage", "group": "g", "group_value": "1",
                                 "outcome": "y", "published": "50", **fields})  # fmt: skip


@pytest.mark.parametrize("few", [1, 9, 10])
def test_small_counts_of_people_withhold_the_whole_table(few):
    frame = pd.DataFrame({"g": [1] * 60, "y": [1] * few + [0] * (60 - few)})
    for claim in (people(), model(formula="y ~ 1", term="Intercept")):
        found = inputs_of(claim, frame, READINGS[0])
        assert (found.withheld, len(found.frame) == 0) == (("small_counts", True) if few < 10 else ("", False))


def test_no_section_of_the_page_says_a_count_that_is_withheld(tmp_path):
    folder = tmp_path / "claims"
    (folder / "data").mkdir(parents=True)
    (folder / "claims.csv").write_text(
        "id,title,data,metric,group,group_value,outcome,published\np,P,d.csv,percentage,g,a,y,5.8\n", encoding="utf-8"
    )
    rows = ["a,1"] * 3 + ["a,0"] * 49 + ["a,"] * 7
    (folder / "data" / "d.csv").write_text("\n".join(["g,y", *rows]), encoding="utf-8")
    found = page("p", tmp_path, language=["en"])
    assert found.chosen.basis == "3 of 52"
    assert "below 10" in reproduce.show_inputs(found).title
    for section in (reproduce.show_inputs, reproduce.show_computation):
        text = section(found).to_text()
        assert "3 of 52" not in text
        assert "7 rows" not in text.replace("Data: 7 rows", "")


def test_published_counts_are_shown_however_small_they_are():
    frame = pd.DataFrame({"g": [1, 1], "y": [1, 0], "n": [3, 40]})
    found = inputs_of(people(weight="n"), frame, READINGS[0])
    assert found.frame[["with_outcome", "without_outcome"]].to_numpy().tolist() == [[3, 40]]


def test_people_whose_outcome_is_missing_have_a_count_of_their_own():
    frame = pd.DataFrame({"g": [1] * 60, "y": [1] * 20 + [0] * 25 + [None] * 15})
    (row,) = inputs_of(people(), frame, READINGS[0]).frame.to_dict("records")
    assert (row["with_outcome"], row["without_outcome"], row["missing"]) == (20, 25, 15)
    assert row["per_100"] == pytest.approx(100 * 20 / 45)


def test_a_model_of_numbers_shows_no_rows_of_people():
    frame = pd.DataFrame({"g": np.arange(200) / 7, "y": np.arange(200) % 2})
    found = inputs_of(model(), frame, READINGS[0])
    assert (found.withheld, len(found.frame)) == ("many_cells", 0)


def test_a_claim_that_is_not_reproduced_says_how_far_away_it_is(tmp_path):
    found = page("force-ratio", changed(tmp_path, ",5.9,", ",9.5,"))
    verdict, why, *_ = reproduce.claim_points(found).sentences
    assert verdict == "Use of force, Black people against White people: not reproduced."
    assert why == "Printed was 9.5, computed is 5.85083: 36.5 units of the last printed place away."
    assert reproduce.show_figures(found).title == "0 of 1 printed figures agree with the computed ones"


def test_a_claim_that_agrees_partly_names_the_figure_that_does_not(tmp_path):
    found = page("loan-linear", changed(tmp_path, "0.0198", "0.0398"))
    assert reproduce.claim_points(found).sentences[1].endswith("do not agree: the standard error.")
    assert reproduce.show_figures(found).title == "1 of 2 printed figures agree with the computed ones"


def test_a_claim_that_cannot_be_computed_has_a_page_with_the_reason(tmp_path):
    found = page("mortgage-black", changed(tmp_path, ",black,1,", ",black,7,"))
    assert reproduce.claim_points(found).sentences[0] == "Mortgage denials, Black applicants: cannot be computed."
    reason = reproduce.show_claim(found).table.frame.set_index("fact").loc["reason", "value"]
    assert reason.startswith("no row has 'black' 7")
    for section in SECTIONS:
        assert section(found).translations


def test_a_report_of_claims_of_which_none_can_be_computed_shows_the_first_with_its_reason(tmp_path):
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "claims.csv").write_text(
        "id,title,data,metric,outcome,published\na,A,none.csv,percentage,y,5\nb,B,none.csv,percentage,y,6\n", "utf-8"
    )
    found = reproduce.recompute(reproduce.ClaimsRequest(review_id="x", title="A"), project=tmp_path)
    assert "none.csv" in reproduce.show_claim(found).to_text()
    assert reproduce.show_inputs(found).title.startswith("There are no counts to show")


def test_a_sum_is_not_taken_over_the_rows_that_its_filter_keeps_apart():
    curve = page("england-wales-2021-white-millions").curve
    assert "rows" not in curve.choices
    assert curve.frame["estimate"].nunique() == 1


def test_only_the_data_of_the_claim_are_inputs_and_an_unknown_claim_stops_the_page():
    parameters = {"review_id": "x", "title": "A", "claim": "force-ratio", "language": "en"}
    assert {path.name for path, _, _ in check_claim(parameters, project=ROOT)} == {
        "claims.csv", "dyfed_powys_use_of_force.csv",
    }  # fmt: skip
    with pytest.raises(ParameterError, match="force-ratio"):
        check_claim({**parameters, "claim": "force-ration"}, project=ROOT)


def test_every_metric_and_fact_has_its_words_and_none_is_left_over():
    facts = {*one_claim._SPOKEN, "statement", "citation", "country", "printed", "confidence", "note", "reason",
             "method", "basis", "notes"}  # fmt: skip
    numbers = {name for names in one_claim._NUMBERS.values() for name in names}
    for family, names in {
        "how": set(METRICS), "fact": facts, "number": numbers, "role": {"group", "reference", "rest", "rows"},
    }.items():  # fmt: skip
        start = f"claims_{family}_"
        assert {id.removeprefix(start) for id in message_ids() if id.startswith(start)} == names, family


@pytest.mark.slow
@pytest.mark.parametrize("claim", ["force-ratio", "berkeley-mantel-haenszel"])
def test_the_page_of_a_claim_renders_and_runs_again_the_same(claim, tmp_path):
    from arwap_analysis.run import load_report, run_report, verify_output

    result = run_report(load_report(PARAMETERS_FILE, overrides=[f"claim={claim}"]), out=tmp_path)
    assert result.folder.name == "claim_" + claim.replace("-", "_")
    assert "Every printed figure agrees" in (result.folder / "report.html").read_text(encoding="utf-8")
    assert 'lang="en"' in (result.folder / "report.cy.html").read_text(encoding="utf-8")
    assert verify_output(result.folder).is_same
