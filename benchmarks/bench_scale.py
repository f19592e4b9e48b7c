"""What a cell costs as cells become many: time per cell and step, bytes per cell, and the profile of a whole tick.

`make bench` measures 10^4 and 10^5 cells; 10^6 take a few minutes and are run by hand:
`python benchmarks/bench_scale.py 1000000`. Times are of the processor, for other programs disturb the clock.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pytest
from bench_mechanics import processes, scene

from amoeboid import scenario, simulation
from amoeboid.evidence import Parameters, catalogue
from amoeboid.kernels import threads
from amoeboid.tissue.cells import Placement, place
from amoeboid.tissue.geometry import Domain

SCENE = """
format = 1
name = "scale"
question = "What does a cell cost?"
duration = "1 h"
seed = 1
medium = "serum-free"
[tissue]
size = ["{edge} um", "{edge} um", "{edge} um"]
voxel = "20 um"
matrix = {{ kind = "collagen", collagen = "2 mg/ml"{deforms} }}
[[tissue.cells]]
type = "melanoma"
count = {n}
place = {{ shape = "sphere" }}
[[arms]]
name = "OSM + ruxolitinib"
fields = {{ OSM = "10 ng/ml" }}
drugs = [{{ name = "ruxolitinib", concentration = "500 nM" }}]
"""


def tissue(n: int, *, deforms: bool = False) -> simulation.Simulation:
    """Give a ball of n cells in collagen that takes up a fifth of the domain."""
    edge = round((5.0 * 2160.0 * n) ** (1.0 / 3.0) / 20.0) * 20
    text = SCENE.format(n=n, edge=edge, deforms=", deforms = true" if deforms else "")
    document = scenario.loads(text)
    return simulation.build(document, scenario.members(document)[0])


def profile(made: simulation.Simulation, n_ticks: int) -> dict[str, float]:
    """Give the median processor time [ns] per cell and tick of each process, the first two ticks left out."""
    least: dict[str, list[float]] = {}
    for tick in range(n_ticks):
        made.state["clock.tick"][0] = tick
        for process in made.processes:
            n_steps = max(1, round(60.0 / process.interval))
            if process.interval > 60.0 and tick % round(process.interval / 60.0):
                continue
            start = time.process_time()
            for step in range(n_steps):
                process.advance(made.state, 60.0 * tick + step * process.interval, process.interval)
            if tick > 1 or process.interval > 60.0:
                share = min(1.0, 60.0 / process.interval)
                least.setdefault(process.name, []).append(share * (time.process_time() - start))
    return {name: 1e9 * float(np.median(times)) / made.state.n_cells for name, times in least.items()}


def steps(n: int, n_steps: int) -> float:
    """Give the processor time [ns] per cell and step of crowded moving cells, rebuilds included."""
    state, domain, grid = scene(n)
    mechanics, polarity = processes(domain, grid)
    start = time.process_time()
    for k in range(n_steps):
        if k % 2 == 0:
            polarity.advance(state, 30.0 * k, 60.0)
        mechanics.advance(state, 30.0 * k, 30.0)
    return 1e9 * (time.process_time() - start) / (n * n_steps)


@pytest.mark.parametrize("n", [10_000, 100_000])
def test_bench_whole_tick(benchmark, n):
    """One tick of pathway, fields, mechanics, matrix, per cell."""
    made = tissue(n)
    parts = benchmark.pedantic(profile, (made, 6), rounds=1)
    benchmark.extra_info |= {"ns_per_cell_tick": sum(parts.values()), "bytes_per_cell": made.state.bytes / n}
    benchmark.extra_info |= parts
    cells = sum(array.nbytes for name, array in made.state.items() if name.startswith(("cell.", "signalling.", "mech")))
    assert cells / n <= 1000.0


@pytest.mark.parametrize("n", [10_000, 100_000])
def test_bench_placing(benchmark, n):
    """Placing and settling a ball of cells."""
    edge = round((5.0 * 2160.0 * n) ** (1.0 / 3.0))
    ball = [Placement("melanoma", "sphere", count=n)]
    state = benchmark.pedantic(place, (ball, Parameters(catalogue()), Domain((edge,) * 3)), {"seed": 1}, rounds=1)
    assert state.n_cells == n


def report(n: int) -> None:
    """Print what n cells cost."""
    for n_threads in (1, 2):
        threads.set_threads(n_threads)
        print(f"{n} cells, {n_threads} thread(s): mechanics {steps(n, 16):.0f} ns of processor per cell-step")
    threads.set_threads(1)
    start = time.process_time()
    made = tissue(n)
    print(f"placed, settled and built in {time.process_time() - start:.1f} s of processor")
    parts = profile(made, 6)
    for name, spent in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"  {name:32s} {spent:8.1f} ns per cell and tick")
    by_cell = ("cell.", "signalling.", "mechanics.", "target.")
    cells = sum(array.nbytes for name, array in made.state.items() if name.startswith(by_cell))
    print(f"  all {sum(parts.values()):.0f} ns; {cells / n:.0f} bytes of state per cell")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  {made.state['matrix.collagen'].size} voxels; memory at most {memory:.2f} GB")


if __name__ == "__main__":
    report(int(sys.argv[1]))
