"""Every format that publishers use can be the source of a card, and a review can be made of it."""

import numpy as np
import pytest

from arwap_analysis import review
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.sources import load_source, read_published
from tests.sources.formats_examples import EXAMPLES, SHEETS, ods_bytes, xlsx_bytes

CARD = {
    "id": "made_up", "title": {"en": "Made up"}, "publisher": "Nobody", "licence": "none", "file": "table",
    "area": {"code": "W92000004", "name": "Wales"}, "disclosure": "open",
}  # fmt: skip
# For each format: the columns, the rows to keep, the period, and one figure of the example.
LAYOUTS = {
    "statswales_csv": (
        {"group_column": "Ethnic Background", "period_column": "Year", "where": {"Local Authority": "Bridgend"}},
        ("white", "2024-25", 475.0),
    ),
    "statswales_pivot": (
        {"group_column": "ethnic_group", "period_column": "column", "where": {"column": "2012-13"}},
        ("white", "2012-13", 13_365.0),
    ),
    "statswales_odata": ({"group_column": "Ethnicity_ItemName_ENG", "period": "2023-24"}, ("white", "2023-24", 12.5)),
    "nomis_csv": ({"group_column": "C2021_ETH_20_NAME", "period_column": "DATE_NAME"}, ("white", "2021", 300.0)),
    "ons_census_csv": (
        {"group_column": "Ethnic group (20 categories)", "period": "2021"},
        ("asian", "2021", 5000.0),
    ),
    "eff_csv": (
        {"group_column": "Ethnicity", "period_column": "Time", "where": {"quantity": "Numerator"}},
        ("white", "2022-23", 850.0),
    ),
    "police_stops_csv": (
        {"group_column": "Self-defined ethnicity", "period_column": "Month", "where": {"Outcome": "Arrest"}},
        ("white", "May 2024", 2.0),
    ),
    "sdmx_csv": ({"group_column": "ETHNICITY", "period_column": "TIME_PERIOD"}, ("white", "2021", 1250.0)),
}  # fmt: skip


def read(folder, layout, content, **changes):
    (folder / "table").write_bytes(content if isinstance(content, bytes) else content.encode())
    card = load_source({**CARD, "layout": {"kind": "format", **layout}, **changes})
    return read_published(card, folder=folder)


def figure(table, group, period):
    rows = table.frame[(table.frame["group"] == group) & (table.frame["period"] == period)]
    (index,) = rows.index
    return rows.loc[index]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("declared", [True, False])
def test_each_format_can_be_the_source_of_a_card(tmp_path, name, declared):
    layout, (group, period, value) = LAYOUTS[name]
    table = read(tmp_path, {"format": name if declared else "auto", **layout}, EXAMPLES[name])
    assert figure(table, group, period)["value"] == value
    absent = table.frame["value"].isna()
    assert (table.frame.loc[absent, "reason"] != "").all()
    assert (table.frame.loc[absent, "status"] != "published").all()


@pytest.mark.parametrize("make", [xlsx_bytes, ods_bytes])
def test_a_workbook_can_be_the_source_of_a_card(tmp_path, make):
    sheets = {name: SHEETS[name] for name in ("Cover", "Notes", "Table_1")}
    layout = {"format": "auto", "group_column": "Ethnic group", "period_column": "Year"}
    with pytest.raises(DataError, match="2 figures for this group in 2023") as caught:
        read(tmp_path, layout, make(sheets))
    assert "They differ in: column" in str(caught.value)  # pupils and their share are never added up
    table = read(tmp_path, {**layout, "where": {"column": "Pupils"}}, make(sheets))
    assert figure(table, "white", "2023")["value"] == 16_980
    assert figure(table, "mixed", "2023")["status"] == "suppressed"


def test_what_the_card_asks_for_and_the_file_has_not_is_named(tmp_path):
    layout = {"format": "auto", "group_column": "Ethnic Background", "period_column": "Year"}
    with pytest.raises(DataError, match="Did you mean 'Year'"):
        read(tmp_path, {**layout, "period_column": "Yaer"}, EXAMPLES["statswales_csv"])
    with pytest.raises(DataError, match="no row has 'Brigend'"):
        read(tmp_path, {**layout, "where": {"Local Authority": "Brigend"}}, EXAMPLES["statswales_csv"])
    with pytest.raises(ParameterError, match="either 'period_column' or 'period'"):
        read(tmp_path, {"format": "auto", "group_column": "x"}, "")
    unread = EXAMPLES["statswales_csv"].replace("White British", "Somali")
    with pytest.raises(DataError, match="names no group for certain"):
        read(tmp_path, layout, unread)
    settled = read(tmp_path, {**layout, "where": {"Local Authority": "Bridgend"}}, unread, groups={"Somali": "black"})
    assert np.isnan(figure(settled, "black", "2024-25")["value"])  # with the suppressed Caribbean pupils


def test_what_officers_saw_is_never_read_as_what_people_said(tmp_path):
    layout = {"format": "auto", "group_column": "Officer-defined ethnicity", "period_column": "Month"}
    with pytest.raises(DataError, match="names no group for certain"):
        read(tmp_path, layout, EXAMPLES["police_stops_csv"])


INDICATOR = """
id: made_up
title: {en: Pupils}
policy_area: education
numerator:
  counts: pupils
  source:
    id: pupils
    title: {en: Pupils}
    publisher: Nobody
    licence: none
    file: pupils.csv
    layout: {kind: format, format: statswales_csv, group_column: Ethnic Background, period_column: Year,
             where: {Local Authority: Wales}}
    area: {code: W92000004, name: Wales}
    disclosure: open
denominator:
  counts: people
  source: census_population
  periods: interpolate
better: lower
reference_group: white
"""


def test_a_review_can_be_made_of_a_downloaded_table(project):
    lines = ["Data values,Data description,Year,Local Authority,Ethnic Background"]
    counts = {"White British": 5000, "Indian": 90, "Pakistani": 85, "Caribbean": 40, "White and Asian": 60, "Arab": 31}
    for year in ("2017/18", "2018/19", "2019/20"):
        lines += [f"{n},Number of pupils,{year},Wales,{label}" for label, n in counts.items()]
        lines.append(f"[c],Number of pupils,{year},Wales,African")
    (project / "data" / "pupils.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (project / "made_up.yml").write_text(
        INDICATOR.replace("  periods: interpolate\n", "  method: interpolate\n"), encoding="utf-8"
    )
    request = review.Review(review_id="x", title="T", question="Q?", indicator="made_up.yml")
    findings = review.assess(review.gather(request, project=project))
    points = " ".join(review.main_points(findings).sentences)
    assert "Asian people" in points
    rates = findings.rates.set_index(["period", "group"])
    assert rates.loc[("2018-19", "asian"), "numerator"] == 175
    assert rates.loc[("2018-19", "black"), "status"] == "suppressed"
