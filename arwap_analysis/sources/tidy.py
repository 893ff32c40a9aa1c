"""From a publisher's long table to an indicator table: groups, areas and periods in one shape, nothing guessed."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from arwap_analysis.areas import find_area, get_area
from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity import Harmonised, get_classification, harmonise_labels, names_an_observation
from arwap_analysis.indicators.periods import parse_period
from arwap_analysis.indicators.schema import validate

__all__ = ["area_name", "code_rows", "to_indicator_table"]

_MONTH_COLUMNS = ("month", "mis")
_FIGURES = ("value", "status", "reason", "note", "source_row")
_SUPPRESSED = "At least one of the groups that are added up here was not published"
Unit = Literal["count", "proportion", "rate", "mean", "score", "currency"]


def to_indicator_table(
    table: pd.DataFrame,
    *,
    indicator: str,
    source: str,
    group: str,
    area: str | None = None,
    period: str | None = None,
    unit: Unit = "count",
    classification: str = "ethnic_group_5",
    strata: Sequence[str] = (),
    groups: Mapping[str, str] | None = None,
    areas: Mapping[str, str] | None = None,
    fixed_area: str = "W92000004",
    fixed_period: str | None = None,
    file: str | None = None,
) -> pd.DataFrame:
    """Bring a long table to the shape of an indicator table.

    Parameters
    ----------
    table : DataFrame
        Columns of text, and `value` (float), `status`, `reason`; optionally `source_row` for the messages. Readers
        in `sources.formats` return such tables.
    indicator, source : str
        Ids to write in the table.
    group, area, period : str
        Columns that hold the labels of groups, areas and periods. Without an area or a period column every row is
        of `fixed_area` and `fixed_period`.
    unit : str
        "count" puts the values into `numerator`; any other unit into `value`.
    classification : str
        What the groups are brought to; labels that map to one group there are added up.
    strata : sequence of str
        Columns to keep, such as sex.
    groups, areas : mapping of label to code, optional
        Settle labels that are not certain.

    Returns
    -------
    DataFrame
        Validated indicator table. Totals are left out. A group of which a part is missing has no number, with the
        reason.

    Raises
    ------
    DataError
        With every label, area and period that cannot be read, each with its first row; for values other than
        counts, when two labels would have to be added up.
    ParameterError
        For a column that the table does not have.
    """
    _check_columns(table, [c for c in (group, area, period, *strata) if c is not None])
    kept = code_rows(
        table, group=group, area=area, period=period, classification=classification, groups=groups, areas=areas,
        fixed_area=fixed_area, fixed_period=fixed_period, file=file,
    )  # fmt: skip
    _check_repeated(table, kept, group, strata, file)
    kept = kept.assign(**{name: table[name] for name in ("value", "status", "reason", *strata)})
    kept = kept[kept["code"] != "all"]
    rows = _add_up(kept, ["area", "period", "code", *strata], unit, group, file)
    names = {code: area_name(code) for code in rows["area"].unique()}
    amount = rows["value"].to_numpy(float)
    return validate(
        rows.rename(columns={"code": "group"}).assign(
            indicator=indicator,
            source=source,
            classification=classification,
            area_name=rows["area"].map(names),
            numerator=amount if unit == "count" else np.nan,
            value=np.nan if unit == "count" else amount,
            unit="rate" if unit == "count" else unit,
            **dict.fromkeys(("denominator", "standard_error", "lower", "upper", "confidence"), np.nan),
        ),
        file=file,
    )


def code_rows(
    table: pd.DataFrame,
    *,
    group: str,
    area: str | None,
    period: str | None,
    classification: str,
    groups: Mapping[str, str] | None,
    areas: Mapping[str, str] | None,
    fixed_area: str,
    fixed_period: str | None,
    file: str | None = None,
) -> pd.DataFrame:
    """Return `code`, `area` and `period` of each row of a table of labels; see `to_indicator_table`.

    Raises
    ------
    DataError
        With every label, area and period that cannot be read, each with its first row.
    """
    observed = names_an_observation(group)
    found = harmonise_labels(table[group].astype(str), to=classification, mapping=groups, observed=observed)
    kept = pd.DataFrame({"code": [h.code for h in found]}, index=table.index)
    faults = _label_faults(table, group, found, file)
    kept["area"], area_faults = _each(table, area, fixed_area, lambda text: _area_code(text, areas or {}), file)
    kept["period"], period_faults = _each(table, period, fixed_period, lambda text: _period(text, str(period)), file)
    if faults or area_faults or period_faults:
        raise DataError([*faults, *area_faults, *period_faults])
    unknown = get_classification(classification).code_of_kind("unknown")
    kept["code"] = kept["code"].replace({"unclassified": unknown, "not_applicable": unknown})
    return kept


def _check_columns(table: pd.DataFrame, wanted: list[str]) -> None:
    for column in [*wanted, "value", "status", "reason"]:
        if column not in table.columns:
            hint = did_you_mean(column, [str(c) for c in table.columns])
            raise ParameterError(Fault("missing_column", f"the table has no column '{column}'", hint=hint))


def _row(table: pd.DataFrame, position: int) -> int | None:
    row = int(table["source_row"].iloc[position]) if "source_row" in table.columns else 0
    return row or None  # what was counted up from many rows has no row of its own


def _label_faults(table: pd.DataFrame, column: str, found: Sequence[Harmonised], file: str | None) -> list[Fault]:
    """Name each label that is not certain once, with its first row and its candidates."""
    faults, seen = [], set()
    for position, result in enumerate(found):
        if result.status not in ("ambiguous", "unmapped") or result.label in seen:
            continue
        seen.add(result.label)
        candidates = f"It could be {result.name.replace(' | ', ' or ')}. " if result.name else ""
        faults.append(
            Fault(
                f"{result.status}_label",
                "the label names no group for certain",
                file,
                _row(table, position),
                column,
                result.label,
                f"{candidates}Say which it is in `groups`.",
            )
        )
    return faults


def _period(text: str, column: str) -> str:
    """Read a period; "2024-05" is a month only in a column of months, because it could be a mistyped year."""
    month = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip())
    if month and column.strip().casefold() in _MONTH_COLUMNS:
        text = f"{calendar.month_name[int(month[2])]} {month[1]}"
    return parse_period(text).label


def _area_code(text: str, areas: Mapping[str, str]) -> str:
    if text.strip() in areas:
        return get_area(areas[text.strip()]).code
    area = find_area(text)
    if area is None:
        raise ParameterError(
            Fault(
                "unknown_area",
                "this is no area of Wales that is known",
                hint="Say which it is in `areas`, by its code.",
            )
        )
    return area.code


def _check_repeated(
    table: pd.DataFrame, kept: pd.DataFrame, group: str, strata: Sequence[str], file: str | None
) -> None:
    """Refuse two figures for one label: adding up the sexes, their total and a percentage would look like a count."""
    keys = kept[["area", "period"]].assign(label=table[group], **{name: table[name] for name in strata})
    repeated = keys.duplicated(keep=False)
    if not repeated.any():
        return
    first = int(np.argmax(repeated.to_numpy()))
    same = (keys == keys.iloc[first]).all(axis=1)
    telling = [str(c) for c in table.columns if c not in _FIGURES and table.loc[same, c].nunique(dropna=False) > 1]
    hint = f"They differ in: {', '.join(telling)}. Keep one of its values, or keep it as a stratum." if telling else ""
    label = str(table[group].iloc[first])
    said = f"the file has {int(same.sum())} figures for this group in {kept['period'].iloc[first]}"
    raise DataError([Fault("several_figures", said, file, _row(table, first), group, label, hint)])


def area_name(code: str) -> str:
    """Return the name of an area; an area outside Wales keeps its code."""
    area = find_area(code)
    return area.name_en if area is not None else code


def _each(
    table: pd.DataFrame,
    column: str | None,
    fixed: str | None,
    read: Callable[[str], str],
    file: str | None,
) -> tuple[pd.Series, list[Fault]]:
    """Read every distinct text of a column once; return the codes of all rows and the faults."""
    if column is None:
        if fixed is None:
            raise ParameterError(Fault("no_period", "the table has no period column", hint="Pass fixed_period=."))
        return pd.Series(fixed, index=table.index), []
    text = table[column].astype(str)
    codes: dict[str, str] = {}
    faults = []
    for wanted in text.unique():
        try:
            codes[wanted] = read(wanted)
        except (DataError, ParameterError) as error:
            first = int(np.argmax(text.to_numpy() == wanted))
            fault = error.faults[0]
            faults.append(Fault(fault.code, fault.message, file, _row(table, first), column, wanted, fault.hint))
    return text.map(codes), faults


def _add_up(rows: pd.DataFrame, keys: list[str], unit: Unit, column: str, file: str | None) -> pd.DataFrame:
    """Add up the rows of one group; a missing part leaves the sum missing, with the reason."""
    groups = rows.groupby(keys, sort=False, dropna=False)
    size = groups["value"].transform("size")
    if unit != "count" and (size > 1).any():
        codes = ", ".join(rows.loc[size > 1, "code"].unique()[:5])
        raise DataError(
            [Fault("cannot_add_up", f"several labels are one group there ({codes}), and values do not add up", file,
                   column=column, hint="Use a classification as fine as the table, or keep one of the labels.")]
        )  # fmt: skip
    summed = groups.agg(
        value=("value", lambda values: values.sum(skipna=False)),
        status=("status", lambda values: _joint(list(values))),
        reason=("reason", "first"),
        parts=("value", "size"),
    ).reset_index()
    missing = summed["value"].isna() & (summed["parts"] > 1)
    summed["reason"] = summed["reason"].mask(missing, _SUPPRESSED)
    summed["reason"] = summed["reason"].mask(summed["status"] == "published", "")
    return summed.drop(columns="parts")


def _joint(statuses: list[str]) -> str:
    """Return the status of a sum: the gravest of its parts."""
    order = ("suppressed", "not_collected", "not_applicable", "low_reliability", "published")
    return next(status for status in order if status in statuses)
