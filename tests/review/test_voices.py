"""A report on what people said: small counts hidden, agreement or its absence, and nothing that leaks."""

import io
import itertools
import zipfile

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.disclosure import OPEN_DATA
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.registers.voices import quotation_digest
from arwap_analysis.review import voices
from arwap_analysis.review.voices.preflight import check_inputs
from arwap_analysis.review.voices.protection import protect_themes
from arwap_analysis.run import load_report, run_report
from arwap_analysis.sources import file_digest
from tests.conftest import ROOT
from tests.page_check import page_faults
from tests.registers.voices_examples import NAMED, SAFE, SECRETS, rows, write_project
from tests.review.restricted import write_restricted
from tests.welsh import english_in

BESIDE = [{"code": "housing", "indicator": "homeless_households_eligible"}]


def findings(folder, lines=None, card=None, **request):
    """Assess made-up excerpts in a project of their own."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "params").mkdir(exist_ok=True)
    for name in ("homeless_households_eligible.csv",):
        (folder / "data" / name).write_bytes((ROOT / "data" / name).read_bytes())
    write_project(folder / "data", lines, **(card or {}))
    asked = {"review_id": "said", "title": {"en": "Said", "cy": "Dywedwyd"}, "voices": "data/example.yml", **request}
    material = voices.gather(voices.VoicesRequest(**asked), project=folder)
    return voices.assess(material, project=folder)


def test_no_count_of_few_people_is_shown_and_totals_do_not_give_it_away(tmp_path):
    found = findings(tmp_path).themes
    shown = found.frame.dropna(subset=["people"])
    assert len(shown)
    assert (shown["people"] >= 5).all()
    assert ("Sylheti", "waiting") in found.hidden
    for code, rows_of in found.frame.groupby("code"):
        gone = rows_of["people"].isna().sum()
        assert gone != 1 or np.isnan(found.totals[code]), code
    assert found.groups.isna().all()  # Sylheti people are two
    assert found.policy != OPEN_DATA


def ranges(protected, threshold):
    """Work out by trying every table which values each hidden count could have for one who sees what is shown."""
    grid = protected.frame.pivot(index="group", columns="code", values="people").loc[protected.groups.index]
    cells = grid.to_numpy()
    most = int(protected.everyone) if np.isfinite(protected.everyone) else threshold + 3
    free = list(zip(*np.nonzero(np.isnan(cells)), strict=True))
    possible = {cell: set() for cell in free}
    totals = protected.totals[grid.columns].to_numpy()
    bases = protected.groups.to_numpy()
    for values in itertools.product(range(most + 1), repeat=len(free)):
        table = cells.copy()
        for cell, value in zip(free, values, strict=True):
            table[cell] = value
        known = np.isfinite(totals)
        if not np.array_equal(table.sum(axis=0)[known], totals[known]):
            continue
        low, high = table.max(axis=1), table.sum(axis=1)
        if np.isfinite(bases).all() and ((bases < low) | (bases > high)).any():
            continue
        if np.isfinite(protected.everyone) and not low.sum() <= protected.everyone <= high.sum():
            continue
        for cell, value in zip(free, values, strict=True):
            possible[cell].add(value)
    return possible


@settings(max_examples=25)
@given(hnp.arrays(int, (2, 2), elements=st.integers(0, 6)), st.integers(0, 2))
def test_no_hidden_count_can_be_worked_out_closely_even_by_who_knows_how_many_spoke(counts, more):
    """Threshold 3: a hidden count has to be able to be 0, 1 or 2 at least. Every table is tried."""
    bases = np.maximum(counts.max(axis=1), 1)
    bases = np.minimum(bases + more, np.maximum(counts.sum(axis=1), 1))
    counts[:, 0] = np.maximum(counts[:, 0], counts.sum(axis=1) == 0)
    themes = pd.DataFrame(
        [(f"g{g}", f"c{c}", counts[g, c]) for g in range(2) for c in range(2)], columns=["group", "code", "people"]
    )
    groups = pd.Series(bases, index=["g0", "g1"])
    found = protect_themes(themes, groups=groups, everyone=int(bases.sum()), threshold=3, all_have_a_theme=True)
    small = themes["people"] < 3
    assert found.frame.loc[small, "people"].isna().all()
    if found.groups.notna().any():
        assert (bases >= 3).all()
    for cell, possible in ranges(found, 3).items():
        assert max(possible) - min(possible) >= 2, (cell, possible)


def test_passages_of_a_document_are_counted_as_they_are(tmp_path):
    found = findings(tmp_path, card={"kind": "documents"}).themes
    assert found.hidden == frozenset()
    assert found.everyone == 23


def test_with_one_coder_agreement_is_absent_with_its_reason(tmp_path):
    found = findings(tmp_path, [row for row in rows() if row[-1] == "coder A"])
    assert found.agreement["estimate"].isna().all()
    assert set(found.agreement["reason"]) == {"One coder gave all codes"}
    assert "cannot be measured" in voices.show_agreement(found).title


def test_agreement_of_two_coders_is_measured_code_by_code(tmp_path):
    table = findings(tmp_path).agreement.set_index("code")
    assert 0 < table.loc["waiting", "estimate"] < 1
    assert table.loc["waiting", "agreement"] == pytest.approx(22 / 23)
    assert table.loc["trust", "kappa"] == pytest.approx(table.loc["trust", "estimate"], abs=0.02)
    assert table.loc["housing", "reason"] == "Withheld so that no person can be recognised"


def test_the_seed_decides_the_interval(tmp_path):
    lower = [findings(tmp_path, seed=seed).agreement.set_index("code").loc["trust", "lower"] for seed in (1, 1, 2)]
    assert lower[0] == lower[1]
    assert np.isfinite(lower[0])


def test_a_theme_stands_beside_the_number_that_its_card_names(tmp_path):
    found = findings(tmp_path, card={"beside": BESIDE})
    row = found.beside.set_index("code").loc["housing"]
    gaps = found.indicators["homeless_households_eligible"].gaps
    largest = gaps[(gaps["measure"] == "rate_ratio") & (gaps["period"] == row["period"])]["estimate"].max()
    assert row["estimate"] == largest
    assert (
        found.beside.set_index("code").loc["waiting", "reason"] == "No indicator of the same topic is named in the card"
    )


def test_a_number_beside_no_code_and_a_changed_file_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="Did you mean 'housing'"):
        findings(tmp_path, card={"beside": [{"code": "housin", "indicator": "x"}]})
    with pytest.raises(DataError, match="not the one that its card describes"):
        findings(tmp_path, card={"sha256": "0" * 64})


def test_quotations_are_shown_once_in_the_exact_words_and_no_more_than_asked_for(tmp_path):
    shown = voices.show_quotations(findings(tmp_path, most_quotations=2))
    words = [quoted.words for quoted in shown.quoted]
    assert len(words) == len(set(words)) == 6
    assert all(word.startswith(SAFE) for word in words)
    none = voices.show_quotations(findings(tmp_path, most_quotations=0))
    assert none.quoted == ()


def test_words_of_another_language_are_marked_in_the_page(tmp_path):
    shown = voices.show_quotations(findings(tmp_path, language=["en", "cy"]))
    assert 'lang="en"' not in shown.to_html()
    assert '<p lang="en">' in shown.translations[0].to_html()


def test_the_digest_of_a_number_beside_is_withheld_where_its_data_are_not_open(tmp_path):
    for name in ("data", "params"):
        (tmp_path / name).mkdir()
    write_restricted(tmp_path)
    found = findings(tmp_path, card={"beside": [{"code": "housing", "indicator": "restricted.yml"}]})
    said = " ".join(voices.list_sources(found).sentences)
    assert file_digest(tmp_path / "data" / "coded.csv") not in said, "what people said is not open"
    (counts, people) = found.indicators["restricted.yml"].evidence.sources
    assert people.sha256 in said
    assert counts.sha256 not in said


def test_preflight_names_every_file_and_every_missing_translation(tmp_path):
    findings(tmp_path, card={"beside": BESIDE})
    parameters = {"review_id": "said", "title": {"en": "S", "cy": "D"}, "voices": "data/example.yml",
                  "language": ["en", "cy"]}  # fmt: skip
    listed = check_inputs(parameters, project=tmp_path)
    files = {path.name for path, digest, _ in listed if digest}
    assert {"example.yml", "coded.csv", "codes.yml", "homeless_households_eligible.csv"} <= files
    closed = {path.name for path, _, origin in listed if "disclosure" in dict(origin)}
    assert closed == {"coded.csv"}, "people's words are not open data"
    write_project(tmp_path / "data", words_cy={})
    with pytest.raises(ParameterError, match="words_cy"):
        check_inputs(parameters, project=tmp_path)
    with pytest.raises(ParameterError, match="most_quotations"):
        check_inputs({**parameters, "most_quotations": -1}, project=tmp_path)


def test_the_welsh_of_every_sentence_that_these_reports_say_holds_no_english_word(tmp_path):
    found = findings(tmp_path, card={"beside": BESIDE}, language=["en", "cy"])
    for section in (voices.main_points, voices.describe_collection, voices.describe_withheld, voices.describe_methods):
        (welsh,) = section(found).translations
        assert english_in(" ".join(welsh.sentences)) == set()
    for section in (voices.show_themes, voices.show_agreement, voices.show_beside):
        (welsh,) = section(found).translations
        assert english_in(f"{welsh.title} {welsh.subtitle} {welsh.caution} {welsh.alt}") - {"asian", "welsh"} == set()


def test_the_command_lists_what_a_person_has_to_look_at_and_keeps_an_earlier_list_on_failure(tmp_path):
    card, out = write_project(tmp_path), tmp_path / "list.csv"
    result = CliRunner().invoke(app, ["quotations", str(card), "--out", str(out)])
    assert result.exit_code == 0, result.output
    listed = pd.read_csv(out)
    assert listed["excerpt"].tolist() == ["e1", "e2"]
    assert listed["quotation"].tolist()[0] == NAMED
    before = out.read_bytes()
    (tmp_path / "coded.csv").write_text("excerpt\ne1\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["quotations", str(card), "--out", str(out)]).exit_code != 0
    assert out.read_bytes() == before


def every_text(folder):
    """Yield the bytes of every file below a folder, and of every file within an archive."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, content
            if zipfile.is_zipfile(io.BytesIO(content)):
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    yield from ((f"{path.name}/{name}", archive.read(name)) for name in archive.namelist())


