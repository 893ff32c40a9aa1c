"""Test of no association in a two-way table of a survey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_counts
from arwap_analysis.models.survey_design import IntArray, SurveyDesign
from arwap_analysis.models.survey_estimates import survey_mean
from arwap_analysis.models.survey_results import ASSUMES

__all__ = ["RaoScottTest", "rao_scott_test"]


@dataclass(frozen=True, eq=False)
class RaoScottTest:
    """Rao and Scott's test of a two-way table.

    Attributes
    ----------
    statistic : float
        Pearson's chi-squared over the mean design effect and its degrees of freedom: F.
    numerator_df, denominator_df : float
        Degrees of freedom of F.
    p_value : float
    chi_squared : float
        Pearson's statistic of the weighted table scaled to the number of rows.
    shares : DataFrame
        Weighted share of each cell; rows and columns by label.
    n : int
        People with both answers.
    method : str
    assumes : tuple of str
    """

    statistic: float
    numerator_df: float
    denominator_df: float
    p_value: float
    chi_squared: float
    shares: pd.DataFrame
    n: int
    method: str
    assumes: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """Return the test as one row."""
        names = ("statistic", "numerator_df", "denominator_df", "p_value", "chi_squared", "n", "method")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def sentence(self) -> str:
        """Return the test in words."""
        return (
            f"F = {self.statistic:.3g} on {self.numerator_df:.3g} and {self.denominator_df:.3g} degrees of freedom, "
            f"p = {self.p_value:.2g} ({self.method}; {self.n:,} answers)."
        )


def rao_scott_test(
    design: SurveyDesign, rows: ArrayLike, columns: ArrayLike, *, people: ArrayLike | None = None
) -> RaoScottTest:
    """Test that two answers have nothing to do with each other, allowing for the design (second-order correction).

    Parameters
    ----------
    design : SurveyDesign
        How the N rows were drawn.
    rows, columns : array_like, (N,)
        Labels; missing ones (NaN or None) leave the row out.
    people : array_like, (N,), optional
        How many people each row stands for: rows may be cells (people of one sampling unit with equal labels) with the
        sum of their weights, and the test is that of the people. 1 unless given.

    Returns
    -------
    RaoScottTest
        The F form, which R's `svychisq` gives by default.

    Raises
    ------
    MeasureError
        With fewer than two labels on either side, or without degrees of freedom, or for wrong numbers of people.

    Interpretation
    --------------
    "Whether a school won an award differs by its type by more than the sample would make it."

    Do not use when
    ---------------
    One wants to know how much: give the shares and their differences with intervals.

    References
    ----------
    Rao JNK, Scott AJ (1984), Annals of Statistics 12:46-60, doi:10.1214/aos/1176346391; Thomas DR, Rao JNK (1987),
    JASA 82:630-636.
    """
    row, row_labels = pd.factorize(np.asarray(rows, dtype=object), sort=True)
    column, column_labels = pd.factorize(np.asarray(columns, dtype=object), sort=True)
    if row.shape != (design.size,) or column.shape != (design.size,):
        raise MeasureError(f"there are {design.size:,} rows in the design, but {len(row):,} and {len(column):,} labels")
    there = (row >= 0) & (column >= 0) & (design.weights > 0)
    height, width = len(row_labels), len(column_labels)
    if height < 2 or width < 2:
        raise MeasureError("a test of association needs two or more labels on either side")
    shares, covariance = _cells(design, np.where(there, row * width + column, -1), height * width)
    n = int(np.sum(_people(people, design.size)[there]))
    table = shares.reshape(height, width)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    chi_squared = float(n * np.sum((table - expected) ** 2 / expected))
    effects = _generalised_effects(shares, covariance, n, height, width)
    free = design.degrees_of_freedom_of(there)
    if not free > 0:
        raise MeasureError("the design leaves no degrees of freedom for a test")
    trace = float(np.trace(effects))
    d1 = trace**2 / float(np.trace(effects @ effects))
    statistic = chi_squared / trace
    return RaoScottTest(
        statistic, d1, d1 * free, float(special.fdtrc(d1, d1 * free, statistic)), chi_squared,
        pd.DataFrame(table, index=list(row_labels), columns=list(column_labels)), n,
        f"Rao-Scott second-order F, {design.method}", ASSUMES,
    )  # fmt: skip


def _people(people: ArrayLike | None, size: int) -> FloatArray:
    """Return how many people each row stands for."""
    count = np.ones(size) if people is None else as_counts("people", people)
    if count.shape != (size,) or np.any(np.isnan(count)):
        raise MeasureError(f"people needs a known number for each of the {size:,} rows")
    return count


def _cells(design: SurveyDesign, cell: IntArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Return the weighted share of each cell of the table, and their covariance."""
    there = cell >= 0
    columns = [survey_mean(design, np.where(there, cell == at, np.nan)) for at in range(count)]
    shares = np.array([column.estimate[0] for column in columns])
    root = np.hstack([column.root for column in columns])
    return shares, root.T @ root


def _generalised_effects(shares: FloatArray, covariance: FloatArray, n: int, height: int, width: int) -> FloatArray:
    """Return the matrix whose eigenvalues are the generalised design effects of the interactions."""
    rows, columns = np.repeat(np.arange(height), width), np.tile(np.arange(width), height)
    by_row = (rows[:, None] == np.arange(1, height)).astype(float)
    by_column = (columns[:, None] == np.arange(1, width)).astype(float)
    main = np.column_stack([np.ones(len(shares)), by_row, by_column])
    both = np.einsum("ci,cj->cij", by_row, by_column).reshape(len(shares), -1)
    contrast = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    inverse = np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)
    weighted = contrast * inverse[:, None]
    return np.asarray(np.linalg.solve(contrast.T @ weighted / n, weighted.T @ covariance @ weighted))
