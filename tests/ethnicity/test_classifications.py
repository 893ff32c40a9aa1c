import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.ethnicity import classification_ids, get_classification


@pytest.mark.parametrize("name", classification_ids())
def test_codes_are_unique_and_every_group_is_named_in_both_languages_with_a_source(name):
    classification = get_classification(name)
    assert len(set(classification.codes)) == len(classification.codes)
    for group in classification.groups:
        for field in (
            "name_en",
            "short_en",
            "people_en",
            "name_cy",
            "short_cy",
            "people_cy",
            "hides",
            "source",
        ):
            assert getattr(group, field).strip(), (group.code, field)
        assert group.welsh_status in ("official", "to_review")


def test_unknown_and_total_are_never_comparable():
    classification = get_classification("ethnic_group_5")
    assert classification.comparable == ("asian", "black", "mixed", "white", "other")
    assert classification.code_of_kind("unknown") == "unknown"


@pytest.mark.parametrize(("label", "code"), [("BLACK", "black"), (" white ", "white"), ("Du", "black"), ("Blck", None)])
def test_only_exact_names_in_either_language_are_found(label, code):
    assert get_classification("ethnic_group_5").find(label) == code


def test_an_unknown_classification_or_group_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match="ethnic_group_5"):
        get_classification("ethnic_groups_5")
    with pytest.raises(ParameterError, match="Did you mean 'black'"):
        get_classification("ethnic_group_5").group("blak")
