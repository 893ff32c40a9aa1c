"""The sections of an evidence synthesis: the numbers of the models, every source shown, nothing said of the unknown."""

import re
from html import unescape

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup

from arwap_analysis import models
from arwap_analysis.errors import ParameterError
from arwap_analysis.present.charts import drawing
from arwap_analysis.review import synthesis
from arwap_analysis.review.synthesis.preflight import check_inputs
from tests.conftest import ROOT
from tests.welsh import english_in

SECTIONS = (
    synthesis.show_question, synthesis.main_points, synthesis.show_evidence, synthesis.show_forest,
    synthesis.show_pooled, synthesis.show_subgroups, synthesis.show_leave_one_out, synthesis.show_small_sources,
    synthesis.state_certainty, synthesis.describe_limits, synthesis.describe_methods, synthesis.list_sources,
)  # fmt: skip
BOTH = {
    "review_id": "x", "title": {"en": "T", "cy": "T"}, "question": {"en": "Is it so?", "cy": "A yw hi felly?"},
    "language": ["en", "cy"],
}  # fmt: skip
TEXT = {"en": "word", "cy": "gair"}
# The thirteen BCG trials of Colditz et al. (1994), JAMA 271:698-702: cases and people, vaccinated and not.
TRIALS = [
    (4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (62, 13598, 248, 12867), (33, 5069, 47, 5808),
    (180, 1541, 372, 1451), (8, 2545, 10, 629), (505, 88391, 499, 88391), (29, 7499, 45, 7277), (17, 1716, 65, 1665),
    (186, 50634, 141, 27338), (5, 2498, 3, 2341), (27, 16913, 29, 17854),
]  # fmt: skip


def source(n, **changes):
    return {
        "id": f"s{n}", "label": f"Ff {n}", "title": f"Ff {n}, cylch {n}", "publisher": "Neb", "design": "survey",
        "published": 2000 + n, "coverage": "wales", "wales_separate": True, "ethnic_detail": "five_groups", **changes,
    }  # fmt: skip


def trial(n, counts):
    return source(
        n, counts=dict(zip(("events", "people", "reference_events", "reference_people"), counts, strict=True))
    )


def card(sources, **changes):
    texts = ("title", "measure", "below", "above", "licence", "origin")
    return {"id": "made_up", **dict.fromkeys(texts, TEXT), "compiled": "2026-11-25", "sources": sources, **changes}


@pytest.fixture
def write(project):
    """Return a function that writes a card and returns the request for it."""

    def to_file(content):
        content = {**content, "compiled": "2026-11-25"}
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False).replace("'2026-11-25'", "2026-11-25")
        (project / "made_up.yml").write_text(text, encoding="utf-8")
        return synthesis.Synthesis(**BOTH, evidence="made_up.yml")

    return to_file


@pytest.fixture
def assess(write, project):
    return lambda content: synthesis.assess(synthesis.gather(write(content), project=project))


@pytest.fixture(scope="module")
def names():
    request = synthesis.Synthesis(**BOTH, evidence="data/names_in_hiring.yml")
    return synthesis.assess(synthesis.gather(request, project=ROOT))


def text_of(shown):
    page = BeautifulSoup(shown.to_html(), "html.parser")
    return " ".join([page.text, *(image["alt"] for image in page.find_all("img"))])


def test_the_bcg_trials_pool_to_the_published_ratio(assess):
    """Colditz et al. (1994) by restricted likelihood: 0.49 (0.34 to 0.70, normal), as in Viechtbauer (2010)."""
    found = assess(card([trial(n, counts) for n, counts in enumerate(TRIALS)]))
    a, n, b, m = np.array(TRIALS, float).T
    direct = models.pool_effects(np.log(a / n / (b / m)), 1 / a - 1 / n + 1 / b - 1 / m, scale="ratio")
    assert found.random.estimate == pytest.approx(direct.estimate, rel=1e-12)
    assert found.random.upper == pytest.approx(direct.upper, rel=1e-12)
    assert round(float(np.exp(found.random.estimate[0])), 2) == 0.49
    assert f"is {np.exp(direct.estimate[0]):.2f} (95% interval" in synthesis.main_points(found).sentences[0]


