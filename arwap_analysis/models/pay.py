"""Pay gaps as employers report them: mean, median, adjusted, and who is in each quarter of the pay scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import DataError, Fault, MeasureError, did_you_mean
from arwap_analysis.estimate import FloatArray, as_floats, check_confidence, normal_quantile
from arwap_analysis.models.adjusted import fit_adjusted
from arwap_analysis.models.finding import Finding, listed

__all__ = ["QUARTERS", "pay_gap", "pay_quarter_shares"]

QUARTERS = ("lower", "lower middle", "upper middle", "upper")
# With fewer people no order statistic bounds a median with useful confidence.
_FEWEST_FOR_MEDIAN = 6
_ASSUMES = ("hourly pay is computed alike for everybody", "people's pay is independent")


def _staff(pay: ArrayLike, people: ArrayLike, group: ArrayLike) -> tuple[FloatArray, FloatArray, np.ndarray]:
    """Check rates of pay, numbers of people and labels."""
    rate = as_floats("pay", pay)
    size, labels = np.broadcast_to(as_floats("people", people), rate.shape), np.asarray(group)
    if rate.ndim != 1 or labels.shape != rate.shape:
        raise MeasureError("pay, people and group are needed along one axis, one value for each row")
    faults = [
        Fault("pay", f"row {i + 1} of {rate.size} has no hourly pay above 0", column="pay", value=str(rate[i]),
              hint="Leave out people without pay in the period, and say so.")
        for i in np.flatnonzero(~((rate > 0) & np.isfinite(rate)))[:20]
    ]  # fmt: skip
    if np.any(~np.isfinite(size) | (size < 0) | (size != np.round(size))):
        faults.append(Fault("people", "people must be whole numbers, 0 or more", column="people"))
    if labels.dtype.kind in "iufb" or any(label is None or label in ("", np.nan) for label in set(labels.tolist())):
        faults.append(
            Fault("labels", "groups must be labels, none missing", column="group",
                  hint="Give people of unknown ethnicity a label of their own.")
        )  # fmt: skip
    if faults:
        raise DataError(faults)
    return rate, np.asarray(size, dtype=np.float64), labels.astype(str)


def _median(rate: FloatArray, people: FloatArray) -> tuple[float, float]:
    """Median, and standard error of its logarithm from two order statistics (Bonett and Price 2020)."""
    order = np.argsort(rate, kind="stable")
    ends, n = np.cumsum(people[order]), int(people.sum())

    def at(rank: int) -> float:
        """Pay of the person of this rank, 1 for the lowest."""
        return float(rate[order][np.searchsorted(ends, rank)])

    middle = (at((n + 1) // 2) + at(n // 2 + 1)) / 2
    if n < _FEWEST_FOR_MEDIAN:
        return middle, np.nan
    low = max(int(np.round((n + 1) / 2 - np.sqrt(n))), 1)
    tail = special.bdtr(low - 1, n, 0.5)
    return middle, float(np.log(at(n - low + 1) / at(low)) / (2 * special.ndtri(1 - tail)))


def _mean(rate: FloatArray, people: FloatArray) -> tuple[float, float]:
    """Mean, and standard error of its logarithm (delta method)."""
    n = people.sum()
    mean = float(people @ rate / n)
    if n < 2:
        return mean, np.nan
    return mean, float(np.sqrt(people @ (rate - mean) ** 2 / (n - 1) / n) / mean)


def pay_gap(
    pay: ArrayLike,
    people: ArrayLike = 1.0,
    *,
    group: ArrayLike,
    reference: str,
    covariates: Mapping[str, ArrayLike] | None = None,
    minimum: int = 10,
    confidence: float = 0.95,
) -> Finding:
    """Gap in hourly pay as a percentage of the reference group's pay: *100 (1 - y/r)*, of means and of medians.

    With covariates also the adjusted gap: *100 (1 - exp(b))*, *b* the group's coefficient in a linear model of log
    pay, for people alike in the covariates.

    Parameters
    ----------
    pay : array_like, (R,)
        Hourly pay of each person, or each rate of pay. Above 0.
    people : array_like, (R,)
        People at this rate; ones for rows of people.
    group : array_like, (R,)
        Labels.
    reference : str
        The group that the others are compared with.
    covariates : mapping of name to array_like, (R,), optional
        As for `fit_adjusted`.
    minimum : int
        Groups with fewer people carry a caution. None is dropped.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Finding
        Rows named by quantity ("mean", "median", "adjusted") and group, per cent: above 0, the group is paid less.
        Intervals are made on the log scale: means by the delta method, medians from order statistics (NaN below six
        people), adjusted gaps with robust errors. `standard_error` is in percentage points.

    Raises
    ------
    DataError
        For pay at or below 0, missing labels, and what `fit_adjusted` cannot fit.
    MeasureError
        For shapes and unknown groups.

    Interpretation
    --------------
    "In the middle of the scale, people of this group earn 8% less an hour; of the same age and grade, 3% less."

    Do not use when
    ---------------
    Grade or occupation is among the covariates and the question is equal treatment: who reaches a grade is part of it.
    A gap is not a comparison of people doing the same work.

    References
    ----------
    Ethnicity pay reporting: guidance for employers (UK Government, 2023); Bonett D, Price R (2020), J Educ Behav Stat
    45:750-770, doi:10.3102/1076998620934125.
    """
    level = check_confidence(confidence)
    rate, size, labels = _staff(pay, people, group)
    groups = sorted(set(labels[size > 0]))
    if reference not in groups:
        raise MeasureError(f"nobody is in the reference group '{reference}'. {did_you_mean(reference, groups)}")
    others = [name for name in groups if name != reference]
    if not others:
        raise MeasureError("a gap needs another group beside the reference")
    logs, errors, quantity = [], [], []
    for what, function in (("mean", _mean), ("median", _median)):
        base, base_error = function(rate[labels == reference], size[labels == reference])
        for name in others:
            value, error = function(rate[labels == name], size[labels == name])
            logs.append(np.log(value / base))
            errors.append(np.hypot(error, base_error))
            quantity.append(what)
    if covariates:
        amount = np.log(rate)
        fitted = fit_adjusted(
            amount * size, size, squares=amount**2 * size, group=labels, reference=reference, covariates=covariates,
            model="linear", confidence=level,
        )  # fmt: skip
        rows = fitted.frame().query("variable == 'group' and crossed_with == ''").set_index("level")
        logs += rows.loc[others, "estimate"].tolist()
        errors += rows.loc[others, "standard_error"].tolist()
        quantity += ["adjusted"] * len(others)
    return _gaps(
        np.array(logs), np.array(errors), quantity, others, reference, size, labels, minimum, covariates, level
    )


def _gaps(
    logs: FloatArray,
    errors: FloatArray,
    quantity: list[str],
    others: list[str],
    reference: str,
    size: FloatArray,
    labels: np.ndarray,
    minimum: int,
    covariates: Mapping[str, ArrayLike] | None,
    confidence: float,
) -> Finding:
    """Turn log ratios of pay into gaps in per cent, with rows and words."""
    half = normal_quantile(confidence) * errors
    estimate, lower, upper = (-100 * np.expm1(value) for value in (logs, logs + half, logs - half))
    counts = {name: float(size[labels == name].sum()) for name in (*others, reference)}
    names = others * (len(logs) // len(others))
    small = [f"fewer than {minimum} people" if min(counts[n], counts[reference]) < minimum else "" for n in names]
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * special.ndtr(-np.abs(logs / errors))
    medians = estimate[len(others) : 2 * len(others)]
    widest = int(np.argmax(np.abs(medians)))
    more = "less" if medians[widest] >= 0 else "more"
    return Finding(
        estimate,
        lower,
        upper,
        100 * np.exp(logs) * errors,
        confidence,
        "pay gap in per cent of the reference group's pay, intervals on the log scale",
        np.array([counts[name] for name in names]),
        p_value,
        (
            ("quantity", tuple(quantity)),
            ("group", tuple(names)),
            ("reference", (reference,) * len(names)),
            ("caution", tuple(small)),
        ),
        f"At the median, people of the group {others[widest]} are paid {abs(medians[widest]):.1f}% {more} an hour than "
        f"those of the group {reference}, the widest of {len(others)} gaps.",
        (*_ASSUMES, f"adjusted for {listed(list(covariates))}") if covariates else _ASSUMES,
    )


def pay_quarter_shares(
    pay: ArrayLike, people: ArrayLike = 1.0, *, group: ArrayLike, minimum: int = 10, confidence: float = 0.95
) -> Finding:
    """Share of each group in each quarter of all staff, ranked by hourly pay.

    People with the same pay who straddle two quarters are split between them in equal shares of each group, as the
    guidance for employers has it.

    Parameters
    ----------
    pay, people, group
        As for `pay_gap`.
    minimum : int
        Shares that rest on fewer people of the group carry a caution.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Finding
        Rows named by quarter ("lower" to "upper") and group; between 0 and 1, adding up to 1 in each quarter. Wilson
        intervals, for staff seen as a sample; `n` is the people of the quarter.

    Raises
    ------
    DataError
        For pay at or below 0 and missing labels.
    MeasureError
        For shapes, and fewer than four people.

    Interpretation
    --------------
    "Ethnic minority people are 12% of the lowest-paid quarter, and 4% of the highest-paid."

    Do not use when
    ---------------
    Staff are few: a quarter of 20 people says little of any group.

    References
    ----------
    Ethnicity pay reporting: guidance for employers (UK Government, 2023); Wilson E (1927), JASA 22:209-212.
    """
    from statsmodels.stats.proportion import proportion_confint  # takes a second to load

    level = check_confidence(confidence)
    rate, size, labels = _staff(pay, people, group)
    total = size.sum()
    if total < len(QUARTERS):
        raise MeasureError("quarters need four people at least")
    groups = sorted(set(labels[size > 0]))
    rates, position = np.unique(rate, return_inverse=True)
    at = np.stack([np.bincount(position, weights=size * (labels == name), minlength=rates.size) for name in groups])
    ends = np.cumsum(at.sum(axis=0))
    starts = ends - at.sum(axis=0)
    cuts = np.linspace(0, total, len(QUARTERS) + 1)
    inside = np.clip(np.minimum(ends, cuts[1:, None]) - np.maximum(starts, cuts[:-1, None]), 0, None)
    portion = inside / np.where(ends > starts, ends - starts, 1.0)  # (quarters, rates)
    counts = portion @ at.T
    share = (counts / (total / len(QUARTERS))).ravel()
    quarter = np.full(share.size, total / len(QUARTERS))
    lower, upper = proportion_confint(share * quarter, quarter, alpha=1 - level, method="wilson")
    first = int(np.argmax(np.abs(counts[0] - counts[-1])))
    return Finding(
        share,
        np.asarray(lower),
        np.asarray(upper),
        np.sqrt(share * (1 - share) / quarter),
        level,
        "share of a quarter of staff by hourly pay, ties split evenly, Wilson interval",
        quarter,
        np.full(share.size, np.nan),
        (
            ("quarter", tuple(q for q in QUARTERS for _ in groups)),
            ("group", tuple(groups * len(QUARTERS))),
            ("caution", tuple(f"fewer than {minimum} people" if c < minimum else "" for c in counts.ravel())),
        ),
        f"{groups[first]}: {100 * counts[0][first] / quarter[0]:.1f}% of the lowest-paid quarter, "
        f"{100 * counts[-1][first] / quarter[0]:.1f}% of the highest-paid.",
        _ASSUMES[:1],
    )
