"""Free motion against the persistent random walk; each check states its false-alarm rate."""

import numpy as np
from mechanics_scene import tissue_state
from scipy import stats

from amoeboid.evidence import Parameters, catalogue
from amoeboid.tissue.cells import Placement, Polarity, place
from amoeboid.tissue.geometry import Domain

FALSE_ALARM = 1e-4
N = 4000


def walk(tau, n_ticks, seed):
    """Give polarities (n_ticks + 1, n, 3) of free cells."""
    state, domain, grid = tissue_state(N, seed=seed)
    state["cell.persistence"][:] = tau
    process = Polarity(Parameters(catalogue()), domain, grid, seed=seed)
    seen = [state["cell.polarity"].copy()]
    for tick in range(n_ticks):
        process.advance(state, 60.0 * tick, 60.0)
        seen.append(state["cell.polarity"].copy())
    return np.array(seen)


def inside(samples, expected, n_checks):
    """Tell whether a mean agrees at a false-alarm rate of 1e-4 over all checks of a test (normal limit)."""
    z = (samples.mean() - expected) / (samples.std() / np.sqrt(len(samples)))
    return abs(z) < stats.norm.isf(FALSE_ALARM / 2 / n_checks)


def test_polarity_decorrelates_as_exp_of_time_over_persistence():
    for tau in (30.0, 120.0, 1800.0):
        p = walk(tau, 40, seed=11)
        for lag in (1, 5, 40):
            cosine = np.sum(p[0] * p[lag], axis=1)
            assert inside(cosine, np.exp(-60.0 * lag / tau), 9), (tau, lag)


def test_mean_squared_displacement_is_that_of_a_persistent_random_walk():
    tau, speed = 1800.0, 0.5 / 60.0
    p = walk(tau, 180, seed=12)
    path = np.cumsum(60.0 * speed * p[:-1], axis=0)
    for ticks in (15, 30, 60, 180):
        t = 60.0 * ticks
        # velocity is constant within a tick: the closed form 2 v^2 tau (t - tau (1 - exp(-t/tau))) less 1e-4
        closed = 2 * speed**2 * tau * (t - tau * (1 - np.exp(-t / tau)))
        assert inside(np.sum(path[ticks - 1] ** 2, axis=1), closed, 4), ticks


def test_directions_stay_uniform_on_the_sphere():
    p = walk(600.0, 30, seed=13)[-1]
    for axis in range(3):
        assert stats.kstest(p[:, axis], stats.uniform(-1, 2).cdf).pvalue > FALSE_ALARM / 3


def test_vigour_and_persistence_are_log_normal_as_recorded():
    parameters = Parameters(catalogue())
    far = Placement("melanoma", "grid", count=3000, size=(900.0, 900.0, 900.0))
    state = place([far], parameters, Domain((900.0, 900.0, 900.0)), seed=3)
    for port, id in (("cell.vigour", "motility.vigour"), ("cell.persistence", "motility.persistence")):
        score = np.log(state[port] / parameters[id]) / parameters.value(id).spread
        assert stats.kstest(score, stats.norm.cdf).pvalue > FALSE_ALARM / 2
