"""Claims about a coefficient: linear, probit and logit models of a formula, with the covariance that is named."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from arwap_analysis.estimate import normal_quantile
from arwap_analysis.models.survey_results import t_quantile
from arwap_analysis.registers.claims import Claim, NotAllowed
from arwap_analysis.registers.claims.filters import column_of
from arwap_analysis.registers.claims.formula import parse_formula
from arwap_analysis.registers.claims.matrix import ModelMatrix, build_matrix, find_term
from arwap_analysis.review.reproduce.computed import Computed, Extras
from arwap_analysis.review.reproduce.rows import Reading, kept_rows, weights_of

__all__ = ["covariance_kind", "regress"]

_NAMES = {
    **dict.fromkeys(("", "nonrobust", "classical", "ols", "iid", "const"), "nonrobust"),
    **dict.fromkeys(("hc0", "white"), "HC0"),
    **dict.fromkeys(("hc1", "robust", "heteroskedasticity-robust", "stata"), "HC1"),
    "hc2": "HC2",
    "hc3": "HC3",
}
_CLUSTER = re.compile(r"cluster(?:ed)?\s*[:(\s]\s*([^)]+?)\s*\)?", re.IGNORECASE)
_DEPENDENT = 1e-9
_TWO_VALUES = {"probit_coefficient": "probit", "logit_coefficient": "logit"}


@dataclass(frozen=True)
class _Fitted:
    """A fit: coefficients, the scores of each row, both bread matrices, leverages; `n` people."""

    coefficients: np.ndarray
    scores: np.ndarray
    breads: dict[str, np.ndarray]
    classical: dict[str, np.ndarray]
    leverage: np.ndarray
    n: float


def covariance_kind(text: str | None) -> str:
    """Return nonrobust, HC0 to HC3, or "cluster:COLUMN"; raises NotAllowed for another word."""
    word = (text or "").strip()
    if word.casefold() in _NAMES:
        return _NAMES[word.casefold()]
    if found := _CLUSTER.fullmatch(word):
        return f"cluster:{found[1]}"
    raise NotAllowed(f"there is no covariance '{word}'; use nonrobust, HC0, HC1, HC2, HC3 or cluster:COLUMN")


def regress(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return one coefficient of the model that a claim's formula describes."""
    kind = covariance_kind(claim.covariance)
    rows = kept_rows(claim, frame, reading)
    weights = weights_of(claim, frame)
    cluster = _cluster(kind, frame)
    rows = rows & np.isfinite(weights) & (weights > 0)
    if cluster is not None:
        rows &= ~pd.isna(cluster)
    formula = parse_formula(str(claim.formula))
    value = claim.outcome_value if claim.outcome in (None, formula.outcome.text) else None
    family = _TWO_VALUES.get(claim.metric, "linear")
    model = build_matrix(formula, frame, keep=rows, outcome_value=value, two_values=family != "linear")
    place = find_term(str(claim.term), model.columns)
    w = weights[model.rows]
    _check(model, w)
    fitted = _linear(model, w) if family == "linear" else _binary(model, w, family)
    labels = None if cluster is None else cluster[model.rows]
    note = f" ({model.outcome_note})" if model.outcome_note else ""
    left = int(rows.sum() - model.rows.sum())
    return Computed(
        float(fitted.coefficients[place]),
        f"{_MODEL_NAMES[family]}{note}, coefficient of {model.columns[place].name}",
        f"{fitted.n:,.10g} people, {len(model.columns)} coefficients",
        int(model.rows.sum()),
        lambda: _extras(fitted, place, kind, w, labels, claim, family),
        (f"{left:,} rows with a missing value left out",) if left else (),
    )


_MODEL_NAMES = {"linear": "ordinary least squares", "probit": "probit", "logit": "logistic regression"}


def _cluster(kind: str, frame: pd.DataFrame) -> np.ndarray | None:
    if not kind.startswith("cluster:"):
        return None
    return column_of(frame, kind.removeprefix("cluster:")).astype(object).to_numpy()


def _check(model: ModelMatrix, weights: np.ndarray) -> None:
    """Refuse a model that its rows cannot tell apart."""
    rows, terms = model.matrix.shape
    if weights.sum() <= terms:
        raise NotAllowed(f"{rows} rows are too few for {terms} coefficients")
    length = np.sqrt((model.matrix**2).sum(axis=0))
    if np.any(length == 0):
        raise NotAllowed(f"'{model.columns[int(np.argmin(length))].name}' is 0 in every row")
    triangle = np.abs(np.diag(np.linalg.qr(model.matrix / length, mode="r")))
    if len(triangle) < terms or triangle.min() < _DEPENDENT:
        raise NotAllowed(f"'{model.columns[int(np.argmin(triangle))].name}' follows from the other terms")


