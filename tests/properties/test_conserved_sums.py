"""Sums that reactions keep: right, and all of them, for any stoichiometry."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from amoeboid.signalling.conservation import conserved

counts = st.sampled_from([-2.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 0.5])
matrices = st.integers(1, 8).flatmap(
    lambda n: st.lists(st.lists(counts, min_size=n, max_size=n), min_size=0, max_size=8).map(
        lambda rows: np.array(rows, dtype=float).reshape(len(rows), n)
    )
)


@given(matrices)
@settings(max_examples=300, deadline=None)
def test_sums_are_kept_and_span_all_that_are(matrix: np.ndarray) -> None:
    n_reactions, n_states = matrix.shape
    changes = [{k: float(count) for k, count in enumerate(row) if count} for row in matrix]
    sums = conserved(changes, range(n_states))
    dense = np.array([[total.get(k, 0) for k in range(n_states)] for total in sums]).reshape(len(sums), n_states)
    assert np.array_equal(dense @ matrix.T, np.zeros((len(sums), n_reactions)))
    rank = np.linalg.matrix_rank(matrix) if matrix.size else 0
    assert len(sums) == n_states - rank
    assert np.linalg.matrix_rank(dense) == len(sums) if len(sums) else True


def test_states_that_something_else_moves_are_in_no_sum() -> None:
    assert conserved([{0: -1.0, 1: 1.0}], [0]) == []
    assert conserved([{0: -1.0, 1: 1.0}], [0, 1]) == [{0: 1, 1: 1}]


def test_counts_that_are_no_plain_fractions_give_no_sums() -> None:
    assert conserved([{0: -1.0, 1: 0.123456789}], [0, 1]) == []
    assert conserved([{0: -1.0, 1: float("nan")}], [0, 1]) == []
    assert conserved([{0: -1.0, 1: 1.5}], [0, 1]) == [{0: 3, 1: 2}]
