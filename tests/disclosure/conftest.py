"""Small tables, and an attacker that tries every number."""

from __future__ import annotations

import numpy as np

from arwap_analysis.disclosure import two_way_table
from arwap_analysis.disclosure.system import relation_matrix


def with_margins(body):
    """Return a table of counts with its row, column and grand totals."""
    body = np.asarray(body)
    full = np.vstack([body, body.sum(axis=0)])
    return np.column_stack([full, full.sum(axis=1)])


def rows_of(full, hidden=None):
    """Return CSV rows of a table with margins; hidden cells are [c]."""
    full = np.asarray(full)
    names = [f"g{k}" for k in range(full.shape[1] - 1)] + ["Total"]
    rows = [["Area", *names]]
    for k, line in enumerate(full):
        name = "Total" if k == full.shape[0] - 1 else f"a{k}"
        marks = ["[c]" if hidden is not None and hidden[k, j] else f"{x:g}" for j, x in enumerate(line)]
        rows.append([name, *marks])
    return rows


def two_way(full, hidden=None, name="table.csv"):
    return two_way_table(rows_of(full, hidden), name=name)


def two_way_matrix(rows, columns):
    """Return the relations of a two-way table of the size given, margins included."""
    index = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    relations = [(index[i, columns], list(index[i, :columns])) for i in range(rows + 1)]
    relations += [(index[rows, j], list(index[:rows, j])) for j in range(columns + 1)]
    return relation_matrix(relations, index.size)


def brute_force(matrix, lower, upper, most):
    """Range of every cell by trying all numbers up to `most` for the cells that are open; no solver is used."""
    open_cells = np.flatnonzero(upper > lower)
    if not open_cells.size:
        return lower, upper
    dense = matrix.toarray()
    sizes = [int(min(upper[k], most)) - int(lower[k]) + 1 for k in open_cells]
    tried = np.indices(sizes).reshape(len(sizes), -1) + lower[open_cells][:, None]
    fits = (dense[:, open_cells] @ tried == -(dense @ np.where(upper > lower, 0, lower))[:, None]).all(axis=0)
    low, high = lower.copy(), upper.copy()
    low[open_cells], high[open_cells] = tried[:, fits].min(axis=1), tried[:, fits].max(axis=1)
    return low, high
