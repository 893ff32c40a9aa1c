"""A review in both languages: every section from one computation, and nothing in Welsh that is not Welsh."""

import re
from dataclasses import replace
from html import unescape

import pytest
from bs4 import BeautifulSoup

from arwap_analysis import review
from arwap_analysis.errors import ParameterError
from arwap_analysis.indicators import parse_period
from arwap_analysis.present.charts import drawing
from arwap_analysis.review.period_names import period_name
from arwap_analysis.review.preflight import check_inputs
from arwap_analysis.review.translated import missing_translations
from tests.conftest import ROOT
from tests.review.test_review import CARD, SECTIONS
from tests.welsh import english_in

TITLE = {"en": "Help", "cy": "Cymorth"}
QUESTION = {"en": "Is it so?", "cy": "A yw hi felly?"}
BOTH_TEXTS = {
    "title: {en: Made up}": "title: {en: Made up, cy: Dychmygol}",
    "publisher: Nobody": "publisher: {en: Nobody, cy: Neb}",
    "licence: none": "licence: {en: none, cy: dim}",
    "counts: events": "counts: {en: events, cy: achosion}",
    "counts: people": "counts: {en: people, cy: o bobl}",
}


def request(indicator="homeless_households_eligible", **options):
    fields = {"review_id": "x", "title": TITLE, "question": QUESTION, "indicator": indicator, "language": ["en", "cy"]}
    return review.Review(**{**fields, **options})


def assessed(indicator="homeless_households_eligible", project=ROOT, **options):
    return review.assess(review.gather(request(indicator, **options), project=project))


@pytest.fixture(scope="module", params=["homeless_households_eligible", "homeless_households_accepted"])
def findings(request):
    return assessed(request.param)


def text_of(html):
    """Return every word that a reader of the HTML meets, alt texts too; digests and names of files are no words."""
    page = BeautifulSoup(html, "html.parser")
    return " ".join([page.text, *(image["alt"] for image in page.find_all("img"))])


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_made_in_both_languages_and_the_welsh_one_is_welsh(findings, show):
    shown = show(findings)
    (welsh,) = shown.translations
    assert (shown.language, welsh.language, shown.id) == ("en", "cy", welsh.id)
    assert english_in(text_of(welsh.to_html())) == set()
    assert len(text_of(welsh.to_html())) > len(text_of(shown.to_html())) / 2


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_another_language_beside_it_changes_nothing_of_the_english(findings, show):
    alone = replace(findings, evidence=replace(
        findings.evidence, request=request(findings.evidence.card.id, language="en")))  # fmt: skip
    assert show(alone).translations == ()
    assert show(alone).to_html() == show(findings).to_html()
    assert show(alone).to_text() == show(findings).to_text()


def test_the_words_in_every_chart_are_welsh(findings, monkeypatch):
    monkeypatch.setitem(drawing._STYLE, "svg.fonttype", "none")
    drawn = 0
    for show in SECTIONS:
        (welsh,) = show(findings).translations
        svg = getattr(welsh, "svg", None)
        if svg is not None:
            written = " ".join(unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg))
            assert english_in(written) == set()
            assert "Asiaidd" in written
            drawn += 1
    assert drawn == 5


def test_the_data_keep_their_machine_names_and_gain_the_welsh_words(findings):
    _, metadata = review.show_rates(findings)._repr_mimebundle_()
    header, *rows = metadata["arwap"]["csv"].splitlines()
    assert {"group", "group_label", "group_label_cy", "finding_cy"} <= set(header.split(","))
    assert any(",black," in row and ",Black," in row and ",Du," in row for row in rows)


