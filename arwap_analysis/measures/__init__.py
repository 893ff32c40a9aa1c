"""Measures of level and disparity: numpy arrays in, numpy arrays out, vectorised over every axis."""

from arwap_analysis.measures.disparity import (
    RatioBounds,
    rate_difference,
    rate_ratio,
    rounding_bounds,
    unknown_bounds,
)
from arwap_analysis.measures.rates import poisson_limits, proportion, rate

__all__ = [
    "RatioBounds",
    "poisson_limits",
    "proportion",
    "rate",
    "rate_difference",
    "rate_ratio",
    "rounding_bounds",
    "unknown_bounds",
]
