"""The table of sources behind a finding, and its stated certainty."""

from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from arwap_analysis.models import CertaintyJudgement, EvidenceSource, EvidenceTable, pool_effects


def source(**changes):
    return EvidenceSource(
        **{
            "id": "survey_a", "title": "Survey A", "publisher": "Office A", "design": "survey", "period": "2021-22",
            "published": date(2023, 1, 31), "coverage": "wales", "wales_separate": True, "ethnic_detail": "five_groups",
            **changes,
        }
    )  # fmt: skip


JUDGED = {
    "level": "low",
    "reason": "Two small surveys.",
    "judged_by": "the review panel",
    "judged_on": date(2024, 5, 1),
}


def test_effects_of_the_table_are_ready_to_be_pooled():
    table = EvidenceTable(
        question="Is there a gap?",
        sources=[
            source(effect=0.2, variance=0.01), source(id="b", effect=0.4, variance=0.02), source(id="c", people=12),
        ],
    )  # fmt: skip
    frame = table.frame()
    assert np.isnan(frame["effect"]).tolist() == [False, False, True]
    assert pool_effects(frame["effect"], frame["variance"]).n == 2
    assert frame["people"].isna().tolist() == [True, True, False]


def test_certainty_is_a_judgement_of_someone_and_never_made_from_the_numbers():
    table = EvidenceTable(
        question="Is there a gap?", sources=[source(), source(id="b", coverage="united_kingdom", wales_separate=False)]
    )
    assert table.certainty is None
    assert "Nobody has judged" in table.sentence()
    assert "2 sources answer the question; 1 of them" in table.sentence()
    judged = CertaintyJudgement(**JUDGED, concerns={"imprecision": "serious", "inconsistency": "no_concern"})
    assert judged.sentence() == (
        "Certainty of the evidence: low, as judged by the review panel (2024-05-01). Two small surveys. "
        "Concerns: imprecision."
    )
    for needed in JUDGED:
        with pytest.raises(ValidationError):
            CertaintyJudgement(**{name: value for name, value in JUDGED.items() if name != needed})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quality": "low"}, "needs its reason"),
        ({"effect": 0.2}, "together"),
        ({"variance": 0.0, "effect": 0.2}, "greater than 0"),
        ({"coverage": "Cymru"}, "coverage"),
        ({"score": 3}, "score"),
    ],
)
def test_a_source_that_says_too_little_or_too_much_is_refused(change, said):
    with pytest.raises(ValidationError, match=said):
        source(**change)


def test_a_table_holds_each_source_once_and_cannot_be_changed():
    with pytest.raises(ValidationError, match="stand twice: survey_a"):
        EvidenceTable(question="Is there a gap?", sources=[source(), source()])
    with pytest.raises(ValidationError, match="frozen"):
        source().title = "Another"
    assert source().years_old(date(2024, 1, 31)) == pytest.approx(1, abs=0.01)


def test_a_source_of_which_only_the_year_is_known_is_aged_in_whole_years():
    assert source(published=2015).years_old(date(2026, 11, 25)) == 11.0
    assert source(published=date(2015, 11, 25)).years_old(date(2026, 11, 25)) == pytest.approx(11.0, abs=0.01)
    with pytest.raises(ValidationError):
        source(published=15)