@pytest.fixture
def made_up(project):
    """Return a function that assesses a made-up table of (year, group, count, people) in both languages."""

    def assess(rows, *, texts=BOTH_TEXTS, **options):
        lines = ["year,group,count,people", *[",".join(map(str, row)) for row in rows]]
        (project / "data" / "made_up.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        card = CARD.format(better=options.pop("better", "lower"))
        for plain, both in texts.items():
            assert plain in card
            card = card.replace(plain, both)
        (project / "made_up.yml").write_text(card, encoding="utf-8")
        return review.gather(request("made_up.yml", **options), project=project)

    return assess


AWKWARD = {
    "no events in the reference group": [("2011-12", "black", 5, 100), ("2011-12", "white", 0, 1000)],
    "one group alone": [("2011-12", "white", 50, 1000)],
    "withheld, and nobody counted": [
        ("March 2023", "black", "[c]", 100), ("March 2023", "asian", 4, 40), ("March 2023", "white", 90, 9000),
        ("April 2023", "black", "[u]", 100), ("April 2023", "asian", "[x]", 100), ("April 2023", "white", 80, 9000),
    ],
    "a gap that turns round": [
        row for n, year in enumerate(("2015", "2016", "2017", "2018", "2019"))
        for row in ((year, "black", 100 + 100 * n, 10000), (year, "mixed", 700 - 120 * n, 10000),
                    (year, "asian", 500 - 100 * n, 10000), (year, "white", 300, 10000), (year, "other", 1, 30))
    ],
}  # fmt: skip


@pytest.mark.parametrize("rows", AWKWARD.values(), ids=list(AWKWARD))
@pytest.mark.parametrize("better", ["lower", "higher", "neither"])
def test_awkward_data_are_said_in_welsh_too(made_up, rows, better):
    evidence = made_up(rows, better=better)
    assert missing_translations(evidence) == ()
    found = review.assess(evidence)
    for show in SECTIONS:
        (welsh,) = show(found).translations
        # The names of the file and of the publisher are made up, and stand in no catalogue.
        assert english_in(text_of(welsh.to_html())) - {"made"} == set()


def test_every_text_that_is_not_written_in_welsh_is_listed_at_once(made_up, project):
    evidence = made_up(AWKWARD["one group alone"], texts={}, title="Plain", question="Plain?")
    faults = missing_translations(evidence)
    assert {(fault.file, fault.message) for fault in faults} == {
        (file, f"'{name}' is not written in Welsh")
        for file, names in {
            None: ("title", "question"),
            "indicator card 'made_up'": ("title", "numerator.counts", "denominator.counts"),
            "source card 'made_up_source'": ("title", "publisher", "licence"),
        }.items()
        for name in names
    }
    with pytest.raises(ParameterError) as caught:
        check_inputs(evidence.request.model_dump(), project=project)
    assert caught.value.faults == faults


def test_a_group_or_an_area_without_a_welsh_name_and_unknown_words_are_listed(findings):
    evidence = findings.evidence
    area = evidence.numerator.card.area.model_copy(update={"code": "E92000001", "name": "England"})
    card = evidence.numerator.card.model_copy(update={"area": area})
    numerator = replace(evidence.numerator, card=card, checks=("It was compared with the moon.",))
    faults = missing_translations(replace(evidence, numerator=numerator))
    assert [(f.code, f.value) for f in faults] == [
        ("missing_translation", "E92000001 England"), ("missing_translation", "It was compared with the moon."),
    ]  # fmt: skip
    own = card.model_copy(update={"area": evidence.numerator.card.area, "phrases_cy": {
        "It was compared with the moon.": "Fe'i cymharwyd â'r lleuad."}})  # fmt: skip
    assert missing_translations(replace(evidence, numerator=replace(numerator, card=own))) == ()


def test_english_alone_needs_no_translation(made_up):
    evidence = made_up(AWKWARD["one group alone"], texts={}, title="Plain", question="Plain?", language="en")
    assert missing_translations(evidence) == ()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("2011", "2011"),
        ("2011-12", "2011-12"),
        ("academic year 2011/12", "blwyddyn academaidd 2011-12"),
        ("2023 Q1", "2023 Ch1"),
        ("March 2023", "Mawrth 2023"),
        ("27 March 2011", "27 Mawrth 2011"),
        ("year ending June 2023", "y flwyddyn sy'n dod i ben ar 30 Mehefin 2023"),
        ("2019-20 to 2021-22", "2019-20 – 2021-22"),
        ("May 2020 to July 2021", "Mai 2020 – Gorffennaf 2021"),
        ("July to September 2021", "Gorffennaf 2021 – Medi 2021"),
    ],
)
def test_periods_have_welsh_names_and_keep_their_english_labels(written, name):
    label = parse_period(written).label
    assert period_name(label, "cy") == name
    assert period_name(label, "en") == label
