"""Adaptor for cases of a synthesis of several sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from arwap_analysis import models

__all__ = ["synthesis_case"]

# A fault of the peer: metafor seeks tau squared to within these distances, whatever its size: Paule and Mandel's with
# uniroot at .Machine$double.eps^0.25, REML by steps until one is below 1e-5.
_STOPS = {"PM": 1.3e-4, "REML": 1e-5, "ML": 1e-5}
_SAME = {"EE": "FE", "CE": "FE"}


def synthesis_case(case: dict[str, Any], params: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Pool with the normal interval, whose prediction interval the peer prints, and with Hartung and Knapp's.

    Where the peer's tau squared is as near to ours as its stop allows, everything else is held against it at that
    tau squared; where it is not, tau squared and all that follows from it are compared as they are.
    """
    effect, variance = case["inputs"]["effect"], case["inputs"]["variance"]
    method = _SAME.get(params["method"], params["method"])
    options = {"method": method, "confidence": params.get("level", 0.95)}
    ours = models.pool_effects(effect, variance, interval="normal", **options).heterogeneity.tau_squared
    peer = case["expected"].get("tau2")
    if method in _STOPS and peer is not None and abs(peer - ours) <= _STOPS[method]:
        options["tau_squared"] = peer
    plain = models.pool_effects(effect, variance, interval="normal", **options)
    by_t = models.pool_effects(effect, variance, interval="hartung_knapp", **options)
    spread = plain.heterogeneity
    found = {
        "estimate": plain.estimate, "se": plain.standard_error, "lower": plain.lower, "upper": plain.upper,
        "tau2": spread.tau_squared, "I2": spread.i_squared, "Q": spread.q, "Q_p": spread.q_p_value,
        "hk_se": by_t.standard_error, "hk_lower": by_t.lower, "hk_upper": by_t.upper,
        "pi_lower": plain.prediction_lower, "pi_upper": plain.prediction_upper,
    }  # fmt: skip
    return {name: np.squeeze(value) for name, value in found.items()}
