"""Time per patient of drawing kinetics, of a profile at 24 times, of the mean inhibition, and of a year of marrow."""

import numpy as np
import pytest

from amoeboid.pharmacology import (
    dose_rules,
    draw_people,
    marrow_course,
    mean_inhibition,
    population,
    steady_profile,
)

N, N_COURSE = 100_000, 20_000
HALF_DAY = 43_200.0


def tell(benchmark, n):
    """Note the least time per patient [us]; nothing is timed under ``--benchmark-disable``."""
    if benchmark.stats is not None:
        benchmark.extra_info["us_per_patient"] = benchmark.stats["min"] / n * 1e6


@pytest.mark.parametrize("name", ["ruxolitinib", "momelotinib"])
def test_bench_population_drawn(benchmark, name):
    people = draw_people(N, 1)
    benchmark.pedantic(population, (name, people, 1), rounds=3)
    tell(benchmark, N)


@pytest.mark.parametrize(("name", "moiety"), [("ruxolitinib", "parent"), ("momelotinib", "active")])
def test_bench_population_profile(benchmark, name, moiety):
    rows, times = population(name, draw_people(N, 1), 1), np.arange(24) / 24.0 * HALF_DAY
    benchmark.pedantic(steady_profile, (rows, 15.0, HALF_DAY, times), {"moiety": moiety}, rounds=3)
    tell(benchmark, N)


def test_bench_mean_inhibition(benchmark):
    rows = population("ruxolitinib", draw_people(N, 1), 1)
    benchmark.pedantic(mean_inhibition, (rows, [5.0, 10.0, 15.0, 20.0, 25.0], HALF_DAY, "IL-6"), rounds=2)
    tell(benchmark, N)


def test_bench_a_year_of_marrow(benchmark):
    people = draw_people(N_COURSE, 1)
    rows, rules = population("ruxolitinib", people, 1), dose_rules("ruxolitinib", 15.0)
    given = {"dose": 15.0, "interval": HALF_DAY, "weeks": 52, "rules": rules}
    benchmark.pedantic(marrow_course, (rows, people, 1), given, rounds=2)
    tell(benchmark, N_COURSE)
