import io

import pandas as pd
import pytest

from arwap_analysis.disclosure import release_open
from arwap_analysis.present.exhibit import METADATA_KEY, Exhibit, Statements, data_hash
from arwap_analysis.present.tables import Column

FRAME = pd.DataFrame(
    {
        "group": ["black", "white", "<script>alert(1)</script>"],
        "estimate": [15.868, 4.506, float("nan")],
        "status": ["published", "published", "suppressed"],
    }
)
COLUMNS = (Column("group", "Group"), Column("estimate", "Rate", "rate"))


def exhibit(frame=FRAME, **changes):
    values = {
        "id": "x",
        "title": "A & B",
        "subtitle": "unit",
        "caption": "caption",
        "source": "source",
        "table": release_open(frame),
        "columns": COLUMNS,
    }
    return Exhibit(**{**values, **changes})


def test_only_a_protected_table_can_be_shown():
    with pytest.raises(TypeError, match="ProtectedTable"):
        exhibit(table=FRAME)


def test_a_chart_without_alt_text_is_refused():
    with pytest.raises(ValueError, match="alt text"):
        exhibit(svg="<svg/>")


def test_what_was_protected_cannot_be_changed_afterwards():
    table = release_open(FRAME)
    frame = table.frame
    frame.loc[0, "estimate"] = 99
    assert table.frame.loc[0, "estimate"] == 15.868


def test_the_text_form_changes_when_the_data_change_though_no_shown_digit_does():
    changed = FRAME.assign(estimate=FRAME["estimate"] + 1e-4)
    assert exhibit().to_text() != exhibit(changed).to_text()
    assert exhibit().to_html() == exhibit(changed).to_html()


def test_the_hash_ignores_what_differs_between_machines():
    assert data_hash(FRAME) == data_hash(FRAME.assign(estimate=FRAME["estimate"] * (1 + 1e-14)))


def test_an_absent_number_is_a_mark_and_never_zero_or_nan():
    html = exhibit().to_html()
    assert '<td class="num">[c]</td>' in html
    assert "nan" not in html.lower()


def test_text_from_data_is_harmless_in_html():
    html = exhibit(title='<img src=x onerror="alert(1)">').to_html()
    assert "<script" not in html
    assert "<img" not in html


def test_the_table_has_a_caption_and_headers_with_scope():
    html = exhibit().to_html()
    assert '<caption id="caption-x">caption</caption>' in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 3


def test_the_data_travel_with_the_output_at_full_precision():
    _, metadata = exhibit()._repr_mimebundle_()
    frame = pd.read_csv(io.StringIO(metadata[METADATA_KEY]["csv"]))
    pd.testing.assert_frame_equal(frame, FRAME)


def test_the_same_exhibit_is_the_same_text_twice():
    assert exhibit()._repr_mimebundle_() == exhibit()._repr_mimebundle_()


def test_statements_are_a_list_and_their_text_is_escaped():
    statements = Statements("s", ("a < b", "c"))
    assert statements.to_html() == '<ul class="main-points"><li>a &lt; b</li><li>c</li></ul>'
    assert statements.to_text() == "- a < b\n- c"
