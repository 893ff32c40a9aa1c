"""What a notebook of this project may look like: thin, typed, tagged, and with nothing typed by hand."""

import ast
import re

import nbformat
import pytest

from arwap_analysis.present.editions import missing_prose
from arwap_analysis.texts import LANGUAGES
from tests.conftest import ROOT
from tests.welsh import english_in

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_LINES = 10


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook, *, with_parameters=False):
    tagged = [c for c in notebook.cells if c.cell_type == "code"]
    return [c for c in tagged if with_parameters or "parameters" not in c.metadata.get("tags", ())]


def test_a_notebook_is_valid_and_begins_with_its_title(notebook):
    nbformat.validate(notebook)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")


def test_no_cell_is_longer_than_ten_lines(notebook):
    for cell in code_cells(notebook):
        assert len(cell.source.splitlines()) <= MOST_LINES, cell.source


def test_cells_hold_calls_and_no_logic(notebook):
    forbidden = (
        ast.FunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.For,
        ast.While,
        ast.If,
        ast.BinOp,
        ast.ListComp,
        ast.Subscript,
    )
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, forbidden), ast.unparse(node)
            assert not (isinstance(node, ast.Attribute) and node.attr in {"read_csv", "open", "query", "loc"})


def test_the_prose_is_written_in_every_language(notebook):
    assert [str(fault) for fault in missing_prose(notebook.cells, tuple(LANGUAGES))] == []


def test_the_welsh_prose_holds_no_english_word(notebook):
    welsh = [cell.source for cell in notebook.cells if "cy" in cell.metadata.get("tags", ())]
    assert welsh
    assert english_in(" ".join(welsh)) == set()


def test_the_prose_types_no_number_that_the_data_could_supply(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\d", cell.source), cell.source


def test_each_stored_output_has_a_text_form_with_the_hash_of_its_data(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if 'class="exhibit"' in output.get("data", {}).get("text/html", ""):
                assert re.search(r"Data: \d+ rows, hash [0-9a-f]{16}", output.data["text/plain"])


def test_no_picture_or_error_is_stored(notebook):
    for cell in code_cells(notebook, with_parameters=True):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert "base64" not in str(output)
