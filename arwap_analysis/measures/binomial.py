"""The exact p-value of a share, which the tests of two Poisson rates and of representation have in common."""

from __future__ import annotations

import numpy as np
from scipy import special

from arwap_analysis.estimate import FloatArray

__all__ = ["central_p_value"]

# A tail below this is the smaller one for certain, as the two sum to 1 and the chance of the count itself.
_SURELY_SMALLER = 0.45


def central_p_value(count: FloatArray, others: FloatArray, share: FloatArray) -> FloatArray:
    """Two-sided exact p-value of `count` against `others` when `share` is expected: twice the smaller binomial tail.

    The central rule agrees with the Clopper-Pearson interval: p < 0.05 exactly when the 95% interval leaves the
    share out. All arrays have one shape; NaN in one gives NaN.
    """
    p_value = np.full(count.shape, np.nan)
    known = ~np.isnan(count + others + share)
    x, rest, expected = count[known], others[known], share[known]
    above = x > (x + rest) * expected
    tail = _tail(x, rest, expected, above)
    # Each tail costs an incomplete beta function: the second only where the first leaves doubt.
    doubt = tail >= _SURELY_SMALLER
    tail[doubt] = np.minimum(tail[doubt], _tail(x[doubt], rest[doubt], expected[doubt], ~above[doubt]))
    p_value[known] = np.minimum(1.0, 2 * tail)
    return p_value


def _tail(x: FloatArray, rest: FloatArray, share: FloatArray, above: np.ndarray) -> FloatArray:
    """P(X >= x) where `above`, else P(X <= x), for X binomial(x + rest, share)."""
    # P(X <= x) of one outcome is P(X >= rest) of the other.
    count, other = np.where(above, x, rest), np.where(above, rest, x)
    chance = np.where(above, share, 1 - share)
    return np.where(count > 0, special.betainc(np.maximum(count, 1e-300), other + 1, chance), 1.0)
