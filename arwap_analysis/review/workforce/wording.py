"""The words that the sections of one workforce report share: people, levels, shares, and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from arwap_analysis.present.charts import GroupStyle, group_styles
from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review.source_words import short_line
from arwap_analysis.review.words import Words, in_languages_of
from arwap_analysis.review.workforce.findings import Findings, Given
from arwap_analysis.review.workforce.protect import ALL

__all__ = ["TableWords", "Wording", "absent", "in_each_language"]


class Wording(Words[Findings]):
    """Fill sentences for one workforce report in one of its languages."""

    @property
    def common(self) -> Mapping[str, str]:
        """The values that many sentences share."""
        return {"confidence": f"{100 * self.findings.evidence.request.confidence:g}%"}

    def about(self, given: Given) -> TableWords:
        """Return the words for one of the tables."""
        return TableWords(self, given)


class TableWords:
    """Fill sentences about one table: its people, place and period, its groups and levels."""

    def __init__(self, words: Wording, given: Given) -> None:
        self.words, self.given, self.card, self.language = words, given, given.card, words.language

    def say(self, id: str, /, **values: str | int) -> str:
        """Return a sentence, with what the card says of its people, place and period."""
        names = ("people", "place", "period")
        said = {name: getattr(self.card, name).within(self.language) for name in names}
        said["staff"] = said.pop("people")
        said["reference_people"] = self.people(self.card.reference_group)
        return self.words.say(id, **{**said, **values})

    def people(self, code: str) -> str:
        """Return the people of a group, for sentences."""
        return self.given.classification.group(code).people(self.language)

    def all_people(self, codes: Iterable[str]) -> str:
        """Return the people of several groups as a list in words."""
        return self.words.join(self.people(code) for code in codes)

    def label(self, code: str) -> str:
        """Return the short name of a group, for charts and tables."""
        return self.given.classification.group(code).short(self.language)

    def level(self, level: str) -> str:
        """Return the name of a grade, a stage or a quarter; of all of them, the card's people or the whole way."""
        named = getattr(self.card, "grades", None) or getattr(self.card, "stages", None)
        if level == ALL:
            if hasattr(self.card, "stages"):
                return self.words.say("workforce_whole_way")
            return str(self.card.people.within(self.language))
        return named[level].within(self.language) if named else self.words.say(f"workforce_quarter_{level}")

    def share(self, value: float) -> str:
        """Return a share as a percentage, or the words for one that is not there."""
        return self.words.say("workforce_no_figure") if np.isnan(value) else self.words.number(value, "percent")

    def shares_in_words(self, frame: pd.DataFrame) -> str:
        """Return every share but those of the reference group, for a reader who cannot see the chart."""
        return "; ".join(
            self.words.say("workforce_alt_share", level=self.level(row["level"]), group=self.label(row["group"]),
                           share=self.share(row["estimate"]))
            for _, row in frame[frame["group"] != self.card.reference_group].iterrows()
        )  # fmt: skip

    def styles(self, frame: pd.DataFrame, *, without_reference: bool) -> dict[str, GroupStyle]:
        """Return how each group is drawn, the same in every chart of the table."""
        present = set(frame["group"])
        labels = {g.code: g.short(self.language) for g in self.given.classification.groups if g.code in present}
        styles = group_styles(labels, self.card.reference_group)
        return {code: look for code, look in styles.items() if not (without_reference and look.is_reference)}

    def shown(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table in words: names of groups and levels, and reasons in the language."""
        named = frame.assign(
            group_label=[self.label(code) for code in frame["group"]],
            reason=[self.words.phrase(reason) for reason in frame["reason"]],
        )
        return named.assign(level_label=[self.level(level) for level in frame["level"]]) if "level" in frame else named

    def source_line(self) -> str:
        """Return who published the table, and what it is."""
        return short_line(self.words, [self.card])


def absent(words: Wording, name: str) -> Statements:
    """Return what stands in place of a section whose table was not given."""
    return Statements(name, (words.say(f"workforce_absent_{name}"),), role="cautions", language=words.language)


in_each_language = in_languages_of(Wording)
