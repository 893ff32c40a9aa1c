"""List what is at hand: notebooks, parameters files, indicators, sources and classifications."""

from __future__ import annotations

from pathlib import Path

from arwap_analysis.errors import ArwapError
from arwap_analysis.ethnicity import classification_ids, get_classification
from arwap_analysis.indicators import indicator_ids, load_indicator
from arwap_analysis.project import find_project
from arwap_analysis.run.parameters import read_notebook
from arwap_analysis.sources import load_source, source_ids

__all__ = ["inventory"]


def inventory(project: Path | None = None) -> dict[str, list[tuple[str, str]]]:
    """Return, under a heading each, the names at hand and one line on what each is."""
    root = find_project() if project is None else project
    notebooks = [(path.stem, _first_heading(path)) for path in sorted((root / "notebooks").glob("*.ipynb"))]
    params = [(path.relative_to(root).as_posix(), "") for path in sorted((root / "params").glob("*.y*ml"))]
    return {
        "Notebooks": notebooks,
        "Parameters files": params,
        "Indicators": [(name, load_indicator(name, folder=root).title.en) for name in indicator_ids()],
        "Sources": [(name, load_source(name).title.en) for name in source_ids()],
        "Classifications": [(name, get_classification(name).title_en) for name in classification_ids()],
    }


def _first_heading(path: Path) -> str:
    """Return the title of a notebook, or what is wrong with it."""
    try:
        cells = read_notebook(path)["cells"]
    except ArwapError as error:
        return f"cannot be read: {error}"
    lines = (line for cell in cells if cell["cell_type"] == "markdown" for line in cell["source"].splitlines())
    return next((line.lstrip("# ") for line in lines if line.startswith("# ")), "")
