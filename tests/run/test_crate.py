"""The crate of a report holds to RO-Crate 1.1 and to what the run profiles demand; `rocrate` reads it back."""

import json

import pytest
from rocrate.rocrate import ROCrate

from arwap_analysis.run.crate import CRATE_NAME, write_crate
from tests.run.outputs import FACTS, gap, outputs_of, write_output


@pytest.fixture
def folder(tmp_path):
    folder = write_output(tmp_path / "made up", [gap()])
    (folder / "manifest.json").unlink()
    write_crate(folder, FACTS, outputs_of(folder))
    (folder / "manifest.json").write_text("{}")
    return folder


def check_crate(folder):
    """Assert the rules of RO-Crate 1.1 and of the Process, Workflow and Workflow Run profiles that say MUST."""
    graph = json.loads((folder / CRATE_NAME).read_text(encoding="utf-8"))["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    assert len(entities) == len(graph), "an id stands twice"
    assert entities[CRATE_NAME]["about"] == {"@id": "./"}
    root, run = entities["./"], entities["#run"]
    assert {"name", "description", "datePublished", "license", "hasPart"} <= root.keys()
    conforms = {part["@id"] for part in root["conformsTo"]}
    assert {"https://w3id.org/ro/wfrun/process/0.5", "https://w3id.org/ro/wfrun/workflow/0.5"} <= conforms
    assert all(entities[id]["@type"] == "CreativeWork" for id in conforms)
    workflow = entities[root["mainEntity"]["@id"]]
    assert set(workflow["@type"]) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    assert entities[workflow["programmingLanguage"]["@id"]]["@type"] == "ComputerLanguage"
    assert (run["@type"], run["instrument"]) == ("CreateAction", root["mainEntity"])
    for slot in workflow["input"]:
        parameter = entities[slot["@id"]]
        assert (parameter["@type"], bool(parameter["additionalType"])) == ("FormalParameter", True)
        assert entities[parameter["workExample"]["@id"]]["exampleOfWork"] == slot
    files = {id for id, entity in entities.items() if "File" in entity["@type"]}
    assert files == {part["@id"] for part in root["hasPart"]}
    for id in _references(graph):
        assert id in entities or id.startswith("http"), f"{id} is referred to and not described"
    return entities


def _references(value):
    if isinstance(value, list):
        for inner in value:
            yield from _references(inner)
    elif isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        else:
            for inner in value.values():
                yield from _references(inner)


def test_the_crate_holds_what_the_profiles_demand(folder):
    check_crate(folder)


def test_another_library_reads_the_crate_back(folder):
    crate = ROCrate(str(folder))
    assert crate.mainEntity.id == "notebook.ipynb"
    assert {entity.id for entity in crate.data_entities} == {
        "data.csv",
        "figures/gap.svg",
        "notebook.ipynb",
        "report.html",
        "report.ipynb",
        "manifest.json",
    }
    (run,) = crate.get_by_type("CreateAction")
    assert run["instrument"] is crate.mainEntity
    assert (run["startTime"], run["endTime"]) == (FACTS["started"], FACTS["finished"])
    values = {entity["name"]: entity["value"] for entity in crate.get_by_type("PropertyValue")}
    assert values == {"title": "A title", "confidence": 0.95, "periods": "[]", "focus_period": "null", "quick": True}


def test_every_file_is_named_with_its_size_and_digest_but_for_the_manifest(folder):
    entities = check_crate(folder)
    for output in outputs_of(folder):
        if output["path"] not in (CRATE_NAME, "manifest.json"):
            found = entities[output["path"]]
            assert (found["sha256"], found["contentSize"]) == (output["sha256"], str(output["bytes"]))
            assert found["encodingFormat"]
    assert "sha256" not in entities["manifest.json"]


def test_an_input_is_named_by_path_digest_publisher_and_licence(folder):
    entities = check_crate(folder)
    (lambs,) = [e for e in entities.values() if e.get("identifier") == "data/ŵyn a b.csv"]
    assert lambs["sha256"] == "b" * 64
    assert entities[lambs["publisher"]["@id"]]["name"] == "A publisher"
    assert "open-government-licence/version/3" in lambs["license"]["@id"]
    assert {"@id": lambs["@id"]} in entities["#run"]["object"]
    assert " " not in lambs["@id"]
    (own,) = [e for e in entities.values() if e.get("identifier") == "data/own.yml"]
    assert not {"publisher", "license"} & own.keys()


def test_no_person_and_no_licence_is_invented(folder):
    entities = check_crate(folder)
    assert not any("Person" in entity["@type"] for entity in entities.values())
    assert "agent" not in entities["#run"]
    assert entities["#licence"]["name"] == "No licence has been stated for this report"


def test_equal_runs_give_equal_crates(folder):
    before = (folder / CRATE_NAME).read_bytes()
    outputs = [output for output in outputs_of(folder) if output["path"] not in (CRATE_NAME, "manifest.json")]
    assert write_crate(folder, FACTS, outputs).read_bytes() == before
