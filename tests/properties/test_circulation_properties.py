"""What holds for any circulation: cells are kept count of, and more loss never brings cells further round."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from amoeboid.body import Circulation
from amoeboid.body.cancers import soil

N = 5
SHARES = arrays(np.float64, (N, N), elements=st.floats(0.01, 1.0))
CHANCES = arrays(np.float64, (2, N), elements=st.floats(0.01, 0.49))


def graph(shares, arrest, death):
    return Circulation(tuple("abcde"), shares / shares.sum(axis=1, keepdims=True), arrest, death)


@settings(max_examples=60, deadline=None)
@given(SHARES, CHANCES, CHANCES)
def test_every_cell_is_caught_or_dies_in_any_circulation(shares, arrest, death):
    one = graph(shares, arrest, death)
    caught = one.caught_from()
    assert caught.min() >= 0.0
    # what is caught and what dies in a bed are as its two chances: together they make 1
    total = caught * (1.0 + death / arrest)[:, None, :]
    assert np.allclose(total.sum(axis=-1), 1.0, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(SHARES, CHANCES)
def test_names_of_beds_do_not_matter(shares, arrest):
    one = graph(shares, arrest, np.zeros((2, N)))
    order = np.array([3, 1, 4, 0, 2])
    other = Circulation(
        tuple(one.beds[k] for k in order), one.drain[np.ix_(order, order)], arrest[:, order], np.zeros((2, N))
    )
    assert np.allclose(other.caught_from(), one.caught_from()[:, order][:, :, order], rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(SHARES, CHANCES, st.integers(0, N - 1))
def test_a_bed_that_catches_more_takes_from_all_others(shares, arrest, bed):
    before = graph(shares, arrest, np.zeros((2, N))).caught_from()
    more = arrest.copy()
    more[:, bed] = 0.9
    after = graph(shares, more, np.zeros((2, N))).caught_from()
    others = np.arange(N) != bed
    assert np.all(after[..., bed] >= before[..., bed] - 1e-12)
    assert np.all(after[..., others] <= before[..., others] + 1e-12)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, 6, elements=st.floats(1e-3, 1.0)), arrays(np.float64, 6, elements=st.floats(1e-6, 1.0)))
def test_soil_brings_flow_to_any_target_whatever_its_scale(target, weight):
    found = weight * soil(target, weight)
    assert np.allclose(found / found.sum(), target / target.sum(), rtol=1e-9)
    assert np.allclose(soil(target, 7.0 * weight), soil(target, weight), rtol=1e-9)
