"""The diffusion kernel against its twin, closed forms, measured orders and its own ledger."""

import math

import numpy as np
import pytest
from scipy.special import erf

from amoeboid.kernels import diffusion, threads
from amoeboid.kernels.reference import diffusion as twin

BATHS = (diffusion.BATH,) * 6
WALLS = (diffusion.WALL,) * 6
MIXED = (diffusion.BATH, diffusion.WALL, diffusion.WALL, diffusion.BATH, diffusion.BATH, diffusion.WALL)
SHAPES = [(5, 17, 9), (12, 16, 33), (1, 4, 33), (3, 1, 1)]


def fields(shape, seed=0):
    draw = np.random.default_rng(seed)
    return draw.random(shape), draw.random(shape), draw.random(shape) * 0.02


def march(u, how, n_steps, bath=0.0, s=None, r=None):
    """Step a copy of u."""
    u = u.copy()
    zero = np.zeros_like(u)
    stepper = diffusion.Stepper(u.shape)
    for _ in range(n_steps):
        stepper.step(u, zero if s is None else s, zero if r is None else r, how, bath)
    return u


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("faces", [BATHS, WALLS, MIXED])
@pytest.mark.parametrize("theta", [1.0, 0.5])
def test_the_kernel_equals_its_twin_and_so_does_its_ledger(shape, faces, theta):
    u, s, r = fields(shape)
    how = diffusion.scheme(shape, 3.7, 60.0, theta, faces)
    want, moved = twin.step(u, s, r, 3.7, 60.0, theta, faces, 0.7)
    ledger = diffusion.Stepper(shape).step(u, s, r, how, 0.7)
    np.testing.assert_allclose(u, want, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose((ledger.supplied, ledger.inflow, ledger.lost), moved, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("faces", [BATHS, WALLS, MIXED])
def test_the_ledger_closes_over_many_steps(faces):
    u, s, r = fields((14, 15, 17))
    before, moved, turned_over = u.sum(), 0.0, 0.0
    how = diffusion.scheme(u.shape, 5.0, 60.0, 1.0, faces)
    stepper = diffusion.Stepper(u.shape)
    for _ in range(200):
        ledger = stepper.step(u, s, r, how, 0.7)
        moved += ledger.supplied + ledger.inflow - ledger.lost
        turned_over += ledger.supplied
    assert abs(u.sum() - before - moved) <= 1e-10 * turned_over


@pytest.mark.parametrize("number", [0.5, 5.0, 50.0])
def test_closed_walls_keep_the_total_at_any_step(number):
    u, _, _ = fields((14, 15, 17))
    after = march(u, diffusion.scheme(u.shape, number, 1.0, 1.0, WALLS), 100)
    assert abs(after.sum() / u.sum() - 1.0) <= 1e-12


def test_bytes_do_not_depend_on_threads():
    shape = (40, 41, 43)
    how = diffusion.scheme(shape, 3.7, 60.0, 1.0, MIXED)
    results, ledgers = [], []
    before = threads.threads()
    try:
        for n_threads in (1, 2, 3):
            threads.set_threads(n_threads)
            u, s, r = fields(shape)
            ledgers.append(diffusion.Stepper(shape).step(u, s, r, how, 0.7))
            results.append(u.tobytes())
    finally:
        threads.set_threads(before)
    assert len(threads.chunks(40, max(1, diffusion.GRAIN_VOXELS // (41 * 43)))) > 2
    assert len(set(results)) == 1
    assert len(set(ledgers)) == 1


def test_a_steady_gradient_between_two_baths_is_a_straight_line():
    """A plane sink halfway between two baths draws two straight lines, exact on the grid: u = 1 - (J / D) x.

    They start at 1 on the face itself, so the bath's half voxel is tested too.
    """
    n = 20
    faces = (0.0, 0.0, 0.0, 0.0, diffusion.BATH, diffusion.BATH)
    s = np.zeros((2, 2, n))
    s[..., n // 2 - 1 : n // 2 + 1] = -0.5  # two voxels thick, symmetrical
    how = diffusion.scheme(s.shape, 2.0, 1.0, 1.0, faces)
    u = march(np.zeros_like(s), how, 4000, bath=1.0, s=s)
    x = np.arange(n // 2 - 1) + 0.5
    flux = 0.5  # per step, through each side; D dt / h^2 = 2
    np.testing.assert_allclose(u[0, 0, : n // 2 - 1], 1.0 - flux / 2.0 * x, rtol=0, atol=1e-9)


def test_the_steady_state_does_not_depend_on_the_step():
    """Where the balance L u - r u + s is zero, a step of any length leaves the field as it is."""
    u, s, r = fields((9, 10, 11))
    s = s * (s > 0.9)
    u = march(u, diffusion.scheme(u.shape, 1.0, 1.0, 1.0, BATHS), 3000, bath=0.3, s=s, r=r)
    flux = sum(twin.second_difference(u, axis, (2.0, 2.0), 0.3) for axis in range(3))
    assert np.abs(flux + s - r * u).max() <= 1e-12
    for number in (0.1, 15.0, 1000.0):
        after = march(u, diffusion.scheme(u.shape, number, number, 1.0, BATHS), 10, bath=0.3, s=s, r=r)
        np.testing.assert_allclose(after, u, rtol=0, atol=1e-10)


def bath_mode(n, dt_steps, theta, rate=0.3):
    """Largest error, at t = 0.1, of sin(pi x) sin(pi y) sin(pi z) in a unit box with baths at 0, D = 1."""
    h, span = 1.0 / n, 0.1
    x = (np.arange(n) + 0.5) * h
    mode = np.sin(np.pi * x)
    u = mode[:, None, None] * mode[:, None] * mode
    dt = span / dt_steps
    how = diffusion.scheme(u.shape, dt / h**2, dt, theta, BATHS)
    after = march(u, how, dt_steps, r=np.full_like(u, rate))
    return float(np.abs(after - u * math.exp(-(3.0 * math.pi**2 + rate) * span)).max())


def test_the_order_in_space_is_two_with_the_bath_on_the_face():
    errors = [bath_mode(n, 1600, 0.5) for n in (8, 16, 32)]
    orders = [math.log2(a / b) for a, b in zip(errors, errors[1:], strict=False)]
    assert all(abs(order - 2.0) <= 0.1 for order in orders), orders


@pytest.mark.parametrize(("theta", "order"), [(1.0, 1.0), (0.5, 2.0)])
def test_the_order_in_time_is_one_for_theta_1_and_two_for_theta_half(theta, order):
    """Against the same grid with very fine steps, so the grid's error drops out."""
    n = 10
    h, span = 1.0 / n, 0.1
    x = (np.arange(n) + 0.5) * h
    mode = np.sin(np.pi * x)
    u = mode[:, None, None] * mode[:, None] * mode + 0.3 * mode * np.sin(2 * np.pi * x)

    def at(n_steps):
        dt = span / n_steps
        return march(u, diffusion.scheme(u.shape, dt / h**2, dt, theta, BATHS), n_steps, r=np.full_like(u, 3.0))

    fine = at(6400)
    errors = [np.abs(at(n_steps) - fine).max() for n_steps in (50, 100, 200)]
    orders = [math.log2(a / b) for a, b in zip(errors, errors[1:], strict=False)]
    assert all(abs(found - order) <= 0.15 for found in orders), orders


def test_a_point_source_spreads_as_the_gaussian_averaged_over_voxels():
    """Instant point source in a wide box: u = N / (4 pi D t)^{3/2} exp(-r^2 / 4Dt), averaged over each voxel."""
    n, h, D, span, n_steps = 61, 1.0, 1.0, 30.0, 150
    u = np.zeros((n, n, n))
    u[n // 2, n // 2, n // 2] = 1.0
    dt = span / n_steps
    after = march(u, diffusion.scheme(u.shape, D * dt / h**2, dt, 0.5, WALLS), n_steps)
    edge = np.arange(n + 1) - n / 2
    line = np.diff(0.5 * erf(edge / math.sqrt(4.0 * D * span)))
    exact = line[:, None, None] * line[:, None] * line
    assert np.abs(after - exact).max() <= 0.01 * exact.max()


def test_a_continuous_point_source_falls_as_one_over_r():
    """Steady: u = Q / (4 pi D r), less its value on a far bath; read as differences between radii."""
    n = 61
    s = np.zeros((n, n, n))
    middle = n // 2
    s[middle, middle, middle] = 1.0
    # D = h = 1; short steps first for the rough parts, then long ones for the slow tail
    u = np.zeros_like(s)
    for number, n_steps in ((1.0, 300), (8.0, 200), (1.0, 200)):
        u = march(u, diffusion.scheme(s.shape, number, number, 1.0, BATHS), n_steps, s=s)
    line = u[middle, middle, middle:]
    # the grid's own error along an axis is a quarter of (h / r)^2 (lattice Green's function)
    found = line[6] - line[14]
    assert found == pytest.approx((1.0 / 6.0 - 1.0 / 14.0) / (4.0 * math.pi), rel=0.02)


@pytest.mark.parametrize("n_steps", [1, 2, 5, 20, 100])
def test_an_inflow_never_undershoots_and_overshoots_by_half_a_percent_at_most_up_to_diffusion_number_one(n_steps):
    u = np.zeros((12, 12, 12))
    after = march(u, diffusion.scheme(u.shape, 1.0, 4.0, 1.0, BATHS), n_steps, bath=1.0)
    assert after.min() >= 0.0
    assert after.max() <= 1.005