def test_the_findings_are_those_of_direct_calls_of_the_models(names):
    y, v, ids = (names.rows[column] for column in ("effect", "variance", "source"))
    by = models.subgroup_effects(y, v, subgroup=names.rows["subgroup"], scale="ratio")
    assert names.subgroups.p_value == by.p_value
    assert names.egger.frame().equals(models.egger_test(y, v).frame())
    assert names.left_out.equals(models.leave_one_out(y, v, sources=ids, scale="ratio"))
    assert names.common.upper == models.pool_effects(y, v, method="FE", scale="ratio").upper
    counts = next(s for s in names.evidence.card.sources if s.id == "bertrand_mullainathan").counts
    ratio = counts.events / counts.people / (counts.reference_events / counts.reference_people)
    assert float(names.rows.set_index("source").loc["bertrand_mullainathan", "estimate"]) == pytest.approx(ratio)


def test_the_shipped_counts_agree_with_what_was_published(names):
    """Bertrand and Mullainathan (2004): 6.45 and 9.65 per cent. Report 607: 6.2 and 10.7 per cent, 1.74 times."""
    counts = {s.id: s.counts for s in names.evidence.card.sources}
    first, british = counts["bertrand_mullainathan"], counts["department_work_pensions"]
    assert round(100 * first.events / first.people, 2) == 6.45
    assert round(100 * first.reference_events / first.reference_people, 2) == 9.65
    rates = (british.events / british.people, british.reference_events / british.reference_people)
    assert [round(100 * rate, 1) for rate in rates] == [6.2, 10.7]
    assert round(rates[1] / rates[0], 2) == 1.74
    agreeing = [x for x in range(1974) if round(100 * x / 1974, 1) == 6.2 and round(rates[1] / (x / 1974), 2) == 1.74]
    assert agreeing == [british.events]


