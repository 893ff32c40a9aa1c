"""Write what a finished notebook showed into files: the page, the data, the figures."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from arwap_analysis.present.exhibit import METADATA_KEY
from arwap_analysis.present.page import render_page

__all__ = ["shown_payloads", "write_bundle"]


def shown_payloads(notebook: Any) -> Iterator[dict[str, Any]]:
    """Yield the payload of every exhibit and statement that the notebook shows, in order."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            payload = output.get("metadata", {}).get(METADATA_KEY)
            if payload:
                yield payload


def write_bundle(
    notebook: Any, folder: Path, *, title: str, language: str, facts: Sequence[tuple[str, str]] = ()
) -> Path:
    """Write `report.html`, `data.csv` and `figures/` from an executed notebook and return the page's path.

    Data and figures are taken from the notebook's own outputs, so they are exactly what was shown.
    """
    exhibits = [payload for payload in shown_payloads(notebook) if payload["kind"] == "exhibit"]
    _write_data(exhibits, folder / "data.csv")
    figures = folder / "figures"
    figures.mkdir()
    for exhibit in exhibits:
        if "svg" in exhibit:
            (figures / f"{exhibit['id']}.svg").write_text(exhibit["svg"], encoding="utf-8")
    page = folder / "report.html"
    page.write_text(render_page(notebook, title=title, language=language, facts=facts), encoding="utf-8")
    return page


def _write_data(exhibits: list[dict[str, Any]], path: Path) -> None:
    """Write the data of every exhibit as one table, each row named by its exhibit."""
    import pandas as pd

    # Text in, text out: read as text so that every figure keeps the digits that were shown.
    frames = [
        pd.read_csv(io.StringIO(exhibit["csv"]), dtype=str, keep_default_na=False).assign(exhibit=exhibit["id"])
        for exhibit in exhibits
    ]
    if frames:
        table = pd.concat(frames, ignore_index=True)
        columns = ["exhibit", *[column for column in table.columns if column != "exhibit"]]
        table[columns].fillna("").to_csv(path, index=False, lineterminator="\n")
    else:
        path.write_text("exhibit\n", encoding="utf-8")
