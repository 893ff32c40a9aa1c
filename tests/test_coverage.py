import pytest

from benchmarks.coverage import SCENARIOS, coverage
from benchmarks.coverage_models import FAMILIES, simulate


@pytest.mark.slow
@pytest.mark.parametrize("size", [50, 200, 1000])
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_interval_holds_the_truth_as_often_as_it_says(name, size):
    """20,000 simulated tables; 93% to 97%, and for exact intervals, which never promise less, 94.5% and up."""
    scenario = SCENARIOS[name]
    if size < scenario.from_size:
        pytest.skip(f"reported in docs/methods.md, and held from {scenario.from_size} people on")
    found = coverage(scenario, size)
    if scenario.exact:
        assert found >= 0.945
    else:
        assert 0.93 <= found <= 0.97


@pytest.mark.slow
def test_a_wrong_interval_would_be_found():
    """An interval of 90% that is called 95% fails the bounds above."""
    from arwap_analysis import measures
    from benchmarks.coverage import LEVELS, Scenario

    narrow = Scenario(lambda x, n: measures.proportion(x, n, confidence=0.9), lambda n: LEVELS)
    assert coverage(narrow, 1000) < 0.93


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.held])
def test_the_interval_of_a_model_holds_the_truth_as_often_as_it_says(name):
    """1,000 simulated data sets of the greatest size: 95% give or take three points, over four Monte Carlo errors."""
    family = FAMILIES[name]
    found = simulate(name, family.sizes[-1])
    shares = {interval: found[interval][0] for interval in family.held}
    assert all(0.92 <= share <= 0.98 for share in shares.values()), shares


@pytest.mark.slow
def test_a_wrong_interval_of_a_model_would_be_found():
    """Intervals of 90% that are called 95% fail the bounds above."""
    found = simulate("additive interaction", 500, confidence=0.9)
    assert found["RERI"][0] < 0.92
