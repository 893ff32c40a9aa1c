"""Output folders made by hand, as a run leaves them, for tests that need no kernel."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

from arwap_analysis.present.exhibit import METADATA_KEY

# One report of each file that stands for many, where a test renders every report of the project.
ONE_OF_MATRIX = {"area_profiles": ["area=W06000015"], "reproduce_claims": ["claim=england-wales-2021-white-millions"]}
LABELS = {"black": "Black", "white": "White", "asian": "Asian"}


def gap(group="black", period="2011-12", **changes):
    """Return a row of data.csv with a rate ratio."""
    row = {
        "exhibit": "gap",
        "indicator": "made_up",
        "area": "W92000004",
        "area_name": "Wales",
        "period": period,
        "classification": "ethnic_group_5",
        "measure": "rate_ratio",
        "scale": "relative",
        "choice": "main",
        "group": group,
        "reference": "white",
        "estimate": "3.5214056024955562",
        "lower": "3.1238002112173042",
        "upper": "3.9",
        "confidence": "0.95",
        "standard_error": "0.06",
        "numerator": "290.0",
        "denominator": "18276.0",
        "status": "published",
        "method": "exact",
        "group_label": LABELS[group],
        "finding": "clearly worse",
    }
    return {**row, **changes}


def rate(group="black", period="2011-12", **changes):
    """Return a row of data.csv with a rate."""
    row = {**gap(group, period), "exhibit": "rates", "measure": "rate", "scale": "level", "reference": ""}
    return {**row, "estimate": "15.8678", "lower": "14.0938", "upper": "17.8032", "finding": "", **changes}


def write_output(folder: Path, rows, *, points=("The rate was 3.5 times as high.",), titles=None, **manifest):
    """Write a folder with data, a notebook of its statements and exhibits, one figure, a page and a manifest."""
    (folder / "figures").mkdir(parents=True)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    payloads = [{"kind": "statements", "id": "main_points", "sentences": list(points)}]
    titles = {exhibit: f"About {exhibit}" for exhibit in dict.fromkeys(r["exhibit"] for r in rows)} | (titles or {})
    payloads += [{"kind": "exhibit", "id": id, "title": title} for id, title in titles.items()]
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [{"metadata": {METADATA_KEY: p}}]} for p in payloads]
    (folder / "report.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}}), encoding="utf-8")
    (folder / "notebook.ipynb").write_text(json.dumps({"cells": [], "metadata": {}}), encoding="utf-8")
    (folder / "report.html").write_text("<dt>Report made</dt><dd>1 May 2026</dd>", encoding="utf-8")
    (folder / "figures" / "gap.svg").write_text("<svg/>", encoding="utf-8")
    outputs = outputs_of(folder)
    (folder / "manifest.json").write_text(json.dumps({**FACTS, **manifest, "outputs": outputs}), encoding="utf-8")
    return folder


def outputs_of(folder: Path):
    """Return the files of a folder as a manifest lists them."""
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


FACTS = {
    "review": "made_up",
    "parameters_file": "params/made_up.yml",
    "parameters": {"title": "A title", "confidence": 0.95, "periods": [], "focus_period": None, "quick": True},
    "notebook": {"path": "notebooks/made_up.ipynb", "sha256": "a" * 64},
    "inputs": [
        {
            "path": "data/ŵyn a b.csv",
            "sha256": "b" * 64,
            "origin": {
                "source": "made_up",
                "title": "Lambs by colour",
                "publisher": "A publisher",
                "licence": "Open Government Licence v3.0",
            },
        },
        {"path": "data/own.yml", "sha256": "c" * 64, "origin": {}},
    ],
    "code": {"package": "arwap_analysis", "version": "0.1.0"},
    "python": "3.11.7",
    "platform": "Linux x86_64",
    "packages": {"numpy": "2.4.6", "pandas": "3.0.0"},
    "started": "2026-05-01T10:00:00+00:00",
    "finished": "2026-05-01T10:00:09+00:00",
}
"""What the manifest of a made-up run says."""
