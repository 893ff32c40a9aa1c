import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.present.sentences import join_names, message_ids, say
from tests.conftest import ROOT


def test_a_sentence_begins_with_a_capital_and_a_fragment_stays_as_it_is():
    assert say("rates_title_none", period="2011-12") == "No rate can be made for 2011-12"
    assert say("rates_axis", per="1,000", population="people") == "per 1,000 people"


def test_a_missing_sentence_value_or_language_is_an_error_never_a_gap():
    with pytest.raises(ParameterError, match="no sentence 'nonsense'"):
        say("nonsense")
    with pytest.raises(ParameterError, match="lacks population"):
        say("rates_axis", per="1,000")
    with pytest.raises(ParameterError, match="language"):
        say("no_rate", language="fr")


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_joined_as_people_write_them(names, text):
    assert join_names(names) == text


def test_every_sentence_of_the_catalogue_is_used():
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "arwap_analysis").rglob("*.py"))
    families = ("finding_", "choice_", "column_", "gap_", "difference_", "page_", "workbook_mark_")
    # test_claims_report.py holds these against what they name.
    families += (
        "claims_metric_",
        "claims_check_",
        "claims_choice_",
        "claims_interval_",
        "claims_verdict_",
        "claims_method_",
    )
    unused = [i for i in message_ids() if f'"{i}"' not in source and not i.startswith(families)]
    assert unused == []
