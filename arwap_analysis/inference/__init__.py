"""Tests and decisions: numpy arrays in, numpy arrays out, vectorised over every leading axis."""

from arwap_analysis.inference.agreement import cohens_kappa, fleiss_kappa, krippendorffs_alpha, percent_agreement
from arwap_analysis.inference.association import TestResult, chi_squared_test, g_test, trend_in_proportions
from arwap_analysis.inference.closing import ClosingTime, gap_closing_time
from arwap_analysis.inference.consistency import (
    Agreement,
    error_agrees_with_interval,
    interval_is_symmetric,
    mean_is_possible,
    p_value_agrees_with_error,
    parts_agree_with_total,
    ratio_agrees_with_rates,
)
from arwap_analysis.inference.decisions import ADJUSTMENTS, adjust_p_values
from arwap_analysis.inference.equivalence import Equivalence, equivalence_of_rates, equivalence_test
from arwap_analysis.inference.exact import barnard_exact_test, boschloo_exact_test, fisher_exact_test, poisson_rate_test
from arwap_analysis.inference.power import minimum_detectable_ratio, power_of_ratio
from arwap_analysis.inference.ranking import WeightedRanking, rank_under_weights, weighted_scores
from arwap_analysis.inference.stratified import (
    breslow_day_test,
    cochran_mantel_haenszel_test,
    common_rate_ratio,
    homogeneity_of_rate_ratios,
    mantel_haenszel_odds_ratio,
)
from arwap_analysis.inference.trend import Trend, rate_difference_trend, rate_ratio_trend

__all__ = [
    "ADJUSTMENTS",
    "Agreement",
    "ClosingTime",
    "Equivalence",
    "TestResult",
    "Trend",
    "WeightedRanking",
    "adjust_p_values",
    "barnard_exact_test",
    "boschloo_exact_test",
    "breslow_day_test",
    "chi_squared_test",
    "cochran_mantel_haenszel_test",
    "cohens_kappa",
    "common_rate_ratio",
    "equivalence_of_rates",
    "equivalence_test",
    "error_agrees_with_interval",
    "fisher_exact_test",
    "fleiss_kappa",
    "g_test",
    "gap_closing_time",
    "homogeneity_of_rate_ratios",
    "interval_is_symmetric",
    "krippendorffs_alpha",
    "mantel_haenszel_odds_ratio",
    "mean_is_possible",
    "minimum_detectable_ratio",
    "p_value_agrees_with_error",
    "parts_agree_with_total",
    "percent_agreement",
    "poisson_rate_test",
    "power_of_ratio",
    "rank_under_weights",
    "rate_difference_trend",
    "rate_ratio_trend",
    "ratio_agrees_with_rates",
    "trend_in_proportions",
    "weighted_scores",
]
