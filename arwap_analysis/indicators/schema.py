"""The indicator table: one row for each indicator, area, period and group, and the checks it must pass.

Every number in a report comes from a table of this shape. `validate` reports all faults at once, each
with the row, the column, the value and what to do.
"""

from __future__ import annotations

import pandas as pd

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.ethnicity import get_classification

__all__ = ["COLUMNS", "KEY", "OPTIONAL", "STATUSES", "UNITS", "validate"]

KEY = ("indicator", "area", "period", "group")
COLUMNS = (
    "indicator",
    "area",
    "area_name",
    "period",
    "classification",
    "group",
    "numerator",
    "denominator",
    "value",
    "unit",
    "standard_error",
    "lower",
    "upper",
    "confidence",
    "status",
    "reason",
    "source",
)
# Known where a survey gives it, and never a stratum.
OPTIONAL = ("effective_sample_size",)
_NUMBERS = ("numerator", "denominator", "value", "standard_error", "lower", "upper", "confidence")
STATUSES = ("published", "low_reliability", "suppressed", "not_collected", "not_applicable")
UNITS = ("proportion", "rate", "mean", "score", "currency")


def validate(table: pd.DataFrame, *, file: str | None = None) -> pd.DataFrame:
    """Return the indicator table with its columns in order and its numbers as floats, or raise DataError.

    Parameters
    ----------
    table : DataFrame
        At least the columns of `COLUMNS`; those of `OPTIONAL` and more columns (strata such as sex) are kept.
        Missing numbers are NaN and need a `status` other than "published" to explain them.
        `effective_sample_size` is the number of people in a simple random sample that would say as much.
    file : str, optional
        Name used in the faults; rows are counted from 2, as a spreadsheet with one header row does.

    Raises
    ------
    DataError
        With every fault: missing columns, text where numbers belong, negative counts, a proportion
        above 1, duplicate rows, unknown groups or statuses, totals mixed with their parts, and numbers
        that are missing without a reason.
    """
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing or table.empty:
        raise DataError(_shape_faults(missing, table, file))
    optional = [column for column in OPTIONAL if column in table.columns]
    strata = [column for column in table.columns if column not in (*COLUMNS, *OPTIONAL)]
    ordered = table[[*COLUMNS, *optional, *strata]].reset_index(drop=True).copy()
    numbers = [*_NUMBERS, *optional]
    faults = _number_faults(ordered, numbers, file)
    if not faults:
        ordered[numbers] = ordered[numbers].astype("float64")
        faults = [
            *_count_faults(ordered, file),
            *_vocabulary_faults(ordered, file),
            *_duplicate_faults(ordered, strata, file),
            *_total_faults(ordered, strata, file),
        ]
    if faults:
        raise DataError(faults)
    return ordered


def _shape_faults(missing: list[str], table: pd.DataFrame, file: str | None) -> list[Fault]:
    if not missing:
        return [Fault("empty_table", "the table has no rows", file, hint="Check the filter or the file.")]
    present = [str(column) for column in table.columns]
    return [
        Fault(
            "missing_column",
            "the indicator table lacks a column",
            file,
            1,
            column,
            None,
            f"Add it, empty where nothing is known. Present: {', '.join(present) or 'none'}.",
        )
        for column in missing
    ]


def _rows(mask: pd.Series) -> list[int]:
    """Spreadsheet row numbers of the rows that `mask` marks."""
    return [int(position) + 2 for position in mask.to_numpy().nonzero()[0]]


def _faults(
    table: pd.DataFrame, mask: pd.Series, code: str, message: str, column: str, file: str | None, hint: str
) -> list[Fault]:
    """One fault for each row that `mask` marks."""
    return [Fault(code, message, file, row, column, _written(table[column].iloc[row - 2]), hint) for row in _rows(mask)]


def _written(value: object) -> str:
    """Return a value as it was probably written: -1, not -1.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number_faults(table: pd.DataFrame, columns: list[str], file: str | None) -> list[Fault]:
    faults: list[Fault] = []
    for column in columns:
        text = pd.to_numeric(table[column], errors="coerce").isna() & table[column].notna()
        faults += _faults(
            table,
            text,
            "not_a_number",
            "a number was expected",
            column,
            file,
            "Write digits only; say why a number is missing in 'status' and 'reason'.",
        )
    return faults


def _count_faults(table: pd.DataFrame, file: str | None) -> list[Fault]:
    faults: list[Fault] = []
    for column in ("numerator", "denominator", *(c for c in OPTIONAL if c in table.columns)):
        faults += _faults(
            table,
            table[column] < 0,
            "negative_count",
            "a count cannot be negative",
            column,
            file,
            "Correct it at the source.",
        )
    # A rate of households among people can never pass 1 either; repeat events need their own unit.
    above = (table["numerator"] > table["denominator"]) & table["unit"].isin(["proportion", "rate"])
    faults += _faults(
        table,
        above,
        "numerator_over_denominator",
        "the numerator is larger than the denominator",
        "numerator",
        file,
        "Check that the columns are not swapped and the denominators match.",
    )
    unexplained = table["numerator"].isna() & table["value"].isna() & (table["status"] == "published")
    faults += _faults(
        table,
        unexplained,
        "unexplained_absence",
        "a number is missing although its status is published",
        "numerator",
        file,
        f"Give one of the statuses {', '.join(STATUSES[1:])} and a reason.",
    )
    return faults


def _vocabulary_faults(table: pd.DataFrame, file: str | None) -> list[Fault]:
    faults: list[Fault] = []
    for column, allowed in (("status", STATUSES), ("unit", UNITS)):
        wrong = ~table[column].isin(allowed)
        faults += _faults(
            table,
            wrong,
            f"unknown_{column}",
            f"this {column} is not known",
            column,
            file,
            f"Allowed: {', '.join(allowed)}.",
        )
    for name, rows in table.groupby("classification", sort=False):
        codes = get_classification(str(name)).codes
        wrong = (table["classification"] == name) & ~table["group"].isin(codes)
        for row in _rows(wrong):
            label = str(table["group"].iloc[row - 2])
            faults.append(
                Fault(
                    "unknown_group",
                    f"this is not a group of the classification '{name}'",
                    file,
                    row,
                    "group",
                    label,
                    did_you_mean(label, codes),
                )
            )
        del rows
    return faults


def _duplicate_faults(table: pd.DataFrame, strata: list[str], file: str | None) -> list[Fault]:
    key = [*KEY, *strata]
    repeated = table.duplicated(key, keep="first")
    return _faults(
        table,
        repeated,
        "duplicate_row",
        f"a second row for the same {', '.join(key)}",
        "group",
        file,
        "Keep one row for each, or say which strata tell them apart.",
    )


def _total_faults(table: pd.DataFrame, strata: list[str], file: str | None) -> list[Fault]:
    totals = {name: get_classification(str(name)).code_of_kind("total") for name in table["classification"].unique()}
    is_total = table["group"] == table["classification"].map(totals)
    where = [column for column in (*KEY, *strata) if column != "group"]
    has_parts = (~is_total).groupby([table[column] for column in where], dropna=False).transform("any")
    return _faults(
        table,
        is_total & has_parts,
        "total_among_parts",
        "a total stands among its own parts",
        "group",
        file,
        "Leave totals out: they are made from the parts.",
    )
