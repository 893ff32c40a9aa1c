"""Models on sums over people: arrays in, small frozen results out.

Adjusted disparities, decompositions of a gap, intersections of disadvantages, shrinkage of small groups, complex
surveys, and several sources together.
"""

from arwap_analysis.models.adjusted import AdjustedModel, fit_adjusted
from arwap_analysis.models.binary_gap import fairlie_decomposition
from arwap_analysis.models.confounding import e_value
from arwap_analysis.models.crossings import (
    additive_interaction,
    additive_interaction_of_ratios,
    crossing_disparities,
)
from arwap_analysis.models.evidence_table import CertaintyJudgement, EvidenceSource, EvidenceTable
from arwap_analysis.models.finding import Finding
from arwap_analysis.models.kitagawa import kitagawa_decomposition
from arwap_analysis.models.maihda import Maihda, StratumFinding, maihda
from arwap_analysis.models.oaxaca import oaxaca_blinder
from arwap_analysis.models.pay import pay_gap, pay_quarter_shares
from arwap_analysis.models.shrinkage import Shrinkage, beta_binomial_shrinkage, gamma_poisson_shrinkage
from arwap_analysis.models.standardised import standardised_disparities
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
from arwap_analysis.models.survey_totals import (
    survey_mean_from_totals,
    survey_proportion_from_totals,
    survey_with_people,
)
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
from arwap_analysis.models.yun import yun_decomposition

__all__ = [
    "AdjustedModel",
    "CertaintyJudgement",
    "EggerTest",
    "EvidenceSource",
    "EvidenceTable",
    "Finding",
    "Heterogeneity",
    "Maihda",
    "PooledEffect",
    "RaoScottTest",
    "Shrinkage",
    "StratumFinding",
    "Subgroups",
    "SurveyComparison",
    "SurveyDesign",
    "SurveyEstimate",
    "additive_interaction",
    "additive_interaction_of_ratios",
    "beta_binomial_shrinkage",
    "crossing_disparities",
    "e_value",
    "effects_from_intervals",
    "egger_test",
    "fairlie_decomposition",
    "fit_adjusted",
    "funnel_points",
    "gamma_poisson_shrinkage",
    "kitagawa_decomposition",
    "leave_one_out",
    "maihda",
    "meta_regression",
    "oaxaca_blinder",
    "pay_gap",
    "pay_quarter_shares",
    "pool_effects",
    "rao_scott_test",
    "replicate_design",
    "standardised_disparities",
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
    "survey_with_people",
    "with_balanced_halves",
    "with_bootstrap",
    "with_jackknife",
    "yun_decomposition",
]
