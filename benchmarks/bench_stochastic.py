"""Time per reaction of the exact method (kernel `stochastic`), and what leaps (kernel `leaping`) save."""

import time

import numpy as np
import pytest

from amoeboid import seeds
from amoeboid.kernels import leaping, stochastic, threads
from amoeboid.signalling.expression import Graph
from amoeboid.signalling.jumps import Jumps


def chain(n_species):
    """Give immigration into a closed chain of conversions of so many species, and loss at its end."""
    graph = Graph()
    names = tuple(f"S{k}" for k in range(n_species))
    rate = graph.symbol("k")
    laws = [graph.multiply(graph.constant(100.0), rate)]
    changes = [{0: 1.0}]
    for k in range(n_species):
        laws.append(graph.multiply(rate, graph.symbol(names[k])))
        changes.append({k: -1.0, k + 1: 1.0} if k + 1 < n_species else {k: -1.0})
    reactions = tuple(f"R{k}" for k in range(len(laws)))
    return Jumps(graph, names, (), ("k",), reactions, tuple(laws), tuple(changes))


def cells(jumps, n_cells):
    clock = np.zeros((3, n_cells))
    clock[2] = -1.0
    return (
        np.full((len(jumps.states), n_cells), 100.0),
        clock,
        np.zeros((2, n_cells), np.int64),
        np.zeros((0, n_cells), np.uint8),
        np.full(n_cells, np.inf),
        np.full(n_cells, stochastic.RUNNING),
        np.arange(n_cells),
        np.zeros((0, n_cells)),
        np.array([1.0]),
    )


@pytest.mark.parametrize("n_species", [1, 10, 100])
def test_bench_reaction(benchmark, n_species):
    jumps, n_cells = chain(n_species), 200
    key, times = (int(seeds.Stream.REACTION), 1, 10**9), np.array([50.0 / n_species])
    before = threads.threads()
    threads.set_threads(1)
    state = {}

    def run():
        state["cells"] = cells(jumps, n_cells)
        output = (times, np.arange(0), np.empty((0, 1, n_cells)))
        threads.run_chunks(stochastic.exact, n_cells, jumps.code, jumps.tables, state["cells"], output, key)

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    threads.set_threads(before)
    n_reactions = state["cells"][2][0].sum()
    if benchmark.stats is not None:
        benchmark.extra_info["ns_per_reaction"] = benchmark.stats["min"] / n_reactions * 1e9


@pytest.mark.parametrize("amount", [1e3, 1e5])
def test_bench_leaping_against_one_by_one(benchmark, amount):
    """Birth and death of many: the time of one exact run over that of one by leaps."""
    graph = Graph()
    x, up, down = (graph.symbol(name) for name in ("X", "up", "down"))
    laws = (graph.multiply(up, x), graph.multiply(down, x))
    jumps = Jumps(graph, ("X",), (), ("up", "down"), ("birth", "death"), laws, ({0: 1.0}, {0: -1.0}))
    times, n_cells = np.linspace(0.0, 10.0, 11), 20

    def run(kernel, key):
        state = cells(jumps, n_cells)
        state[0][:] = amount
        state = (*state[:-1], np.array([0.1, 0.11]))
        output = (times, np.arange(1), np.empty((1, times.size, n_cells)))
        start = time.perf_counter()
        kernel(0, n_cells, jumps.code, jumps.tables, state, output, key)
        return time.perf_counter() - start

    key = (int(seeds.Stream.REACTION), 1, 10**9)
    run(stochastic.exact, key)
    exact = run(stochastic.exact, key)
    benchmark.pedantic(run, (leaping.leaping, (*key, 0.03)), rounds=5, warmup_rounds=1)
    if benchmark.stats is not None:
        benchmark.extra_info["times_faster"] = exact / benchmark.stats["min"]
