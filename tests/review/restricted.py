"""A made-up source of counts that are not open, for tests of what may be seen of it."""

from __future__ import annotations

from pathlib import Path

GROUPS = ("White", "Asian", "Black", "Mixed", "Other", "Not known")
CODES = ("white", "asian", "black", "mixed", "other", "unknown")
YEARS = ("2019", "2020", "2021", "2022", "2023")
# A count of 3 and one of 4 among larger ones: the rule hides them, and others so that the totals do not tell.
COUNTS = {
    "2019": (4101, 117, 61, 38, 47, 29),
    "2020": (4207, 121, 3, 41, 4, 31),
    "2021": (4303, 131, 67, 43, 53, 37),
    "2022": (4409, 139, 71, 47, 59, 33),
    "2023": (4507, 149, 73, 53, 61, 41),
}
PEOPLE = {"White": 2_900_000, "Asian": 89_000, "Black": 28_000, "Mixed": 49_000, "Other": 26_000}

CARD = """
id: restricted
title: {{en: Restricted, cy: Cyfyngedig}}
policy_area: x
numerator:
  counts: {{en: events, cy: achosion}}
  source:
    id: restricted_counts
    title: {{en: Restricted, cy: Cyfyngedig}}
    publisher: {{en: Nobody, cy: Neb}}
    licence: {{en: none, cy: dim}}
    file: cyfrif.csv
    layout: {{kind: long, group_column: group, period_column: year, value_column: count}}
    area: {{code: W92000004, name: Wales}}
    groups: {{White: white, Asian: asian, Black: black, Mixed: mixed, Other: other, Not known: unknown}}
    disclosure: {disclosure}
denominator:
  counts: {{en: people, cy: o bobl}}
  method: match
  source:
    id: open_people
    title: {{en: People, cy: Pobl}}
    publisher: {{en: Nobody, cy: Neb}}
    licence: {{en: none, cy: dim}}
    file: pobl.csv
    layout: {{kind: long, group_column: group, period_column: year, value_column: people}}
    area: {{code: W92000004, name: Wales}}
    groups: {{White: white, Asian: asian, Black: black, Mixed: mixed, Other: other}}
    disclosure: {population}
better: lower
reference_group: white
"""
PARAMETERS = """
id: restricted
notebook: {notebook}
parameters:
  title: {{en: Restricted, cy: Cyfyngedig}}
  question: {{en: Is it so?, cy: A yw hi felly?}}
  indicator: restricted.yml
  language: [en, cy]
"""


def write_restricted(
    project: Path,
    *,
    counts: dict[str, tuple[int, ...]] = COUNTS,
    disclosure: str = "{policy: {threshold: 5}}",
    population: str = "open",
    notebook: str = "evidence_review",
) -> Path:
    """Write the two tables, the card and the parameters into a project; return the parameters file."""
    lines = [f"{year},{group},{count}" for year in counts for group, count in zip(GROUPS, counts[year], strict=True)]
    (project / "data" / "cyfrif.csv").write_text("\n".join(["year,group,count", *lines]) + "\n", encoding="utf-8")
    lines = [f"{year},{group},{people}" for year in counts for group, people in PEOPLE.items()]
    (project / "data" / "pobl.csv").write_text("\n".join(["year,group,people", *lines]) + "\n", encoding="utf-8")
    card = CARD.format(disclosure=disclosure, population=population)
    (project / "restricted.yml").write_text(card, encoding="utf-8")
    params = project / "params" / "restricted.yml"
    params.write_text(PARAMETERS.format(notebook=notebook), encoding="utf-8")
    return params
