import numpy as np
import pytest

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError

X, Y, W = np.array([120, 30, 5, 60, 0, 15]), np.array([300, 500, 410, 90, 200, 45]), np.array([80, 20, 40, 150, 10, 5])
T = X + Y + W


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (measures.dissimilarity_index(X, T), 0.48566392479435955),  # Dissim
        (measures.isolation_index(X, T), 0.19979498762107453),  # Isolation
        (measures.exposure_index(X, Y + W, T), 0.8002050123789254),  # Interaction
        (measures.information_theory_index(np.stack([X, Y + W], axis=-1)), 0.16388141894871658),  # Entropy
        (measures.information_theory_index(np.stack([X, Y, W], axis=-1)), 0.20376658210191542),  # MultiInfoTheory
    ],
)
def test_the_indices_equal_those_of_the_segregation_package(found, expected):
    """PySAL segregation 2.5.4 on the same six areas; relative tolerance 1e-12."""
    np.testing.assert_allclose(found.estimate, expected, rtol=1e-12)
    assert np.isnan(found.lower)
    assert "description" in found.method


def test_complete_and_absent_segregation():
    np.testing.assert_allclose(measures.dissimilarity_index([10, 0], [10, 30]).estimate, 1)
    np.testing.assert_allclose(measures.dissimilarity_index([10, 20], [20, 40]).estimate, 0)
    np.testing.assert_allclose(measures.information_theory_index([[10, 0], [0, 30]]).estimate, 1)
    assert np.isnan(measures.dissimilarity_index([0, 0], [10, 30]).estimate)
    assert np.isnan(measures.information_theory_index([[10, 0], [5, 0]]).estimate)


def test_many_tables_at_once_and_areas_that_are_not_known():
    found = measures.dissimilarity_index(np.stack([X, X]), np.stack([T, 2 * T]))
    assert found.shape == (2,)
    with_gap = measures.isolation_index(np.append(X, np.nan), np.append(T, 50))
    np.testing.assert_allclose(with_gap.estimate, measures.isolation_index(X, T).estimate)


def test_a_part_larger_than_the_whole_is_refused():
    with pytest.raises(MeasureError, match="larger than total"):
        measures.isolation_index([5], [4])
    with pytest.raises(MeasureError, match="larger than total"):
        measures.exposure_index([3], [3], [5])
