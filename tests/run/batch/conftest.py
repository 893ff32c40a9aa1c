"""Small projects for tests of batches: notebooks of one cell, each with a parameters file of its own."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest


class Project:
    """A project folder that notebooks of one cell can be put into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "outputs"
        for name in ("notebooks", "params", "data"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def add(self, name: str, source: str, *, text: str = "", reads: list[str] | None = None) -> Path:
        """Add a notebook that runs `source`, and return its parameters file; `reads` are patterns of its inputs."""
        cells = [
            nbformat.v4.new_markdown_cell("# Small"),
            nbformat.v4.new_code_cell('word: str = "da"  # a word', metadata={"tags": ["parameters"]}),
            nbformat.v4.new_markdown_cell("## The only section"),
            nbformat.v4.new_code_cell(source),
        ]
        for number, cell in enumerate(cells):
            cell["id"] = f"cell{number}"
        metadata = {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "arwap": {"inputs": [] if reads is None else reads},
        }
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
        nbformat.write(notebook, self.folder / "notebooks" / f"{name}.ipynb")
        file = self.folder / "params" / f"{name}.yml"
        file.write_text(f"id: {name}\nnotebook: {name}\n{text}", encoding="utf-8")
        return file

    def earlier(self, name: str) -> Path:
        """Put an earlier report in the place of one, and return its page."""
        folder = self.out / name
        folder.mkdir(parents=True)
        (folder / "report.html").write_text("the earlier report", encoding="utf-8")
        return folder / "report.html"

    def shown(self, name: str) -> str:
        """Return the text that the cells of a finished report printed."""
        notebook = json.loads((self.out / name / "report.ipynb").read_text(encoding="utf-8"))
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
        return "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")


@pytest.fixture
def small_project(tmp_path: Path) -> Project:
    """Return an empty project in a folder with a space and a Welsh letter."""
    return Project(tmp_path / "prosiect ŷ")
