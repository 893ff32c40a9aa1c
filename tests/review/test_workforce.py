"""The sections of a workforce report: the numbers of the measures, sections that say when they have no table, no small
count given away."""

import re
from html import unescape

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup

from arwap_analysis import measures, models
from arwap_analysis.disclosure import audit_tables, policy_with, two_way_table
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.present.charts import drawing
from arwap_analysis.review import workforce
from arwap_analysis.review.workforce.preflight import check_inputs
from arwap_analysis.review.workforce.protect import ALL
from tests.conftest import ROOT
from tests.welsh import english_in

SECTIONS = (
    workforce.show_question, workforce.main_points, workforce.show_representation, workforce.show_pipeline,
    workforce.show_pay_gap, workforce.show_decomposition, workforce.show_pay_quarters, workforce.describe_limits,
    workforce.describe_methods, workforce.list_sources,
)  # fmt: skip
BOTH = {
    "review_id": "x", "title": {"en": "T", "cy": "T"}, "question": {"en": "Is it so?", "cy": "A yw hi felly?"},
    "language": ["en", "cy"],
}  # fmt: skip
EXAMPLES = {
    "representation": "data/workforce/police_ranks_1993.yml", "pipeline": "data/workforce/scientist_training_2022.yml",
    "pay": "data/workforce/university_pay_2022.yml", "pay_quarters": "data/workforce/university_quarters_2020.yml",
}  # fmt: skip
TEXT = {"en": "word", "cy": "gair"}
GRADES = {"low": {"en": "clerks", "cy": "clercod"}, "high": {"en": "heads", "cy": "penaethiaid"}}
STAGES = {"applied": TEXT, "shortlisted": TEXT, "appointed": TEXT}
POPULATION = "group,count\nasian,30\nblack,10\nmixed,15\nwhite,940\nother,5\n"


def card(**changes):
    texts = ("title", "people", "place", "period", "publisher", "licence")
    return {"id": "made_up", "file": "table.csv", **dict.fromkeys(texts, TEXT), "disclosure": "open", **changes}


def representation(**changes):
    names = ("title", "publisher", "licence", "people")
    benchmark = {"file": "population.csv", **dict.fromkeys(names, TEXT)}
    return card(grades=GRADES, benchmark=benchmark, **changes)


