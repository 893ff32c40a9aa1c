"""Models on counts that are summed before they are fitted: arrays in, arrays out."""

from arwap_analysis.models.shrinkage import Shrinkage, beta_binomial_shrinkage, gamma_poisson_shrinkage

__all__ = ["Shrinkage", "beta_binomial_shrinkage", "gamma_poisson_shrinkage"]
