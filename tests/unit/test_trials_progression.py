"""When metastatic disease counts as grown: by hand for one lesion, by brute force for many, and under slower growth."""

import dataclasses

import numpy as np
import pytest

from amoeboid import body, scenario, trials
from amoeboid.process import Treatment, untreated
from amoeboid.trials.progression import _real_day, progression

READY = trials.premises(scenario.load_trial("janus-1"))


def colonies(given=None, n=300):
    who = trials.screen(READY, 0, n)
    plan = body.Plan(400.0, who.resection, mortal=-np.inf)
    return body.spread(who.disease, READY.cancer, given or untreated(), plan, 1)


def slower(growth, start=0.0, stop=200.0):
    one = np.ones((1, 1))
    return Treatment(np.array([start, stop]), one, one, one, one, growth * one)


def test_the_day_is_that_of_a_search_day_by_day():
    found = colonies()
    day = progression(READY, found)
    assert np.isfinite(day).sum() > 40  # the others die first: lesions near their ceiling hardly grow
    shown = body.visible(found)
    grid = np.arange(0.0, 400.0, 0.25)
    for patient in np.flatnonzero(np.isfinite(day))[:25]:
        rows = np.flatnonzero(found.patient == patient)
        target = rows[shown[rows] <= 0.0]
        cells = body.size(grid[:, None] - found.origin[target], found.disease.decay[patient], found.cancer.capacity)
        total = body.diameter(cells, found.cancer.density).sum(axis=1)
        grown = grid[np.argmax((total >= 1.2 * total[0]) & (total >= total[0] + 5.0))]
        fresh = min((float(x) for x in shown[rows] if x > 0.0), default=np.inf)
        assert day[patient] == pytest.approx(min(grown, fresh), abs=0.26)


def test_nobody_progresses_after_death_or_before_randomisation():
    found = colonies()
    day = progression(READY, found)
    known = np.isfinite(day)
    assert np.all(day[known] > 0.0)
    assert np.all(day[known] <= found.cut[known])


def test_slower_growth_puts_progression_off_as_far_as_it_slows():
    plain = np.array([30.0, 150.0, 400.0, np.inf])
    assert _real_day(plain, untreated()).tolist() == plain.tolist()
    # half speed for 200 days: 30 of growth take 60 days, 150 take 250, all after that comes 100 days later
    assert _real_day(plain, slower(0.5)).tolist() == [60.0, 250.0, 500.0, np.inf]
    # treatment from day 50 on
    assert _real_day(plain, slower(0.5, 50.0, 150.0)).tolist() == [30.0, 200.0, 450.0, np.inf]
    rows = dataclasses.replace(slower(0.5), growth=np.array([[0.5], [1.0], [2.0], [0.5]]))
    assert _real_day(plain, rows).tolist() == [60.0, 150.0, 200.0, np.inf]


def test_growth_that_is_slowed_lets_fewer_progress():
    plain, slow = progression(READY, colonies()), progression(READY, colonies(slower(0.3, 0.0, 400.0)))
    assert np.isfinite(slow).sum() < np.isfinite(plain).sum()
    both = np.isfinite(slow) & np.isfinite(plain)
    assert np.all(slow[both] >= plain[both] - 1e-6)
