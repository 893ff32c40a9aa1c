"""Fixtures shared by all tests."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

# The first example of a test may import a heavy library; how fast code runs is for benchmarks to say.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# A shell that starts the tests in the background lets them ignore Ctrl-C, and so would every command that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project's notebooks, parameters and data, in a folder with a Welsh name and a space."""
    folder = tmp_path / "prosiect ŷ gwynt"
    for name in ("notebooks", "params", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


def indicator_table(rows: list[tuple[str, str, float, float]], **changes: object) -> pd.DataFrame:
    """Return an indicator table from (period, group, numerator, denominator)."""
    frame = pd.DataFrame(rows, columns=["period", "group", "numerator", "denominator"])
    absent = frame["numerator"].isna()
    constants = {
        "indicator": "made_up",
        "area": "W92000004",
        "area_name": "Wales",
        "classification": "ethnic_group_5",
        "value": float("nan"),
        "unit": "rate",
        "standard_error": float("nan"),
        "lower": float("nan"),
        "upper": float("nan"),
        "confidence": float("nan"),
        "source": "made_up",
    }
    frame = frame.assign(**constants, status="published", reason="")
    frame["status"] = frame["status"].mask(absent, "suppressed")
    frame["reason"] = frame["reason"].mask(absent, "The publisher withheld this figure")
    return frame.assign(**changes)
