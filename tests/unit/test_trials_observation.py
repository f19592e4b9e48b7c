"""What a trial sees: scans at visits, deaths on their day, and nothing after the end of observation."""

import numpy as np
import pytest

from amoeboid import trials

NEVER = np.inf


def events(metastasis, death, progression=None):
    days = [np.asarray(x, dtype=float) for x in (metastasis, metastasis if progression is None else progression, death)]
    return trials.Events(*days, np.where(np.isfinite(days[2]), trials.CANCER, 0).astype(np.int8))


def who(n):
    return np.arange(n), np.zeros(n, dtype=np.int64)


def test_a_scan_shows_a_metastasis_at_the_next_visit_and_bounds_it_from_below():
    seen = trials.observe(events([10.0, 100.0, 30.0], [NEVER] * 3), "DMFS", np.full(3, 365.0),
                          trials.Visits(30.0, 0.0, 1), who(3))  # fmt: skip
    assert seen.time.tolist() == [30.0, 120.0, 30.0]
    assert seen.after.tolist() == [0.0, 90.0, 0.0]
    assert seen.event.all()


def test_death_before_the_next_scan_is_the_event():
    seen = trials.observe(events([10.0], [20.0]), "DMFS", np.array([365.0]), trials.Visits(30.0, 0.0, 1), who(1))
    assert (seen.time[0], seen.event[0], seen.after[0]) == (20.0, True, 20.0)


def test_who_is_censored_without_event_was_last_known_free_at_his_last_scan():
    free = events([200.0], [NEVER])
    seen = trials.observe(free, "DMFS", np.array([199.0]), trials.Visits(30.0, 0.0, 1), who(1))
    assert (seen.time[0], seen.event[0]) == (180.0, False)
    # a metastasis that is there at the cut and not yet scanned is not known
    seen = trials.observe(free, "DMFS", np.array([205.0]), trials.Visits(30.0, 0.0, 1), who(1))
    assert (seen.time[0], seen.event[0]) == (180.0, False)


def test_survival_needs_no_scan_and_progression_is_not_metastasis():
    mixed = events([NEVER], [77.0], [50.0])
    visits, end = trials.Visits(30.0, 0.0, 1), np.array([365.0])
    assert trials.observe(mixed, "OS", end, visits, who(1)).time[0] == 77.0
    assert trials.observe(mixed, "PFS", end, visits, who(1)).time[0] == 60.0
    assert trials.observe(mixed, "DMFS", end, visits, who(1)).time[0] == 77.0
    assert trials.observe(mixed, "OS", np.array([70.0]), visits, who(1)).event[0] == np.False_


def test_visits_within_their_window_are_found_as_by_looking_through_all():
    visits = trials.Visits(42.0, 7.0, seed=3)
    person, trial = np.arange(300)[None, :], np.arange(40)[:, None]
    days = np.random.default_rng(1).uniform(0.0, 500.0, (40, 300))
    every = np.stack([visits.day(np.full((1, 1), number), person, trial) for number in range(16)])
    assert np.all(np.abs(every - 42.0 * np.arange(16)[:, None, None]) <= 7.0)
    seen, before = visits.first_from(days, person, trial)
    assert np.array_equal(seen, np.where(every >= days, every, NEVER).min(axis=0))
    assert np.array_equal(before, np.where(every < days, every, 0.0).max(axis=0))
    assert np.array_equal(visits.last_until(days, person, trial), np.where(every <= days, every, 0.0).max(axis=0))


def test_what_was_there_at_randomisation_is_seen_at_randomisation():
    seen, before = trials.Visits(42.0, 7.0, 3).first_from(np.array([-5.0, 0.0, NEVER]), *who(3))
    assert seen.tolist() == [0.0, 0.0, NEVER]
    assert before[:2].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("endpoint", ["DMFS", "PFS", "OS"])
def test_nothing_is_known_of_the_time_after_the_end(endpoint):
    rng = np.random.default_rng(2)
    many = events(rng.exponential(300.0, 500), rng.exponential(400.0, 500))
    end = rng.uniform(0.0, 600.0, 500)
    seen = trials.observe(many, endpoint, end, trials.Visits(42.0, 7.0, 3), who(500))
    assert np.all(seen.time <= end)
    assert np.all(seen.after <= seen.time)
    assert np.all(seen.time[seen.event] >= many.endpoint(endpoint)[seen.event])
