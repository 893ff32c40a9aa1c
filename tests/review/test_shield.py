"""What a report on people may show: hidden groups, their crossings, and whatever is compared with them."""

import numpy as np
import pandas as pd
import pytest

from arwap_analysis.disclosure import OPEN_DATA, policy_with
from arwap_analysis.disclosure.indicator import REASON
from arwap_analysis.review.shield import Shield, make_shield

POLICY = policy_with(threshold=5)


def counts(rows, by=("group",)):
    return pd.DataFrame(rows, columns=[*by, "answer", "people"])


def test_a_row_is_emptied_for_its_own_group_its_crossing_and_its_reference():
    shield = Shield(POLICY, frozenset({("b",), ("c", "f")}))
    frame = pd.DataFrame({
        "group": ["a", "b", "c", "c", "d"], "second": ["f", "m", "f", "m", "f"], "reference": ["a", "a", "a", "a", "b"],
        "people": [10, 20, 30, 40, 50], "estimate": np.arange(5.0), "status": "published", "reason": "",
    })  # fmt: skip
    covered = shield.cover(frame, by=("group", "second"))
    assert covered["people"].isna().tolist() == [False, True, True, False, True]
    assert covered["estimate"].isna().tolist() == [False, True, True, False, True]
    assert (covered.loc[[1, 2, 4], "reason"] == REASON).all()
    assert (covered.loc[[1, 2, 4], "status"] == "suppressed").all()
    assert frame["people"].notna().all()
    assert shield.release(covered).policy.id == POLICY.id


def test_a_small_count_is_hidden_with_another_so_that_the_total_does_not_give_it_away():
    shield = make_shield(counts([("a", "yes", 300), ("a", "no", 900), ("b", "yes", 60), ("b", "no", 80),
                                 ("c", "yes", 2), ("c", "no", 90)]), policy=POLICY)  # fmt: skip
    assert "c" in shield.groups
    assert len(shield.groups) == 2


def test_a_group_of_which_everybody_says_the_same_is_hidden():
    shield = make_shield(counts([("a", "yes", 300), ("a", "no", 900), ("b", "yes", 60), ("c", "yes", 20),
                                 ("c", "no", 90)]), policy=POLICY)  # fmt: skip
    assert "b" in shield.groups


def test_a_small_crossing_is_hidden_and_its_group_is_not_where_another_crossing_can_cover_it():
    rows = [(g, s, a, 100 + 7 * n) for n, (g, s, a) in enumerate(
        (g, s, a) for g in "abc" for s in "fm" for a in ("yes", "no"))]  # fmt: skip
    rows[0] = ("a", "f", "yes", 2)
    shield = make_shield(counts(rows, ("group", "second")), policy=POLICY, by=("group", "second"))
    assert ("a", "f") in shield.hidden
    assert shield.groups == frozenset()


@pytest.mark.parametrize("policy", [None, POLICY])
def test_nothing_is_hidden_where_nothing_is_small_or_the_data_are_open(policy):
    rows = [("a", "yes", 300), ("a", "no", 900), ("b", "yes", 60 if policy else 1), ("b", "no", 80)]
    shield = make_shield(counts(rows), policy=policy)
    assert shield.hidden == frozenset()
    shown = shield.release(pd.DataFrame({"group": ["a"]}))
    assert (shown.policy == OPEN_DATA) == (policy is None)
