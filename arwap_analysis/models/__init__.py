"""Models on counts that are summed before they are fitted: arrays in, small frozen results out."""

from arwap_analysis.models.evidence_table import CertaintyJudgement, EvidenceSource, EvidenceTable
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
from arwap_analysis.models.survey_totals import survey_mean_from_totals, survey_proportion_from_totals
from arwap_analysis.models.synthesis import PooledEffect, effects_from_intervals, meta_regression, pool_effects
from arwap_analysis.models.synthesis_checks import (
    EggerTest,
    Subgroups,
    egger_test,
    funnel_points,
    leave_one_out,
    subgroup_effects,
)
from arwap_analysis.models.synthesis_heterogeneity import Heterogeneity

__all__ = [
    "CertaintyJudgement",
    "EggerTest",
    "EvidenceSource",
    "EvidenceTable",
    "Heterogeneity",
    "PooledEffect",
    "RaoScottTest",
    "Shrinkage",
    "Subgroups",
    "SurveyComparison",
    "SurveyDesign",
    "SurveyEstimate",
    "beta_binomial_shrinkage",
    "effects_from_intervals",
    "egger_test",
    "funnel_points",
    "gamma_poisson_shrinkage",
    "leave_one_out",
    "meta_regression",
    "pool_effects",
    "rao_scott_test",
    "replicate_design",
    "subgroup_effects",
    "survey_design",
    "survey_group_difference",
    "survey_group_ratio",
    "survey_mean",
    "survey_mean_from_totals",
    "survey_proportion",
    "survey_proportion_from_totals",
    "survey_quantile",
    "survey_ratio",
    "survey_regression",
    "survey_total",
    "with_balanced_halves",
    "with_bootstrap",
    "with_jackknife",
]
