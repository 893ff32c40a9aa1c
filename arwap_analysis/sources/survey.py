"""From the sums of a survey to an indicator table: shares and means with standard errors and effective sample sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.indicators.schema import validate
from arwap_analysis.sources.microdata import Reduction, SufficientStatistics
from arwap_analysis.sources.tidy import area_name, code_rows

__all__ = ["survey_indicator_table"]

_NOBODY = "No one of this group has an answer"
_ALIKE = "All who answered say the same, so their answers show no standard error"
_TOO_FEW = "Fewer than two people answered, so there is no standard error"
_ONE_UNIT = "All answers are from one sampling unit, so there is no standard error"
_SUMS = ["n", "w", "w2", "wx"]


def survey_indicator_table(
    statistics: SufficientStatistics,
    *,
    estimate: str,
    indicator: str,
    source: str,
    group: str,
    area: str | None = None,
    period: str | None = None,
    classification: str = "ethnic_group_5",
    strata: Sequence[str] = (),
    groups: Mapping[str, str] | None = None,
    areas: Mapping[str, str] | None = None,
    fixed_area: str = "W92000004",
    fixed_period: str | None = None,
) -> pd.DataFrame:
    """Return the indicator table of an outcome's share or a value's mean in each group.

    Parameters
    ----------
    statistics : SufficientStatistics
        What `reduce_microdata` returned. Columns it is grouped by and that are not named here are added up.
    estimate : str
        An outcome of the reduction (its share among those in whom it is known, unit "proportion") or a value (its
        mean, unit "mean"); weighted where the reduction has weights.
    indicator, source : str
        Ids to write in the table.
    group, area, period : str
        Columns that hold the labels of groups, areas and periods. Without an area or a period column every row is
        of `fixed_area` and `fixed_period`.
    classification : str
        What the groups are brought to; labels that map to one group there are put together.
    strata : sequence of str
        Columns to keep, such as sex.
    groups, areas : mapping of label to code, optional
        Settle labels that are not certain.

    Returns
    -------
    DataFrame
        Validated indicator table with `value`, `standard_error` and `effective_sample_size`. `denominator` counts
        the people who answered, without weights; `numerator` those of them who have the outcome, only where there
        are neither weights nor clusters, because their quotient would not be the share otherwise. Where no standard
        error can be worked out, the status is `low_reliability`, with the reason. These figures are not protected.

    Raises
    ------
    DataError
        With every label, area and period that cannot be read.
    ParameterError
        For an estimate or a column that the reduction does not have.

    Notes
    -----
    Without clusters the variance of a mean is the weighted variance over Kish's effective sample size less one,
    ``sum(w (x - m)^2) / sum(w) / (n_eff - 1)`` with ``n_eff = sum(w)^2 / sum(w^2)``: weights that have to do with
    the answers, and people who were sampled together, make the true error larger. With clusters it is the
    between-cluster (linearised, with replacement) variance ``C / (C - 1) sum(z^2)``, where ``z`` is
    ``sum(w (x - m)) / sum(w)`` of one unit and C counts all units of the period, also those without anyone of the
    group; strata of the design are not used. The effective sample size then is that of a simple random sample with
    the same error, and never above Kish's.

    References
    ----------
    Kish, L. (1965) Survey Sampling, Wiley, section 11.7. Wolter, K. M. (2007) Introduction to Variance Estimation,
    2nd ed., Springer, chapter 6.
    """
    reduction = statistics.reduction
    _check(reduction, estimate, [c for c in (group, area, period, *strata) if c is not None])
    missing = reduction.missing_label
    unknown = get_classification(classification).code_of_kind("unknown")
    if missing in set(statistics.frame[group]) and unknown is not None:
        groups = {missing: unknown, **(groups or {})}

    def keyed(frame: pd.DataFrame) -> pd.DataFrame:
        codes = code_rows(
            frame, group=group, area=area, period=period, classification=classification, groups=groups, areas=areas,
            fixed_area=fixed_area, fixed_period=fixed_period,
        )  # fmt: skip
        rows = codes.rename(columns={"code": "group"}).assign(**{name: frame[name] for name in strata})
        rows = pd.concat([rows, _sums(reduction, frame, estimate)], axis=1)
        return rows[rows["group"] != "all"]

    keys = ["area", "period", "group", *strata]
    rows = _together(keyed(statistics.frame), keys)
    rows["kish"] = _quotient(rows["w"] ** 2, rows["w2"])
    rows["square"] = _quotient(rows["spread"], rows["kish"] - 1)
    rows["units"] = np.inf
    if statistics.clusters is not None:
        parts = keyed(statistics.clusters).assign(unit=statistics.clusters[reduction.cluster])
        _between_units(rows, parts, keys)
    return _as_table(rows, reduction, estimate, indicator, source, classification)


def _check(reduction: Reduction, estimate: str, columns: list[str]) -> None:
    known = [*reduction.outcomes, *reduction.values]
    faults = []
    if estimate not in known:
        hint = did_you_mean(estimate, known)
        faults.append(Fault("unknown_estimate", f"the reduction has no outcome or value '{estimate}'", hint=hint))
    faults += [
        Fault("missing_column", f"the reduction is not grouped by '{c}'", hint=did_you_mean(c, reduction.by))
        for c in columns
        if c not in reduction.by
    ]
    if faults:
        raise ParameterError(faults)


def _sums(reduction: Reduction, frame: pd.DataFrame, estimate: str) -> pd.DataFrame:
    """Return people, weights, squared weights, weighted sum and weighted squares about the mean of each row."""
    outcome, weighted = estimate in reduction.outcomes, reduction.weight is not None
    people = frame[f"{estimate}.n_known"]
    if weighted:
        weight, squares = frame[f"{estimate}.known_w"], frame[f"{estimate}.known_w2"]
        total = frame[f"{estimate}.sum_w" if outcome else f"{estimate}.sum_wx"]
    else:
        weight, squares, total = people, people, frame[f"{estimate}.count" if outcome else f"{estimate}.sum"]
    found = pd.DataFrame({"n": people, "w": weight, "w2": squares, "wx": total}).astype(float)
    if outcome:
        spread = found["wx"] * (1 - _quotient(found["wx"], found["w"]).fillna(0))
    else:
        spread = frame[f"{estimate}.sum_w_sq_dev" if weighted else f"{estimate}.sum_sq_dev"].astype(float)
    return found.assign(dev=spread)


def _together(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Put the rows of one key together: plain sums, and the spread about the mean of the whole."""
    sums = rows.groupby(keys, sort=False)[_SUMS].sum()
    sums["mean"] = _quotient(sums["wx"], sums["w"])
    about = rows.join(sums["mean"], on=keys)
    moved = about["w"] * (_quotient(about["wx"], about["w"]) - about["mean"]) ** 2
    deviations = (about["dev"] + moved.fillna(0)).groupby([rows[key] for key in keys], sort=False).sum()
    sums["spread"] = _quotient(deviations.clip(lower=0), sums["w"])
    return sums.reset_index()


