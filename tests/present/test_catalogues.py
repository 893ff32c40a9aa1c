"""The message catalogues: whole in every language, with the same values, and each text with its state."""

import copy

import pytest

from arwap_analysis.disclosure import OPEN_DATA
from arwap_analysis.errors import ParameterError
from arwap_analysis.measures import RELIABILITY_BANDS
from arwap_analysis.present import sentences
from arwap_analysis.present import translations as states
from arwap_analysis.present.phrases import phrase, untranslated
from arwap_analysis.present.sentences import catalogue_content, compare_catalogues, join_names, say, values_of
from arwap_analysis.sources.formats import marks
from tests.welsh import english_in


def test_welsh_has_every_text_of_english_with_the_same_values():
    assert compare_catalogues(catalogue_content("en"), catalogue_content("cy"), name="cy.yml") == ()


def test_a_text_that_is_missing_superfluous_or_filled_otherwise_is_listed():
    spoilt = copy.deepcopy(dict(catalogue_content("cy")))
    del spoilt["sentences"]["not_causes"]
    spoilt["fragments"]["nobody_needs_it"] = "x"
    spoilt["sentences"]["rates_title_none"] = "Dim cyfradd ar gyfer {blwyddyn}"
    spoilt["sentences"]["same_line"] = spoilt["fragments"].pop("same_line")
    found = {(fault.code, fault.message.split("'")[1]) for fault in compare_catalogues(
        catalogue_content("en"), spoilt, name="cy.yml")}  # fmt: skip
    assert found == {
        ("missing_translation", "not_causes"),
        ("superfluous_translation", "nobody_needs_it"),
        ("other_values", "rates_title_none"),
        ("wrong_section", "same_line"),
    }


def test_no_text_is_said_in_a_language_whose_catalogue_is_not_whole(monkeypatch):
    spoilt = copy.deepcopy(dict(catalogue_content("cy")))
    del spoilt["sentences"]["not_causes"], spoilt["fragments"]["no_rate"]
    contents = {"en": catalogue_content("en"), "cy": spoilt}
    monkeypatch.setattr(sentences, "catalogue_content", contents.__getitem__)
    sentences._catalogue.cache_clear()
    try:
        with pytest.raises(ParameterError) as caught:
            say("page_contents", language="cy")
    finally:
        monkeypatch.undo()
        sentences._catalogue.cache_clear()
    assert [f.message for f in caught.value.faults] == [
        "the text 'no_rate' is missing",
        "the text 'not_causes' is missing",
    ]


def test_no_welsh_text_holds_an_english_word():
    texts = [t.other for t in states.translations("cy")]
    assert {word for text in texts for word in english_in(text)} == set()
    assert english_in("Households most frequent among ni ellir") == {"households", "most", "frequent", "among"}


def test_welsh_lists_set_names_apart_without_a_word_that_would_change_them():
    assert join_names(["pobl Ddu", "pobl Wyn"], language="cy") == "pobl Ddu, pobl Wyn"


@pytest.mark.parametrize(
    ("english", "welsh"),
    [
        ("", ""),
        ("The publisher withheld this figure (marked [c])", "Cadwodd y cyhoeddwr y ffigur hwn yn ôl (marciwyd [c])"),
        ("exact Poisson, per 1,000", "Poisson union, fesul 1,000"),
        ("In 2011 the groups add up to 9 and the published total is 8.",
         "2011: mae'r grwpiau'n adio i 9 a'r cyfanswm a gyhoeddwyd yw 8."),
    ],
)  # fmt: skip
def test_what_data_say_is_said_in_welsh_part_by_part(english, welsh):
    assert phrase(english, language="cy") == welsh
    assert phrase(english, language="en") == english


def test_words_that_nobody_has_translated_are_an_error_and_a_card_can_bring_their_own():
    with pytest.raises(ParameterError, match="no translation into Welsh"):
        phrase("Series begins anew", language="cy")
    own = {"Series begins anew": "Mae'r gyfres yn dechrau o'r newydd"}
    assert phrase("Series begins anew", language="cy", own=own) == own["Series begins anew"]
    said = ["exact Poisson", "one", "exact Poisson (marked *)", "Oddly (marked *)", "one", "Series begins anew"]
    assert untranslated(said, language="cy", own=own) == ("one", "Oddly (marked *)")
    assert untranslated(said, language="en") == ()


def test_every_mark_that_stands_for_a_number_has_welsh_words():
    readings = [marks.EFF_MARKS, marks.PIVOT_MARKS, marks.SHORTHAND]
    said = [mark.words for reading in readings for mark in reading.values() if mark.alone is not None]
    assert untranslated(said, language="cy") == ()


def test_what_every_report_repeats_from_the_code_has_welsh_words():
    said = [OPEN_DATA.statement, *(name for _, name in RELIABILITY_BANDS)]
    assert untranslated(said, language="cy") == ()


def test_the_values_of_a_phrase_are_those_of_its_english():
    for english, welsh in catalogue_content("cy")["phrases"].items():
        assert values_of(english) == values_of(welsh), english


def test_a_text_is_to_be_reviewed_until_a_review_of_these_very_words_is_recorded(monkeypatch):
    content = dict(catalogue_content("cy"))
    first = next(states.translations("cy"))
    assert first.state == "to_review"
    monkeypatch.setattr(states, "catalogue_content", lambda language: content if language == "cy" else english)
    english = catalogue_content("en")
    content["reviewed"] = {first.id: {"by": "A Translator", "on": "2026-12-01", "texts": first.digest}}
    assert next(states.translations("cy")).state == "reviewed"
    assert states.check_reviews("cy") == ()
    content["sentences"] = {**content["sentences"], first.id: first.other + " Rhywbeth arall."}
    assert next(states.translations("cy")).state == "to_review"


def test_a_review_that_cannot_be_one_is_refused(monkeypatch):
    content = {**catalogue_content("cy"), "reviewed": {"nonsense": {}, "no_rate": {"by": "Someone"}}}
    english = catalogue_content("en")
    monkeypatch.setattr(states, "catalogue_content", lambda language: content if language == "cy" else english)
    assert [f.code for f in states.check_reviews("cy")] == ["no_such_text", "incomplete_review"]
    states.is_reviewed.cache_clear()
    with pytest.raises(ParameterError, match="nonsense"):
        states.is_reviewed("cy")


def test_recorded_reviews_are_of_texts_that_exist():
    assert states.check_reviews("cy") == ()
    assert states.is_reviewed("en")
