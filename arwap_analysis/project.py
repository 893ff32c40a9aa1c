"""Find the project folder: the one that holds `notebooks`, from which every relative path counts."""

from __future__ import annotations

from pathlib import Path

from arwap_analysis.errors import Fault, ParameterError

__all__ = ["find_project"]


def find_project(start: Path | None = None) -> Path:
    """Return the nearest folder at or above `start` (default: the working folder) that holds `notebooks`.

    Raises ParameterError when there is none, because a guess would read the wrong data.
    """
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
