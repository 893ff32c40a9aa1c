"""Execute the notebooks and store what they show, so that nbval can compare: python -m tests.store_notebooks.

Only text is stored. Pictures and data are cut out: the text of each exhibit holds the hash of its data.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbclient
import nbformat

ROOT = Path(__file__).resolve().parents[1]
FIGURE = re.compile(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+")


def store(path: Path) -> None:
    """Execute one notebook where it stands and store its outputs without pictures, data and times."""
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output["metadata"] = {}
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = FIGURE.sub("FIGURE", output.data["text/html"])
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted((ROOT / "notebooks").glob("*.ipynb")):
        store(Path(name))
        sys.stdout.write(f"stored {name}\n")
