"""The card of a file of coded excerpts: what it is, who holds it, and how it may be shown."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from arwap_analysis.documents import StrictModel, load_model
from arwap_analysis.indicators.catalogue import ID_PATTERN, Title
from arwap_analysis.texts import Text

__all__ = ["CONSENTS", "Beside", "Consent", "VoicesCard", "load_card"]

Consent = Literal["none", "analysis_only", "quote_anonymously", "quote"]
CONSENTS: tuple[Consent, ...] = ("none", "analysis_only", "quote_anonymously", "quote")
"""What a person agreed to: nothing; to be counted; to be quoted without group and source; to be quoted with them."""


class Beside(StrictModel):
    """A number of the same topic: the indicator that a report sets beside a theme, and what an analyst says of both."""

    code: str
    indicator: str
    note: Text | None = None


class VoicesCard(StrictModel):
    """All that a report needs to know of a file of coded excerpts besides the excerpts.

    `kind` is "people" where individuals spoke, who are protected, or "documents" where the excerpts are passages of a
    document that is published under an open licence. `file`, `frame` and `reviews` lie beside the card. Counts below
    `threshold` are hidden, of people. `words_cy` holds the Welsh of groups and sources as the file names them.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    kind: Literal["people", "documents"]
    publisher: Text
    licence: Text
    obtained: Text | None = None
    file: str = Field(min_length=1)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    frame: str = Field(min_length=1)
    reviews: str | None = None
    threshold: int = Field(default=5, ge=2, le=1000)
    beside: list[Beside] = []
    caveats: list[Text] = []
    words_cy: dict[str, str] = {}

    @property
    def disclosure(self) -> Literal["open", "people"]:
        """Whether the excerpts are open data, by the name that cards of figures have for it."""
        return "open" if self.kind == "documents" else "people"


def load_card(path: Path) -> VoicesCard:
    """Read a card from a YAML file; raises ParameterError with every fault and its line."""
    return load_model(path, VoicesCard)
