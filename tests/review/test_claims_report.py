"""The report on published claims: specification curves, the sections in two languages, and what stops it beforehand."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.registers.claims import Claim
from arwap_analysis.review import reproduce
from arwap_analysis.review.reproduce.preflight import check_inputs
from arwap_analysis.review.reproduce.sensitivity import specification_curve
from tests.welsh import english_in

ROOT = Path(__file__).parents[2]
COUNTS = pd.DataFrame(
    {"g": ["A", "B", "C"], "x": [12, 25, 30], "z": [40, 50, 90], "z_2011": [30, 55, 80], "year": [1, 1, 2]}
)
RATIO = {"id": "c", "data": "d.csv", "metric": "ratio", "group": "g", "group_value": "A", "reference_value": "B",
         "numerator": "x", "denominator": "z", "published": "0.60"}  # fmt: skip


def curve(frame=COUNTS, **fields):
    return specification_curve(Claim.model_validate({**RATIO, **fields}), frame)


def test_every_combination_of_choices_is_computed_and_the_published_one_marked():
    found = curve(other_denominator="z_2011")
    assert found.choices["reference"] == ("B", "C", "everyone")
    assert found.choices["denominator"] == ("z", "z_2011")
    (published,) = found.frame[found.frame["is_published"]].to_dict("records")
    assert (published["reference"], published["denominator"]) == ("B", "z")
    assert published["estimate"] == pytest.approx(0.6)
    everyone = found.frame.query("reference == 'everyone' and denominator == 'z'")["estimate"]
    assert everyone.to_numpy() == pytest.approx(12 / 40 / (67 / 180))
    other = found.frame.query("reference == 'C' and denominator == 'z_2011'")["estimate"]
    assert other.to_numpy() == pytest.approx(12 / 30 / (30 / 80))
    assert found.frame["estimate"].is_monotonic_increasing


def test_a_filter_can_be_lifted_and_missing_outcomes_read_otherwise():
    people = pd.DataFrame({"g": ["A"] * 6 + ["B"] * 6, "o": [1, 0, 1, np.nan, 1, 0] * 2, "t": ["x", "y"] * 6})
    found = curve(people, numerator="", denominator="", outcome="o", outcome_value="1", where="t == 'x'", published="1")
    assert found.choices["rows"] == ("t == 'x'", "all rows")
    lifted = curve(people, numerator="", denominator="", outcome="o", outcome_value="1", published="1",
                   metric="percentage", reference_value="")  # fmt: skip
    assert lifted.choices["missing"] == ("left out", "outcome as without")
    assert sorted(set(lifted.frame["estimate"])) == pytest.approx([50, 60])


def test_terms_of_a_model_are_left_out_in_turn_and_errors_changed():
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"y": rng.normal(size=80), "a": rng.normal(size=80), "b": rng.normal(size=80),
                          "g": rng.choice(["p", "q"], 80)})  # fmt: skip
    found = specification_curve(
        Claim.model_validate({"id": "m", "data": "d.csv", "metric": "ols_coefficient", "formula": "y ~ C(g) + a + b",
                              "term": "C(g)[T.q]", "published": "0.1"}), table)  # fmt: skip
    assert found.choices["terms"] == ("all terms", "without b", "without a", "no other term")
    assert found.choices["covariance"] == ("nonrobust", "HC1", "HC3")
    alone = found.frame.query("terms == 'no other term'")["estimate"].iloc[0]
    assert alone == pytest.approx(table.query("g == 'q'")["y"].mean() - table.query("g == 'p'")["y"].mean())


ETHNIC = pd.DataFrame(
    {"g": ["White", "Bangladeshi", "Indian", "Not stated"], "x": [100, 12, 18, 10], "z": [1000, 60, 120, np.nan]}
)


def test_people_of_unknown_ethnicity_are_counted_in_either_group_and_never_compared_with():
    found = curve(ETHNIC, group_value="Bangladeshi", reference_value="White", published="2")
    assert found.choices["unknown"] == ("unknown apart", "unknown with the group", "unknown with the reference")
    assert found.choices["reference"] == ("White", "Indian", "everyone")
    plain = found.frame.query("reference == 'White' and grouping == 'as published'").groupby("unknown")["estimate"]
    assert plain.first().to_dict() == pytest.approx(
        {
            "unknown apart": (12 / 60) / (100 / 1000),
            "unknown with the group": (22 / 60) / (100 / 1000),
            "unknown with the reference": (12 / 60) / (110 / 1000),
        }
    )
    assert any("everyone holds them already" in said for said in found.left_out)


def test_of_a_share_the_unknown_are_left_out_of_the_whole():
    found = curve(ETHNIC, metric="share", group_value="White", reference_value="", denominator="", published="71.4")
    shares = dict(zip(found.frame["unknown"], found.frame["estimate"], strict=True))
    assert shares == pytest.approx({"unknown apart": 100 * 100 / 140, "unknown left out": 100 * 100 / 130})


def test_detailed_groups_are_joined_in_broad_ones_where_that_changes_something():
    found = curve(ETHNIC, group_value="Bangladeshi", reference_value="White", published="2")
    broad = found.frame.query("reference == 'White' and unknown == 'unknown apart' and grouping == 'broad groups'")
    assert broad["estimate"].to_numpy() == pytest.approx((30 / 180) / (100 / 1000))
    (published,) = found.frame[found.frame["is_published"]].to_dict("records")
    assert published["estimate"] == pytest.approx(2)
    two = curve(ETHNIC.iloc[:2], group_value="Bangladeshi", reference_value="White", published="2")
    assert "grouping" not in two.choices
    within = curve(ETHNIC, group_value="Bangladeshi", reference_value="Indian", published="1.33")
    assert "grouping" not in within.choices, "both are Asian"


def test_a_specification_that_cannot_be_computed_is_named():
    found = curve(COUNTS.assign(z_2011=[30, np.nan, 80]), other_denominator="z_2011")
    assert any("'z_2011' is not known in 1 of 1 rows" in said for said in found.left_out)
    assert not found.frame.query("reference == 'B' and denominator == 'z_2011'").size


def test_a_claim_that_cannot_be_computed_has_no_curve():
    with pytest.raises(ValueError, match="no row has 'g' D"):
        curve(group_value="D")


@pytest.fixture(scope="module")
def findings():
    request = reproduce.ClaimsRequest(
        review_id="claims", title={"en": "Claims", "cy": "Honiadau"}, claim="force-ratio", language=["en", "cy"]
    )
    return reproduce.recompute(request, project=ROOT)


SECTIONS = [reproduce.verdict_points, reproduce.show_agreement, reproduce.show_contradictions,
            reproduce.show_specifications, reproduce.list_claims, reproduce.describe_verdicts]  # fmt: skip


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_each_section_shows_itself_in_both_languages(findings, section):
    shown = section(findings)
    (welsh,) = shown.translations
    assert (shown.language, welsh.language) == ("en", "cy")
    assert shown.to_text() != welsh.to_text()
    data, _ = shown._repr_mimebundle_()
    assert "<" in data["text/html"]


def test_the_welsh_charts_and_titles_hold_no_english_sentence(findings):
    for section in SECTIONS:
        (welsh,) = section(findings).translations
        words = getattr(welsh, "title", "") + " ".join(getattr(welsh, "sentences", ()))
        assert english_in(re.sub(r"make env|arwap \w+ ?\S*", "", words)) == set(), section.__name__


def test_the_curve_says_how_far_the_answer_moves(findings):
    shown = reproduce.show_specifications(findings)
    assert "from 5.8 to 8.8" in shown.title
    assert shown.table.frame["is_published"].sum() == 1
    assert "population 2011" in shown.alt


def test_a_claim_that_is_not_reproduced_is_named_first(tmp_path):
    claims = (ROOT / "claims" / "claims.csv").read_text(encoding="utf-8").replace(",5.9,", ",9.5,")
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "claims.csv").write_text(claims, encoding="utf-8")
    (tmp_path / "claims" / "data").symlink_to(ROOT / "claims" / "data")
    request = reproduce.ClaimsRequest(review_id="claims", title="Claims")
    found = reproduce.recompute(request, project=tmp_path)
    points = reproduce.verdict_points(found).sentences
    assert points[1] == "Not reproduced: Use of force, Black people against White people."
    assert "1 of 11 sets of printed figures" in points[-1]
    assert reproduce.show_agreement(found).title == "50 of 52 computed figures round to what was printed"
    assert "cannot all be true" in reproduce.show_contradictions(found).to_text()


def test_every_metric_choice_and_interval_has_its_words_and_none_is_left_over():
    from arwap_analysis.present.sentences import message_ids
    from arwap_analysis.registers.claims import METRICS
    from arwap_analysis.review.reproduce import sensitivity

    kinds = {"reference", "unknown", "grouping", "denominator", "rows", "missing", "terms", "covariance", "interval"}
    for family, names in {
        "metric": set(METRICS),
        "choice": kinds,
        "interval": {*sensitivity._INTERVALS, "usual"},
        "verdict": {"reproduced", "partly", "not_reproduced", "cannot"},
    }.items():
        start = f"claims_{family}_"
        assert {id.removeprefix(start) for id in message_ids() if id.startswith(start)} == names, family


PARAMETERS = {"review_id": "claims", "title": {"en": "Claims", "cy": "Honiadau"}, "claims": "claims",
              "claim": "force-ratio", "language": ["en", "cy"]}  # fmt: skip


def test_the_files_of_claims_and_their_data_are_the_inputs():
    files = check_inputs(PARAMETERS, project=ROOT)
    names = {path.name for path, _, _ in files}
    assert {"claims.csv", "dyfed_powys_use_of_force.csv", "bcg_trials.csv"} <= names
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for _, digest, _ in files)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"claim": "force-ration"}, "no_such_claim"),
        ({"claims": "no_such_folder"}, "missing_file"),
        ({"claims": "../elsewhere"}, "wrong_value"),
        ({"language": ["en", "en"]}, "wrong_value"),
        ({"title": "Only English"}, "missing_translation"),
    ],
)
def test_what_stops_the_report_before_it_runs(change, code):
    with pytest.raises(ParameterError) as caught:
        check_inputs({**PARAMETERS, **change}, project=ROOT)
    assert code in {fault.code for fault in caught.value.faults}


def test_a_claim_without_a_welsh_title_stops_a_welsh_report(tmp_path):
    claims = (ROOT / "claims" / "claims.csv").read_text(encoding="utf-8").replace("Derbyn dynion,", ",", 1)
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "claims.csv").write_text(claims, encoding="utf-8")
    (tmp_path / "claims" / "data").symlink_to(ROOT / "claims" / "data")
    with pytest.raises(ParameterError, match="no title in Welsh"):
        check_inputs(PARAMETERS, project=tmp_path)
    assert check_inputs({**PARAMETERS, "language": "en"}, project=tmp_path)


@pytest.mark.slow
def test_the_report_renders_and_runs_again_the_same(tmp_path):
    from arwap_analysis.run import load_report, run_report, verify_output

    result = run_report(load_report(ROOT / "params" / "reproduce_findings.yml"), out=tmp_path)
    page = (result.folder / "report.html").read_text(encoding="utf-8")
    assert "Each of the 52 published claims is reproduced." in page
    assert (result.folder / "report.cy.html").is_file()
    assert verify_output(result.folder).is_same
