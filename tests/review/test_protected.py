"""A review of counts that are not open: protected before anything is computed, and nothing shown depends on them."""

import numpy as np
import pytest

from arwap_analysis import review
from arwap_analysis.disclosure import ShownTable, audit_outputs
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.run import load_report
from tests.review.restricted import CODES, COUNTS, write_restricted
from tests.review.test_bilingual import text_of
from tests.review.test_review import SECTIONS
from tests.welsh import english_in


def gathered(project, **options):
    write_restricted(project, **options)
    return review.gather(request(), project=project)


def request(**options):
    texts = {"title": {"en": "T", "cy": "T"}, "question": {"en": "Q?", "cy": "Q?"}}
    return review.Review(review_id="x", indicator="restricted.yml", language=["en", "cy"], **texts, **options)


def hidden(evidence, period="2020"):
    rows = evidence.table[(evidence.table["period"] == period) & (evidence.table["status"] == "suppressed")]
    return set(rows["group"])


def test_small_counts_are_hidden_and_the_analysis_sees_the_others_alone(project):
    evidence = gathered(project)
    assert {"black", "other"} <= hidden(evidence)
    table = evidence.table[evidence.table["period"] == "2020"].set_index("group")
    assert table.loc[list(hidden(evidence)), ["numerator", "value"]].isna().all(axis=None)
    shown = set(CODES) - hidden(evidence)
    true = dict(zip(CODES, COUNTS["2020"], strict=True))
    assert {group: table.loc[group, "numerator"] for group in shown} == {group: true[group] for group in shown}
    assert evidence.numerator.frame["value"].isna().sum() == len(evidence.protected.hidden)


def test_the_same_counts_are_hidden_whichever_periods_a_report_is_about(project):
    everything = gathered(project)
    some = review.gather(request(periods=["2020", "2021"]), project=project)
    assert hidden(some) == hidden(everything)


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_every_section_is_the_same_whatever_the_hidden_counts_are(project, show):
    # The strongest thing to be said of what leaves: nothing in it depends on what is hidden.
    first = review.assess(gathered(project))
    # Of the second pair one is small, and the other hidden with it: that is nobody's to know either.
    changed = {**COUNTS, "2020": (4207, 121, 2, 41, 5, 31)}
    second = review.assess(gathered(project, counts=changed))
    assert first.evidence.numerator.sha256 != second.evidence.numerator.sha256
    ours, theirs = show(first), show(second)
    assert ours._repr_mimebundle_() == theirs._repr_mimebundle_()
    (welsh,) = ours.translations
    assert english_in(text_of(welsh.to_html())) == set()


def test_the_sources_say_how_the_counts_were_protected_and_keep_the_digest(project):
    said = " ".join(review.list_sources(review.assess(gathered(project))).sentences)
    assert "Counts under 5 are hidden" in said
    assert "figures are hidden: those that the rule hides, and others" in said
    assert "Information lost" not in said, "what it cost says what the hidden figures are"
    assert "No hidden figure can be worked out" in said
    assert "SHA-256 of the file used: kept by the team" in said
    assert "open data" not in said.replace("the data are not open", "")


def test_a_share_of_all_events_is_absent_where_a_count_is_hidden(project):
    findings = review.assess(review.gather(request(focus_period="2021"), project=gathered_in(project)))
    shares = findings.completeness.set_index("period")
    assert np.isnan(shares.loc["2020", "estimate"])
    assert shares.loc["2020", "status"] == "suppressed"
    assert shares.loc["2021", "estimate"] == pytest.approx(37 / sum(COUNTS["2021"]))
    focused = review.assess(review.gather(request(focus_period="2020"), project=project))
    assert "A count was withheld in 2020" in " ".join(review.main_points(focused).sentences)


def gathered_in(project):
    write_restricted(project)
    return project


def test_with_rounding_every_figure_is_made_from_rounded_counts(project):
    evidence = gathered(project, disclosure="{policy: {threshold: 5, rounding: {base: 5}}}")
    assert (evidence.table["numerator"].dropna() % 5 == 0).all()
    assert evidence.rounding_base == 5
    rates = review.assess(evidence).rates
    known = rates.dropna(subset=["estimate"])
    np.testing.assert_allclose(known["estimate"], 1000 * known["numerator"] / known["denominator"])


