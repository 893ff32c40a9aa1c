"""Find the project folder: the one that holds `notebooks`, from which every relative path counts."""

from __future__ import annotations

import os
from pathlib import Path

from arwap_analysis.errors import Fault, ParameterError

__all__ = ["PROJECT_VARIABLE", "find_project"]

PROJECT_VARIABLE = "ARWAP_PROJECT"
"""Set for the kernel of a report, whose working folder is its own."""


def find_project(start: Path | None = None) -> Path:
    """Return the nearest folder at or above `start` that holds `notebooks`.

    By default it is the project of the report whose kernel this is, or else looked for from the working folder.

    Raises ParameterError when there is none, because a guess would read the wrong data.
    """
    if start is None and (named := os.environ.get(PROJECT_VARIABLE)):
        return Path(named)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "notebooks").is_dir():
            return folder
    raise ParameterError(
        Fault(
            "no_project",
            "no folder at or above this one holds 'notebooks'",
            str(here),
            hint="Run from inside the project, or keep your parameters file in its 'params' folder.",
        )
    )
