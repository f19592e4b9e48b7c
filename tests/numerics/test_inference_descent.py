"""The descent on functions whose minima are known, and many starts in one process and in two."""

import numpy as np
import pytest
from fake_fit import binding_objective

from amoeboid.errors import NumericsError
from amoeboid.inference import Search, multistart, optimise
from amoeboid.inference.descent import descend
from amoeboid.inference.multistart import starting_points

WIDE = (np.full(2, -5.0), np.full(2, 5.0))


def canyon(x):
    f = np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])
    return 0.5 * float(f @ f), f, np.array([[-20.0 * x[0], 10.0], [-1.0, 0.0]])


def residual_canyon(x):
    """A curved canyon whose residuals stay large, where Gauss-Newton steps zigzag; minimum near (1, 1)."""
    f = np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0], 30.0 + 3.0 * np.sin(x[0] - x[1])])
    wave = 3.0 * np.cos(x[0] - x[1])
    return 0.5 * float(f @ f), f, np.array([[-20.0 * x[0], 10.0], [-1.0, 0.0], [wave, -wave]])


def test_the_canyon_is_followed_to_its_end():
    found = descend(canyon, np.array([-1.2, 1.0]), WIDE)
    assert found.place == pytest.approx([1.0, 1.0], abs=2e-3)
    assert found.n_evaluations < 60


def test_what_is_learnt_of_second_derivatives_saves_steps(monkeypatch):
    with_it = descend(residual_canyon, np.array([-1.2, 1.0]), WIDE)
    monkeypatch.setattr("amoeboid.inference.descent._updated", lambda learnt, *rest: learnt)
    without = descend(residual_canyon, np.array([-1.2, 1.0]), WIDE)
    assert with_it.value <= without.value + 1e-4
    assert with_it.n_evaluations < without.n_evaluations


def test_a_minimum_on_the_bounds_is_met_exactly():
    found = descend(canyon, np.array([-1.0, 0.2]), (np.array([-2.0, -1.0]), np.array([0.5, 0.1])))
    best = min((canyon(np.array([x, 0.1]))[0], x) for x in np.linspace(-2.0, 0.5, 25001))
    assert found.place[1] == 0.1
    assert found.value == pytest.approx(best[0], abs=1e-5)


def test_flat_directions_do_no_harm():
    def flat(x):
        f = np.array([x[0] + x[1] - 1.0])
        return 0.5 * float(f @ f), f, np.ones((1, 2))

    assert descend(flat, np.array([4.0, 4.0]), WIDE).value == pytest.approx(0.0, abs=1e-9)


def test_places_without_an_objective_are_walked_around():
    def walled(x):
        if x[0] > 0.5 and x[1] < 0.0:
            raise NumericsError
        return canyon(x)

    assert descend(walled, np.array([-1.2, -1.0]), WIDE).place == pytest.approx([1.0, 1.0], abs=2e-3)


def test_starts_fill_the_bounds_evenly():
    points = starting_points((np.zeros(3), np.array([1.0, 2.0, 4.0])), 20, seed=3)
    for column, width in enumerate((1.0, 2.0, 4.0)):
        assert sorted((points[:, column] / width * 20).astype(int).tolist()) == list(range(20))


def test_held_parameters_do_not_move():
    objective = binding_objective(relative=1e-7)
    found = optimise(objective, objective.nominal, {1: -0.5})
    assert found.theta[1] == -0.5
    assert found.value > optimise(objective, objective.nominal).value


def test_many_starts_give_the_same_bytes_in_one_process_and_in_two():
    objective = binding_objective(relative=1e-6)
    alone, pair = (multistart(objective, Search(4, seed=2, processes=n)) for n in (1, 2))
    assert [one.theta.tobytes() for one in alone.fits] == [one.theta.tobytes() for one in pair.fits]
    assert alone.best.value <= objective.value(objective.nominal)


class Nowhere:
    bounds = (np.zeros(1), np.ones(1))

    def value(self, theta):
        return np.inf


def test_a_model_that_can_be_simulated_nowhere_is_told():
    with pytest.raises(NumericsError, match="AMB-N72"):
        multistart(Nowhere(), Search(3, processes=1))
    with pytest.raises(NumericsError, match="AMB-N74"):
        optimise(Nowhere(), np.zeros(1))
