"""Time per cell and simulated minute of the network (kernel `ode`), at steady drive and after a step of cytokine."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from amoeboid.evidence import Parameters, catalogue
from amoeboid.kernels import threads
from amoeboid.kernels.lanes import LANES
from amoeboid.process import State
from amoeboid.signalling import Signalling, network

TARGETS = ("JAK1", "JAK2", "TYK2", "ROCK1", "ROCK2", "myosin", "GP130")


def cells(n_cells, cytokine=0.05):
    """Give a process and the state of cells with factors of their own, at rest."""
    state = State({"cell.id": np.arange(n_cells), "cell.radius": np.full(n_cells, 8.4)})
    state.put("cell.cytokine", np.full(n_cells, cytokine))
    for target in TARGETS:
        state.put(f"target.{target}", np.ones(n_cells))
    process = Signalling(network(), Parameters(catalogue()))
    process.initial(state, 1, {"cytokine": 0.05})
    process.advance(state, 0.0, 60.0)
    return process, state


def tell(benchmark, n_items):
    """Note the least time per cell-minute [us]; nothing is timed under ``--benchmark-disable``."""
    if benchmark.stats is not None:
        benchmark.extra_info["us_per_cell_minute"] = benchmark.stats["min"] / n_items * 1e6


@pytest.fixture(params=[1, 2])
def n_threads(request):
    before = threads.threads()
    threads.set_threads(request.param)
    yield request.param
    threads.set_threads(before)


@pytest.mark.parametrize("n_cells", [2_000, 100_000])
def test_bench_signalling_steady(benchmark, n_cells, n_threads):
    process, state = cells(n_cells)
    benchmark.pedantic(process.advance, (state, 60.0, 60.0), rounds=10, warmup_rounds=2)
    benchmark.extra_info["bytes_per_cell"] = state.bytes / n_cells
    tell(benchmark, n_cells)


@pytest.mark.parametrize("n_minutes", [1, 30])
def test_bench_signalling_after_a_step_of_cytokine(benchmark, n_minutes, n_threads):
    process, rested = cells(10_000)
    rested.put("cell.cytokine", np.full(10_000, 0.45))

    def minutes(state):
        for tick in range(n_minutes):
            process.advance(state, 60.0 * tick, 60.0)

    benchmark.pedantic(minutes, setup=lambda: ((rested.copy(),), {}), rounds=5, warmup_rounds=1)
    tell(benchmark, 10_000 * n_minutes)


def test_bench_signalling_first_compilation(benchmark, tmp_path):
    """Whole of a first process: import, translation, compilation of the kernel into an empty cache."""
    code = "import sys; sys.path.insert(0, 'benchmarks'); import bench_signalling as b; b.cells(8)"
    environment = {**os.environ, "AMOEBOID_CACHE": str(tmp_path)}
    took = []

    def start():
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        took.append(time.perf_counter() - begin)

    benchmark.pedantic(start, rounds=2)
    benchmark.extra_info |= {"cold_s": took[0], "cached_s": took[1], "lanes": LANES}
