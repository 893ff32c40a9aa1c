"""Evidence reviews of racial and ethnic disparity, reproducible from published table to report.

The subpackages are loaded when they are first used, so that `import arwap_analysis` costs almost nothing:
`measures`, `inference` and `models` (arrays in, arrays out), `analyse` (indicator table in, tidy result out),
`sources` and `indicators` (published tables), `review` (the sections of a report), `run` (rendering).
"""

from __future__ import annotations

import importlib
from types import ModuleType

__version__ = "0.1.0"
_SUBPACKAGES = (
    "analyse",
    "areas",
    "disclosure",
    "errors",
    "ethnicity",
    "indicators",
    "inference",
    "measures",
    "models",
    "present",
    "registers",
    "review",
    "run",
    "sources",
)
__all__ = ["__version__", *_SUBPACKAGES]


def __getattr__(name: str) -> ModuleType:
    """Load a subpackage when it is first used; an error inside it is never hidden."""
    if name in _SUBPACKAGES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_SUBPACKAGES})
