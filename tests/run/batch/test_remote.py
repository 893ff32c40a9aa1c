"""Reports in stores that are reached by URL, and what a batch on a cluster refuses before it begins."""

import json
import sys

import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.run.batch import plan_jobs, run_batch
from arwap_analysis.run.batch.record import BatchRecord, Outcome, read_record, write_record
from arwap_analysis.run.batch.remote import (
    fetch_report,
    get_input,
    manifest_digest,
    publish,
    put_input,
    read_note,
    remove,
    write_note,
)
from arwap_analysis.run.place import is_url, place_of
from arwap_analysis.sources import file_digest


@pytest.fixture
def store(monkeypatch):
    """An empty store in memory, which cannot rename."""
    memory = pytest.importorskip("fsspec.implementations.memory", reason="stores need fsspec: the extra 'cluster'")
    pytest.importorskip("upath", reason="stores need universal-pathlib: the extra 'cluster'")

    def no_rename(*_, **__):
        raise NotImplementedError("this store cannot rename")

    monkeypatch.setattr(memory.MemoryFileSystem, "mv", no_rename)
    place = place_of("memory://box/reports")
    yield place
    memory.MemoryFileSystem.store.clear()
    memory.MemoryFileSystem.pseudo_dirs[:] = [""]


def report(folder, text, *, figures=("a", "b")):
    for name, content in {"report.html": text, **{f"figures/{f}.svg": text for f in figures}}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    outputs = [{"path": p.relative_to(folder).as_posix()} for p in folder.rglob("*") if p.is_file()]
    (folder / "manifest.json").write_text(json.dumps({"text": text, "outputs": outputs}), encoding="utf-8")
    return folder


def held(place):
    """Every file of a store below a place, and its content."""
    paths = place.fs.find(place.path)
    return {path.removeprefix(place.path).lstrip("/"): place.fs.cat_file(path).decode() for path in paths}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("s3://box/a", True), ("memory://box", True), ("outputs", False), ("/a/b:c", False), ("C:\\a", False)],
)
def test_a_url_is_told_from_a_folder(text, expected):
    assert is_url(text) is expected


def test_a_file_url_is_a_folder(tmp_path):
    assert place_of(f"file://{tmp_path}/a") == tmp_path / "a"


def test_a_store_that_no_package_reaches_is_refused_with_what_to_install():
    pytest.importorskip("upath", reason="stores need universal-pathlib: the extra 'cluster'")
    with pytest.raises(ParameterError, match=r"nonsense.*arwap_analysis\[cluster\]"):
        place_of("nonsense://box/a")


def test_a_url_needs_the_package_for_stores(monkeypatch):
    monkeypatch.setitem(sys.modules, "upath", None)
    with pytest.raises(ParameterError, match=r"pip install 'arwap_analysis\[cluster\]'"):
        place_of("memory://box/a")


def test_a_url_needs_a_scheduler(small_project, store):
    jobs = plan_jobs([small_project.add("a", "1")], out=str(store))
    with pytest.raises(ParameterError, match="without a scheduler reports are written into folders only"):
        run_batch(jobs)


def test_a_scheduler_needs_dask(small_project, monkeypatch):
    jobs = plan_jobs([small_project.add("a", "1")])
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ParameterError, match=r"not installed.*pip install 'arwap_analysis\[cluster\]'"):
        run_batch(jobs, scheduler="tcp://127.0.0.1:1")


def test_a_published_report_replaces_the_earlier_one_file_by_file(store, tmp_path):
    target = store / "homelessness"
    publish(report(tmp_path / "first", "first", figures=("a", "old")), target)
    publish(report(tmp_path / "second", "second"), target)
    publish(report(tmp_path / "other", "other"), store / "homelessness_accepted")
    assert set(held(target)) == {"report.html", "figures/a.svg", "figures/b.svg", "manifest.json"}
    assert held(target)["figures/a.svg"] == "second"
    assert manifest_digest(target) == file_digest(tmp_path / "second" / "manifest.json")
    assert {name.split("/")[0] for name in held(store)} == {"homelessness", "homelessness_accepted"}


