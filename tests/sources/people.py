"""Made-up people for the tests of microdata, and the same statistics by their definitions."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from arwap_analysis.errors import DataError
from arwap_analysis.sources import Outcome, Reduction, reduce_microdata


def people(rows=3000, seed=1):
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "ethnic": random.choice(["White", "Black", "Asian", "-9", None], rows),
            "area": random.choice(["W06000001", "W06000002"], rows),
            "psu": random.integers(0, 40, rows),
            "w": random.gamma(2, 1, rows),
            "income": np.where(random.random(rows) < 0.1, np.nan, random.normal(30_000, 9_000, rows)),
            "age": random.integers(0, 100, rows),
            "poor": random.choice(["Yes", "No", "Refused", None], rows),
        }
    )


def save(frame, path):
    """Write Parquet with the engine, which the tests need in any case, rather than with another library."""
    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute(f"""COPY frame TO '{str(path).replace("'", "''")}' (FORMAT parquet)""")
    connection.close()
    return path


def written(frame, tmp_path, kind):
    path = tmp_path / f"people.{kind}"
    if kind == "parquet":
        return save(frame, path)
    frame.to_csv(path, index=False, encoding="utf-8")
    return path


def reduction(path, **changes):
    base = {
        "file": str(path),
        "by": ["ethnic", "area"],
        "values": ["income", "age"],
        "outcomes": {"poor": Outcome(column="poor", values=["Yes"])},
        "missing_values": ["-9", "Refused"],
    }
    return Reduction(**{**base, **changes})


def by_pandas(frame, keys, *, weighted=True):
    """The same statistics by the definitions, one group at a time."""
    frame = frame.assign(ethnic=frame["ethnic"].replace("-9", None).fillna("missing"))
    known = frame["poor"].isin(["Yes", "No"])
    rows = []
    for key, part in frame.groupby(keys):
        w = part["w"].to_numpy()
        yes, no = (part["poor"] == "Yes").to_numpy(), known[part.index].to_numpy()
        row = dict(zip(keys, map(str, key), strict=True)) | {"n": len(part)}
        row |= {"poor.count": yes.sum(), "poor.n_known": no.sum()}
        if weighted:
            row |= {"sum_w": w.sum(), "sum_w2": (w**2).sum(), "poor.sum_w": w[yes].sum()}
            row |= {"poor.sum_w2": (w[yes] ** 2).sum(), "poor.known_w": w[no].sum()}
            row |= {"poor.known_w2": (w[no] ** 2).sum()}
        for name in ("income", "age"):
            there = part[name].notna().to_numpy()
            x, v = part[name].to_numpy()[there], w[there]
            row |= {f"{name}.n_known": len(x), f"{name}.sum": x.sum(), f"{name}.sum_sq": (x.astype(float) ** 2).sum()}
            row[f"{name}.sum_sq_dev"] = ((x - x.mean()) ** 2).sum() if len(x) else 0
            if weighted:
                mean = (v * x).sum() / v.sum() if len(x) else 0
                row |= {f"{name}.known_w": v.sum(), f"{name}.known_w2": (v**2).sum()}
                row |= {f"{name}.sum_wx": (v * x).sum(), f"{name}.sum_wx2": (v * x**2).sum()}
                row[f"{name}.sum_w_sq_dev"] = (v * (x - mean) ** 2).sum()
        rows.append(row)
    return pd.DataFrame(rows)


def same(ours, theirs, keys):
    assert set(ours.columns) == set(theirs.columns)
    ours = ours.sort_values(keys).reset_index(drop=True)
    theirs = theirs[ours.columns].sort_values(keys).reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, rtol=1e-10, atol=1e-9)


def faults(request):
    with pytest.raises(DataError) as caught:
        reduce_microdata(request)
    return caught.value.faults
