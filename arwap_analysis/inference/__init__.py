"""Tests and decisions: numpy arrays in, numpy arrays out, vectorised over every leading axis."""

from arwap_analysis.inference.decisions import ADJUSTMENTS, adjust_p_values
from arwap_analysis.inference.trend import Trend, rate_difference_trend, rate_ratio_trend

__all__ = ["ADJUSTMENTS", "Trend", "adjust_p_values", "rate_difference_trend", "rate_ratio_trend"]
