"""Models on counts that are summed before they are fitted: arrays in, small frozen results out."""

from arwap_analysis.models.shrinkage import Shrinkage, beta_binomial_shrinkage, gamma_poisson_shrinkage
from arwap_analysis.models.survey_design import SurveyDesign, survey_design
from arwap_analysis.models.survey_estimates import survey_mean, survey_proportion, survey_ratio, survey_total
from arwap_analysis.models.survey_quantiles import survey_quantile
from arwap_analysis.models.survey_regression import survey_regression
from arwap_analysis.models.survey_replicates import (
    replicate_design,
    with_balanced_halves,
    with_bootstrap,
    with_jackknife,
)
from arwap_analysis.models.survey_results import (
    SurveyComparison,
    SurveyEstimate,
    survey_group_difference,
    survey_group_ratio,
)
from arwap_analysis.models.survey_tables import RaoScottTest, rao_scott_test

__all__ = [
    "RaoScottTest",
    "Shrinkage",
    "SurveyComparison",
    "SurveyDesign",
    "SurveyEstimate",
    "beta_binomial_shrinkage",
    "gamma_poisson_shrinkage",
    "rao_scott_test",
    "replicate_design",
    "survey_design",
    "survey_group_difference",
    "survey_group_ratio",
    "survey_mean",
    "survey_proportion",
    "survey_quantile",
    "survey_ratio",
    "survey_regression",
    "survey_total",
    "with_balanced_halves",
    "with_bootstrap",
    "with_jackknife",
]
