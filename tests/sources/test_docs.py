"""What docs/sources.md promises is true."""

import re

import duckdb
import yaml

from arwap_analysis.sources.base import Layout
from arwap_analysis.sources.formats import FORMATS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


def test_every_format_stands_in_the_table():
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(FORMATS)


def test_the_card_of_the_page_is_a_card():
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert Layout.model_validate(yaml.safe_load(text)["layout"]).format == "statswales_csv"


def test_the_example_with_people_runs(tmp_path, monkeypatch):
    rows = "('black', 'W06000001', 'employed', 10.5, 1.0), ('black', 'W06000001', 'no', 12.0, 2.0)"
    names = "ethnic_group, area, status, hourly_pay, weight"
    file = (tmp_path / "survey.parquet").as_posix()
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) t({names})) TO '{file}' (FORMAT parquet)")
    monkeypatch.chdir(tmp_path)
    found: dict = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(code, found)
    row = found["found"].frame.iloc[0]
    assert (row["n"], row["sum_w"], row["employed.count"], row["hourly_pay.sum"]) == (2, 3, 1, 22.5)
    share = found["table"].iloc[0]
    assert (share["value"], share["effective_sample_size"]) == (1 / 3, 9 / 5)
