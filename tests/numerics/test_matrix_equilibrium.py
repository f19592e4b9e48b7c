"""Balance of forces in the matrix against closed forms of elasticity, and its observed order."""

import dataclasses

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.kernels import threads
from amoeboid.tissue.matrix import Material, rest
from amoeboid.tissue.matrix import constitution as laws
from amoeboid.tissue.matrix import equilibrium as balance

P = Parameters(catalogue())
LAW = laws.fibre_law(rest(Material("collagen", 2.0), P), P)
TIGHT = 1e-8
LAME, SHEAR = 0.08, 0.05  # kPa


def linear(active, edge, *, held=balance.FACES, shear=SHEAR):
    """Give a load on an elastic body without fibres and without strain."""
    shape = active.shape[:3]
    moduli = np.zeros((*shape, 3))
    moduli[..., 0], moduli[..., 1] = LAME / SHEAR * shear, shear
    even = np.zeros((*shape, 6))
    even[..., :3] = 1 / 3
    return balance.Load(np.zeros((*shape, 6)), even, moduli, np.zeros((*shape, 2)), active, edge, held)


def corners(n, edge):
    """Give positions of the corners of a cube of n voxels, relative to its middle."""
    line = edge * (np.arange(n + 1) - 0.5 * n)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    return np.stack([x, y, z], axis=-1)


def test_a_body_held_nowhere_takes_the_strain_that_balances_an_even_pull():
    # patch test: stress = - active everywhere, so strain is that of Hooke's law, in every voxel
    active = np.broadcast_to(np.array([0.003, 0.001, 0.0, 0.0005, 0.0, -0.0002]), (4, 5, 6, 6)).copy()
    found = balance.solve(linear(active, 20.0, held=()), LAW, TIGHT)
    trace = active[..., :3].sum(axis=-1, keepdims=True)
    wanted = -active / (2 * SHEAR)
    wanted[..., :3] += LAME * trace / (2 * SHEAR * (3 * LAME + 2 * SHEAR))
    np.testing.assert_allclose(found.strain, wanted, atol=1e-8)


def kelvin_dipole(at, strength):
    """Give the displacement of two opposite forces along x in an endless body; strength = force times distance.

    u_i = - P d G_ix / d x, with Kelvin's G_ij = ((3 - 4 nu) d_ij + x_i x_j / r^2) / (16 pi mu (1 - nu) r);
    a contractile pair (tension) draws the body in.
    """
    nu = LAME / (2 * (LAME + SHEAR))
    r = np.sqrt((at**2).sum(axis=-1))
    x = at[..., 0]
    out = np.empty_like(at)
    for i in range(3):
        same = 1.0 if i == 0 else 0.0
        slope = -(3 - 4 * nu) * same * x / r**3 + (at[..., i] + same * x) / r**3 - 3 * at[..., i] * x**2 / r**5
        out[..., i] = strength * slope / (16 * np.pi * SHEAR * (1 - nu))
    return out


def test_a_pulling_cell_moves_an_elastic_body_as_kelvins_dipole():
    n, edge = 31, 10.0
    active = np.zeros((n, n, n, 6))
    line = np.array([0.25, 0.5, 0.25])
    active[14:17, 14:17, 14:17, 0] = 0.01 * line[:, None, None] * line[:, None] * line
    found = balance.solve(linear(active, edge), LAW, 1e-5)
    at = corners(n, edge)
    distance = np.sqrt((at**2).sum(axis=-1))
    wanted = kelvin_dipole(at, 0.01 * edge**3)
    near = (distance > 4 * edge) & (distance < 6 * edge)  # beyond the source, far from the walls 15 voxels away
    ours, theirs = found.motion[near], wanted[near]
    share = np.sum(ours * theirs) / np.sum(theirs**2)
    assert share == pytest.approx(1.0, abs=0.1)  # the walls take 7 %
    assert np.sqrt(np.sum((ours - share * theirs) ** 2) / np.sum(theirs**2)) < 0.12
    # on the axis: towards the cell from both sides, and falling as 1 / r^2 (the walls bend it down a little)
    along = 0.25 * sum(found.motion[k, j, :, 0] for k in (15, 16) for j in (15, 16))
    np.testing.assert_allclose(along, -along[::-1], atol=1e-6)
    out = np.arange(19, 24)
    assert np.all(along[16:] <= 0.0)
    power = np.polyfit(np.log(at[15, 15, out, 0]), np.log(-along[out]), 1)[0]
    assert power == pytest.approx(-2.0, abs=0.45)


