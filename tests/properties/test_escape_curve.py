"""Whatever its numbers: more contraction never means fewer entries, and none never means nothing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from amoeboid.evidence import Parameters, catalogue
from amoeboid.inference.escape_curve import Counts, CurveTarget, Priors, entry_of, log_odds_of
from amoeboid.inference.escape_exit import exit_curves
from amoeboid.process import EscapeLink, LinkLevel

P = Parameters(catalogue())
LOWER, UPPER = CurveTarget(Counts(*np.ones((4, 1))), Priors.of(P)).bounds
THETAS = st.tuples(*(st.floats(low, high) for low, high in zip(LOWER, UPPER, strict=True))).map(np.array)
KNOTS = np.linspace(0.0, 1.0, 33)


@given(THETAS)
def test_entry_rises_with_contraction_and_keeps_its_floor(theta):
    entry = entry_of(theta[None], KNOTS)[0]
    top, floor = np.exp(theta[:2])
    assert np.all(np.diff(entry) >= 0.0)
    np.testing.assert_allclose(entry[[0, -1]], [top * floor, top], rtol=1e-9)


@given(THETAS)
def test_odds_of_clusters_go_one_way(theta):
    change = np.sign(np.diff(log_odds_of(theta[None], KNOTS)[0]))
    assert len(set(change.tolist()) - {0.0}) <= 1


@settings(max_examples=40, deadline=None)  # five least squares each
@given(
    st.lists(st.floats(0.02, 0.98), min_size=1, max_size=6, unique=True),
    st.lists(st.floats(0.0, 0.99), min_size=6, max_size=6),
    st.floats(1e-4, 0.3),
    st.integers(0, 2**31),
)
def test_a_cell_that_contracts_more_is_no_less_likely_to_leave(drives, pushes, floor, seed):
    levels = [
        LinkLevel("x", "x", np.array([c]), *np.zeros((3, 1), dtype=np.int64), np.ones(1), np.array([q]))
        for c, q in zip(drives, pushes, strict=False)
    ]
    chance = exit_curves(levels, KNOTS, np.full(5, floor), rest=0.0, parameters=P, seed=seed)
    assert np.all(np.diff(chance, axis=1) >= 0.0)
    assert chance.min() > 0.0
    assert chance.max() < 1.0


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_flat_link_multiplies_nothing(here, there):
    flat = EscapeLink(np.array([0.0, 1.0]), *(np.full((1, 2), x) for x in (0.01, 0.2, 0.5)), "flat")
    np.testing.assert_allclose([float(x) for x in flat.relative(here, there)], 1.0, rtol=1e-12)
