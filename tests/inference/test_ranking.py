import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from arwap_analysis import inference
from arwap_analysis.errors import MeasureError

PARTS = hnp.arrays(float, (5, 3), elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))


def test_scores_are_weighted_averages_and_weights_need_not_add_up_to_one():
    parts = [[1, 0], [0.5, 0.5], [0, 1]]
    np.testing.assert_allclose(inference.weighted_scores(parts, weights=[3, 1]), [0.75, 0.5, 0.25])
    assert np.isnan(inference.weighted_scores([[np.nan, 1]], weights=[1, 1])).all()


@given(PARTS, st.integers(1, 5))
def test_the_first_places_are_shared_out_whole(parts, top):
    found = inference.rank_under_weights(parts, weights=[1, 1, 1], rng=np.random.default_rng(0), top=top, draws=1000)
    assert found.among_first.sum() == pytest.approx(top)
    assert (found.best <= found.worst).all()


def test_who_leads_in_every_part_is_always_first_and_who_trails_never():
    parts = [[1, 1, 1], [0.5, 0.2, 0.9], [0.1, 0.6, 0.1], [0, 0, 0]]
    found = inference.rank_under_weights(parts, weights=[1, 1, 1], rng=np.random.default_rng(0), top=1, draws=2000)
    assert found.among_first[0] == 1
    assert found.among_first[3] == 0
    assert (found.worst[0], found.best[3]) == (1, 4)


def test_two_opposites_lead_half_the_time_each():
    """By symmetry the share is one half; its simulation error at 10,000 draws is 0.005."""
    found = inference.rank_under_weights([[1, 0], [0, 1]], weights=[1, 1], rng=np.random.default_rng(2), top=1)
    assert found.among_first[0] == pytest.approx(0.5, abs=0.02)


def test_a_part_without_weight_stays_out():
    parts = [[0.2, 1.0], [0.4, 0.0]]
    found = inference.rank_under_weights(parts, weights=[1, 0], rng=np.random.default_rng(0), top=1, draws=1000)
    assert found.among_first.tolist() == [0, 1]


@pytest.mark.parametrize(
    "call",
    [
        lambda: inference.weighted_scores([[2, 0]], weights=[1, 1]),
        lambda: inference.weighted_scores([[1, 0]], weights=[0, 0]),
        lambda: inference.weighted_scores([[1, 0]], weights=[-1, 2]),
        lambda: inference.rank_under_weights([[np.nan, 1]], weights=[1, 1], rng=np.random.default_rng(0)),
        lambda: inference.rank_under_weights([[1, 1]], weights=[1, 1], rng=np.random.default_rng(0), draws=5),
    ],
)
def test_bad_parts_weights_and_draws_are_refused(call):
    with pytest.raises(MeasureError):
        call()
