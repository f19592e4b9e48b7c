"""What the body costs (kernels `spreading` and `burden`): patients per second, and memory at the peak.

Times are CPU seconds of this process, since the machine may be shared.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "fakes"))

from early_breast import PLAIN

from amoeboid.body import Plan, cancer, draw_disease, follow, outcome, spread
from amoeboid.kernels import burden, random, spreading, threads
from amoeboid.process.treatment import Treatment, untreated

HALF = np.full((1, 1), 0.5)
ONE = np.ones((1, 1))
NEOADJUVANT = Treatment(np.array([0.0, 84.0]), HALF, HALF, ONE, ONE, ONE)


def measured(benchmark, n, job):
    """Run a job and note CPU seconds, patients a second and the peak of memory."""
    job()
    cpu = time.process_time()
    benchmark.pedantic(job, rounds=1)
    cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    benchmark.extra_info.update({"CPU s": cpu, "patients/CPU s": n / cpu, "peak MB": peak})


def test_bench_one_generation_with_detection(benchmark):
    n, plan = 1_000_000, Plan(5478.0, 0.0, generations=1)

    def job():
        assert len(follow(draw_disease(PLAIN, n, 1), PLAIN, untreated(), plan, 1)) == n

    measured(benchmark, n, job)


@pytest.mark.parametrize("name", ["early breast", "breast", "pancreas"])
def test_bench_everything_in_two_arms(benchmark, name):
    n, kind = 100_000, PLAIN if name == "early breast" else cancer(name)
    plan = Plan(5478.0, 84.0)
    disease = draw_disease(kind, n, 1)

    def job():
        for treatment in (untreated(), NEOADJUVANT):
            assert len(follow(disease, kind, treatment, plan, 1)) == n

    measured(benchmark, 2 * n, job)


def test_bench_words_of_philox(benchmark):
    # the floor of all: a colony takes four draws of four words at most
    n = 1_000_000
    number, words = np.arange(n), np.empty((n, 4), np.uint32)
    measured(benchmark, n, lambda: threads.run_chunks(random.fill_words, n, number, (0, 20, 0, 1), words))


def test_bench_colonies_of_one_generation(benchmark):
    disease = draw_disease(PLAIN, 200_000, 1)
    found = {}

    def job():
        found["colonies"] = spread(disease, PLAIN, untreated(), Plan(5478.0, 0.0, generations=1), 1)

    measured(benchmark, disease.n, job)
    assert len(outcome(found["colonies"])) == disease.n
    assert spreading.count.signatures
    assert burden.dying.signatures
