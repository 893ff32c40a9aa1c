"""What is protected cannot be worked out, loses little, and a weak protection is caught."""

import itertools

import numpy as np
import pandas as pd
import pytest

from arwap_analysis.disclosure import (
    OPEN_DATA,
    AuditResult,
    DisclosurePolicy,
    Dominance,
    Policy,
    ProtectedTable,
    Rounding,
    audit_tables,
    protect_table,
    protect_tables,
    read_policy,
    release_open,
    two_way_table,
)
from arwap_analysis.disclosure.rounding import controlled_rounding, nearest_rounding, random_rounding
from arwap_analysis.errors import DataError, ParameterError
from tests.disclosure.conftest import brute_force, rows_of, two_way, two_way_matrix, with_margins

PARTS = {"North": ["a0", "a1", "a2"], "South": ["a3", "a4", "a5"]}


def shown_again(table, release):
    """Return the table as it would be published."""
    texts = release.text_of(0)
    rows = rows_of(table)
    for (row, column), text in texts.items():
        rows[row - 1][rows[0].index(column)] = text
    return two_way_table(rows, name="published.csv")


def counts(seed, shape=(6, 4), mean=7):
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(1.0, mean, shape))


def hierarchy(seed):
    """Return rows of a table of six areas in two regions by four groups."""
    body = counts(seed)
    full = with_margins(body)
    north, south = full[:3].sum(axis=0), full[3:6].sum(axis=0)
    rows = rows_of(full)
    rows[-1:-1] = [["North", *map(str, north)], ["South", *map(str, south)]]
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_a_protected_table_gives_nothing_away(seed):
    full = with_margins(counts(seed))
    release = protect_table(two_way(full))
    assert release.pattern.safe
    found = audit_tables([shown_again(full, release)])
    assert found.safe, [str(cell) for cell in found.recoverable]
    assert found.hidden == release.hidden.sum()


def least_loss(full, threshold=3):
    """Find the least number of hidden cells by trying every pattern, each attacked by trying every number."""
    flat = full.ravel().astype(float)
    matrix = two_way_matrix(full.shape[0] - 1, full.shape[1] - 1)
    primary = flat < threshold
    others = np.flatnonzero(~primary)
    for extra in range(others.size + 1):
        for chosen in itertools.combinations(others, extra):
            hidden = primary.copy()
            hidden[list(chosen)] = True
            if hidden.sum() > 4:
                continue
            lower, upper = np.where(hidden, 0.0, flat), np.where(hidden, flat.max() + 6, flat)
            low, high = brute_force(matrix, lower, upper, most=flat.max() + 6)
            wide = (high - low >= threshold - 1) & (~primary | ((low <= 0) & (high >= threshold - 1)))
            if wide[hidden].all():
                return hidden.sum()
    return None


def test_the_loss_is_the_least_of_all_patterns():
    body = np.array([[1, 4], [4, 5]])
    full = with_margins(body)
    release = protect_table(two_way(full), policy=DisclosurePolicy(threshold=3, loss="count"))
    assert release.pattern.gap == 0
    assert release.hidden.sum() == least_loss(full) == 4


