"""Measures of level and disparity: numpy arrays in, numpy arrays out, vectorised over every axis."""

from arwap_analysis.measures.attributable import population_attributable_fraction, population_attributable_risk
from arwap_analysis.measures.disparity import RatioBounds, rate_difference, rate_ratio, rounding_bounds, unknown_bounds
from arwap_analysis.measures.extremes import (
    group_difference,
    group_ratio,
    mean_difference_from_best,
    mean_difference_from_reference,
)
from arwap_analysis.measures.funnel import FunnelLimits, funnel_axis, funnel_limits, funnel_position
from arwap_analysis.measures.life_table import life_expectancy
from arwap_analysis.measures.ordered import (
    absolute_concentration_index,
    relative_concentration_index,
    relative_index_of_inequality,
    slope_index_of_inequality,
)
from arwap_analysis.measures.pipeline import pipeline_likelihoods, relative_likelihood, relative_rate_index
from arwap_analysis.measures.proportions import (
    odds_ratio,
    percentage_point_gap,
    proportion_difference,
    proportion_ratio,
)
from arwap_analysis.measures.rates import poisson_limits, proportion, rate
from arwap_analysis.measures.reference import Reference, difference_from_average, ratio_to_average, reference_counts
from arwap_analysis.measures.reliability import RELIABILITY_BANDS, relative_standard_error, reliability_band
from arwap_analysis.measures.representation import FourFifths, excess_count, four_fifths_rule, representation_index
from arwap_analysis.measures.samples import sample_mean, sample_quantile
from arwap_analysis.measures.segregation import (
    dissimilarity_index,
    exposure_index,
    information_theory_index,
    isolation_index,
)
from arwap_analysis.measures.simulated import MINIMUM_DRAWS, simulated_interval
from arwap_analysis.measures.spread import (
    between_group_standard_deviation,
    between_group_variance,
    coefficient_of_variation,
    index_of_disparity,
    mean_difference_from_mean,
    mean_log_deviation,
    theil_index,
)
from arwap_analysis.measures.standardise import (
    EUROPEAN_STANDARD_POPULATION_2013,
    directly_standardised_rate,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
)
from arwap_analysis.measures.values import percentage_gap, value_difference, value_ratio

__all__ = [
    "EUROPEAN_STANDARD_POPULATION_2013",
    "MINIMUM_DRAWS",
    "RELIABILITY_BANDS",
    "FourFifths",
    "FunnelLimits",
    "RatioBounds",
    "Reference",
    "absolute_concentration_index",
    "between_group_standard_deviation",
    "between_group_variance",
    "coefficient_of_variation",
    "difference_from_average",
    "directly_standardised_rate",
    "dissimilarity_index",
    "excess_count",
    "exposure_index",
    "four_fifths_rule",
    "funnel_axis",
    "funnel_limits",
    "funnel_position",
    "group_difference",
    "group_ratio",
    "index_of_disparity",
    "indirectly_standardised_rate",
    "indirectly_standardised_ratio",
    "information_theory_index",
    "isolation_index",
    "life_expectancy",
    "mean_difference_from_best",
    "mean_difference_from_mean",
    "mean_difference_from_reference",
    "mean_log_deviation",
    "odds_ratio",
    "percentage_gap",
    "percentage_point_gap",
    "pipeline_likelihoods",
    "poisson_limits",
    "population_attributable_fraction",
    "population_attributable_risk",
    "proportion",
    "proportion_difference",
    "proportion_ratio",
    "rate",
    "rate_difference",
    "rate_ratio",
    "ratio_to_average",
    "reference_counts",
    "relative_concentration_index",
    "relative_index_of_inequality",
    "relative_likelihood",
    "relative_rate_index",
    "relative_standard_error",
    "reliability_band",
    "representation_index",
    "rounding_bounds",
    "sample_mean",
    "sample_quantile",
    "simulated_interval",
    "slope_index_of_inequality",
    "theil_index",
    "unknown_bounds",
    "value_difference",
    "value_ratio",
]
