"""The neighbour list against a tree search, for any bins, threads and storage."""

import numpy as np
import pytest

from amoeboid.kernels import neighbours, threads
from amoeboid.kernels.reference import neighbours as twin


def cloud(n, seed, edge):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, edge, (n, 3)), rng.uniform(6.0, 10.0, n)


def as_pairs(near):
    """Give the list as ordered pairs of rows, in the order of the lists."""
    return np.stack([np.repeat(np.arange(len(near.offsets) - 1), np.diff(near.offsets)), near.flat], axis=1)


@pytest.mark.parametrize(("n", "edge"), [(2, 20.0), (300, 80.0), (300, 2000.0), (3000, 220.0), (200, 25.0)])
def test_the_list_equals_a_tree_search(n, edge):
    position, radius = cloud(n, n, edge)
    found = as_pairs(neighbours.Builder().build(position, radius, 3.0))
    listed = set(map(tuple, found.tolist()))
    assert len(listed) == len(found)
    assert listed >= set(map(tuple, twin.pairs(position, radius, 3.0).tolist()))
    assert listed <= set(map(tuple, twin.pairs(position, radius, 3.0 + 4e-6 * edge).tolist()))


def test_storage_changes_no_pair():
    position, radius = cloud(2000, 1, 180.0)
    shuffle = np.random.default_rng(2).permutation(2000)
    straight = as_pairs(neighbours.Builder().build(position, radius, 3.0))
    mixed = shuffle[as_pairs(neighbours.Builder().build(position[shuffle], radius[shuffle], 3.0))]
    assert set(map(tuple, straight.tolist())) == set(map(tuple, mixed.tolist()))
    assert len(straight) > 5 * 2000


def test_one_and_three_threads_give_the_same_bytes():
    position, radius = cloud(8000, 3, 300.0)
    before = threads.threads()
    try:
        built = []
        for n_threads in (1, 3):
            threads.set_threads(n_threads)
            built.append(neighbours.Builder().build(position, radius, 3.0))
    finally:
        threads.set_threads(before)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(*built, strict=True))


def test_scratch_grows_when_cells_crowd():
    position, radius = cloud(500, 4, 20.0)
    near = neighbours.Builder().build(position, radius, 30.0)
    assert np.diff(near.offsets).max() > neighbours.FIRST_ROOM
    assert len(near.flat) >= len(twin.pairs(position, radius, 30.0))


def test_no_cells_give_an_empty_list():
    near = neighbours.Builder().build(np.empty((0, 3)), np.empty(0), 3.0)
    assert near.offsets.tolist() == [0]


def test_a_far_cell_does_not_cost_a_bin_for_every_gap():
    bins = neighbours.choose_bins(np.zeros(3), np.full(3, 1e6), 8.0, 4.0, 100)
    assert bins.n_x * bins.n_y * bins.n_z <= 8 * 100 + 64 + 3 * 11**2 + 3 * 11 + 1