def test_hiding_the_small_counts_alone_is_caught():
    full = with_margins(np.array([[3, 20, 30], [15, 2, 40], [12, 8, 20]]))
    found = audit_tables([two_way(full, hidden=full < 5)])
    assert [(cell.low, cell.high) for cell in found.recoverable] == [(3, 3), (2, 2)]
    assert "53 (a0, Total) - (20 (a0, g1) + 30 (a0, g2)) = 3" in found.recoverable[0].how or (
        "30 (Total, g0) - (15 (a1, g0) + 12 (a2, g0)) = 3" in found.recoverable[0].how
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_complementary_cell_that_is_shown_again_is_caught_whenever_it_gives_one_away(seed):
    body = np.random.default_rng(seed).integers(1, 9, (2, 3))
    full = with_margins(body).astype(float)
    release = protect_table(two_way(full), policy=DisclosurePolicy(threshold=3))
    matrix = two_way_matrix(2, 3)
    order = [release.linked.index[frozenset(key)] for key in keys_in_order(release, full)]
    hidden = release.hidden[order]
    for cell in np.flatnonzero(hidden & (full.ravel() >= 3)):
        weaker = hidden.copy()
        weaker[cell] = False
        if not 0 < weaker.sum() <= 4:
            continue
        most = full.max() + 10
        lower, upper = np.where(weaker, 0.0, full.ravel()), np.where(weaker, most, full.ravel())
        low, high = brute_force(matrix, lower, upper, most=most)
        found = audit_tables([two_way(full, hidden=weaker.reshape(full.shape))], policy=DisclosurePolicy(threshold=3))
        assert found.safe == bool((high - low >= 2)[weaker].all())


def keys_in_order(release, full):
    """Keys of the cells of a table, line by line."""
    by_place = {}
    for key, places in zip(release.linked.keys, release.linked.places, strict=True):
        by_place[places[0][1]] = key
    return [by_place[k] for k in range(full.size)]


def test_regions_and_totals_are_protected_together():
    rows = hierarchy(3)
    table = two_way_table(rows, name="t.csv")
    release = protect_table(table, parts=PARTS)
    for (row, column), text in release.text_of(0).items():
        rows[row - 1][rows[0].index(column)] = text
    assert release.pattern.safe
    assert audit_tables([two_way_table(rows, name="p.csv")], parts=PARTS).safe


def test_a_region_published_beside_a_safe_table_is_caught():
    rows = [
        ["Area", "g0", "g1", "Total"],
        ["a0", "[c]", "[c]", "23"],
        ["a1", "[c]", "[c]", "41"],
        ["a2", "14", "6", "20"],
        ["North", "18", "46", "64"],
        ["Total", "32", "52", "84"],
    ]
    assert audit_tables([two_way_table(rows, name="t.csv")], parts={"North": ["a0", "a1"]}).safe
    told = [*rows]
    told[2] = ["a1", "15", "26", "41"]
    found = audit_tables([two_way_table(told, name="t.csv")], parts={"North": ["a0", "a1"]})
    assert {cell.low for cell in found.recoverable} == {3, 20}


def test_years_that_are_added_up_give_a_hidden_count_away():
    tables = [
        two_way_table([["Area", "A", "B"], ["X", "[c]", "20"], ["Y", "9", "8"]], name="2021"),
        two_way_table([["Area", "A", "B"], ["X", "7", "22"], ["Y", "9", "8"]], name="2022"),
        two_way_table([["Area", "A", "B"], ["X", "10", "42"], ["Y", "18", "16"]], name="Total"),
    ]
    (cell,) = audit_tables(tables, per_table="year").recoverable
    assert (cell.low, cell.high) == (3, 3)


def test_an_earlier_release_gives_a_hidden_count_away():
    now = two_way_table([["Area", "A", "B"], ["X", "[c]", "20"]], name="now")
    before = two_way_table([["Area", "A", "B"], ["X", "3", "20"]], name="before")
    assert audit_tables([now]).safe
    found = audit_tables([now, before])
    assert not found.safe
    with pytest.raises(DataError, match="published before"):
        protect_tables([before], published=[before])


def test_tables_that_share_a_margin_are_protected_as_one():
    groups = two_way_table([["Area", "A", "B", "Total"], ["X", "3", "20", "23"], ["Y", "9", "8", "17"]], name="g")
    sexes = two_way_table([["Area", "F", "M", "Total"], ["X", "11", "12", "23"], ["Y", "9", "8", "17"]], name="s")
    release = protect_tables([groups, sexes])
    assert release.pattern.safe
    # The total of X is the same in both: if it is hidden in one it is hidden in the other.
    assert release.text_of(0)[2, "Total"] == release.text_of(1)[2, "Total"]


def test_figures_of_one_cell_that_disagree_are_refused():
    one = two_way_table([["Area", "A"], ["X", "30"]], name="one")
    two = two_way_table([["Area", "A"], ["X", "31"]], name="two")
    with pytest.raises(DataError, match="is 30 in one and another number here"):
        audit_tables([one, two])


def test_a_table_that_does_not_add_up_is_refused_unless_it_is_rounded():
    rows = [["Area", "A", "B", "Total"], ["X", "10", "20", "35"]]
    with pytest.raises(DataError, match="contradict"):
        audit_tables([two_way_table(rows, name="t")])
    policy = DisclosurePolicy(rounding=Rounding(base=5))
    assert audit_tables([two_way_table(rows, name="t")], policy=policy).safe


def test_rounding_that_can_be_undone_is_caught():
    # 0 + 0 = 5 (to the nearest 5) can only be 2, 1 and 3 or the like; three zeros and a 10 are 2, 2, 2 and at most 6.
    rows = [["Area", "A", "B", "C", "D", "Total"], ["X", "0", "0", "0", "0", "10"]]
    found = audit_tables([two_way_table(rows, name="t")], policy=DisclosurePolicy(rounding=Rounding(base=5)))
    assert {(cell.kind, cell.low, cell.high) for cell in found.recoverable} == {("rounded", 2, 2)}


def test_a_small_count_that_is_published_is_caught():
    found = audit_tables([two_way_table([["Area", "A"], ["X", "3"], ["Y", "0"]], name="t")])
    assert [cell.name for cell in found.recoverable] == ["X, A"]


def test_readers_who_know_that_only_small_counts_are_hidden_learn_more():
    rows = [["Area", "A", "B", "C", "Total"], ["X", "[c]", "[c]", "20", "27"]]
    assert audit_tables([two_way_table(rows, name="t")]).safe
    found = audit_tables([two_way_table(rows, name="t")], only_small=True)
    assert {(cell.low, cell.high) for cell in found.recoverable} == {(3, 4)}


def test_where_zeros_are_shown_a_hidden_count_is_at_least_one():
    rows = [["Area", "A", "B", "C", "Total"], ["X", "[c]", "[c]", "20", "22"]]
    found = audit_tables([two_way_table(rows, name="t")], policy=DisclosurePolicy(zeros="shown", width=1))
    assert {(cell.low, cell.high) for cell in found.recoverable} == {(1, 1)}
    full = with_margins(np.array([[0, 20, 3], [15, 2, 40], [12, 8, 0]]))
    release = protect_table(two_way(full), policy=DisclosurePolicy(zeros="shown"))
    assert release.text_of(0)[2, "g0"] == "0"
    assert release.pattern.safe


def test_what_the_publisher_withheld_stays_hidden_and_cannot_be_worked_out():
    rows = [["Area", "A", "B", "Total"], ["X", "[c]", "20", "[x]"], ["Y", "9", "8", "17"], ["Total", "12", "28", "40"]]
    release = protect_table(two_way_table(rows, name="t"))
    texts = release.text_of(0)
    assert texts[2, "A"] == "[c]"
    assert texts[2, "Total"] == "[x]"
    assert release.pattern.safe
    assert texts[3, "A"] == "[c]" or texts[4, "A"] == "[c]"


def test_the_shorthand_bounds_what_it_means():
    rows = [["Area", "A", "B", "C", "Total"], ["X", "[c]", "[low]", "[z]", "10"]]
    policy = DisclosurePolicy(rounding=Rounding(base=5))
    (cell,) = audit_tables([two_way_table(rows, name="t")], policy=policy).cells
    assert (cell.low, cell.high) == (6, 11)


def test_money_is_protected_where_one_contribution_dominates():
    rows = [
        ["Area", "A", "B", "Total"],
        ["X", "100.5", "50.5", "151.0"],
        ["Y", "80.0", "90.0", "170.0"],
        ["Total", "180.5", "140.5", "321.0"],
    ]
    largest = {("X", "A"): [90.0, 5.0], ("Y", "A"): [30.0, 30.0], ("X", "B"): [20.0, 20.0], ("Y", "B"): [40.0, 20.0]}
    policy = DisclosurePolicy(threshold=None, dominance=Dominance(p=10))
    release = protect_table(two_way_table(rows, name="t"), policy=policy, largest=largest)
    # p%: 10% of 90 less what is left of 100.5 without 90 and 5 is 3.5 (Hundepool et al. 2012, table 4.2).
    assert release.text_of(0)[2, "A"] == "[c]"
    assert release.primary.sum() == 1
    assert release.hidden.sum() == 4
    policy = DisclosurePolicy(threshold=None, dominance=Dominance(n=1, k=80))
    assert protect_table(two_way_table(rows, name="t"), policy=policy, largest=largest).primary.sum() == 1
    with pytest.raises(DataError, match="largest contributions"):
        protect_table(two_way_table(rows, name="t"), policy=policy)


def test_controlled_rounding_keeps_tables_additive_and_moves_no_count_by_a_base():
    full = with_margins(counts(5)).astype(float)
    matrix = two_way_matrix(6, 4)
    rounded = controlled_rounding(matrix, full.ravel(), 5)
    assert (matrix @ rounded == 0).all()
    assert (rounded % 5 == 0).all()
    assert (np.abs(rounded - full.ravel()) < 5).all()


def test_random_rounding_is_the_same_for_the_same_cell_and_unbiased():
    keys = [f"cell {k}" for k in range(4000)]
    values = np.full(4000, 7.0)
    rounded = random_rounding(values, 5, keys=keys, secret="s")
    np.testing.assert_array_equal(rounded, random_rounding(values, 5, keys=keys, secret="s"))
    assert set(rounded) == {5.0, 10.0}
    # Standard error of the mean: sqrt(6 / 4000) = 0.039.
    assert rounded.mean() == pytest.approx(7.0, abs=0.15)
    assert (rounded != random_rounding(values, 5, keys=keys, secret="t")).any()


def test_nearest_rounding_takes_halves_up():
    np.testing.assert_array_equal(nearest_rounding(np.array([2.0, 3, 7, 8, 5]), 5), [0, 5, 5, 10, 5])
    np.testing.assert_array_equal(nearest_rounding(np.array([1.0, 2, 149, 150]), 100), [0, 0, 100, 200])


@pytest.mark.parametrize("method", ["nearest", "random", "controlled"])
def test_rounding_and_hiding_together_are_safe_and_hide_no_more_than_hiding_alone(method):
    full = with_margins(counts(2))
    policy = DisclosurePolicy(rounding=Rounding(base=5, method=method, key="k"))
    release = protect_table(two_way(full), policy=policy)
    assert release.pattern.safe
    assert release.hidden.sum() <= protect_table(two_way(full)).hidden.sum()
    assert audit_tables([shown_again(full, release)], policy=policy).safe


def test_a_policy_is_read_from_its_card_with_every_fault(tmp_path):
    card = tmp_path / "policy.yml"
    card.write_text("id: x\nthreshold: 10\nzeros: shown\nrounding:\n  base: 5\n  method: random\n", encoding="utf-8")
    policy = read_policy(card)
    assert policy.range_width == 8
    assert "Counts under 10 are hidden (zeros are shown)" in policy.statement
    card.write_text("id: x\nthreshhold: 10\nzeros: maybe\n", encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        read_policy(card)
    assert len(caught.value.faults) == 2


def test_only_what_passed_an_attack_becomes_a_protected_table():
    frame = pd.DataFrame({"a": [1]})
    rule = Policy("under_5", "Counts under 5 are hidden.")
    with pytest.raises(ValueError, match="without an attack"):
        ProtectedTable(frame, policy=rule)
    with pytest.raises(ValueError, match="may not be shown"):
        ProtectedTable(frame, policy=rule, audit=AuditResult(False, 1, ""))
    assert release_open(frame).policy is OPEN_DATA
    assert release_open(frame).audit is None
