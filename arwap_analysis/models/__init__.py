"""Models on sums over people: arrays in, small frozen results out.

Adjusted disparities, decompositions of a gap, intersections of disadvantages, and shrinkage of small groups.
"""

from arwap_analysis.models.adjusted import AdjustedModel, fit_adjusted
from arwap_analysis.models.binary_gap import fairlie_decomposition
from arwap_analysis.models.confounding import e_value
from arwap_analysis.models.crossings import (
    additive_interaction,
    additive_interaction_of_ratios,
    crossing_disparities,
)
from arwap_analysis.models.finding import Finding
from arwap_analysis.models.kitagawa import kitagawa_decomposition
from arwap_analysis.models.maihda import Maihda, StratumFinding, maihda
from arwap_analysis.models.oaxaca import oaxaca_blinder
from arwap_analysis.models.pay import pay_gap, pay_quarter_shares
from arwap_analysis.models.shrinkage import Shrinkage, beta_binomial_shrinkage, gamma_poisson_shrinkage
from arwap_analysis.models.standardised import standardised_disparities
from arwap_analysis.models.yun import yun_decomposition

__all__ = [
    "AdjustedModel",
    "Finding",
    "Maihda",
    "Shrinkage",
    "StratumFinding",
    "additive_interaction",
    "additive_interaction_of_ratios",
    "beta_binomial_shrinkage",
    "crossing_disparities",
    "e_value",
    "fairlie_decomposition",
    "fit_adjusted",
    "gamma_poisson_shrinkage",
    "kitagawa_decomposition",
    "maihda",
    "oaxaca_blinder",
    "pay_gap",
    "pay_quarter_shares",
    "standardised_disparities",
    "yun_decomposition",
]
