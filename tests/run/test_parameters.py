import nbformat
import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.run.parameters import notebook_parameters, parameters_model
from tests.conftest import ROOT


def notebook(tmp_path, source, tags=("parameters",), copies=1):
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for _ in range(copies)]
    path = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_names_types_defaults_and_help_come_from_the_cell(tmp_path):
    source = 'area: str = "W92000004"  # GSS code\nyears: list[str] = []\nlevel: float | None = None  # of "x # y"\n'
    found = notebook_parameters(notebook(tmp_path, source))
    assert [(p.name, p.type_text, p.default, p.help) for p in found] == [
        ("area", "str", "W92000004", "GSS code"),
        ("years", "list[str]", [], ""),
        ("level", "float | None", None, 'of "x # y"'),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "area = 'x'",
        "area: str",
        "area: Path = 'x'",
        "area: str = open('x')",
        "import os",
        "area: os.PathLike = 'x'",
    ],
)
def test_a_line_that_is_not_a_plain_typed_value_is_refused(tmp_path, source):
    with pytest.raises(ParameterError, match="line 1"):
        notebook_parameters(notebook(tmp_path, source))


def test_a_notebook_without_a_parameters_cell_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="no cell"):
        notebook_parameters(notebook(tmp_path, "a: int = 1", tags=()))


def test_two_parameters_cells_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="2 cell"):
        notebook_parameters(notebook(tmp_path, "a: int = 1", copies=2))


@pytest.mark.parametrize("value", ["0.9", True, None, [0.9]])
def test_a_value_of_the_wrong_type_is_refused(tmp_path, value):
    model = parameters_model(notebook_parameters(notebook(tmp_path, "level: float = 0.95")))
    with pytest.raises(ValueError, match="level"):
        model.model_validate({"level": value})


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_parameter_of_every_notebook_explains_itself(path):
    for parameter in notebook_parameters(path):
        assert parameter.help, parameter.name
