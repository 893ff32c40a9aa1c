"""The framework of measures: what is not known is marked, links lead somewhere, and all faults are named at once."""

from pathlib import Path

import pytest
import yaml

import arwap_analysis.measures  # noqa: F401 (fills the register)
from arwap_analysis.errors import ParameterError
from arwap_analysis.indicators import indicator_ids, load_indicator
from arwap_analysis.registers.framework import framework_file, read_framework
from arwap_analysis.registry import registered_measures

INDICATORS = {id: load_indicator(id, folder=Path()).better for id in indicator_ids()}
MEASURES = tuple(registered_measures())
SMALL = """\
title: T
began: 2022-06-07
citations:
  plan: {title: P, publisher: W, published: unknown, address: unknown}
chapters:
  - id: homes
    title: Homes
    citation: plan
    outcomes:
      - id: roof
        text: A roof
        standing: published
        citation: plan
        measures:
          - id: eligible
            title: Eligible
            standing: proposed
            citation: plan
            indicator: homeless_households_eligible
            source: unknown
            measure: rate_ratio
            better: lower
            baseline: unknown
            target: unknown
"""


@pytest.fixture
def written(tmp_path):
    """Return a function that writes the small framework with changes and reads it, links checked."""

    def read(*changes):
        text = SMALL
        for old, new in changes:
            assert text.count(old) >= 1, old
            text = text.replace(old, new, 1)
        path = tmp_path / "framework.yml"
        path.write_text(text, encoding="utf-8")
        return read_framework(path, indicators=INDICATORS, measures=MEASURES)

    return read


def faults(written, *changes):
    with pytest.raises(ParameterError) as caught:
        written(*changes)
    return caught.value.faults


def test_the_framework_of_the_plan_is_whole_in_both_languages_and_every_link_of_it_leads_somewhere():
    framework = read_framework(framework_file(), indicators=INDICATORS, measures=MEASURES)
    assert len(framework.chapters) >= 8
    assert {e.measure.indicator for e in framework.entries if e.measure.indicator} == set(indicator_ids())
    texts = [framework.title, *framework.about, *(c.title for c in framework.citations.values())]
    texts += [c.title for c in framework.chapters] + [o.text for c in framework.chapters for o in c.outcomes]
    texts += [t for e in framework.entries for t in (e.measure.title, e.measure.note, e.measure.source) if t]
    assert all(text.en and text.cy for text in texts)


def test_every_target_of_the_plan_names_its_publication_and_nothing_unpublished_has_one():
    framework = read_framework(framework_file())
    with_target = [e.measure for e in framework.entries if e.measure.target]
    assert {m.id: m.target.by for m in with_target} == {
        "anti_racism_objectives": 2023,
        "pay_gap": 2050,
        "poverty_gap": 2035,
    }
    assert all(m.standing == "published" and m.target.citation in framework.citations for m in with_target)
    assert [m.id for m in with_target if m.target.value is not None] == ["pay_gap"]


def test_every_citation_of_the_plan_is_used():
    framework = read_framework(framework_file())
    text = framework_file().read_text(encoding="utf-8")
    used = {part for part in framework.citations if f"citation: {part}\n" in text}
    assert set(framework.citations) - used == {"framework"}  # the publication that the whole file is about


def test_what_is_unknown_is_none_and_counted_as_lacking(written):
    (entry,) = written().entries
    assert (entry.measure.source, entry.measure.baseline, entry.measure.target) == (None, None, None)
    assert entry.measure.lacks == ("source", "baseline", "target")
    (bare,) = written(("homeless_households_eligible", "unknown"), ("rate_ratio", "unknown")).entries
    assert bare.measure.lacks == ("figures", "source", "measure", "baseline", "target")


@pytest.mark.parametrize("key", ["indicator", "source", "measure", "better", "baseline", "target"])
def test_a_key_that_is_left_out_or_empty_is_a_fault_because_only_a_mark_says_unknown(written, key):
    (line,) = [text for text in SMALL.splitlines() if text.strip().startswith(f"{key}:")]
    (gone,) = faults(written, (f"{line}\n", ""))
    assert (gone.code, key in gone.message) == ("missing_key", True)
    (empty,) = faults(written, (line, f"            {key}:"))
    assert "write what is known, or 'unknown'" in empty.message
    assert empty.row == SMALL.splitlines().index(line) + 1


def test_a_link_to_an_indicator_or_a_measure_that_does_not_exist_is_refused_with_its_line_and_the_nearest(written):
    wrong = faults(
        written, ("homeless_households_eligible", "homeless_household_eligible"), ("rate_ratio", "rate_ration")
    )
    assert [(f.code, f.column, f.row) for f in wrong] == [
        ("unknown_indicator", "indicator", 19), ("unknown_measure", "measure", 21)]  # fmt: skip
    assert "Did you mean 'homeless_households_eligible'?" in wrong[0].hint
    assert "Did you mean 'rate_ratio'?" in wrong[1].hint


def test_a_direction_against_that_of_the_indicator_is_refused(written):
    (fault,) = faults(written, ("better: lower", "better: higher"))
    assert (fault.code, fault.value) == ("contrary_direction", "higher")


def test_all_faults_of_a_framework_are_named_at_once(written):
    found = faults(
        written,
        ("citation: plan\n    outcomes", "citation: paln\n    outcomes"),
        ("standing: proposed", "standing: settled"),
        ("indicator: homeless_households_eligible", "indicator: nonsense"),
        ("baseline: unknown", "baseline: {period: someday, citation: plan}"),
        ("target: unknown", "target: {by: 2035, value: unknown, says: less, citation: nowhere}\n            extra: 1"),
    )
    assert [(f.code, f.row) for f in found] == [
        ("unknown_citation", 8), ("wrong_value", 17), ("unknown_indicator", 19), ("wrong_value", 23),
        ("unknown_citation", 24), ("unknown_key", 25),
    ]  # fmt: skip
    assert "Did you mean 'plan'?" in found[0].hint


def test_an_id_that_stands_twice_is_refused_with_both_lines(written):
    (measure,) = yaml.safe_load(SMALL)["chapters"][0]["outcomes"][0]["measures"]
    again = yaml.safe_dump([measure], default_flow_style=True, width=1000).strip()[1:-1]
    (fault,) = faults(written, ("            target: unknown\n", f"            target: unknown\n          - {again}\n"))
    assert (fault.code, fault.row) == ("repeated_id", 25)
    assert "line 15" in fault.hint