def test_a_rule_can_be_a_card_of_its_own(project):
    (project / "rule.yml").write_text("id: our_rule\nthreshold: 50\n", encoding="utf-8")
    evidence = gathered(project, disclosure="{policy: rule.yml}")
    assert evidence.protected.policy.id == "our_rule"
    assert "mixed" in hidden(evidence)


@pytest.mark.parametrize(
    ("disclosure", "message"),
    [
        ("closed", "open"),
        ("{policy: {treshold: 5}}", "threshold"),
        ("{policy: {threshold: 1}}", "greater than or equal to 2"),
        ("{policy: missing.yml}", "no such file"),
        ("{policy: {threshold: 5}, totals: [region]}", "no dimension 'region'"),
        ("{policy: {threshold: 5}, totals: [area]}", "cannot protect the sum over several"),
        ("{policy: {threshold: null}}", "hides nothing and rounds nothing"),
        ("{policy: {rounding: {base: 5, method: random}}}", "needs a secret key"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(project, disclosure, message):
    with pytest.raises(ParameterError, match=message):
        gathered(project, disclosure=disclosure)


def test_a_population_that_is_not_open_is_refused(project):
    with pytest.raises(ParameterError, match="a population has to be open data"):
        gathered(project, population="{policy: {threshold: 5}}")


def tables(findings):
    """Return the exhibits of a review as the audit of outputs takes them."""
    shown = [show(findings) for show in SECTIONS]
    return [ShownTable(e.id, e.table.policy.rule, as_text(e.table.frame)) for e in shown if hasattr(e, "table")]


def as_text(frame):
    return frame.astype(object).where(frame.notna(), "").astype(str)


def test_the_audit_of_what_is_shown_finds_nothing(project):
    found = audit_outputs(tables(review.assess(gathered(project))))
    assert found.protected
    assert found.hidden >= 2
    assert found.findings == ()
    assert "No table of the report gives any" in found.statement


def test_the_audit_finds_a_count_a_rate_and_a_ratio_that_got_out(project):
    shown = tables(review.assess(gathered(project)))
    place = {name: [table.id for table in shown].index(name) for name in ("rates_over_time", "gap_over_time", "data")}

    def spoilt(name, column, value, **where):
        frame = shown[place[name]].frame.copy()
        rows = (frame["period"] == "2020") & (frame["group"] == where.get("group", "black"))
        frame.loc[rows, column] = value
        changed = [*shown]
        changed[place[name]] = ShownTable(name, shown[0].rule, frame)
        return audit_outputs(changed).findings

    assert any("shows 'numerator' of" in text and "group black" in text for text in spoilt("data", "numerator", "3"))
    assert any("shows 'estimate'" in text for text in spoilt("rates_over_time", "estimate", "0.1"))
    assert any("shows 'upper'" in text for text in spoilt("gap_over_time", "upper", "1.9"))
    small = spoilt("data", "numerator", "2", group="asian")
    assert any("a count under 5" in text and "group asian" in text for text in small)


def test_the_audit_finds_a_count_that_is_alone_in_its_sum_and_one_that_was_shown_before(project):
    findings = review.assess(gathered(project))
    shown = {table.id: table for table in tables(findings)}
    frame = shown["data"].frame.copy()
    others = (frame["period"] == "2020") & frame["status"].eq("suppressed") & frame["group"].ne("black")
    frame.loc[others, ["numerator", "status"]] = ["40", "published"]
    found = audit_outputs([ShownTable("data", shown["data"].rule, frame)]).findings
    assert [text for text in found if "group black is the only hidden count of its sum over group" in text]
    earlier = shown["data"].frame.copy()
    earlier.loc[(earlier["period"] == "2020") & (earlier["group"] == "black"), "numerator"] = "3"
    found = audit_outputs(list(shown.values()), before=[ShownTable("earlier", "", earlier)])
    assert [text for text in found.findings if "the earlier report showed the count of" in text]


def test_a_group_that_the_source_does_not_have_leaves_no_count_alone_in_its_sum(project):
    write_restricted(project)
    file = project / "data" / "cyfrif.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if ",Other," not in line]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    findings = review.assess(review.gather(request(), project=project))
    assert len(hidden(findings.evidence)) == 2
    shown = tables(findings)
    assert audit_outputs(shown).safe
    data = next(table for table in shown if table.id == "data").frame
    more = hidden(findings.evidence) - {"black"}
    data.loc[(data["period"] == "2020") & data["group"].isin(more), ["numerator", "status"]] = ["31", "published"]
    found = audit_outputs([ShownTable("data", shown[-1].rule, data)]).findings
    assert [text for text in found if "group black is the only hidden count of its sum over group" in text]


def test_the_audit_knows_what_is_hidden_though_every_table_shows_it(project):
    data = next(t for t in tables(review.assess(gathered(project))) if t.id == "data")
    frame = data.frame[["period", "group", "numerator"]].copy()
    frame.loc[(frame["period"] == "2020") & (frame["group"] == "black"), "numerator"] = "61"
    found = audit_outputs([ShownTable("mine", data.rule, frame)]).findings
    assert "table 'mine' shows 'numerator' of area W92000004, period 2020, group black" in " ".join(found)


def test_a_count_that_is_hidden_alone_among_rounded_ones_is_no_finding(project):
    one = {**COUNTS, "2020": (4207, 121, 3, 41, 50, 31)}
    evidence = gathered(project, counts=one, disclosure="{policy: {threshold: 5, rounding: {base: 10}}}")
    assert hidden(evidence) == {"black"}
    assert audit_outputs(tables(review.assess(evidence))).findings == ()


def test_making_a_report_again_does_not_take_back_what_an_earlier_one_showed(project):
    shown = tables(review.assess(gathered(project)))
    earlier = next(t for t in shown if t.id == "data").frame.copy()
    earlier.loc[(earlier["period"] == "2020") & (earlier["group"] == "black"), "numerator"] = "6"
    first = audit_outputs(shown, before=[ShownTable("earlier", "", earlier)])
    assert not first.safe
    again = audit_outputs(shown, before=shown, findings_before=[*first.findings, "of another kind"])
    assert again.findings == first.findings


def test_the_words_of_a_fault_say_no_figure_of_data_that_are_not_open(project):
    write_restricted(project)
    file = project / "data" / "cyfrif.csv"
    true = file.read_text(encoding="utf-8")
    for wrong in ("3?", "-35791", "987654"):
        file.write_text(true.replace("2020,Black,3", f"2020,Black,{wrong}"), encoding="utf-8")
        with pytest.raises(DataError) as caught:
            review.gather(request(), project=project)
        assert wrong not in str(caught.value)
        assert caught.value.faults[0].row


def test_the_key_of_random_rounding_is_in_nothing_that_is_shown_or_said(project):
    rule = "{policy: {threshold: 5, rounding: {base: 5, method: random, key: %s}}}"
    evidence = gathered(project, disclosure=rule % 987654)
    shown = [show(review.assess(evidence))._repr_mimebundle_() for show in SECTIONS]
    assert "987654" not in repr((shown, evidence.protected))
    with pytest.raises(ParameterError) as caught:
        gathered(project, disclosure=rule.replace("base: 5", "base: 1") % 987654)
    assert "987654" not in str(caught.value)


def test_totals_of_the_file_that_would_undo_the_rounding_are_not_repeated(project):
    write_restricted(project, disclosure="{policy: {threshold: 5, rounding: {base: 5}}}")
    with (project / "data" / "cyfrif.csv").open("a", encoding="utf-8") as file:
        file.write("2019,All,4394\n")
    card = project / "restricted.yml"
    groups = "groups: {White: white, Asian: asian, Black: black, Mixed: mixed, Other: other, Not known: unknown}"
    card.write_text(card.read_text(encoding="utf-8").replace(groups, "classification: ethnic_group_5"), "utf-8")
    said = text_of(review.show_data(review.assess(review.gather(request(), project=project))).to_html())
    assert "4,39" not in said
    assert "is not repeated, because the data are not open" in said


def test_the_card_of_a_rule_is_an_input_so_that_a_changed_rule_makes_a_report_again(project):
    (project / "rule.yml").write_text("id: our_rule\nthreshold: 50\n", encoding="utf-8")
    gathered(project, disclosure="{policy: rule.yml}")
    report = load_report(project / "params" / "restricted.yml")
    assert "rule.yml" in [file.path.name for file in report.inputs]


def test_open_data_have_nothing_to_audit():
    assert audit_outputs([]).statement.startswith("All tables are open data")
