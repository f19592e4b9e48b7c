"""The kernel of burden against its twin: cells on days, day of a size, day of death, with growth treated oddly."""

import numpy as np
import pytest
from scipy.integrate import quad

from amoeboid import seeds
from amoeboid.body.course import course
from amoeboid.kernels import burden, threads
from amoeboid.kernels.reference import burden as twin
from amoeboid.process.treatment import Treatment, untreated

N = 30
LOG_CAPACITY = np.log(1e12)


def growth_treated(n):
    """Growth stopped, halved, slightly faster, by patient and piece; all else untreated."""
    edges = np.array([-500.0, 0.0, 200.0, 1500.0])
    one = np.ones((1, 3))
    growth = np.array([0.0, 0.5, 1.0, 1.1])[np.arange(3 * n).reshape(n, 3) * 7 % 4]
    return Treatment(edges, one, one, one, one, growth)


def patients(seed=4):
    """Give lesions by patient, from none to six, and what their bodies are."""
    counts = np.arange(N) % 7
    start = np.concatenate([[0], np.cumsum(counts)])
    u = seeds.uniform(np.arange(start[-1]), 0, seeds.Stream.TRIAL, seed, 3)
    since = 3000.0 * u[:, 0] - 1500.0
    lesions = (start, since + 200.0 * u[:, 1] - 50.0, since, 0.5 + 3.0 * u[:, 2])
    return lesions, (1e-3 + 4e-3 * seeds.uniform(np.arange(N), 1, seeds.Stream.TRIAL, seed)[:, 0], LOG_CAPACITY)


def lumped(lesions, tables):
    """Give lesions as lumps of one, from old to young."""
    start, origin, since, weight = lesions
    patient = np.repeat(np.arange(len(start) - 1), np.diff(start))
    clock = np.empty(len(origin))
    threads.run_chunks(burden.clocks, len(origin), patient, (origin, since), tables, clock)
    order = np.lexsort((clock, patient))
    behind = np.array([weight[order][k + 1 : start[patient[k] + 1]].sum() for k in range(len(order))])
    return start, clock[order], weight[order], behind


@pytest.mark.parametrize("treatment", [untreated(), growth_treated(N)], ids=["untreated", "treated"])
def test_burden_reach_and_death_equal_those_of_the_twin(treatment):
    lesions, body = patients()
    tables = course(treatment, N)
    days = np.linspace(-2000.0, 6000.0, 33)
    cells = np.empty((N, 33))
    threads.run_chunks(burden.total, N, lesions, body, tables, days, cells)
    scaled = np.linspace(0.5, 2.5, lesions[0][-1])
    day = np.empty(len(scaled))
    threads.run_chunks(burden.reached, N, lesions, body, tables, scaled, day)
    threshold, end = np.linspace(0.05, 4.0, N), np.linspace(500.0, 6000.0, N)
    hazard = (5e-3, 2e11, 1.5, threshold, end, 0.0)
    death = np.empty(N)
    threads.run_chunks(burden.dying, N, lumped(lesions, tables), body, tables, hazard, death)
    assert 5 < np.isfinite(death).sum() < N
    for i in range(N):
        np.testing.assert_allclose(cells[i], twin.total(i, days, lesions, body, tables), rtol=1e-9)
        which = slice(lesions[0][i], lesions[0][i + 1])
        np.testing.assert_allclose(day[which], twin.reached(i, lesions, body, tables, scaled), atol=1e-6)
        slow = twin.dying(i, lesions, body, tables, hazard)
        assert np.isfinite(slow) == np.isfinite(death[i])
        if np.isfinite(slow):
            # the kernel holds ln h straight over steps in which burden grows by 30 %
            assert death[i] == pytest.approx(slow, abs=2.0)


def test_death_inverts_the_integrated_hazard_as_quadrature_does():
    lesions, body = (
        (np.array([0, 1]), np.array([-700.0]), np.array([-700.0]), np.array([2.0])),
        (np.array([2e-3]), LOG_CAPACITY),
    )
    tables = course(untreated(), 1)

    def hazard(day):
        share = (2.0 * np.exp(LOG_CAPACITY * -np.expm1(-2e-3 * (day + 700.0))) / 2e11) ** 1.5
        return 5e-3 * share / (1.0 + share)

    for threshold in (1e-4, 0.01, 0.3, 2.0, 8.0):
        death = np.empty(1)
        one = (5e-3, 2e11, 1.5, np.array([threshold]), np.array([1e5]), 0.0)
        burden.dying(0, 1, lumped(lesions, tables), body, tables, one, death)
        assert quad(hazard, 0.0, death[0], limit=200)[0] == pytest.approx(threshold, rel=5e-3)
