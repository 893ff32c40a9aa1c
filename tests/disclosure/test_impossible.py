"""Where protection is not possible, nothing is released."""

import pytest

from arwap_analysis.disclosure import DisclosurePolicy, protect_tables, two_way_table
from arwap_analysis.errors import DataError


def test_a_table_whose_other_figures_are_published_already_is_not_released():
    table = two_way_table([["Area", "A", "B", "Total"], ["X", "3", "20", "23"], ["Y", "9", "8", "17"]], name="new")
    earlier = two_way_table([["Area", "B", "A", "Total"], ["X", "20", "[c]", "23"], ["Y", "8", "9", "17"]], name="old")
    with pytest.raises(DataError, match="gives hidden figures away") as caught:
        protect_tables([table], published=[earlier], policy=DisclosurePolicy(seconds=2))
    assert caught.value.exit_code == 2
