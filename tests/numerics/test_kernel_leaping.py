"""Leaps against their plain twin, their Poisson numbers against the law, and their error against its bound epsilon."""

import numpy as np
import pytest
from scipy import stats

from amoeboid import seeds
from amoeboid.kernels import leaping, stochastic, threads
from amoeboid.kernels.reference import leaping as twin
from amoeboid.signalling.expression import Graph
from amoeboid.signalling.jumps import Jumps

SEED = 20260712
STREAM = int(seeds.Stream.REACTION)
RATES = np.array([4000.0, 1.0, 0.002, 3.0])


def immigration_dimerisation() -> Jumps:
    """Give 0 -> A, A -> 0, 2 A -> B, B -> 2 A with propensities k0, k1 A, k2 A (A - 1) / 2, k3 B."""
    graph = Graph()
    a, b, *k = (graph.symbol(name) for name in ("A", "B", "k0", "k1", "k2", "k3"))
    pairs = graph.multiply(graph.constant(0.5), graph.multiply(a, graph.add(a, graph.constant(-1.0))))
    laws = (k[0], graph.multiply(k[1], a), graph.multiply(k[2], pairs), graph.multiply(k[3], b))
    changes = ({0: 1.0}, {0: -1.0}, {0: -2.0, 1: 1.0}, {0: 2.0, 1: -1.0})
    names = ("making", "loss", "pairing", "parting")
    return Jumps(graph, ("A", "B"), (), ("k0", "k1", "k2", "k3"), names, laws, changes)


def run(jumps: Jumps, n_cells: int, start: np.ndarray, times: np.ndarray, epsilon: float, first: int = 0) -> np.ndarray:
    clock = np.zeros((3, n_cells))
    clock[2] = -1.0
    cells = (
        np.repeat(start[:, None], n_cells, axis=1),
        clock,
        np.zeros((2, n_cells), np.int64),
        np.zeros((0, n_cells), np.uint8),
        np.full(n_cells, np.inf),
        np.full(n_cells, stochastic.RUNNING),
        np.arange(first, first + n_cells),
        np.zeros((0, n_cells)),
        RATES,
    )
    out = np.full((start.size, times.size, n_cells), np.nan)
    output = (times, np.arange(start.size), out)
    key = (STREAM, SEED, 1_000_000, epsilon)
    threads.run_chunks(leaping.leaping, n_cells, jumps.code, jumps.tables, cells, output, key, grain=16)
    assert not cells[5].any()
    return out


def test_the_leaping_kernel_equals_its_plain_twin() -> None:
    changes = np.array([[1.0, -1.0, -2.0, 2.0], [0.0, 0.0, 1.0, -1.0]])
    rules = twin.Rules(
        lambda x: [RATES[0], RATES[1] * x[0], RATES[2] * (0.5 * (x[0] * (x[0] - 1.0))), RATES[3] * x[1]],
        lambda x: [0.0, RATES[1] * x[0], RATES[2] * 0.5 * x[0] * abs(2.0 * x[0] - 1.0), RATES[3] * x[1]],
        np.array([[False, True, True, False], [False, False, False, True]]),
        changes,
    )
    times = np.array([0.0, 0.05, 1.0, 3.0])
    found = run(immigration_dimerisation(), 4, np.array([5.0, 30.0]), times, 0.05)
    for cell in range(4):
        expected = twin.leaping(rules, np.array([5.0, 30.0]), times, (cell, STREAM, SEED), 0.05)
        np.testing.assert_array_equal(found[:, :, cell], expected)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_leaps_do_not_depend_on_threads_or_on_how_cells_are_split(n_threads: int) -> None:
    jumps, times, start = immigration_dimerisation(), np.array([0.5, 2.0]), np.array([50.0, 0.0])
    before = threads.threads()
    threads.set_threads(n_threads)
    try:
        whole = run(jumps, 100, start, times, 0.03)
        parts = [run(jumps, n, start, times, 0.03, first) for first, n in ((0, 33), (33, 1), (34, 66))]
    finally:
        threads.set_threads(before)
    assert whole.tobytes() == np.concatenate(parts, axis=2).tobytes()
    assert whole[0].std() > 0.0


@pytest.mark.parametrize("mean", [0.3, 4.0, 9.9, 10.1, 35.0, 1200.0])
def test_poisson_numbers_of_leaps_follow_their_law(mean: float) -> None:
    # chi-square over bins of equal chance; false alarms 1e-4 for each of six means, the seed is fixed
    n, draw, found = 20_000, 0, np.empty(20_000)
    for k in range(n):
        found[k], draw = leaping.poisson(mean, 5, draw, (STREAM, SEED))
    edges = np.unique(stats.poisson.ppf(np.linspace(0.05, 0.95, 19), mean))
    shares = np.diff([0.0, *stats.poisson.cdf(edges, mean), 1.0])
    counted = np.bincount(np.searchsorted(edges, found), minlength=shares.size)
    assert stats.chisquare(counted, shares * n).pvalue > 1e-4


def test_amounts_stay_at_zero_or_above_when_leaps_use_up_what_is_there() -> None:
    found = run(immigration_dimerisation(), 200, np.array([20_000.0, 0.0]), np.linspace(0.0, 0.2, 20), 0.5)
    assert found.min() >= 0.0
    assert found[1].max() > 1000.0
