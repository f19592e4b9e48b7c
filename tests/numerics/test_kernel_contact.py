"""The pair force against its twin and against what the papers' formulas give."""

import numpy as np
import pytest

from amoeboid.kernels import contact
from amoeboid.kernels.reference import contact as twin

STIFFNESS = 4 / 3 * 0.5 / 1.5


def test_the_pair_force_equals_its_twin():
    rng = np.random.default_rng(1)
    for _ in range(3000):
        distance, tension, adhesion = rng.uniform(0.1, 22), rng.uniform(0.05, 3.2), rng.uniform(0, 0.6)
        first, second = rng.uniform(6, 10, 2)
        got = contact.pair_force(distance, first, second, tension, adhesion, STIFFNESS, 2.0)
        expected = float(twin.pair_force(distance, first, second, tension, adhesion, STIFFNESS, 2.0))
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_adhesion_of_two_kinds_and_indentation_equal_their_twins():
    rng = np.random.default_rng(2)
    for _ in range(500):
        e, n, f, m, heterotypic = rng.uniform(0, 1, 5)
        got = contact.pair_adhesion((e, n), (f, m), heterotypic)
        assert got == pytest.approx(float(twin.pair_adhesion((e, n), (f, m), heterotypic)), rel=1e-14)
        distance, first, second = rng.uniform(0.1, 22), *rng.uniform(6, 10, 2)
        _, beside, touch, dent = contact.interaction(distance**2, first, second, 1.0, 0.2, STIFFNESS, 2.0)
        assert dent == pytest.approx(float(twin.indentation(distance, first, second)), rel=1e-12, abs=1e-13)
        assert touch == (distance < first + second)
        assert beside == pytest.approx(touch / distance, rel=1e-14)


def test_one_micrometre_of_overlap_costs_nine_tenths_of_a_nanonewton():
    assert contact.hertz(1.0, 4.2, STIFFNESS) == pytest.approx(0.91, abs=0.005)


@pytest.mark.parametrize(("tension", "share"), [(0.2, 0.87), (1.6, 0.35)])
def test_the_contact_shrinks_as_cells_contract(tension, share):
    assert contact.sine_of_contact(0.2, 2 * tension) == pytest.approx(share, abs=0.005)


def test_adhesion_falls_smoothly_to_nothing_over_its_reach():
    gap = np.linspace(-0.5, 2.5, 3001)
    left = np.array([contact.taper(value, 2.0) for value in gap])
    assert left[0] == 1.0
    assert left[-1] == 0.0
    assert np.all(np.diff(left) <= 0)
    assert np.abs(np.diff(left, 2)).max() < 5e-6


def test_a_contact_is_never_wider_than_the_cell():
    assert contact.sine_of_contact(5.0, 0.4) == 1.0
    assert contact.sine_of_contact(0.0, 0.4) == 0.0