def _linear(model: ModelMatrix, w: np.ndarray) -> _Fitted:
    x, y, n = model.matrix, model.outcome, float(w.sum())
    root = np.sqrt(w)
    coefficients = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
    bread = np.linalg.inv((x * w[:, None]).T @ x)
    residual = y - x @ coefficients
    spread = float((w * residual**2).sum())
    return _Fitted(
        coefficients, x * residual[:, None], {"": bread},
        {"": bread * (spread / (n - x.shape[1]))}, np.einsum("ij,jk,ik->i", x, bread, x), n,
    )  # fmt: skip


def _binary(model: ModelMatrix, w: np.ndarray, family: str) -> _Fitted:
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    x, y = model.matrix, model.outcome
    if y.min() == y.max():
        raise NotAllowed("everybody has the same outcome")
    links = {"probit": sm.families.links.Probit, "logit": sm.families.links.Logit}
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        try:
            found = sm.GLM(y, x, family=sm.families.Binomial(links[family]()), freq_weights=w).fit(
                maxiter=200, tol=1e-12, tol_criterion="params"
            )
        except PerfectSeparationWarning:
            raise NotAllowed(_SEPARATED) from None
    if not found.converged or not np.all(np.isfinite(found.params)):
        raise NotAllowed(_SEPARATED)
    beta = np.asarray(found.params)
    score, observed, expected = _derivatives(x @ beta, y, family)
    breads = {
        name: np.linalg.inv((x * (w * curve)[:, None]).T @ x)
        for name, curve in {"expected information": expected, "observed information": observed}.items()
    }
    leverage = expected * np.einsum("ij,jk,ik->i", x, breads["expected information"], x)
    return _Fitted(beta, x * score[:, None], breads, breads, leverage, float(w.sum()))


_SEPARATED = "the model has no finite coefficients: the terms determine the outcome of some people"


def _derivatives(eta: np.ndarray, y: np.ndarray, family: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the score, and the observed and expected information, of each row by its linear predictor."""
    if family == "logit":
        mean = special.expit(eta)
        return y - mean, mean * (1 - mean), mean * (1 - mean)
    sign = 2 * y - 1
    density = np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi)
    mills = density / np.maximum(special.ndtr(sign * eta), 1e-300)
    expected = density**2 / np.maximum(special.ndtr(eta) * special.ndtr(-eta), 1e-300)
    return sign * mills, mills * (mills + sign * eta), expected


def _covariances(fitted: _Fitted, kind: str, w: np.ndarray, labels: np.ndarray | None) -> dict[str, np.ndarray]:
    """Return the covariance of the coefficients by each variant of its kind."""
    if kind == "nonrobust":
        return fitted.classical
    n, k, scores = fitted.n, len(fitted.coefficients), fitted.scores
    if labels is not None:
        codes, levels = pd.factorize(labels)
        g = len(levels)
        if g < 2:
            raise NotAllowed("errors between clusters need two clusters at least")
        sums = np.zeros((g, k))
        np.add.at(sums, codes, scores * w[:, None])
        meat = sums.T @ sums
        factors = {"": g / (g - 1) * (n - 1) / (n - k), ", g / (g - 1)": g / (g - 1), ", no correction": 1.0}
    else:
        factor = {"HC2": 1 / np.maximum(1 - fitted.leverage, 1e-12),
                  "HC3": 1 / np.maximum(1 - fitted.leverage, 1e-12) ** 2}.get(kind, np.ones(len(w)))  # fmt: skip
        meat = (scores * (w * factor)[:, None]).T @ scores
        factors = {"": n / (n - k)} if kind == "HC1" else {"": 1.0}
        if kind == "HC1" and len(fitted.breads) > 1:
            # Stata's and statsmodels' of models that are fitted by likelihood.
            factors |= {", n / (n - 1)": n / (n - 1), ", no correction": 1.0}
    return {
        f"{name}{said}": bread @ meat @ bread * factor
        for name, bread in fitted.breads.items() for said, factor in factors.items()
    }  # fmt: skip


def _extras(
    fitted: _Fitted, place: int, kind: str, w: np.ndarray, labels: np.ndarray | None, claim: Claim, family: str
) -> Extras:
    beta, degrees = float(fitted.coefficients[place]), fitted.n - len(fitted.coefficients)
    if labels is not None:
        degrees = float(len(pd.unique(labels)) - 1)
    z, t = normal_quantile(claim.confidence), float(t_quantile(claim.confidence, np.array(degrees)))
    errors, intervals, p_values = {}, {}, {}
    for variant, covariance in _covariances(fitted, kind, w, labels).items():
        name = f"{kind.replace(':', ' ')}{', ' if variant and not variant.startswith(',') else ''}{variant}"
        error = float(np.sqrt(covariance[place, place]))
        errors[name] = error
        quantiles = {"t": t, "normal": z} if family == "linear" else {"normal": z}
        for law, quantile in quantiles.items():
            intervals[f"{name}, {law}"] = (beta - quantile * error, beta + quantile * error)
            tail = special.stdtr(degrees, -abs(beta) / error) if law == "t" else special.ndtr(-abs(beta) / error)
            p_values[f"{name}, {law}"] = float(2 * tail)
    return Extras(errors, intervals, p_values)