def test_a_connection_that_breaks_leaves_the_earlier_report_and_nothing_aside(store, tmp_path, monkeypatch):
    publish(report(tmp_path / "first", "first"), store / "a")
    before = held(store)
    put = type(store.fs).put_file

    def breaks(fs, local, path, **options):
        if path.endswith("b.svg"):
            raise OSError("the line is down")
        return put(fs, local, path, **options)

    monkeypatch.setattr(type(store.fs), "put_file", breaks)
    with pytest.raises(OSError, match="the line is down"):
        publish(report(tmp_path / "second", "second"), store / "a")
    assert held(store) == before


def test_a_report_that_is_half_in_place_has_no_manifest(store, tmp_path, monkeypatch):
    publish(report(tmp_path / "first", "first"), store / "a")
    copy = type(store.fs).cp_file

    def breaks(fs, source, path, **options):
        if path.endswith("report.html"):
            raise OSError("the line is down")
        return copy(fs, source, path, **options)

    monkeypatch.setattr(type(store.fs), "cp_file", breaks)
    with pytest.raises(OSError, match="the line is down"):
        publish(report(tmp_path / "second", "second"), store / "a")
    assert manifest_digest(store / "a") is None
    fetch_report(store / "a", tmp_path / "fetched")
    assert not (tmp_path / "fetched" / "manifest.json").exists()


def test_a_report_comes_back_from_a_store_as_it_went(store, tmp_path):
    first = report(tmp_path / "first", "first")
    publish(first, store / "a")
    fetch_report(store / "a", tmp_path / "back")
    names = {path.relative_to(first): path.read_bytes() for path in first.rglob("*") if path.is_file()}
    back = tmp_path / "back"
    assert {path.relative_to(back): path.read_bytes() for path in back.rglob("*") if path.is_file()} == names


def test_an_input_that_was_changed_in_the_store_is_not_used(store, tmp_path):
    (tmp_path / "a.csv").write_text("a", encoding="utf-8")
    digest = file_digest(tmp_path / "a.csv")
    put_input(tmp_path / "a.csv", digest, store)
    get_input(digest, store, tmp_path / "b.csv")
    assert file_digest(tmp_path / "b.csv") == digest
    store.fs.pipe_file((store / digest).path, b"other")
    with pytest.raises(OSError, match="is not what it was"):
        get_input(digest, store, tmp_path / "c.csv")
    assert not (tmp_path / "c.csv").exists()


def test_a_note_is_read_as_written_and_goes_with_its_folder(store):
    note = store / "notes" / "a.json"
    assert read_note(note) is None
    write_note(note, {"manifest": "abc"})
    assert read_note(note) == {"manifest": "abc"}
    remove(store)
    assert held(store) == {}
    remove(store)


def test_what_a_lost_worker_had_finished_is_not_done_again(store, tmp_path):
    pytest.importorskip("distributed", reason="a cluster needs dask.distributed: the extra 'cluster'")
    from arwap_analysis.run.batch.desk import _deliver, _done_before

    note, target = store / "notes" / "a.json", store / "a"
    said = {"made": {"changes": ["one figure"], "left_behind": []}}
    assert _done_before(target, note) is None
    _deliver(dict(said), report(tmp_path / "a", "first"), target, note)
    assert _done_before(target, note)["made"] == said["made"]
    (target / "manifest.json").fs.rm_file((target / "manifest.json").path)
    assert _done_before(target, note) is None, "a note without its report stands for nothing"


def test_versions_that_differ_are_named():
    pytest.importorskip("distributed", reason="a cluster needs dask.distributed: the extra 'cluster'")
    from arwap_analysis.run.batch.desk import unlike, versions

    ours = versions()
    assert unlike(ours, ours) == ""
    theirs = {**ours, "numpy": "1.0"}
    assert unlike(theirs, ours) == f"numpy 1.0 instead of {ours['numpy']}"
    del theirs["numpy"]
    assert "numpy missing" in unlike(theirs, ours)


def test_the_record_of_a_batch_lies_in_the_store(store, tmp_path):
    publish(report(tmp_path / "a", "first"), store / "a")
    outcomes = [
        Outcome(id, f"{id}.yml", "arwap run", str(store / id), "made") for id in ("a", "gone")
    ]  # fmt: skip
    write_record(store, BatchRecord("now", "then", 2, "forked", tuple(outcomes)))
    assert read_record(store).outcomes == tuple(outcomes)
    write_record(store, BatchRecord("now", "then", 2, "forked", ()))
    assert [outcome.id for outcome in read_record(store).outcomes] == ["a"]