def inclusion(n, radius, edge):
    """Give the share of each voxel inside a ball in the middle, by 6^3 points a voxel."""
    fine = 6
    line = (np.arange(n * fine) + 0.5) * edge / fine - 0.5 * n * edge
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    inside = (x * x + y * y + z * z < radius * radius).astype(float)
    return inside.reshape(n, fine, n, fine, n, fine).mean(axis=(1, 3, 5))


def test_a_shrinking_ball_in_an_elastic_body_follows_eshelby():
    # eigenstrain e* (all round) in a ball of radius a: strain inside is even, e = e* (1 + nu) / (3 (1 - nu)) per
    # direction, and u = e a^3 / r^2 outside; a wall at b takes e a^3 r / b^3 from both
    n, edge, radius, shrink = 30, 1.0, 5.0, -0.01
    share = inclusion(n, radius, edge)
    active = np.zeros((n, n, n, 6))
    active[..., :3] = (-(3 * LAME + 2 * SHEAR) * shrink * share)[..., None]
    found = balance.solve(linear(active, edge), LAW, 1e-5)
    nu = LAME / (2 * (LAME + SHEAR))
    free = (1 + nu) / (3 * (1 - nu)) * shrink
    wall = 0.5 * n * (6 / np.pi) ** (1 / 3)  # of the ball as large as the cube
    core = inclusion(n, radius - 2.0, edge) == 1.0
    assert found.strain[core][:, :3].mean() == pytest.approx(free * (1 - (radius / wall) ** 3), rel=0.03)
    assert np.abs(found.strain[core][:, 3:]).max() < 0.05 * abs(shrink)
    r = corners(n, edge)[15, 15, 22:24, 0]
    wanted = free * radius**3 * (1 / r**2 - r / wall**3)
    np.testing.assert_allclose(found.motion[15, 15, 22:24, 0], wanted, rtol=0.06)


def made_up(n):
    """Give voxel size, load and the exact motion of a smooth problem: u = sin sin sin in every component."""
    edge = 60.0 / n
    at = corners(n, edge) + 30.0
    wave = np.pi / 60.0
    middle = 0.5 * edge + edge * np.arange(n)
    z, y, x = np.meshgrid(middle, middle, middle, indexing="ij")
    s, c = [np.sin(wave * q) for q in (x, y, z)], [np.cos(wave * q) for q in (x, y, z)]
    grad = [c[0] * s[1] * s[2], s[0] * c[1] * s[2], s[0] * s[1] * c[2]]  # of one component, over wave
    strain = np.stack(
        [grad[0], grad[1], grad[2], 0.5 * (grad[0] + grad[1]), 0.5 * (grad[0] + grad[2]), 0.5 * (grad[1] + grad[2])],
        axis=-1,
    ) * wave  # fmt: skip
    stress = 2 * SHEAR * strain
    stress[..., :3] += LAME * strain[..., :3].sum(axis=-1, keepdims=True)
    exact = np.prod(np.sin(wave * at), axis=-1)[..., None] * np.ones(3)
    return edge, -stress, exact


def test_smooth_displacements_converge_with_order_two():
    errors = []
    for n in (7, 14, 28):
        edge, active, exact = made_up(n)
        found = balance.solve(linear(active, edge), LAW, TIGHT)
        inside = (slice(1, -1),) * 3  # corners on the faces are held and have no error
        errors.append(float(np.sqrt(np.mean((found.motion - exact)[inside] ** 2))))
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert orders.min() > 1.9


