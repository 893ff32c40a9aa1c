"""The sections on one claim: what was published, what is computed, from which counts, and by which method."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.registers.claims import Claim
from arwap_analysis.review.reproduce.compute import Outcome
from arwap_analysis.review.reproduce.inputs import SMALLEST, Inputs
from arwap_analysis.review.reproduce.regress import covariance_kind
from arwap_analysis.review.reproduce.sections import ClaimWords, in_each_language, style_of
from arwap_analysis.review.reproduce.verdict import CANNOT, Figure

__all__ = ["claim_points", "show_claim", "show_computation", "show_figures", "show_inputs"]

_QUOTED = "en"
"""Statements, citations, names of columns and of methods are English whatever the page."""
_PRINTED = (("published", "estimate"), ("published_se", "se"), ("published_lower", "lower"),
            ("published_upper", "upper"), ("published_p", "p"), ("published_n", "n"))  # fmt: skip
_SPOKEN = ("data", "where", "group", "group_value", "reference_value", "outcome", "outcome_value", "numerator",
           "denominator", "reference_numerator", "reference_denominator", "weight", "strata", "standard", "part",
           "formula", "term", "covariance")  # fmt: skip
_NUMBERS = {
    "counts": ("numerator", "denominator", "per_100", "standard"),
    "sides": ("numerator", "denominator", "reference_numerator", "reference_denominator"),
    "people": ("with_outcome", "without_outcome", "missing", "per_100", "standard"),
    "values": ("people", "mean"),
    "model": ("people",),
}


def _full(value: float, digits: int = 10) -> str:
    """Write a computed number with its digits, as it is compared with what was printed."""
    return f"{value:,.{digits}g}".replace("-", "−") if np.isfinite(value) else ""


def _digits(figure: Figure) -> int:
    """Return how many digits show that a computed figure rounds to the printed one."""
    return min(max(6, sum(letter.isdigit() for letter in figure.published) + 3), 15)


def _units(words: ClaimWords, figure: Figure) -> str:
    return words.number(abs(figure.distance), "ratio") if np.isfinite(figure.distance) else ""


def _figure_name(words: ClaimWords, name: str) -> str:
    return words.say(f"claims_figure_{name}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _why(words: ClaimWords, outcome: Outcome) -> str:
    """Return the verdict in one sentence, with the figures that it rests on."""
    if not outcome.figures:
        return words.say("claims_why_cannot")
    estimate = outcome.figures[0]
    values = {
        "printed": estimate.published,
        "computed": _full(estimate.computed, _digits(estimate)),
        "units": _units(words, estimate),
    }
    others = [_figure_name(words, figure.name) for figure in outcome.figures[1:] if not figure.agrees]
    if outcome.verdict == "not reproduced":
        return words.say("claims_why_not", **values)
    if others:
        return words.say("claims_why_partly", **values, figures=words.join(others))
    if estimate.twice:
        return words.say("claims_why_twice", **values)
    return words.say("claims_why_reproduced" if len(outcome.figures) == 1 else "claims_why_all", **values)


@in_each_language
def claim_points(words: ClaimWords) -> Statements:
    """Return the verdict on one claim and why, how far the answer could move, and what other printed figures say."""
    outcome, curve = words.findings.chosen, words.findings.curve
    title = words.title(outcome.id)
    verdict = words.say("claims_one_verdict", claim=title, verdict=words.verdict(outcome.verdict))
    points = [verdict, _why(words, outcome)]
    if curve is not None and len(curve.frame) > 1:
        found, style = curve.frame["estimate"], style_of(curve.claim.metric)
        low, high = (words.number(value, style) for value in (found.min(), found.max()))
        points.append(words.say("claims_one_same" if low == high else "claims_one_moves", low=low, high=high))
    checks = [check for check in words.findings.reproduction.checks if outcome.id in check.claims]
    for sentence, found in (
        ("claims_one_contradicts", [check for check in checks if check.is_contradiction]),
        ("claims_one_doubt", [check for check in checks if not check.agrees and check.is_doubt]),
    ):
        if found:
            kinds = words.join(dict.fromkeys(words.say(f"claims_check_{check.name}") for check in found))
            points.append(words.say(sentence, checks=kinds))
    if checks and all(check.agrees for check in checks):
        points.append(words.say("claims_one_fits", number=str(len(checks))))
    return Statements("claim-verdict", tuple(points), language=words.language)


Line = tuple[str, str, str, str]  # machine name, label, value, language of the value


def _lines(words: ClaimWords, *, id: str, key: str, lines: list[Line]) -> Exhibit:
    """Return a table of facts, each with its name, those in another language marked."""
    title = words.say(f"claims_{key}_title", claim=words.title(words.findings.chosen.id))
    columns = (
        Column("fact_label", words.say("claims_column_fact")),
        Column("value", words.say("claims_column_value"), language_from="value_language"),
    )
    frame = pd.DataFrame(lines, columns=["fact", "fact_label", "value", "value_language"])
    return _exhibit(words, id=id, key=key, title=title, frame=frame, columns=columns)


def _exhibit(
    words: ClaimWords, *, id: str, key: str, title: str, frame: pd.DataFrame, columns: tuple[Column, ...]
) -> Exhibit:
    """Return a table about the chosen claim; its subtitle and caption are found by `key`."""
    return Exhibit(
        language=words.language,
        id=id,
        title=title,
        subtitle=words.say(f"claims_{key}_subtitle"),
        caption=words.say(f"claims_{key}_caption"),
        source=_source(words, words.findings.chosen),
        table=release_open(frame),
        columns=columns,
    )


def _source(words: ClaimWords, outcome: Outcome) -> str:
    if outcome.claim is None:
        return words.say("claims_source")
    return words.say("claims_source_data", data=outcome.claim.data)


@in_each_language
def show_claim(words: ClaimWords) -> Exhibit:
    """Return what was published: the statement, where it stands, and every printed figure as it was printed."""
    outcome = words.findings.chosen
    claim, here = outcome.claim, words.language
    lines: list[Line] = []
    if claim is not None:
        said = (("statement", claim.statement), ("citation", claim.citation), ("country", claim.country))
        lines += [(name, words.say(f"claims_fact_{name}"), text, _QUOTED) for name, text in said if text]
        metric = words.say(f"claims_metric_{claim.metric}")
        lines.append(("metric", words.say("claims_column_metric"), metric, here))
        lines += [
            (name, words.say("claims_fact_printed", figure=_figure_name(words, figure)), text, here)
            for name, figure in _PRINTED if (text := getattr(claim, name)) is not None
        ]  # fmt: skip
        if claim.published_lower or claim.published_upper:
            lines.append(("confidence", words.say("claims_fact_confidence"), f"{100 * claim.confidence:g}%", here))
        if claim.note:
            lines.append(("note", words.say("claims_fact_note"), claim.note, _QUOTED))
    else:
        lines.append(("published", words.say("claims_column_published"), outcome.published, here))
    lines.append(("verdict", words.say("claims_column_verdict"), words.verdict(outcome.verdict), here))
    if outcome.verdict == CANNOT:
        lines.append(("reason", words.say("claims_fact_reason"), outcome.reason, _QUOTED))
    return _lines(words, id="claim", key="published", lines=lines)


@in_each_language
def show_figures(words: ClaimWords) -> Exhibit:
    """Return each printed figure of the claim beside the computed one, with its digits and the method that made it."""
    outcome = words.findings.chosen
    rows = [
        {
            "figure": figure.name, "figure_label": _capital(_figure_name(words, figure.name)),
            "published": figure.published, "computed": figure.computed, "computed_label": _full(figure.computed),
            "distance": figure.distance,
            "distance_label": f"{figure.distance:+.3f}".replace("-", "−") if np.isfinite(figure.distance) else "",
            "agrees": figure.agrees, "agrees_label": words.say(_agreement(figure)), "method": figure.method,
        }
        for figure in outcome.figures
    ]  # fmt: skip
    names = ["figure", "figure_label", "published", "computed", "computed_label", "distance", "distance_label",
             "agrees", "agrees_label", "method"]  # fmt: skip
    plain = {"figure_label": "figure", "published": "published", "computed_label": "computed",
             "distance_label": "units", "agrees_label": "result"}  # fmt: skip
    columns = (
        *(Column(name, words.say(f"claims_column_{heading}")) for name, heading in plain.items()),
        Column("method", words.say("claims_column_method"), language=_QUOTED),
    )
    frame = pd.DataFrame(rows, columns=names)
    return _exhibit(
        words, id="figures", key="figures", title=_figures_title(words, outcome), frame=frame, columns=columns
    )


def _figures_title(words: ClaimWords, outcome: Outcome) -> str:
    printed, agreeing = len(outcome.figures), sum(figure.agrees for figure in outcome.figures)
    if not printed:
        return words.say("claims_figures_title_none")
    if agreeing == printed:
        return words.say("claims_figures_title_all")
    return words.say("claims_figures_title", inside=str(agreeing), printed=str(printed))


def _agreement(figure: Figure) -> str:
    if not figure.agrees:
        return "claims_figure_differs"
    return "claims_figure_twice" if figure.twice else "claims_figure_agrees"


@in_each_language
def show_inputs(words: ClaimWords) -> Exhibit:
    """Return the counts that the claim was computed from: rows of a table, or groups by outcome, never people."""
    inputs = words.findings.inputs
    empty = pd.DataFrame({"row": pd.Series(dtype=object)})
    numbers: list[str] = []
    frame = empty
    if inputs is not None:
        numbers = [name for name in _NUMBERS[inputs.kind] if name in inputs.frame and inputs.frame[name].notna().any()]
        names = {role: words.say(f"claims_role_{role}") for role in inputs.frame["role"].unique()}
        roles = inputs.frame["role"].map(names)
        frame = inputs.frame.assign(role_label=roles.astype(object))[["role", "role_label", "row", *numbers]]
    columns = (
        Column("row", words.say("claims_column_row"), language=_QUOTED),
        *((Column("role_label", words.say("claims_column_role")),) if "role_label" in frame else ()),
        *(_number_column(words, frame, name) for name in numbers),
    )
    return _exhibit(words, id="inputs", key="inputs", title=_inputs_title(words, inputs), frame=frame, columns=columns)


def _number_column(words: ClaimWords, frame: pd.DataFrame, name: str) -> Column:
    whole = name not in {"per_100", "mean"} and bool((frame[name].dropna() % 1 == 0).all())
    return Column(name, words.say(f"claims_number_{name}"), "count" if whole else "rate")


def _inputs_title(words: ClaimWords, inputs: Inputs | None) -> str:
    if inputs is None:
        return words.say("claims_inputs_title_none")
    if inputs.withheld:
        return words.say(f"claims_inputs_{inputs.withheld}", smallest=str(SMALLEST))
    return words.say(f"claims_inputs_title_{inputs.kind}", rows=str(len(inputs.frame)))


@in_each_language
def show_computation(words: ClaimWords) -> Exhibit:
    """Return how the claim is computed: in words, and the columns, the filter and the formula as the claim has them."""
    outcome = words.findings.chosen
    claim = outcome.claim
    lines: list[Line] = []
    if claim is not None:
        lines.append(("method", words.say("claims_fact_method"), _method(words, claim), words.language))
        lines += [
            (name, words.say(f"claims_fact_{name}"), _spelled(claim, name), _QUOTED)
            for name in _SPOKEN if _spelled(claim, name)
        ]  # fmt: skip
        lines += [
            (name, words.say(f"claims_fact_{name}"), text, _QUOTED)
            for name, text in _said_of_counts(words, outcome) if text
        ]  # fmt: skip
    return _lines(words, id="computation", key="computation", lines=lines)


def _said_of_counts(words: ClaimWords, outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """Return which counts were used and left out, unless they are too small to be shown."""
    inputs = words.findings.inputs
    if inputs is not None and inputs.withheld == "small_counts":
        return ()
    return ("basis", outcome.basis), ("notes", "; ".join(outcome.notes))


def _method(words: ClaimWords, claim: Claim) -> str:
    return words.say(f"claims_how_{claim.metric}", per=f"{claim.per:,g}", pooling=claim.pooling)


def _spelled(claim: Claim, name: str) -> str:
    if name == "covariance":
        return covariance_kind(claim.covariance) if claim.is_model else ""
    return str(getattr(claim, name) or "")
