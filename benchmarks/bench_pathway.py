"""A pathway of a file in many cells (kernel `ode`) against libroadrunner cell by cell, in one session.

Cells have kinetic constants of their own (log-normal, 20 %), rtol 1e-6, atol 1e-9, and move on by 60 tissue steps of
one minute from the start of the file. libroadrunner steps a sample of the same cells with `oneStep`, the time of
setting parameters left out; its figure is per cell. Wall times on two threads, and processor times of all threads,
which other work on the machine disturbs less.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from amoeboid.formats.sbml import read_sbml
from amoeboid.kernels import threads
from amoeboid.signalling import integrate
from amoeboid.signalling.from_sbml import from_sbml

FOLDER = Path(__file__).parents[1].parent / "shared" / "data" / "biomodels-sbml"
MODELS = {151: 60.0, 543: 60.0, 347: 1.0}  # Singh 2006, Qi 2013, Bachmann 2011: one minute in the file's own time
MINUTES = 60
SAMPLE = 6


def path(number):
    found = FOLDER / f"BIOMD{number:010d}.xml"
    if not found.exists():
        pytest.skip("the shared models are not here")
    return found


def varied(number, n_cells, method="auto", relative=1e-6):
    """Give a model whose kinetic constants are each cell's own, their names and their numbers."""
    model = read_sbml(path(number))
    network = from_sbml(model)
    constant = {one.id for one in model.parameters if one.constant}
    names = [name for name in network.given if name in constant or "." in name]
    compiled = integrate.model(network, None, relative, absolute=1e-9, method=method, individual=names)
    base = np.array([network.given[name] for name in names])
    spread = np.random.default_rng(7).standard_normal((len(names), n_cells))
    return compiled, names, np.ascontiguousarray(base[:, None] * np.exp(0.2 * spread))


def by_kernel(compiled, feeds, minute):
    """Give the seconds of all tissue steps (wall, processor), and the memory of a cell between them."""
    species, step = integrate.start(compiled, feeds), np.full(feeds.shape[1], 1e-3 * minute)
    compiled.kernel  # noqa: B018  # compiled before the clock starts
    begin, busy = time.perf_counter(), time.process_time()
    for k in range(MINUTES):
        integrate.advance(compiled, species, step, feeds, (k * minute, minute))
    took = np.array([time.perf_counter() - begin, time.process_time() - busy])
    assert np.isfinite(species).all()
    return took, (species.nbytes + step.nbytes + feeds.nbytes) / feeds.shape[1]


def by_roadrunner(number, names, feeds, minute):
    """Give the seconds per cell of the same steps (wall, processor)."""
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_CRITICAL)
    runner = roadrunner.RoadRunner(str(path(number)))
    runner.getIntegrator().setValue("relative_tolerance", 1e-6)
    runner.getIntegrator().setValue("absolute_tolerance", 1e-9)
    known = set(runner.model.getGlobalParameterIds())
    took = np.zeros(2)
    for cell in range(SAMPLE):
        runner.resetToOrigin()
        for name, value in zip(names, feeds[:, cell], strict=True):
            if name in known:
                runner.setValue(name, value)
        begin, busy = time.perf_counter(), time.process_time()
        for k in range(MINUTES):
            runner.oneStep(k * minute, minute)
        took += [time.perf_counter() - begin, time.process_time() - busy]
    return took / SAMPLE


@pytest.mark.parametrize("number", list(MODELS))
def test_bench_pathway_against_libroadrunner(benchmark, number):
    n_cells = 10_000 if benchmark.enabled else 16
    compiled, names, feeds = varied(number, n_cells)
    before = threads.threads()
    threads.set_threads(2)
    took, bytes_per_cell = benchmark.pedantic(by_kernel, (compiled, feeds, MODELS[number]), rounds=1)
    threads.set_threads(before)
    theirs = by_roadrunner(number, names, feeds, MODELS[number])
    ours = took / n_cells
    benchmark.extra_info |= {
        "us_per_cell_minute": ours[0] / MINUTES * 1e6,
        "libroadrunner_us_per_cell_minute": theirs[0] / MINUTES * 1e6,
        "ratio": theirs[0] / ours[0],
        "ratio_of_processor_time": theirs[1] / ours[1],
        "bytes_per_cell": bytes_per_cell,
    }


@pytest.mark.parametrize("method", ["rodas3", "rodas4"])
@pytest.mark.parametrize("relative", [1e-3, 1e-4, 1e-6])
def test_bench_pathway_methods(benchmark, method, relative):
    """Cost and error of each method on Bachmann 2011, against a tolerance of 1e-10."""
    number = 347
    exact, _, feeds = varied(number, 512 if benchmark.enabled else 8, relative=1e-10)
    compiled = varied(number, 8, method, relative)[0]
    took, _ = benchmark.pedantic(by_kernel, (compiled, feeds, MODELS[number]), rounds=3)
    ends = []
    for one in (exact, compiled):
        species, step = integrate.start(one, feeds), np.full(feeds.shape[1], 1e-3)
        integrate.advance(one, species, step, feeds, (0.0, 60.0))
        ends.append(species)
    error = np.abs(ends[1] - ends[0]) / (np.abs(ends[0]) + 1e-3)  # nM; STAT5 begins with 80
    benchmark.extra_info |= {
        "us_per_cell_minute": took[0] / feeds.shape[1] / MINUTES * 1e6,
        "error": float(error.max()),
    }


def test_bench_pathway_start(benchmark, tmp_path):
    """Whole of a first and of a later process: import, reading, translation, kernel, one step of Singh 2006."""
    code = (
        "import sys; sys.path.insert(0, 'benchmarks'); import bench_pathway as b, time;"
        "t = time.perf_counter();"
        "c, _, f = b.varied(151, 8); c.kernel; print(time.perf_counter() - t)"
    )
    environment = {**os.environ, "AMOEBOID_CACHE": str(tmp_path)}
    took, inner = [], []

    def start():
        begin = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
        took.append(time.perf_counter() - begin)
        inner.append(float(done.stdout))

    benchmark.pedantic(start, rounds=2)
    benchmark.extra_info |= {"cold_s": took[0], "warm_s": took[-1], "cold_model_s": inner[0], "warm_model_s": inner[-1]}
