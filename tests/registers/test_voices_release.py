"""What may be quoted: nothing without consent, nothing that could tell who spoke before a person has looked at it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis.areas import area_codes, get_area
from arwap_analysis.errors import DataError
from arwap_analysis.registers import voices
from tests.registers.voices_examples import FRAME, NAMED, PLACED, SECRETS, rows, write_csv


def kinds(text):
    return {(found.kind, text[found.start : found.end]) for found in voices.find_identifying(text)}


@pytest.mark.parametrize(
    ("text", "kind", "passage"),
    [
        ("write to amy.jones+work@example.org.uk please", "email", "amy.jones+work@example.org.uk"),
        ("write to amy(at)example", "email", "amy(at)example"),
        ("she is amy at example dot org", "email", "amy at example dot org"),
        ("see www.example.org/amy", "link", "www.example.org/amy"),
        ("find @amyjones there", "link", "@amyjones"),
        ("ring 029 2000 0000", "phone", "029 2000 0000"),
        ("ring +44 (0)7700 900123 now", "phone", "+44 (0)7700 900123"),
        ("we are in cf10 3nq now", "postcode", "cf10 3nq"),
        ("it is AB123456C", "national_insurance", "AB123456C"),
        ("it is ab 12 34 56 c", "national_insurance", "ab 12 34 56 c"),
        ("we live at 14b station road with others", "address", "14b station road"),
        ("we live on Station Road with others", "address", "Station Road"),
        ("rydym yn byw yn Heol yr Orsaf ers hynny", "address", "Heol yr Orsaf"),
        ("it was on 12/03/2019 that", "date", "12/03/2019"),
        ("in Blaenau Gwent and", "place", "Blaenau Gwent"),
        ("in cardiff and", "place", "cardiff"),
        ("yng Nghasnewydd ac", "place", "Nghasnewydd"),
        ("o Gaerdydd i", "place", "Gaerdydd"),
        ("in ynys mon and", "place", "ynys mon"),
        ("then Tesfaye came", "name", "Tesfaye"),
        ("Tesfaye came", "name", "Tesfaye"),
        ("then Dr Rees came", "name", "Dr Rees"),
        ("a boy named tesfaye came", "name", "tesfaye"),
        ("a'r bachgen o'r enw emyr", "name", "emyr"),
        ("near Pontypridd we", "name", "Pontypridd"),
    ],
)
def test_what_could_tell_who_spoke_is_found(text, kind, passage):
    assert (kind, passage) in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "They made me wait. Nobody said why, and the council did nothing for 1000 days.",
        "I speak Welsh and English, and as an Asian woman in Wales I'm used to it by January.",
        "Rwy'n siarad Cymraeg. Doedd neb yn gwrando, ac mae'n ddydd Llun eto.",
        "About 20 per cent of 3,107,494 people",
    ],
)
def test_common_words_are_not_taken_for_names(text):
    assert kinds(text) == set()


@pytest.mark.parametrize("code", [c for c in area_codes() if get_area(c).kind == "local_authority"])
def test_every_local_authority_is_found_in_both_languages_in_any_case(code):
    area = get_area(code)
    for name in (area.name_en, area.name_cy, area.name_en.upper(), area.name_cy.casefold()):
        found = voices.find_identifying(f"we moved to {name} then")
        assert any(f.kind == "place" for f in found), name


@given(st.text(max_size=40), st.text(max_size=40))
def test_an_address_of_mail_is_found_whatever_is_around_it(before, after):
    text = f"{before} someone@example.org {after}"
    assert any("someone@example.org" in text[f.start : f.end] for f in voices.find_identifying(text))


@given(st.text(max_size=80))
def test_places_of_findings_lie_in_the_text(text):
    for found in voices.find_identifying(text):
        assert found.kind in voices.KINDS
        assert 0 <= found.start < found.end <= len(text)


@pytest.fixture
def coded(tmp_path):
    (tmp_path / "codes.yml").write_text(FRAME, encoding="utf-8")
    frame = voices.load_frame(tmp_path / "codes.yml")
    return voices.read_coded(write_csv(tmp_path / "coded.csv", rows()), frame=frame)


def release(coded, **options):
    return voices.release_quotations(coded, voices.settled_codes(coded), **{"reviews": {}, **options})


def test_only_consented_words_without_a_trace_are_released(coded):
    released = release(coded)
    texts = " ".join(quotation.text for quotation in released.quotations)
    assert released.quotations
    assert [secret for secret in SECRETS if secret in texts] == []
    assert {h.excerpt: (h.reason, h.kinds) for h in released.held_back} == {
        "e1": ("to_review", ("name", "phone")),
        "e2": ("to_review", ("place",)),
    }
    assert released.analysis_only == 1


def test_who_is_quoted_anonymously_is_quoted_without_group_source_or_date(coded):
    (quotation,) = [q for q in release(coded).quotations if q.excerpt == "e5"]
    assert (quotation.group, quotation.source, quotation.date) == ("", "", "")
    assert quotation.why_no_group == "anonymous"


def test_a_quotation_of_a_hidden_count_is_shown_without_its_group(coded):
    hidden = {("Sylheti", "waiting"), ("Sylheti", "trust")}
    shown = {q.excerpt: q for q in release(coded, hidden=hidden).quotations}
    assert (shown["e23"].group, shown["e23"].why_no_group) == ("", "few")
    assert shown["e8"].group == "Welsh Asian"


def test_a_decision_is_of_these_very_words(coded):
    good = voices.Review("e1", voices.quotation_digest(NAMED), "release", "A Person", "2026-11-01")
    assert NAMED in {q.text for q in release(coded, reviews={"e1": good}).quotations}
    lapsed = voices.Review("e1", voices.quotation_digest("other"), "release", "A Person", "2026-11-01")
    assert release(coded, reviews={"e1": lapsed}).held_back[0].reason == "review_lapsed"
    no = voices.Review("e8", "any", "withhold", "A Person", "2026-11-01")
    assert "e8" not in {q.excerpt for q in release(coded, reviews={"e8": no}).quotations}


def test_a_redacted_quotation_is_the_words_with_marks_and_nothing_else(coded):
    words = voices.quotation_digest(NAMED)
    text = "My neighbour [name] said the same, ring him on [number]."
    good = voices.Review("e1", words, "redact", "A Person", "2026-11-01", text)
    assert text in {q.text for q in release(coded, reviews={"e1": good}).quotations}
    for wrong in (text.replace("same", "opposite"), text + " Ring!", "[all]" + NAMED, "My neighbour said the same"):
        bad = voices.Review("e1", words, "redact", "A Person", "2026-11-01", wrong)
        held = release(coded, reviews={"e1": bad}).held_back
        assert ("e1", "redaction_differs") in {(h.excerpt, h.reason) for h in held}, wrong


def test_a_long_text_is_searched_in_no_time():
    start = time.perf_counter()
    for text in ("a" * 20_000, "1 " * 10_000, "Aa " * 7_000, "a at b " * 3_000):
        voices.find_identifying(text)
    assert time.perf_counter() - start < 20


def test_passages_of_a_published_document_are_not_withheld(coded):
    assert PLACED in {q.text for q in release(coded, published=True).quotations}


def test_the_review_list_holds_what_a_person_has_to_look_at(coded):
    listed = voices.review_list(coded, reviews={})
    assert listed["excerpt"].tolist() == ["e1", "e2"]
    assert listed["found"].tolist()[1] == "Caerffili"
    reviews = {"e2": voices.Review("e2", listed["words"][1], "release", "A", "2026-11-01")}
    assert voices.review_list(coded, reviews=reviews)["excerpt"].tolist() == ["e1"]


def test_reviews_are_read_and_every_fault_of_them_reported(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("excerpt,words,decision,by,on\ne1,abc,release,A,2026-11-01\n", encoding="utf-8")
    assert voices.read_reviews(path)["e1"].decision == "release"
    path.write_text(
        "excerpt,words,decision,by,on\ne1,abc,relese,A,2026-11-01\ne1,abc,release,,soon\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as caught:
        voices.read_reviews(path)
    assert [f.code for f in caught.value.faults] == ["unknown_decision", "empty_cell", "not_a_date", "excerpt_twice"]
    path.write_text("excerpt,words,decision,by,on,text\ne1,a,redact,A,2026-11-01,\ne2,a,release,A,2026-11-01,x\n")
    with pytest.raises(DataError) as caught:
        voices.read_reviews(path)
    assert [f.code for f in caught.value.faults] == ["text_goes_with_redact"] * 2
    path.write_text("excerpt,words\n", encoding="utf-8")
    with pytest.raises(DataError, match="the column is missing"):
        voices.read_reviews(path)