def _between_units(rows: pd.DataFrame, parts: pd.DataFrame, keys: list[str]) -> None:
    """Replace the squared error of each row by what the sampling units differ by."""
    units = parts.groupby("period")["unit"].nunique()
    sums = parts.groupby([*keys, "unit"], sort=False)[_SUMS].sum().reset_index()
    joined = sums.merge(rows[[*keys, "mean", "w"]], on=keys, suffixes=("", "_all"))
    joined["square"] = _quotient(joined["wx"] - joined["mean"] * joined["w"], joined["w_all"]) ** 2
    squares = joined.groupby(keys, sort=False)["square"].sum().rename("between")
    own = joined[joined["w"] > 0].groupby(keys, sort=False)["unit"].nunique().rename("own")
    count = rows["period"].map(units).to_numpy(float)
    found = rows[keys].join(squares, on=keys).join(own, on=keys)
    rows["square"] = _quotient(found["between"] * count, pd.Series(count - 1, index=rows.index))
    rows["units"] = found["own"].fillna(0)


def _as_table(
    rows: pd.DataFrame, reduction: Reduction, estimate: str, indicator: str, source: str, classification: str
) -> pd.DataFrame:
    reasons = [
        (~(rows["w"] > 0), _NOBODY),
        (~(rows["kish"] > 1), _TOO_FEW),
        (rows["units"] < 2, _ONE_UNIT),
        (~(rows["spread"] > 0), _ALIKE),
    ]
    reason = np.select([mask for mask, _ in reasons], [text for _, text in reasons], default="")
    certain = reason == ""
    like_random = _quotient(rows["spread"], rows["square"]) + 1
    counted = reduction.weight is None and reduction.cluster is None and estimate in reduction.outcomes
    unit = "proportion" if estimate in reduction.outcomes else "mean"
    return validate(
        rows.drop(columns=[*_SUMS, "mean", "spread", "kish", "square", "units"]).assign(
            indicator=indicator,
            area_name=rows["area"].map(area_name),
            classification=classification,
            numerator=rows["wx"] if counted else np.nan,
            denominator=rows["n"],
            value=rows["mean"],
            unit=unit,
            standard_error=np.sqrt(rows["square"]).where(certain),
            status=np.where(certain, "published", np.where(reason == _NOBODY, "not_collected", "low_reliability")),
            reason=reason,
            source=source,
            effective_sample_size=np.fmin(rows["kish"], like_random.where(rows["square"] > 0)),
            **dict.fromkeys(("lower", "upper", "confidence"), np.nan),
        ),
        file=indicator,
    )


def _quotient(top: pd.Series, bottom: pd.Series) -> pd.Series:
    """Divide, and leave NaN where there is nothing to divide by."""
    return top / bottom.where(bottom > 0)
