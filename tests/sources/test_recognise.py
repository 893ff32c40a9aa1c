import pytest
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.sources.recognise import recognise_labels


@pytest.mark.parametrize(
    ("labels", "kind", "detail", "left"),
    [
        (["2019-20", "2020/21", "year ending March 2023"], "periods", "", ()),
        (["Caerdydd", "Swansea", "All counties"], "areas", "2 local authority", ("All counties",)),
        (["White", "Asian", "Black", "Total"], "ethnic_groups", "Five high-level ethnic groups (Census 2021)", ()),
        (["Male", "Female"], "other", "", ()),
        (["Total"], "other", "", ()),
        ([], "other", "", ()),
    ],
)  # fmt: skip
def test_what_labels_are_about(labels, kind, detail, left):
    found = recognise_labels(labels)
    assert (found.kind, found.detail, found.open) == (kind, detail, left)


def test_the_command_says_what_is_in_a_file_and_what_looks_wrong(tmp_path):
    file = tmp_path / "pivot.csv"
    file.write_text(
        "Data values,Data description,Year,Local Authority,Ethnic Background\n"
        "100,Number of pupils,2024/25,Bridgend,White\n20,Number of pupils,2024/25,Bridgend,Asian\n"
        "[c],Number of pupils,2024/25,Bridgend,Black\n500,Number of pupils,2024/25,Bridgend,Total\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(app, ["source", "inspect", str(file)])
    assert result.exit_code == 0
    for said in ("statswales_csv", "1 suppressed", "areas (1 of 1 read)", "ethnic groups (4 of 4 read)", "Looks wrong"):
        assert said in result.stdout
    missing = CliRunner().invoke(app, ["source", "inspect", str(tmp_path / "absent.csv")])
    assert missing.exit_code != 0
