"""The law of the matrix: kernel against twin, derivatives, symmetry, and what makes energy impossible to create."""

import numpy as np
import pytest

from amoeboid.kernels import fibres
from amoeboid.kernels.reference import fibres as twin

LAW = fibres.Stretch(0.15, 20.0)
UPPER = np.triu_indices(6)


def tensors(n, seed):
    """Give fibre tensors of trace 1, from even to fully along one line."""
    rng = np.random.default_rng(seed)
    p = rng.normal(size=(n, 3))
    p /= np.linalg.norm(p, axis=1)[:, None]
    share = np.linspace(0.0, 1.0, n)[:, None]
    line = np.stack([p[:, a] * p[:, b] for a, b in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))], axis=1)
    return share * line + (1 - share) * np.array([1 / 3, 1 / 3, 1 / 3, 0, 0, 0])


def answered(strain, tensor, moduli):
    n = len(strain)
    out = (np.full((n, 6), np.nan), np.full((n, 21), np.nan), np.full(n, np.nan))
    fibres.respond(0, n, np.ascontiguousarray(strain), tensor, moduli, LAW, out)
    return out


def drawn(n, size=0.2, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, size, (n, 6)), tensors(n, seed), rng.uniform(0.01, 1.0, (n, 3))


def test_stress_tangent_and_energy_equal_their_twin():
    strain, tensor, moduli = drawn(60)
    stress, tangent, energy = answered(strain, tensor, moduli)
    for v in range(60):
        wanted = twin.respond(strain[v], tensor[v], moduli[v], LAW)
        np.testing.assert_allclose(stress[v], wanted[0], rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(tangent[v], wanted[1][UPPER], rtol=1e-10, atol=1e-13)
        assert energy[v] == pytest.approx(wanted[2], rel=1e-10)


def test_the_stress_is_the_slope_of_the_energy():
    strain, tensor, moduli = drawn(40, size=0.1, seed=2)
    stress, _, _ = answered(strain, tensor, moduli)
    step = 1e-6
    for a in range(6):
        up, down = strain.copy(), strain.copy()
        up[:, a] += step
        down[:, a] -= step
        slope = (answered(up, tensor, moduli)[2] - answered(down, tensor, moduli)[2]) / (2 * step)
        np.testing.assert_allclose(slope, stress[:, a] * (1.0 if a < 3 else 2.0), rtol=1e-5, atol=1e-6)


def test_the_energy_is_convex_so_that_no_step_makes_energy():
    # W(b) - W(a) <= stress(b) : (b - a) for any two strains
    a, tensor, moduli = drawn(500, size=0.3, seed=3)
    b = np.random.default_rng(4).normal(0.0, 0.3, a.shape)
    stress, _, gained = answered(b, tensor, moduli)
    work = np.sum(stress * (b - a) * np.array([1, 1, 1, 2, 2, 2]), axis=1)
    assert np.all(gained - answered(a, tensor, moduli)[2] <= work + 1e-12)


def test_fibres_in_all_directions_make_a_body_of_poisson_ratio_one_quarter():
    # affine network, all fibres strained: mu = lambda = k / 15
    strain = np.array([[0.01, 0.02, 0.03, 0.0, 0.0, 0.0]]) * 1e-6
    _, tangent, _ = answered(strain, tensors(1, 1), np.array([[0.0, 0.0, 3.0]]))
    whole = np.zeros((6, 6))
    whole[UPPER] = tangent[0]
    assert whole[0, 0] == pytest.approx(3 * 3.0 / 15, rel=1e-5)
    assert whole[0, 1] == pytest.approx(3.0 / 15, rel=1e-5)
    assert whole[3, 3] == pytest.approx(3.0 / 15, rel=1e-5)


def test_fibres_buckle_and_only_the_ground_resists_compression():
    pressed = np.array([[-0.1, -0.1, -0.1, 0.0, 0.0, 0.0]])
    stress, _, _ = answered(pressed, tensors(1, 1), np.array([[0.2, 0.3, 50.0]]))
    assert stress[0, 0] == pytest.approx(3 * 0.2 * -0.1 + 2 * 0.3 * -0.1, rel=1e-12)


def test_aligned_fibres_pull_along_their_line_only():
    line = np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]])
    bare = np.array([[0.0, 0.0, 1.0]])
    along, _, _ = answered(np.array([[0.1, 0, 0, 0, 0, 0.0]]), line, bare)
    across, _, _ = answered(np.array([[0, 0.1, 0, 0, 0, 0.0]]), line, bare)
    assert along[0, 0] > 5.0 * across[0, 1]


def test_the_modulus_of_a_stretched_fibre_grows_with_its_stress_as_in_collagen():
    # licup-2015: modulus in proportion to stress; here K = 1 + stress / s_c up to the end of the exponential
    for stretch in (0.05, 0.2, 0.4):
        _, force, slope = fibres.fibre(stretch, LAW)
        assert slope == pytest.approx(1.0 + force / LAW.scale, rel=1e-12)
    assert fibres.fibre(3.0, LAW)[2] == pytest.approx(LAW.most)
