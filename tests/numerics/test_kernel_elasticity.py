"""Forces and strains of voxels: kernel against twin, patch test, and bytes for any number of threads."""

import numpy as np
import pytest

from amoeboid.kernels import elasticity, threads
from amoeboid.kernels.reference import elasticity as twin
from amoeboid.kernels.threads import run_chunks

EDGE = 7.0
SHAPE = (3, 4, 5)
UPPER = np.triu_indices(6)


def case(shape=SHAPE, seed=1):
    rng = np.random.default_rng(seed)
    u = rng.normal(size=(*(n + 1 for n in shape), 3))
    half = rng.normal(size=(*shape, 6, 6))
    tangents = np.einsum("...ab,...cb->...ac", half, half)
    return u, tangents, rng.uniform(0.1, 1.0, shape)


def packed(tangents):
    return np.ascontiguousarray(tangents[..., UPPER[0], UPPER[1]])


def forced(u, tangents, hold, edge=EDGE):
    parts, out = np.empty((*hold.shape, elasticity.N_FORCES)), np.empty_like(u)
    run_chunks(elasticity.stiffen, hold.shape[0], u, packed(tangents), hold, edge, parts, grain=1)
    free = np.ones(u.shape[:3], dtype=bool)
    run_chunks(elasticity.gather, u.shape[0], parts, edge, free, out, grain=1)
    return out


def test_strains_equal_their_twin():
    u, _, _ = case()
    got = np.empty((*SHAPE, 6))
    elasticity.strains(0, SHAPE[0], u, EDGE, got)
    np.testing.assert_allclose(got, twin.strain(u, EDGE), rtol=1e-12, atol=1e-14)


def test_forces_equal_their_twin():
    u, tangents, hold = case()
    np.testing.assert_allclose(forced(u, tangents, hold), twin.forces(u, tangents, hold, EDGE), rtol=1e-11, atol=1e-11)


def test_a_linear_field_gives_one_strain_and_no_force_inside():
    slope = np.random.default_rng(2).normal(size=(3, 3))
    at = np.stack(np.meshgrid(*(EDGE * np.arange(n + 1) for n in SHAPE), indexing="ij")[::-1], axis=-1)
    u = at @ slope
    _, tangents, hold = case()
    tangents[:] = tangents[0, 0, 0]
    got = np.empty((*SHAPE, 6))
    elasticity.strains(0, SHAPE[0], u, EDGE, got)
    even = 0.5 * (slope + slope.T)
    wanted = [even[0, 0], even[1, 1], even[2, 2], even[0, 1], even[0, 2], even[1, 2]]
    np.testing.assert_allclose(got, np.broadcast_to(wanted, got.shape), atol=1e-12)
    force = forced(u, tangents, hold)
    assert np.abs(force[1:-1, 1:-1, 1:-1]).max() < 1e-9 * np.abs(force).max()


def test_a_shift_and_a_small_turn_cost_nothing():
    _, tangents, hold = case()
    at = np.stack(np.meshgrid(*(EDGE * np.arange(n + 1) for n in SHAPE), indexing="ij")[::-1], axis=-1)
    u = np.cross([0.1, -0.2, 0.3], at) + [1.0, 2.0, 3.0]
    assert np.abs(forced(u, tangents, hold)).max() < 1e-9


def test_forces_of_any_motion_add_up_to_nothing_and_are_symmetric():
    u, tangents, hold = case()
    other = np.random.default_rng(5).normal(size=u.shape)
    force = forced(u, tangents, hold)
    np.testing.assert_allclose(force.sum(axis=(0, 1, 2)), 0.0, atol=1e-9 * np.abs(force).max())
    assert np.sum(other * force) == pytest.approx(np.sum(u * forced(other, tangents, hold)), rel=1e-10)
    assert np.sum(u * force) > 0.0


def test_no_motion_but_a_rigid_one_is_free():
    # 24 corners' numbers less 6 rigid motions: hourglass modes are held
    matrix = twin.stiffness(np.eye(6), 1.0, EDGE)
    assert int(np.sum(np.linalg.eigvalsh(matrix) > 1e-9)) == 18


def test_stresses_alone_give_the_forces_of_their_divergence():
    stress = np.zeros((4, 4, 4, 6))
    stress[..., 0] = np.arange(4.0)  # sigma_xx grows along x
    out, free = np.empty((5, 5, 5, 3)), np.ones((5, 5, 5), dtype=bool)
    elasticity.gather(0, 5, stress, EDGE, free, out)
    # inside: - (d sigma_xx / dx) V = -1 * edge^2
    np.testing.assert_allclose(out[1:-1, 1:-1, 1:-1, 0], -(EDGE**2), rtol=1e-12)
    np.testing.assert_allclose(out[1:-1, 1:-1, 1:-1, 1:], 0.0, atol=1e-12)


def test_forces_and_products_are_the_same_bytes_for_one_and_two_threads():
    u, tangents, hold = case((20, 6, 7), seed=3)
    before, found = threads.threads(), []
    try:
        for n_threads in (1, 2):
            threads.set_threads(n_threads)
            force = forced(u, tangents, hold)
            planes = np.empty(len(u))
            run_chunks(elasticity.products, len(u), u, force, planes, grain=1)
            found.append(force.tobytes() + planes.tobytes())
    finally:
        threads.set_threads(before)
    assert found[0] == found[1]
    assert planes.sum() == pytest.approx(np.sum(u * force), rel=1e-10)