def fibrous(n=12, pull=0.2, seed=2):
    """Give a load of a few strong cells in collagen beside liquid."""
    rng = np.random.default_rng(seed)
    density = np.zeros((n, n, n))
    density[2:-2, 2:-2, 3:-1] = 2.0
    strain = rng.normal(0.0, 0.02, (n, n, n, 6))
    even = np.zeros((n, n, n, 6))
    even[..., :3] = 1 / 3
    active = np.zeros((n, n, n, 6))
    for k, j, i in rng.integers(4, n - 4, (5, 3)):
        active[k, j, i, int(rng.integers(0, 3))] += pull
    other = np.stack(laws.lame(np.full((n, n, n), LAW.liquid), LAW.poisson), axis=-1)
    return balance.Load(strain, even, laws.gel_moduli(density, LAW), other, active, 20.0)


def energy_of(load, strain):
    return load.edge**3 * balance.total(laws.respond(strain, load.orientation, load.moduli, LAW).energy)


def test_the_gel_never_gains_more_energy_than_the_cells_work():
    for seed in range(4):
        load = fibrous(seed=seed)
        found = balance.solve(load, LAW, 1e-4)
        gained = energy_of(load, found.strain) - energy_of(load, load.strain)
        # the rest went into liquid and springs, never the other way
        assert gained <= found.work * (1 + 1e-3)
        assert found.work > 0.0


def test_relaxing_never_raises_energy_and_ends_at_rest():
    load = fibrous()
    last = energy_of(load, load.strain)
    for dt in (60.0, 600.0, 6000.0, 60000.0):
        left = laws.flow(load.strain, dt, LAW)
        now = energy_of(load, left)
        assert now <= last
        last = now
    assert np.abs(laws.flow(load.strain, 1e7, LAW)).max() < 1e-9


def test_creep_below_yield_is_exponential_and_above_it_faster():
    small = np.array([[0.02, 0.0, 0.0, 0.0, 0.0, 0.0]])
    left = laws.flow(small, 5000.0, LAW)
    assert left[0, 0] == pytest.approx(0.02 * np.exp(-5000.0 / LAW.creep), rel=1e-12)
    large = laws.flow(10 * small, 5000.0, LAW)
    assert large[0, 0] < 10 * left[0, 0]


def test_held_faces_stay_and_forces_of_free_corners_balance():
    load = dataclasses.replace(fibrous(), held=("z-",))
    found = balance.solve(load, LAW, 1e-3)
    assert np.all(found.motion[0] == 0.0)
    assert np.abs(found.motion[-1]).max() > 0.0
    assert found.residual <= 1e-3


def test_a_balance_is_the_same_bytes_for_one_and_two_threads():
    load, before, found = fibrous(20), threads.threads(), []
    try:
        for n_threads in (1, 2):
            threads.set_threads(n_threads)
            one = balance.solve(load, LAW)
            found.append(one.motion.tobytes() + one.strain.tobytes() + np.float64(one.work).tobytes())
    finally:
        threads.set_threads(before)
    assert found[0] == found[1]


def test_nothing_moves_where_nothing_pulls():
    load = fibrous(pull=0.0)
    still = dataclasses.replace(load, strain=np.zeros_like(load.strain))
    assert np.all(balance.solve(still, LAW).motion == 0.0)


@pytest.mark.parametrize("name", ["strain", "moduli", "active"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused_with_the_voxel(name, value):
    load = fibrous()
    broken = getattr(load, name).copy()
    broken[3, 4, 5, 0] = value
    with pytest.raises(NumericsError, match=r"voxel \(3, 4, 5\)") as caught:
        balance.solve(dataclasses.replace(load, **{name: broken}), LAW)
    assert "AMB-N401" in str(caught.value)


def test_without_collagen_the_pull_of_cells_finds_nothing():
    load = fibrous()
    empty = dataclasses.replace(
        load, moduli=np.zeros_like(load.moduli), strain=np.zeros_like(load.strain), active=np.zeros_like(load.active)
    )
    assert np.all(balance.solve(empty, LAW).motion == 0.0)