def test_the_forest_holds_each_source_and_the_pooled_rows(names, monkeypatch):
    monkeypatch.setitem(drawing._STYLE, "svg.fonttype", "none")
    exhibit = synthesis.show_forest(names)
    written = [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", exhibit.svg)]
    labels = [s.label for s in names.evidence.card.sources]
    assert set(labels) <= set(written)
    assert {"Pooled, random effects", "Pooled, common effect", "Prediction, another setting"} <= set(written)
    pooled = models.pool_effects(names.rows["effect"], names.rows["variance"], scale="ratio").back_transformed()
    shown = exhibit.table.frame.set_index("label").loc["Pooled, random effects"]
    assert shown["estimate"] == pooled["estimate"][0]
    assert (shown["lower"], shown["upper"]) == (pooled["lower"][0], pooled["upper"][0])
    assert all(label in exhibit.alt for label in labels)


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_made_in_both_languages_and_the_welsh_one_is_welsh(names, show):
    shown = show(names)
    (welsh,) = shown.translations
    assert (shown.language, welsh.language, shown.id) == ("en", "cy", welsh.id)
    said = text_of(welsh)
    for source in names.evidence.card.sources:  # names of people and of publications stay as they are
        for name in (source.title, source.label, source.publisher):
            said = said.replace(name, " ")
    assert english_in(said) == set()


def test_without_ten_sources_there_is_no_funnel_and_the_reason_stands_in_its_place(assess):
    found = assess(card([trial(n, counts) for n, counts in enumerate(TRIALS[:9])]))
    shown = synthesis.show_small_sources(found)
    assert found.egger is None
    assert found.funnel is None
    assert "that takes 10 sources with figures, and there are 9" in shown.sentences[0]


def test_with_ten_sources_there_is_a_funnel_with_the_test(assess):
    found = assess(card([trial(n, counts) for n, counts in enumerate(TRIALS[:10])]))
    exhibit = synthesis.show_small_sources(found)
    assert exhibit.svg
    assert f"Egger's intercept is {found.egger.estimate:.1f}".replace("-", "\N{MINUS SIGN}") in exhibit.caution
    assert len(exhibit.table) == 10


AWKWARD = {
    "no figures at all": [source(1), source(2, coverage="elsewhere", wales_separate=False)],
    "one figure": [trial(1, TRIALS[0]), source(2)],
    "two that say exactly the same": [trial(1, TRIALS[0]), trial(2, TRIALS[0])],
    "nobody had the event": [trial(1, (0, 50, 3, 60)), trial(2, TRIALS[1]), trial(3, TRIALS[2])],
    "intervals and effects": [
        source(1, published_interval={"estimate": 1.5, "lower": 1.2, "upper": 1.9}),
        source(2, effect=0.3, variance=0.02), trial(3, TRIALS[3]),
    ],
    "rates": [source(1, counts={"events": 300, "people": 200, "reference_events": 40, "reference_people": 500,
                                "kind": "rate"}), trial(2, TRIALS[1])],
}  # fmt: skip


@pytest.mark.parametrize("sources", AWKWARD.values(), ids=list(AWKWARD))
@pytest.mark.parametrize("scale", ["ratio", "difference"])
def test_awkward_sources_are_told_in_both_languages(assess, sources, scale):
    found = assess(card(sources, scale=scale))
    for show in SECTIONS:
        (welsh,) = show(found).translations
        assert english_in(text_of(welsh)) == set()


def test_a_source_without_events_is_shown_and_not_pooled(assess):
    found = assess(card(AWKWARD["nobody had the event"]))
    assert found.pooled_count == 2
    assert "Ff 1 (Nobody in one of the two groups had the event" in " ".join(synthesis.describe_limits(found).sentences)
    assert "Ff 1" in synthesis.show_forest(found).to_text()


def test_no_certainty_is_stated_that_nobody_judged_and_a_judgement_is_given_with_its_author(assess, names):
    assert "Nobody has judged" in synthesis.state_certainty(names).sentences[0]
    judged = {
        "level": "low", "reason": {"en": "Few sources.", "cy": "Ychydig o ffynonellau."},
        "judged_by": {"en": "the panel", "cy": "y panel"}, "judged_on": "2026-11-25",
        "concerns": {"imprecision": "serious"},
    }  # fmt: skip
    said = synthesis.state_certainty(assess(card([trial(1, TRIALS[0])], certainty=judged))).sentences
    assert said[0] == "Certainty of the evidence: low, as judged by the panel on 25 November 2026."
    assert said[1:] == ("Few sources.", "Imprecision: serious concern.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"counts": {"events": 9, "people": 5, "reference_events": 1, "reference_people": 5}},
            "more events than people",
        ),
        ({"published_interval": {"estimate": 3.0, "lower": 1.0, "upper": 2.0}}, "between its limits"),
        ({"effect": 0.1}, "together, or neither"),
        ({"effect": 0.1, "variance": 0.0}, "greater than 0"),
        ({"quality": "high"}, "needs its reason"),
        ({"ethnic_detial": "none"}, "there is no option 'ethnic_detial'"),
        ({"subgroup": "north"}, "'subgroups' does not name north"),
        ({"published_interval": {"estimate": 1.0, "lower": -1.0, "upper": 2.0}}, "must be above 0"),
    ],
)
def test_a_mistake_in_the_card_is_refused_with_file_and_line(write, project, change, message):
    request = write(card([trial(1, TRIALS[0]), {**source(2), **change}]))
    with pytest.raises(ParameterError) as caught:
        synthesis.gather(request, project=project)
    fault = caught.value.faults[0]
    assert message in fault.message
    assert fault.file.endswith("made_up.yml")
    assert fault.row is not None or "subgroups" in message or "above 0" in message


def test_the_preflight_names_the_card_with_its_digest_and_every_text_that_is_not_welsh(write, project):
    parameters = {**BOTH, "evidence": "data/names_in_hiring.yml"}
    ((path, digest, origin),) = check_inputs(parameters, project=project)
    assert (path.name, len(digest)) == ("names_in_hiring.yml", 64)
    assert dict(origin)["source"] == "names_in_hiring"
    write(card([trial(1, TRIALS[0])], above={"en": "more"}, caveats=[{"en": "Mind."}]))
    with pytest.raises(ParameterError) as caught:
        check_inputs({**BOTH, "evidence": "made_up.yml"}, project=project)
    assert [f.message for f in caught.value.faults] == [
        "'above' is not written in Welsh", "'caveats[0]' is not written in Welsh",
    ]  # fmt: skip
