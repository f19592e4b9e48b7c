"""How many cells enter vessels, against what the hazard says. Each test states how often it fails by chance."""

import dataclasses

import numpy as np
import pytest
from mechanics_scene import tissue_state
from scipy import stats

from amoeboid import measures
from amoeboid.evidence import Parameters, catalogue
from amoeboid.evidence.parameters import Override
from amoeboid.tissue.contacts import Intravasation
from amoeboid.tissue.vessels import CrossingLaw, Vessel, Vessels

RATE = 0.2
P = Parameters(catalogue(), {"vessel.crossing_rate": Override(RATE, "1/h", "ten times faster, for a shorter test")})
VESSEL = Vessels([Vessel((0.0, 200.0, 200.0), (4000.0, 200.0, 200.0), 10.0)])
N = 4000


def along(tension):
    """Give N cells at rest in touch with a vessel, too far apart to hold each other; 200 beside each other."""
    x = 0.5 + np.arange(N)
    where = np.stack([x, np.full(N, 218.5), np.full(N, 200.0)], axis=1)
    state = tissue_state(N, seed=1, edge=4000.0, position=where, tension=tension)[0]
    state["cell.id"][:] = 7 * np.arange(N)
    return state


def after(state, hours, seed):
    """Let cells cross for a time, each for itself."""
    process = Intravasation(VESSEL, P, ["melanoma"], seed=seed)
    process.law = dataclasses.replace(process.law, bond_least=1e9)
    process.initial(state)
    for tick in range(60 * hours):
        process.advance(state, 60.0 * tick, 60.0)
    return state


@pytest.mark.parametrize("tension", [0.7, 1.4])
def test_waiting_times_are_exponential_with_the_hazard_of_the_law(tension):
    # false alarms: 2 in 1,000 (Kolmogorov-Smirnov at 0.001 for each parameter); fails at a hazard 8 % off
    hours = 6
    state = after(along(tension), hours, seed=11)
    hazard = float(CrossingLaw.of(P).hazard(np.array([tension]), np.array([8.4]))[0])
    times = state["flux.time"]
    # times are ends of ticks: spread evenly within them for a continuous law
    even = times - 60.0 * np.random.default_rng(2).uniform(size=times.size)
    total = 3600.0 * hours
    expected = stats.truncexpon(b=hazard * total, scale=1.0 / hazard)
    assert stats.kstest(even, expected.cdf).pvalue > 1e-3
    # the number itself: 4.9 standard errors, false alarms below 1 in 100,000
    share = -np.expm1(-hazard * total)
    assert abs(times.size - N * share) < 4.9 * np.sqrt(N * share * (1.0 - share))


def test_draws_of_one_cell_do_not_depend_on_who_else_is_there():
    whole = after(along(1.4), 1, seed=5)
    state = along(1.4)
    half = np.arange(1, N, 2)
    state.reindex(half)
    after(state, 1, seed=5)
    gone = set(whole["flux.cell"].tolist())
    assert set(state["flux.cell"].tolist()) == {7 * k for k in half.tolist()} & gone
    assert len(gone) > 50


def test_the_interval_of_a_compound_rate_covers_the_rate():
    # 3,000 intervals at 95 %: coverage at least 0.937 unless a chance of 1 in 1,000 (binomial, 3.3 standard errors)
    rng = np.random.default_rng(8)
    inside = 0
    for _ in range(3000):
        sizes = rng.geometric(0.6, size=rng.poisson(12))
        found = measures.compound_rate(sizes, 1.0)
        inside += found.low <= 12.0 / 0.6 <= found.high
    assert inside / 3000 > 0.937


def test_taking_cells_of_groups_for_independent_covers_too_rarely():
    # what the compound interval is for: the exact Poisson interval covers fewer than 90 of 100
    rng = np.random.default_rng(9)
    inside = 0
    for _ in range(3000):
        sizes = rng.geometric(0.6, size=rng.poisson(12))
        found = measures.poisson_rate(int(sizes.sum()), 1.0)
        inside += found.low <= 12.0 / 0.6 <= found.high
    assert inside / 3000 < 0.90
