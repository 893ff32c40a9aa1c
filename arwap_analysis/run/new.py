"""Start a review: write a parameters file, and from a data file the card that describes it."""

from __future__ import annotations

import csv
import json
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity import Classification, get_classification
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.run.parameters import Parameter, notebook_parameters
from arwap_analysis.sources import file_digest

__all__ = ["new_review"]

_ROLES = {
    "group": ("ethnic_group", "ethnicity", "ethnic group", "ethnic_background", "group"),
    "period": ("period", "year", "financial_year", "date", "time"),
    "numerator": ("count", "numerator", "events", "number", "cases", "households", "people", "value"),
    "denominator": ("population", "denominator", "usual_residents", "residents", "total"),
}
_CLASSIFICATION = "ethnic_group_5"
# That figures may be shown as they are is for the analyst to say, never for us to assume.
_DISCLOSURE = {
    "numerator": '"Write here"  # open: data that its publisher has protected; anything else: {policy: {threshold: 5}}',
    "denominator": "open  # a population has to be published data",
}


def new_review(
    name: str, *, project: Path, notebook: str = "evidence_review", data: Path | None = None
) -> tuple[Path, ...]:
    """Write `params/NAME.yml` with every option explained; with `data`, also the card `data/NAME.yml`.

    Parameters
    ----------
    name : str
        Lower case letters, digits and _; names the report and its output folder.
    data : Path, optional
        A CSV with one row for each ethnic group and period, and columns for the group, the period, the
        count and the population. Columns are recognised by their names; the card shows what was chosen.

    Returns
    -------
    tuple of Path
        The files that were written, the parameters file first.

    Raises
    ------
    ParameterError
        For a name that cannot be used, or a file that exists already (nothing is overwritten).
    DataError
        When the data file has no column that can be recognised for a role, with the columns it has.
    """
    if not re.match(ID_PATTERN, name):
        raise ParameterError(
            Fault(
                "bad_name",
                "a review's name is made of lower case letters, digits and _",
                value=name,
                hint="For example school_exclusions.",
            )
        )
    parameters = notebook_parameters(project / "notebooks" / f"{notebook}.ipynb")
    files = {project / "params" / f"{name}.yml": ""}
    # The example's title over other data could be published; its other texts are put right with the data.
    title = name.replace("_", " ").capitalize()
    values: dict[str, object] = {"title": title}
    if data is not None:
        card = project / "data" / f"{name}.yml"
        files[card] = _card(name, data, project)
        values |= {
            "indicator": f"data/{name}.yml",
            "data_folder": ".",
            "question": "Write here the question that this review answers.",
        }
    files[project / "params" / f"{name}.yml"] = _parameters_file(name, notebook, parameters, values)
    taken = [path for path in files if path.exists()]
    if taken:
        raise ParameterError(
            [
                Fault(
                    "file_exists",
                    "the file is there already",
                    str(path),
                    hint="Choose another name, or move the file away.",
                )
                for path in taken
            ]
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(files)


def _parameters_file(name: str, notebook: str, parameters: Sequence[Parameter], values: dict[str, object]) -> str:
    """Return a parameters file with one commented line for each option of the notebook."""
    lines = [
        f"# Render with: arwap run params/{name}.yml",
        "",
        f"id: {name}  # names the folder in outputs",
        f"notebook: {notebook}  # a notebook in notebooks/",
        "",
        "parameters:",
    ]
    for parameter in parameters:
        if parameter.name == "review_id":
            continue
        value = values.get(parameter.name, parameter.default)
        lines += [
            *textwrap.wrap(
                f"{parameter.help} ({parameter.type_text})", 100, initial_indent="  # ", subsequent_indent="  # "
            ),
            f"  {parameter.name}: {_yaml(value)}",
        ]
    return "\n".join(lines) + "\n"


def _yaml(value: object) -> str:
    """Write a plain value as YAML (of which JSON is a part), None as null."""
    return json.dumps(value, ensure_ascii=False)


def _card(name: str, data: Path, project: Path) -> str:
    """Return an indicator card for a CSV, its columns recognised and its labels compared."""
    digest = file_digest(data)
    with data.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        columns = [column.strip() for column in reader.fieldnames or []]
        rows = list(reader)
    found = {role: _recognise(columns, names) for role, names in _ROLES.items()}
    missing = [role for role, column in found.items() if column is None]
    if missing:
        raise DataError(
            [
                Fault(
                    "no_such_column",
                    f"no column could be recognised for the {role}",
                    str(data),
                    1,
                    hint=f"Name one of them {', '.join(_ROLES[role][:3])}. Present: {', '.join(columns) or 'none'}.",
                )
                for role in missing
            ]
        )
    classification = get_classification(_CLASSIFICATION)
    labels = list(dict.fromkeys((row.get(str(found["group"])) or "").strip() for row in rows))
    mapping = [f"      {_yaml(label)}: {_code(classification, label)}" for label in labels if label]
    path = data.resolve()
    file = path.relative_to(project.resolve()).as_posix() if path.is_relative_to(project.resolve()) else str(path)
    source = f"""
    id: {name}_{{role}}
    title: {{{{en: "{name.replace("_", " ").capitalize()}"}}}}
    publisher: "Write here who published the figures"
    licence: "Write here the licence, for example Open Government Licence v3.0"
    file: {_yaml(file)}
    sha256: {digest}  # a changed file is refused until this is changed too
    layout:
      kind: long  # a row for each group and period; wide: a column for each period
      group_column: {_yaml(found["group"])}
      period_column: {_yaml(found["period"])}
      value_column: {{value}}
    area: {{{{code: W92000004, name: Wales}}}}  # the area that the figures are about
    classification: {_CLASSIFICATION}
    groups:  # label in the file: code ({", ".join(classification.codes[:-1])})
{{mapping}}
    disclosure: {{disclosure}}
"""

    def filled(role: str) -> str:
        values = {"role": role, "value": _yaml(found[role]), "disclosure": _DISCLOSURE[role]}
        return source.format(mapping="\n".join(mapping), **values).strip("\n")

    return f"""# Indicator card of the review '{name}'. Every key is checked before a report runs.
id: {name}
title: {{en: "{name.replace("_", " ").capitalize()}"}}
policy_area: "Write here the policy area"
numerator:
  counts: "events"  # plural noun for running text, such as: pupils excluded from school
  source:
{filled("numerator")}
denominator:
  counts: "people"  # plural noun for the population
  method: match  # match: same period; fixed: one period for all (then add period); interpolate
  source:
{filled("denominator")}
per: 1000
better: lower  # lower, higher or neither is better
reference_group: white
caveats:
  - "Write here what a reader must know before trusting the comparison."
"""


def _recognise(columns: Sequence[str], names: Sequence[str]) -> str | None:
    folded = {column.casefold(): column for column in columns}
    return next((folded[name] for name in names if name in folded), None)


def _code(classification: Classification, label: str) -> str:
    """Return the code of a label, or a marker that the card's check refuses, with the nearest names."""
    found = classification.find(label)
    if found is not None:
        return str(found)
    hint = did_you_mean(label, [g.short_en for g in classification.groups])
    return f'"?"  # not recognised: write its code here. {hint}'