@pytest.mark.slow
def test_nothing_that_may_not_be_quoted_is_in_any_file_of_a_report(project):
    reviewed = "excerpt,words,decision,by,on\n" + f"e6,{quotation_digest('other words')},release,A Person,2026-11-01\n"
    (project / "data" / "reviews.csv").write_text(reviewed, encoding="utf-8")
    write_project(project / "data", beside=BESIDE, reviews="reviews.csv")
    params = project / "params" / "said.yml"
    content = {"id": "said", "notebook": "lived_experience", "parameters": {
        "title": {"en": "Said", "cy": "Dywedwyd"}, "voices": "data/example.yml", "language": ["en", "cy"]}}  # fmt: skip
    params.write_text(yaml.safe_dump(content), encoding="utf-8")
    run_report(load_report(params))
    files = dict(every_text(project / "outputs"))
    assert {"report.html", "report.cy.html", "report.ipynb", "data.csv", "manifest.json"} <= set(files)
    assert any(SAFE.encode() in content for content in files.values())
    leaks = [(name, secret) for name, content in files.items() for secret in SECRETS if secret.encode() in content]
    assert leaks == []
    for page in ("report.html", "report.cy.html"):
        assert page_faults(files[page].decode()) == []


@pytest.mark.slow
def test_a_run_that_fails_leaves_no_word_that_may_not_be_quoted(project):
    """The excerpts change between the check and the run, so that the notebook itself meets the fault."""
    write_project(project / "data")
    params = project / "params" / "said.yml"
    content = {"id": "said", "notebook": "lived_experience", "parameters": {
        "title": "Said", "voices": "data/example.yml"}}  # fmt: skip
    params.write_text(yaml.safe_dump(content), encoding="utf-8")
    report = load_report(params)
    path = project / "data" / "coded.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",waiting,", f',"{NAMED}",'), encoding="utf-8")
    with pytest.raises(Exception, match="said") as caught:
        run_report(report)
    files = dict(every_text(project / "outputs"))
    assert any("error" in name or "ipynb" in name for name in files)
    texts = {**files, "the message": str(caught.value).encode()}
    assert [(n, s) for n, content in texts.items() for s in SECRETS if s.encode() in content] == []
