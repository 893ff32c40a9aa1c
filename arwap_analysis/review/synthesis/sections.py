"""The sections of a synthesis that show the sources and what they say together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.models import PooledEffect
from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.review.synthesis.wording import Wording, in_each_language, shown_effect

__all__ = ["show_evidence", "show_forest", "show_pooled"]


@in_each_language
def show_evidence(words: Wording) -> Exhibit:
    """Return the sources side by side: what each is, how recent, how good, and of whom it speaks."""
    findings = words.findings
    for_wales = [_speaks_for_wales(source) for source in words.card.sources]
    rows = findings.rows.assign(
        title=[source.title for source in words.card.sources],
        publisher=[source.publisher for source in words.card.sources],
        design=[words.say(f"synthesis_design_{source.design}") for source in words.card.sources],
        coverage=[words.say(f"synthesis_coverage_{source.coverage}") for source in words.card.sources],
        wales=[words.say("synthesis_yes" if wales else "synthesis_no") for wales in for_wales],
        ethnic_detail=[words.say(f"synthesis_detail_{source.ethnic_detail}") for source in words.card.sources],
        quality=[words.say(f"synthesis_quality_{source.quality}") for source in words.card.sources],
        quality_reason=[
            "" if source.quality_reason is None else source.quality_reason.within(words.language)
            for source in words.card.sources
        ],
        people=[evidence.people if evidence.people is not None else np.nan for evidence in findings.table.sources],
        reason=[words.phrase(reason) for reason in findings.rows["reason"]],
        status="not_collected",
    )  # fmt: skip
    table = rows.astype({"people": float})
    names = ("label", "title", "publisher", "published", "design", "coverage", "wales", "ethnic_detail", "people",
             "quality", "quality_reason", "reason")  # fmt: skip
    styles = {"people": "count"}
    return Exhibit(
        language=words.language,
        id="evidence",
        title=words.say("synthesis_evidence_title", wales=str(sum(for_wales))),
        subtitle=words.say("synthesis_evidence_subtitle", source=words.source_line()),
        caption=words.say("synthesis_caption_evidence"),
        source=words.source_line(),
        table=release_open(table[["source", *names, "status"]]),
        columns=tuple(Column(name, words.say(f"synthesis_column_{name}"), styles.get(name, "text")) for name in names),
        caution=words.say("synthesis_quality_none")
        if all(source.quality == "not_judged" for source in words.card.sources)
        else "",
        folded=True,
    )


def _speaks_for_wales(source: Any) -> bool:
    return bool(source.coverage == "wales" or source.wales_separate)


@in_each_language
def show_forest(words: Wording) -> Exhibit | Statements:
    """Return each source's interval and weight, and the pooled effect below them."""
    findings = words.findings
    if findings.random is None or findings.common is None:
        return _nothing_pooled(words, "forest")
    rows = findings.rows.assign(kind="source")
    frame = pd.concat([rows, _pooled_rows(words)], ignore_index=True)
    frame = frame.assign(
        reason=[words.phrase(reason) for reason in frame["reason"].fillna("")],
        status=np.where(frame["kind"] == "source", "not_collected", "not_applicable"),
    )
    names = ["kind", "label", "published", "estimate", "lower", "upper", "weight", "common_weight", "reason", "status"]
    table = release_open(frame[names])
    effect = shown_effect(findings.random)
    return Exhibit(
        language=words.language,
        id="forest",
        title=_forest_title(words, effect),
        subtitle=words.say("synthesis_forest_subtitle"),
        alt=words.say("synthesis_forest_alt", values=_forest_values(words, frame), pooled=_pooled_words(words, effect)),
        caption=words.say("synthesis_caption_forest"),
        source=words.source_line(),
        table=table,
        columns=(
            Column("label", words.say("synthesis_column_label")),
            Column("published", words.say("synthesis_column_published")),
            Column("estimate", words.say("synthesis_column_estimate"), words.style),
            Column("lower", words.say("synthesis_column_interval"), words.style, interval_with="upper"),
            Column("weight", words.say("synthesis_column_weight"), "per_cent"),
            Column("common_weight", words.say("synthesis_column_common_weight"), "per_cent"),
            Column("reason", words.say("synthesis_column_reason")),
        ),
        svg=charts.forest(
            table,
            axis=words.say("synthesis_forest_axis"),
            below=words.card.below.within(words.language),
            above=words.card.above.within(words.language),
            absent=words.say("synthesis_not_pooled"),
            heading=(words.say("synthesis_forest_heading"), words.say("synthesis_column_weight")),
            ratio=words.ratio,
            style=words.style,
            language=words.language,
        ),
        caution=words.say("synthesis_forest_caution"),
    )


