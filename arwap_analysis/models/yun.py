"""How much of a gap in proportions characteristics and coefficients explain: Yun's decomposition of logistic models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.models.binary_gap import as_binary_finding, binary_groups, fit_logit
from arwap_analysis.models.finding import Finding
from arwap_analysis.models.oaxaca import full_coding

__all__ = ["yun_decomposition"]


def yun_decomposition(
    numerator: ArrayLike,
    denominator: ArrayLike = 1.0,
    *,
    group: ArrayLike,
    reference: str,
    covariates: Mapping[str, ArrayLike],
    references: Mapping[str, str] | None = None,
    weights: str = "reference",
    normalised: bool = True,
    confidence: float = 0.95,
) -> Finding:
    """Gap in proportions, split by characteristics and coefficients, each by covariate (Yun's linear weights).

    Characteristics *mean F(x'b) - mean F(r'b)*; coefficients the rest. A covariate's part is the whole times its share
    of the difference in the linear predictor at the means.

    Parameters
    ----------
    numerator, denominator, group, reference, covariates, references
        As for `fairlie_decomposition`.
    weights : {"reference", "group"}
        Whose coefficients price the characteristics.
    normalised : bool
        Count each level's effect from the mean of the levels, so that no reference level matters.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Finding
        Rows named by part ("gap", "characteristics", "coefficients") and covariate. Errors of parts by the delta method
        over the coefficients, given the characteristics. A part is NaN where the linear predictors do not differ.

    Raises
    ------
    DataError
        For missing counts, separation and collinear columns within a group.
    MeasureError
        For more than two groups and unknown weights.

    Interpretation
    --------------
    "Of a gap of 10 percentage points, 6 go with characteristics, and 4 with how these count for each group."

    Do not use when
    ---------------
    The difference in predictors is near 0: shares of it are then unstable. Otherwise as for `oaxaca_blinder`.

    References
    ----------
    Yun M-S (2004), Economics Letters 82:275-280, doi:10.1016/j.econlet.2003.09.004; Yun M-S (2005), IZA DP 1877
    (errors); Powers D, Yoshioka H, Yun M-S (2011), Stata Journal 11:556-576.
    """
    if weights not in ("reference", "group"):
        raise MeasureError(f"weights must be reference or group; got '{weights}'")
    groups = binary_groups(numerator, denominator, group, reference, covariates, references)
    fits = [
        fit_logit(cells, matrix, groups.columns, f"'{name}'")
        for cells, matrix, name in zip(groups.cells, groups.matrices, groups.design.groups[::-1], strict=True)
    ]
    share, effect, rows = full_coding(groups.columns, normalised)
    names = list(dict.fromkeys(rows))
    gather = np.array([[float(row == name) for row in rows] for name in names])
    means = [w @ matrix for w, matrix in zip(groups.shares, groups.matrices, strict=True)]
    priced, other = (1, 0) if weights == "reference" else (0, 1)

    def parts(betas: np.ndarray) -> np.ndarray:
        """All parts at these coefficients of both groups; takes complex numbers, for exact slopes."""
        b = betas.reshape(2, -1)
        risk = [
            [w @ (1 / (1 + np.exp(-(m @ c)))) for c in b] for w, m in zip(groups.shares, groups.matrices, strict=True)
        ]
        gap = risk[0][0] - risk[1][1]
        characteristics = risk[0][priced] - risk[1][priced]
        at = [share @ mean for mean in means]
        by_x = gather @ ((at[0] - at[1]) * (effect @ b[priced]))
        by_b = gather @ (at[other] * (effect @ (b[0] - b[1])))
        rest = gap - characteristics
        with np.errstate(divide="ignore", invalid="ignore"):
            pieces = characteristics * by_x / by_x.sum(), rest * by_b / by_b.sum()
        return np.concatenate([[gap, characteristics], pieces[0], [rest], pieces[1]])

    betas = np.concatenate([beta for beta, _ in fits])
    step = 1e-30
    slopes = np.column_stack([parts(betas + 1j * step * unit).imag / step for unit in np.eye(betas.size)])
    k = betas.size // 2
    variance = sum(
        np.einsum("si,ij,sj->s", slopes[:, i * k : (i + 1) * k], fits[i][1], slopes[:, i * k : (i + 1) * k])
        for i in range(2)
    )
    labels = [
        "gap",
        "characteristics",
        *["characteristics"] * len(names),
        "coefficients",
        *["coefficients"] * len(names),
    ]
    covariate = ["total", *(["total", *names] * 2)]
    keep = np.array([not (p == "characteristics" and c == "intercept") for p, c in zip(labels, covariate, strict=True)])
    error = np.sqrt(variance)
    error[0] = groups.gap[1]
    method = f"Yun decomposition, {weights} logistic coefficients, delta method"
    chosen = np.flatnonzero(keep)
    return as_binary_finding(
        groups,
        parts(betas)[keep],
        error[keep],
        [labels[i] for i in chosen],
        [covariate[i] for i in chosen],
        method,
        confidence,
    )
