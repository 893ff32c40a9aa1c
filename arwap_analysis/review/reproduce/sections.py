"""The sections of a report on published claims: verdicts, figures side by side, contradictions, specifications."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.present.charts.agreement import distances_by_claim
from arwap_analysis.present.charts.specification import ChoiceRows
from arwap_analysis.present.charts.specification import specification_curve as draw_curve
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.review.reproduce.compute import Outcome
from arwap_analysis.review.reproduce.consistency import Check
from arwap_analysis.review.reproduce.regroup import APART, BROAD, WITH_GROUP, WITH_REFERENCE, WITHOUT
from arwap_analysis.review.reproduce.request import ReproductionFindings
from arwap_analysis.review.reproduce.verdict import CANNOT
from arwap_analysis.review.words import Words, in_languages_of

__all__ = ["describe_verdicts", "list_claims", "show_agreement", "show_contradictions", "show_specifications",
           "verdict_points"]  # fmt: skip

_VERDICTS = {"reproduced": "reproduced", "partly": "partly", "not reproduced": "not_reproduced", CANNOT: "cannot"}
_OPTIONS = {
    "as published": "claims_option_published", "everyone": "claims_option_everyone", "all rows": "claims_option_rows",
    "left out": "claims_option_left_out", "outcome as without": "claims_option_outcome",
    "filter as another value": "claims_option_filter", "all terms": "claims_option_terms",
    "no other term": "claims_option_no_term", APART: "claims_option_apart", WITHOUT: "claims_option_without_unknown",
    WITH_GROUP: "claims_option_with_group", WITH_REFERENCE: "claims_option_with_reference",
    BROAD: "claims_option_broad",
}  # fmt: skip
_RATIOS = {"ratio", "odds_ratio", "relative_rate_index", "mean_ratio", "pooled_ratio", "pooled_odds_ratio"}
_DIFFERENCES = {"difference_points", "rate_difference", "mean_difference", "ols_coefficient", "logit_coefficient",
                "probit_coefficient"}  # fmt: skip


class ClaimWords(Words[ReproductionFindings]):
    """The words of a report on claims in one language."""

    @property
    def common(self) -> Mapping[str, str]:
        """The values that many sentences share."""
        counts = self.findings.reproduction.counts()
        return {
            "total": str(len(self.findings.reproduction.outcomes)),
            **{_VERDICTS[name]: str(number) for name, number in counts.items()},
            "folder": self.findings.request.claims,
        }

    def title(self, id: str) -> str:
        """Return what a claim is called."""
        return self.findings.title_of(id, self.language)

    def titles(self, ids: list[str]) -> str:
        """Return several claims as a list."""
        return self.join(self.title(id) for id in ids)

    def verdict(self, verdict: str) -> str:
        """Return a verdict in words."""
        return self.say(f"claims_verdict_{_VERDICTS[verdict]}")

    def verdicts(self) -> dict[str, str]:
        """Return every verdict in words."""
        return {verdict: self.verdict(verdict) for verdict in _VERDICTS}

    def option(self, kind: str, option: str) -> str:
        """Return an option of a specification; names of groups are as the data spell them, of columns nearly so."""
        if kind == "interval":
            return self.say(f"claims_interval_{option}")
        if option in _OPTIONS:
            return self.say(_OPTIONS[option])
        if kind not in ("denominator", "terms"):
            return option
        column = option.removeprefix("without ").replace("_", " ")
        return self.say("claims_option_without", term=column) if option.startswith("without ") else column


in_each_language = in_languages_of(ClaimWords)


def _ids(words: ClaimWords, verdict: str) -> list[str]:
    return [outcome.id for outcome in words.findings.reproduction.outcomes if outcome.verdict == verdict]


@in_each_language
def verdict_points(words: ClaimWords) -> Statements:
    """Return how many claims are reproduced, which are not, and whether printed figures contradict each other."""
    found = words.findings.reproduction
    all_well = found.counts()["reproduced"] == len(found.outcomes)
    points = [words.say("claims_counts_all" if all_well else "claims_counts")]
    for verdict, sentence in (("not reproduced", "claims_not"), ("partly", "claims_partly"), (CANNOT, "claims_cannot")):
        if ids := _ids(words, verdict):
            points.append(words.say(sentence, claims=words.titles(ids)))
    twice = [o.id for o in found.outcomes if any(figure.twice for figure in o.figures)]
    if twice:
        points.append(words.say("claims_twice", claims=words.titles(twice)))
    wrong = sum(check.is_contradiction for check in found.checks)
    doubtful = [id for check in found.checks if not check.agrees and check.is_doubt for id in check.claims]
    if found.checks:
        checks = str(len(found.checks))
        points.append(
            words.say("claims_contradict", checks=checks, wrong=str(wrong)) if wrong
            else words.say("claims_no_contradiction", checks=checks)
        )  # fmt: skip
    if doubtful:
        points.append(words.say("claims_doubtful", claims=words.titles(list(dict.fromkeys(doubtful)))))
    return Statements("verdicts", tuple(points), language=words.language)


def _distance(value: float | None) -> str:
    if value is None or not np.isfinite(value):
        return ""
    return f"{value:+.2f}".replace("-", "−")


def _outcomes(words: ClaimWords) -> pd.DataFrame:
    def row(outcome: Outcome) -> dict[str, object]:
        claim = outcome.claim
        return {
            "claim": outcome.id,
            "claim_title": words.title(outcome.id),
            "metric": claim.metric if claim else "",
            "metric_label": words.say(f"claims_metric_{claim.metric}") if claim else "",
            "published": outcome.published,
            "computed": np.nan if outcome.computed is None else outcome.computed,
            "computed_label": "" if outcome.computed is None else f"{outcome.computed:.6g}".replace("-", "−"),
            "distance": np.nan if outcome.distance is None else outcome.distance,
            "distance_label": _distance(outcome.distance),
            "verdict": outcome.verdict,
            "verdict_label": words.verdict(outcome.verdict),
            "rows_used": outcome.rows,
            "data_file": claim.data if claim else "",
            "citation": claim.citation if claim else "",
            "statement": claim.statement if claim else "",
            "reason": outcome.reason,
        }

    return pd.DataFrame([row(outcome) for outcome in words.findings.reproduction.outcomes])


@in_each_language
def show_agreement(words: ClaimWords) -> Exhibit:
    """Return published beside computed: the distance of each in units of the last printed place."""
    frame = _outcomes(words)
    known = frame.dropna(subset=["distance"])
    title = words.say("claims_agreement_title_none")
    values = ""
    if len(known):
        inside = int((known["distance"].abs() <= 0.5).sum())
        title = words.say("claims_agreement_title", inside=str(inside))
        values = "; ".join(
            words.say("claims_alt_value", claim=row["claim_title"], published=row["published"],
                      distance=row["distance_label"])
            for _, row in known.iterrows()
        )  # fmt: skip
    table = release_open(frame)
    return Exhibit(
        language=words.language,
        id="agreement",
        title=title,
        subtitle=words.say("claims_agreement_subtitle"),
        alt=words.say("claims_agreement_alt", values=values),
        caption=words.say("claims_agreement_caption"),
        source=words.say("claims_source"),
        table=table,
        columns=(
            Column("claim_title", words.say("claims_column_claim")),
            Column("published", words.say("claims_column_published")),
            Column("computed_label", words.say("claims_column_computed")),
            Column("distance_label", words.say("claims_column_distance")),
            Column("verdict_label", words.say("claims_column_verdict")),
        ),
        svg=distances_by_claim(
            table,
            labels={row["claim"]: row["claim_title"] for _, row in frame.iterrows()},
            verdicts=words.verdicts(),
            axis=words.say("claims_axis"),
            band=words.say("claims_band"),
            language=words.language,
        ),
        caution=words.say("claims_agreement_caution"),
    )


@in_each_language
def list_claims(words: ClaimWords) -> Exhibit:
    """Return where each claim was published, from which data it was computed, and how many rows they have."""
    frame = _outcomes(words)[
        ["claim", "claim_title", "metric_label", "data_file", "rows_used", "citation", "statement"]
    ]
    return Exhibit(
        language=words.language,
        id="claims",
        title=words.say("claims_list_title"),
        subtitle=words.say("claims_list_subtitle"),
        caption=words.say("claims_list_caption"),
        source=words.say("claims_source"),
        table=release_open(frame),
        columns=(
            Column("claim_title", words.say("claims_column_claim")),
            Column("metric_label", words.say("claims_column_metric")),
            Column("data_file", words.say("claims_column_data")),
            Column("rows_used", words.say("claims_column_rows"), "count"),
            Column("citation", words.say("claims_column_citation")),
        ),
        folded=True,
    )


@in_each_language
def show_contradictions(words: ClaimWords) -> Exhibit:
    """Return every check of printed figures that needs no data, those that disagree first."""
    checks = sorted(words.findings.reproduction.checks, key=lambda check: (check.agrees, check.is_doubt))
    frame = pd.DataFrame(
        [
            {
                "claim": ", ".join(check.claims),
                "claim_title": words.titles(list(check.claims)),
                "check": check.name,
                "check_label": words.say(f"claims_check_{check.name}"),
                "agrees": check.agrees,
                "agrees_label": words.say(_result(check)),
                "said": check.said,
            }
            for check in checks
        ],
        columns=["claim", "claim_title", "check", "check_label", "agrees", "agrees_label", "said"],
    )
    wrong = sum(check.is_contradiction for check in checks)
    return Exhibit(
        language=words.language,
        id="contradictions",
        title=words.say("claims_checks_title", wrong=str(wrong)) if wrong else words.say("claims_checks_title_none"),
        subtitle=words.say("claims_checks_subtitle"),
        caption=words.say("claims_checks_caption"),
        source=words.say("claims_source"),
        table=release_open(frame),
        columns=(
            Column("claim_title", words.say("claims_column_claims")),
            Column("check_label", words.say("claims_column_check")),
            Column("agrees_label", words.say("claims_column_result")),
        ),
        folded=not wrong,
    )


def _result(check: Check) -> str:
    if check.agrees:
        return "claims_agrees"
    return "claims_doubt" if check.is_doubt else "claims_disagrees"


def style_of(metric: str) -> str:
    return "ratio" if metric in _RATIOS else "signed" if metric == "difference_points" else "rate"


@in_each_language
def show_specifications(words: ClaimWords) -> Exhibit:
    """Return how the answer to the chosen claim moves under the choices that could have been made."""
    curve = words.findings.curve
    if curve is None:
        frame = pd.DataFrame({"specification": pd.Series(dtype=int)})
        return Exhibit(
            language=words.language, id="specifications", title=words.say("claims_curve_title_none"),
            subtitle=words.say("claims_curve_subtitle_none"), caption=words.say("claims_curve_caption_none"),
            source=words.say("claims_source"), table=release_open(frame),
            columns=(Column("specification", words.say("claims_column_specification")),), folded=True,
        )  # fmt: skip
    claim, style = curve.claim, style_of(curve.claim.metric)
    shown = curve.frame
    labels = {
        f"{kind}_label": shown[kind].map(lambda option, kind=kind: words.option(kind, str(option)))
        for kind in curve.choices
    }
    published = shown["is_published"].map({True: words.say("claims_is_published"), False: words.say("claims_is_other")})
    frame = shown.assign(**labels, published_label=published)
    low, high = (words.number(value, style) for value in (shown["estimate"].min(), shown["estimate"].max()))
    null = 1.0 if claim.metric in _RATIOS else 0.0 if claim.metric in _DIFFERENCES else None
    values = {"claim": words.title(claim.id), "low": low, "high": high, "many": str(len(shown))}
    table = release_open(frame)
    title = "claims_curve_title" if low != high else "claims_curve_title_same"
    return Exhibit(
        language=words.language,
        id="specifications",
        title=words.say(title if len(shown) > 1 else "claims_curve_title_one", **values),
        subtitle=words.say("claims_curve_subtitle", claim=values["claim"], published=claim.published),
        alt=words.say("claims_curve_alt", **values, choices=_spelled(words)),
        caption=words.say("claims_curve_caption", claim=values["claim"]),
        source=words.say("claims_source_one", citation=claim.citation or claim.id),
        table=table,
        columns=(
            Column("published_label", words.say("claims_column_specification")),
            *(Column(f"{kind}_label", words.say(f"claims_choice_{kind}")) for kind in curve.choices),
            Column("estimate", words.say("claims_column_estimate"), style),
            Column("lower", words.say("claims_column_interval"), style, interval_with="upper"),
        ),
        svg=None
        if len(shown) == 1
        else draw_curve(
            table,
            choices=[
                ChoiceRows(kind, words.say(f"claims_choice_{kind}"), {o: words.option(kind, o) for o in options})
                for kind, options in curve.choices.items()
            ],
            axis=words.say(f"claims_metric_{claim.metric}"),
            published=words.say("claims_is_published"),
            style=style,
            null_value=null,
            null_label=words.say("claims_no_difference") if null is not None else "",
            language=words.language,
        ),
        caution=words.say("claims_curve_caution"),
    )


def _spelled(words: ClaimWords) -> str:
    """Return the kinds of choices with their options, for the alt text."""
    curve = words.findings.curve
    if curve is None:
        return ""
    return "; ".join(
        f"{words.say(f'claims_choice_{kind}')}: {', '.join(words.option(kind, option) for option in options)}"
        for kind, options in curve.choices.items()
    )


@in_each_language
def describe_verdicts(words: ClaimWords) -> Statements:
    """Return how verdicts are decided, and how to run everything again."""
    sentences = [
        words.say(f"claims_method_{name}") for name in ("rule", "twice", "methods", "missing", "safe", "again")
    ]
    return Statements("method", tuple(sentences), role="limits", language=words.language)