@pytest.fixture
def write(project):
    """Return a function that writes a card with its table and returns the request for it."""

    def to_files(kind, content, table, population=POPULATION):
        (project / "card.yml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
        (project / "table.csv").write_text(table, "utf-8")
        (project / "population.csv").write_text(population, "utf-8")
        return workforce.Workforce(**BOTH, **{kind: "card.yml"})

    return to_files


@pytest.fixture
def assess(write, project):
    return lambda *files: workforce.assess(workforce.gather(write(*files), project=project))


@pytest.fixture(scope="module")
def examples():
    return workforce.assess(workforce.gather(workforce.Workforce(**BOTH, **EXAMPLES), project=ROOT))


def counts(column, rows):
    return f"{column},group,count\n" + "".join(f"{level},{group},{n}\n" for (level, group), n in rows.items())


def text_of(shown):
    page = BeautifulSoup(shown.to_html(), "html.parser")
    return " ".join([page.text, *(image["alt"] for image in page.find_all("img"))])


def row(table, level, group):
    return table.frame.set_index(["level", "group"]).loc[(level, group)]


def test_representation_is_that_of_a_direct_call_of_the_measure(examples):
    population, everyone = 2_921_913, 2_921_913 + 46_711_893
    for level, (few, many) in {"sergeant": (111, 20_201), "chief_officer": (0, 232), ALL: (1_850, 128_095)}.items():
        found = row(examples.representation, level, "other")
        direct = measures.representation_index(few, many, population=population, total_population=everyone)
        assert (found["count"], found["denominator"]) == (few, many)
        assert found["index"] == pytest.approx(float(direct.estimate), rel=1e-12)
        assert found["index_upper"] == pytest.approx(float(direct.upper), rel=1e-12)
        assert found["lower"] == pytest.approx(float(measures.proportion(few, many).lower), rel=1e-12)
    assert workforce.show_representation(examples).title.startswith(
        "Of chief officers, 0.0% are ethnic minority people"
    )


def test_the_wales_table_adds_up_to_what_was_published():
    request = workforce.Workforce(**BOTH, representation="data/workforce/wales_posts.yml")
    table = workforce.assess(workforce.gather(request, project=ROOT)).representation.frame
    people = table.groupby("level")["count"].sum()
    assert people.to_dict() == {"teachers": 26_880, "general_practitioners": 2_445}
    assert ALL not in set(table["level"])
    assert row(workforce.assess(workforce.gather(request, project=ROOT)).representation, "teachers", "unknown")[
        "estimate"
    ] == pytest.approx(655 / 26_880)


def test_the_pipeline_finds_where_it_loses_people(assess):
    """Applicants to a medical school at each stage, white and others: BMJ, PMC314211, from its table of decisions."""
    white, others = (1954, 1554, 728, 387, 224), (591, 415, 111, 63, 30)
    stages = {f"s{n}": {"en": f"step {n}", "cy": f"cam {n}"} for n in range(5)}
    table = counts("stage", {(f"s{n}", g): x[n] for n in range(5) for g, x in (("white", white), ("other", others))})
    found = assess("pipeline", card(stages=stages, classification="white_and_other"), table)
    direct = measures.pipeline_likelihoods(np.array([white, others]).T, reference=0)
    for n in range(4):
        shown = row(found.pipeline, f"s{n + 1}", "other")
        assert shown["ratio"] == pytest.approx(direct.estimate[n, 1], rel=1e-12)
        assert shown["ratio_lower"] == pytest.approx(direct.lower[n, 1], rel=1e-12)
    whole = row(found.pipeline, ALL, "other")
    assert whole["ratio"] == pytest.approx(224 / 1954 / (30 / 591))
    assert workforce.show_pipeline(found).title.startswith("Step 2: White people were 1.75 times as likely to go on")


def test_a_step_of_which_a_count_is_withheld_is_not_compared_and_says_why(examples):
    found = row(examples.pipeline, "accepted", "black")
    assert np.isnan(found["ratio"])
    assert (found["status"], found["reason"]) == ("suppressed", "The publisher withheld this figure")
    assert found["clear"] == "not_assessed"
    assert row(examples.pipeline, "longlisted", "unknown")["reason"] == "The publisher did not have this figure"
    points = " ".join(workforce.main_points(examples).sentences)
    assert "no comparison with White people can be shown for Black people" in points


def test_published_averages_give_gaps_and_no_interval(examples):
    frame = examples.pay.frame.set_index("quantity")
    assert frame.loc["median", "estimate"] == pytest.approx(100 * (1 - 23.30 / 25.40))
    assert frame.loc["mean", "estimate"] == pytest.approx(100 * (1 - 27.89 / 31.79))
    assert [round(value, 1) for value in frame["estimate"]] == [8.3, 12.3]
    assert frame["lower"].isna().all()
    assert set(frame["reason"]) == {"Only averages are published, so that no interval can be made"}
    assert "without an interval" in " ".join(workforce.main_points(examples).sentences)


def test_means_with_standard_deviations_have_the_interval_of_rows_of_people(assess):
    rng = np.random.default_rng(20261125)
    pay = {"white": rng.lognormal(3.0, 0.3, 200), "black": rng.lognormal(2.9, 0.3, 60)}
    table = "measure,group,value,people,standard_deviation\n" + "".join(
        f"mean,{group},{x.mean()!r},{len(x)},{x.std(ddof=1)!r}\n".replace("np.float64(", "").replace(")", "")
        for group, x in pay.items()
    )
    found = assess("pay", card(kind="averages", unit=TEXT), table).pay.frame.iloc[0]
    groups = np.repeat(list(pay), [len(x) for x in pay.values()])
    direct = models.pay_gap(np.concatenate(list(pay.values())), group=groups, reference="white")
    expected = direct.at(quantity="mean", group="black")
    assert [found[n] for n in ("estimate", "lower", "upper")] == pytest.approx(
        [expected[n] for n in ("estimate", "lower", "upper")], rel=1e-9
    )


def rates(size=40):
    rng = np.random.default_rng(7)
    rows = []
    for group, share in (("white", 0.5), ("black", 0.2), ("unknown", 0.4)):
        for _ in range(size):
            grade = "high" if rng.random() < share else "low"
            rows.append((round(float((20 if grade == "high" else 12) * rng.lognormal(0, 0.1)), 2), group, 1, grade))
    return rows


def rates_table(rows):
    return "pay,group,people,grade\n" + "".join(f"{pay},{group},{n},{grade}\n" for pay, group, n, grade in rows)


def test_rates_of_pay_are_those_of_direct_calls_of_the_models(assess):
    rows = rates()
    grade = {"en": "grade", "cy": "gradd"}
    found = assess("pay", card(kind="rates", unit=TEXT, covariates={"grade": grade}), rates_table(rows))
    pay, group, people, grades = (np.array(column) for column in zip(*rows, strict=True))
    direct = models.pay_gap(pay, people, group=group, reference="white", covariates={"grade": grades})
    shown = found.pay.frame.set_index(["quantity", "group"])
    for quantity in ("mean", "median", "adjusted"):
        assert shown.loc[(quantity, "black"), "upper"] == direct.at(quantity=quantity, group="black")["upper"]
    pair = group != "unknown"
    split = models.oaxaca_blinder(
        np.log(pay[pair]), people[pair], squares=np.log(pay[pair]) ** 2, group=group[pair], reference="white",
        covariates={"grade": grades[pair]},
    )  # fmt: skip
    parts = found.decomposition.frame.set_index("part")
    assert parts.loc["explained", "estimate"] == -100 * split.at(part="explained", covariate="total")["estimate"]
    assert parts.loc["gap", "estimate"] == pytest.approx(parts.loc[["explained", "unexplained"], "estimate"].sum())
    assert (parts["lower"] < parts["estimate"]).all()
    assert set(found.decomposition.frame["group"]) == {"black"}  # unknown ethnicity is no group to explain
    assert "Pay of people alike in grade" in " ".join(workforce.main_points(found).sentences)


def test_the_quarters_are_shares_of_those_whose_ethnicity_is_known_and_unknown_is_a_group(examples):
    low, high = row(examples.pay_quarters, "lower", "other"), row(examples.pay_quarters, "upper", "other")
    assert low["estimate"] == pytest.approx(799 / (799 + 1270))
    assert high["upper"] == float(measures.proportion(410, 410 + 1892).upper)
    assert row(examples.pay_quarters, "lower", "unknown")["estimate"] == pytest.approx(455 / 2524)
    exhibit = workforce.show_pay_quarters(examples)
    assert exhibit.title.startswith("Of the lowest-paid quarter, 38.6% are")
    assert "Not known" in exhibit.to_text()


def test_each_section_without_its_table_says_so():
    request = workforce.Workforce(**BOTH, representation="data/workforce/wales_posts.yml")
    found = workforce.assess(workforce.gather(request, project=ROOT))
    for show in (workforce.show_pipeline, workforce.show_pay_gap, workforce.show_decomposition,
                 workforce.show_pay_quarters):  # fmt: skip
        (sentence,) = show(found).sentences
        assert sentence.startswith("This report was given no ")
    points = workforce.main_points(found).sentences
    assert sum(point.startswith("This report was given no ") for point in points) == 3
    with pytest.raises(ParameterError, match="give at least one table"):
        check_inputs(BOTH, project=ROOT)


@pytest.fixture(
    scope="module", params=[EXAMPLES, {"representation": "data/workforce/wales_posts.yml"}], ids=["all", "one"]
)
def found(request):
    return workforce.assess(workforce.gather(workforce.Workforce(**BOTH, **request.param), project=ROOT))


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_made_in_both_languages_and_the_welsh_one_is_welsh(found, show):
    shown = show(found)
    (welsh,) = shown.translations
    assert (shown.language, welsh.language, shown.id) == ("en", "cy", welsh.id)
    said = re.sub(r"Ffeil \S+|[0-9a-f]{64}|Imperial College London|Vision of Britain", " ", text_of(welsh))
    assert english_in(said) == set()


def test_the_chart_holds_each_grade_and_the_line_of_the_population(examples, monkeypatch):
    monkeypatch.setitem(drawing._STYLE, "svg.fonttype", "none")
    written = re.findall(r"<text[^>]*>([^<]*)</text>", workforce.show_representation(examples).svg)
    assert {"chief officers", "constables", "police officers"} <= {unescape(text) for text in written}
    assert any("population 5.9%" in text for text in written)


HEADCOUNTS = {
    ("low", "asian"): 12, ("low", "black"): 3, ("low", "mixed"): 9, ("low", "white"): 400, ("low", "other"): 8,
    ("low", "unknown"): 30, ("high", "asian"): 6, ("high", "black"): 0, ("high", "mixed"): 7, ("high", "white"): 90,
    ("high", "other"): 11, ("high", "unknown"): 14,
}  # fmt: skip


def _cell(value):
    return "[c]" if np.isnan(value) else f"{value:g}"


def test_small_counts_are_hidden_with_all_that_would_give_them_away(assess):
    rule = {"id": "staff", "threshold": 5}
    found = assess("representation", representation(disclosure=rule), counts("grade", HEADCOUNTS))
    table = found.representation
    assert table.audit.safe
    shown = table.frame.set_index(["level", "group"])
    small = [key for key, n in HEADCOUNTS.items() if n < 5]
    assert len(small) == 2
    for key in small:
        assert shown.loc[key, ["count", "estimate", "lower", "upper", "index", "p_value"]].isna().all()
        assert (shown.loc[key, "status"], shown.loc[key, "clear"]) == ("suppressed", "not_assessed")
    # What is shown, with its sums, goes to the attacker.
    groups, levels = list(dict.fromkeys(g for _, g in HEADCOUNTS)), ["low", "high", ALL]

    rows = [["grade", *groups]]
    rows += [["Total" if v == ALL else v, *(_cell(shown.loc[(v, g), "count"]) for g in groups)] for v in levels]
    assert audit_tables([two_way_table(rows, name="shown")], policy=policy_with(threshold=5)).safe
    exhibit = workforce.show_representation(found)
    sources = " ".join(workforce.list_sources(found).sentences)
    assert "counts under 5 are hidden" in sources
    given = found.evidence.representation
    assert [digest in sources for _, digest in given.files[1:]] == [False, True], "the population alone is open"
    assert "no figure that can be shown for Black people" in " ".join(workforce.main_points(found).sentences)
    assert "Black: 0.0%" not in exhibit.alt


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_no_hidden_count_of_any_table_can_be_worked_out_from_what_is_shown(assess, seed):
    rng = np.random.default_rng(seed)
    rows = {key: int(rng.poisson(n / 4)) for key, n in HEADCOUNTS.items()}
    found = assess("representation", representation(disclosure={"threshold": 5}), counts("grade", rows))
    shown = found.representation.frame.set_index(["level", "group"])
    groups = list(dict.fromkeys(group for _, group in rows))
    cells = [[_cell(shown.loc[(level, group), "count"]) for group in groups] for level in ("low", "high", ALL)]
    lines = [["grade", *groups], *([name, *row] for name, row in zip(("low", "high", "Total"), cells, strict=True))]
    assert any("[c]" in row for row in cells)
    assert audit_tables([two_way_table(lines, name="shown")], policy=policy_with(threshold=5)).safe


def test_a_small_group_at_one_stage_hides_its_steps(assess):
    table = {
        ("applied", "white"): 200, ("applied", "black"): 40, ("applied", "asian"): 30,
        ("shortlisted", "white"): 90, ("shortlisted", "black"): 12, ("shortlisted", "asian"): 15,
        ("appointed", "white"): 30, ("appointed", "black"): 2, ("appointed", "asian"): 8,
    }  # fmt: skip
    content = card(stages=STAGES, disclosure={"id": "jobs", "threshold": 5})
    frame = assess("pipeline", content, counts("stage", table)).pipeline.frame.set_index(["level", "group"])
    assert frame.loc[("appointed", "black"), ["count", "before", "ratio", "estimate"]].isna().all()
    assert np.isnan(frame.loc[(ALL, "black"), "ratio"])
    assert frame.loc[("shortlisted", "black"), "ratio"] == pytest.approx(90 / 200 / (12 / 40))


def test_pay_of_few_people_is_not_shown(assess):
    rows = [r for r in rates() if r[1] == "white"] + [r for r in rates() if r[1] == "black"][:3]
    content = card(kind="rates", unit=TEXT, disclosure={"id": "pay", "threshold": 10})
    frame = assess("pay", content, rates_table(rows)).pay.frame
    assert frame["estimate"].isna().all()
    assert set(frame["status"]) == {"suppressed"}


@pytest.mark.parametrize(
    ("kind", "content", "table", "expected"),
    [
        ("representation", representation(), counts("grade", {("low", "white"): 5, ("top", "white"): 5}),
         ("unknown_grade", 3, "grade", "top")),
        ("representation", representation(), counts("grade", {("low", "wite"): 5, ("high", "white"): 5}),
         ("unknown_group", 2, "group", "wite")),
        ("representation", representation(), counts("grade", {("low", "All"): 5, ("high", "white"): 5}),
         ("unknown_group", 2, "group", "All")),
        ("representation", representation(), counts("grade", {("low", "white"): 5.5, ("high", "white"): 5}),
         ("not_whole", 2, "count", "5.5")),
        ("representation", representation(), counts("grade", {("low", "white"): -5, ("high", "white"): 5}),
         ("negative_count", 2, "count", "-5")),
        ("representation", representation(), counts("grade", {("low", "white"): "few", ("high", "white"): 5}),
         ("not_a_figure", 2, "count", "few")),
        ("representation", representation(), counts("grade", {("low", "white"): 5}),
         ("missing_row", None, "grade", "high")),
        ("representation", representation(), "grade,group,count\nlow,white,5\nlow,White,6\nhigh,white,1\n",
         ("repeated_row", 3, "group", "White")),
        ("pipeline", card(stages=STAGES), counts("stage", {("applied", "white"): 5, ("shortlisted", "white"): 6,
                                                          ("appointed", "white"): 1}),
         ("more_than_before", 3, "count", "6")),
        ("pay", card(kind="averages", unit=TEXT), "measure,group,value\nmode,white,9\nmean,black,8\n",
         ("unknown_measure", 2, "measure", "mode")),
        ("pay", card(kind="averages", unit=TEXT), "measure,group,value\nmean,white,9\nmean,black,-8\n",
         ("not_a_figure", 3, "value", "-8")),
        ("pay", card(kind="averages", unit=TEXT), "measure,group\nmean,white\n", ("missing_column", 1, "value", None)),
        ("pay", card(kind="rates", unit=TEXT, disclosure={"threshold": 5}),
         "pay,group,people\n9,white,1.5\n8,black,1\n", ("not_whole", 2, "people", "1.5")),
        ("pay_quarters", card(), counts("quarter", {("first", "white"): 5}),
         ("unknown_quarter", 2, "quarter", "first")),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_trusted_is_refused_with_file_row_and_column(
    write, project, kind, content, table, expected
):
    request = write(kind, content, table)
    with pytest.raises(DataError) as caught:
        workforce.assess(workforce.gather(request, project=project))
    found = [(f.code, f.row, f.column, f.value) for f in caught.value.faults]
    assert expected in found
    assert all(f.file.endswith("table.csv") for f in caught.value.faults)


def test_a_benchmark_without_a_group_is_refused(write, project):
    request = write("representation", representation(), counts("grade", HEADCOUNTS), "group,count\nwhite,5\nasian,0\n")
    with pytest.raises(DataError) as caught:
        workforce.gather(request, project=project)
    assert [(f.code, f.row) for f in caught.value.faults] == [("no_population", 3)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classification": "ethnic_group_6"}, "there is no classification"),
        ({"reference_group": "unknown"}, "has to be one of"),
        ({"disclosure": {"threshold": 5, "rounding": {"base": 5}}}, "would undo a rounding"),
        ({"disclosure": {"threshold": None}}, "hides no count"),
        ({"discloure": "open"}, "there is no option 'discloure'"),
    ],
)
def test_a_mistake_in_a_card_is_refused_with_its_file(write, project, change, message):
    request = write("representation", {**representation(), **change}, counts("grade", HEADCOUNTS))
    with pytest.raises(ParameterError) as caught:
        workforce.gather(request, project=project)
    assert any(message in fault.message for fault in caught.value.faults)
    assert all(fault.file.endswith("card.yml") for fault in caught.value.faults)


def test_the_preflight_names_every_card_and_table_and_each_text_that_is_not_welsh(write, project):
    files = check_inputs({**BOTH, **EXAMPLES}, project=project)
    assert [path.name for path, _, _ in files][:3] == [
        "police_ranks_1993.yml", "police_ranks_1993.csv", "england_and_wales_population_1991.csv",
    ]  # fmt: skip
    assert len(files) == 9
    assert all(len(digest) == 64 for _, digest, _ in files)
    assert not any("disclosure" in dict(origin) for _, _, origin in files)
    write(
        "representation", representation(place={"en": "here"}, caveats=[{"en": "Mind."}]), counts("grade", HEADCOUNTS)
    )
    with pytest.raises(ParameterError) as caught:
        check_inputs({**BOTH, "representation": "card.yml"}, project=project)
    assert {f.message for f in caught.value.faults} == {
        "'place' is not written in Welsh", "'caveats[0]' is not written in Welsh",
    }  # fmt: skip


def test_a_table_under_a_rule_keeps_private_what_a_run_leaves_beside_its_report(write, project):
    write("representation", representation(disclosure={"id": "staff", "threshold": 5}), counts("grade", HEADCOUNTS))
    files = check_inputs({**BOTH, "representation": "card.yml"}, project=project)
    assert all("disclosure" in dict(origin) for _, _, origin in files)


AWKWARD = {
    "nobody at a grade": {("low", "white"): 50, ("low", "black"): 2, ("high", "white"): 0, ("high", "black"): 0},
    "all withheld": {
        ("low", "white"): "[c]",
        ("low", "black"): "[c]",
        ("high", "white"): "[c]",
        ("high", "black"): "[c]",
    },
    "one group": {("low", "white"): 5, ("high", "white"): 3},
    "only unknown beside": {("low", "white"): 5, ("low", "unknown"): 9, ("high", "white"): 3, ("high", "unknown"): 0},
}


@pytest.mark.parametrize("rows", AWKWARD.values(), ids=list(AWKWARD))
def test_awkward_tables_are_told_in_both_languages(assess, rows):
    found = assess("representation", representation(), counts("grade", rows))
    for show in SECTIONS:
        (welsh,) = show(found).translations
        assert english_in(re.sub(r"Ffeil \S+|[0-9a-f]{64}", " ", text_of(welsh))) == set()


@pytest.mark.parametrize("last", [0, "[c]", "[x]"])
def test_a_pipeline_in_which_nobody_gets_through_is_told(assess, last):
    rows = {
        ("applied", "white"): 50, ("applied", "black"): 9, ("shortlisted", "white"): 20, ("shortlisted", "black"): 0,
        ("appointed", "white"): 5, ("appointed", "black"): last,
    }  # fmt: skip
    found = assess("pipeline", card(stages=STAGES), counts("stage", rows))
    for show in SECTIONS:
        (welsh,) = show(found).translations
        assert english_in(re.sub(r"Ffeil \S+|[0-9a-f]{64}", " ", text_of(welsh))) == set()