def _pooled_rows(words: Wording) -> pd.DataFrame:
    """Return the rows below the sources: random effects, the prediction, and the common effect."""
    random, common = words.findings.random, words.findings.common
    rows = []
    if random is not None and common is not None:
        effect, plain = shown_effect(random), shown_effect(common)
        rows.append({"kind": "pooled", "label": words.say("synthesis_random"), **_ends(effect), "weight": 100.0})
        if not np.isnan(effect["prediction_lower"]):
            limits = {"lower": effect["prediction_lower"], "upper": effect["prediction_upper"]}
            rows.append({"kind": "prediction", "label": words.say("synthesis_prediction"), **limits})
        rows.append({"kind": "pooled", "label": words.say("synthesis_common"), **_ends(plain), "common_weight": 100.0})
    columns = ["kind", "label", "estimate", "lower", "upper", "weight", "common_weight"]
    frame = pd.DataFrame(rows, columns=columns)
    numbers = columns[2:]
    return frame.astype(dict.fromkeys(numbers, float)).assign(published="", reason="")


def _ends(effect: dict[str, float]) -> dict[str, float]:
    return {name: effect[name] for name in ("estimate", "lower", "upper")}


def _forest_title(words: Wording, effect: dict[str, float]) -> str:
    if np.isnan(effect["lower"]):
        return words.say("synthesis_forest_title_no_interval", estimate=words.effect(effect["estimate"]))
    values = {"estimate": words.effect(effect["estimate"]), "side": words.side(effect["estimate"])}
    clear = words.clear(effect["lower"], effect["upper"])
    return words.say("synthesis_forest_title_clear" if clear else "synthesis_forest_title_unclear", **values)


def _forest_values(words: Wording, frame: pd.DataFrame) -> str:
    rows = frame[frame["kind"] == "source"]
    return "; ".join(
        words.say(
            "synthesis_alt_value",
            source=row["label"],
            estimate=words.effect(row["estimate"]),
            interval=words.between(row["lower"], row["upper"]),
        )
        for _, row in rows.iterrows()
    )


def _pooled_words(words: Wording, effect: dict[str, float]) -> str:
    return words.say(
        "synthesis_alt_value",
        source=words.say("synthesis_random"),
        estimate=words.effect(effect["estimate"]),
        interval=words.between(effect["lower"], effect["upper"]),
    )


@in_each_language
def show_pooled(words: Wording) -> Exhibit | Statements:
    """Return the pooled effects with what the sources differ by: tau squared, I squared, Q, and the prediction."""
    findings = words.findings
    if findings.random is None or findings.common is None:
        return _nothing_pooled(words, "pooled")
    spread = findings.random.heterogeneity
    rows = [
        _model_row(words, findings.random, "synthesis_random"),
        _model_row(words, findings.common, "synthesis_common"),
    ]
    known = not np.isnan(spread.i_squared)
    title = (
        words.say("synthesis_pooled_title", i_squared=words.per_cent(spread.i_squared))
        if known
        else words.say("synthesis_pooled_title_one")
    )
    return Exhibit(
        language=words.language,
        id="pooled",
        title=title,
        subtitle=words.say("synthesis_pooled_subtitle"),
        caption=words.say("synthesis_caption_pooled"),
        source=words.source_line(),
        table=release_open(pd.DataFrame(rows)),
        columns=(
            Column("model_label", words.say("synthesis_column_model")),
            Column("estimate", words.say("synthesis_column_estimate"), words.style),
            Column("lower", words.say("synthesis_column_interval"), words.style, interval_with="upper"),
            Column("prediction_lower", words.say("synthesis_column_prediction"), words.style,
                   interval_with="prediction_upper"),
            Column("tau_squared", words.say("synthesis_column_tau"), "factor"),
            Column("tau_squared_lower", words.say("synthesis_column_tau_interval"), "factor",
                   interval_with="tau_squared_upper"),
            Column("i_squared", words.say("synthesis_column_i"), "per_cent"),
            Column("i_squared_lower", words.say("synthesis_column_i_interval"), "per_cent",
                   interval_with="i_squared_upper"),
            Column("q", words.say("synthesis_column_q"), "rate"),
            Column("q_p_value", words.say("synthesis_column_q_p"), "p"),
        ),
        caution=words.say("synthesis_pooled_caution"),
    )  # fmt: skip


def _model_row(words: Wording, pooled: PooledEffect, id: str) -> dict[str, object]:
    """Return one model as a row; what a model does not have is not applicable."""
    spread, assumed = pooled.heterogeneity, pooled.model == "FE"
    return {
        "model": pooled.model,
        "model_label": words.say(id),
        **shown_effect(pooled),
        # A common effect assumes that there is no such variance, which is no finding of 0.
        "tau_squared": np.nan if assumed else spread.tau_squared,
        "tau_squared_lower": spread.tau_squared_lower,
        "tau_squared_upper": spread.tau_squared_upper,
        "i_squared": spread.i_squared,
        "i_squared_lower": spread.i_squared_lower,
        "i_squared_upper": spread.i_squared_upper,
        "q": spread.q,
        "q_df": spread.q_df,
        "q_p_value": spread.q_p_value,
        "n": pooled.n,
        "confidence": pooled.confidence,
        "method": pooled.method,
        "status": "not_applicable",
    }


def _nothing_pooled(words: Wording, id: str) -> Statements:
    return Statements(id, (words.say("synthesis_nothing_pooled"),), role="cautions", language=words.language)
