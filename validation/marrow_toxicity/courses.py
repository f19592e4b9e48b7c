"""The treatments of the trials behind toxicity: who, what, how long, and how often blood is counted."""

from __future__ import annotations

import numpy as np

from amoeboid import pharmacology
from amoeboid.evidence import Parameters
from amoeboid.seeds import Stream, uniform

TWICE_DAILY = 43_200.0  # s
DAY = 86_400.0
CYCLE, ROUTINE = 3, 2  # weeks between counts: cycles of capecitabine, and the label's advice
YEAR, HALF_YEAR = 52, 26  # weeks; mean treatment in the Dutch cohort was 25 weeks
N, SEED = 20_000, 3
_LEAVING = 40  # index of the draw of the end of treatment, within the stream of trials


def capecitabine(p: Parameters, cohort: str, dose: float, length: str):
    """Give a course beside capecitabine until leaving at a constant rate, with its median from the record."""
    people = pharmacology.draw_people(N, SEED, cohort=cohort, parameters=p)
    draw = uniform(people.number, _LEAVING, Stream.TRIAL, SEED)[:, 0]
    stop = -np.log2(draw) * p[length] / DAY
    return _course(p, people, dose, weeks=YEAR, stop=stop, background="capecitabine")


def routine(p: Parameters, cohort: str, dose: float | None):
    """Give half a year of ruxolitinib in myelofibrosis; no dose means the label's start by platelets."""
    return _course(p, pharmacology.draw_people(N, SEED, cohort=cohort, parameters=p), dose, weeks=HALF_YEAR)


def _course(p: Parameters, people, dose, **more):
    drawn = pharmacology.population("ruxolitinib", people, SEED, parameters=p)
    rules = pharmacology.dose_rules("ruxolitinib", dose, p)
    return pharmacology.marrow_course(
        drawn, people, SEED, dose=dose, interval=TWICE_DAILY, rules=rules, parameters=p, **more
    )


def severe(course, count: str, every: int) -> float:
    """Give the share [%] of patients with grade 3 or more."""
    return 100.0 * float(np.mean(course.worst(count, every) >= 3))
