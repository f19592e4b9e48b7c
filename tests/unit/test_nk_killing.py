"""What is left of killing by NK cells: closed form against its differential equation, and the switch at none."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from amoeboid.errors import ScenarioError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.pharmacology import killing, recovery_time

K = 0.07
EDGES = np.array([0.0, 3.0, 10.0, 84.0, 90.0, 300.0])
BLOCKED = np.array([0.4, 0.0, 0.7, 0.2, 0.0])


def by_equation(loss, rebound=0.0):
    """Give the mean of u in each piece from a tight solver."""
    means, memory = [], 0.0
    for target, first, last in zip(BLOCKED, EDGES[:-1], EDGES[1:], strict=True):

        def change(_, y, target=target):
            left = 1.0 - loss * y[0] + rebound * loss * max(y[0] - target, 0.0)
            return [K * (target - y[0]), left]

        found = solve_ivp(change, (0.0, last - first), [memory, 0.0], rtol=1e-11, atol=1e-13)
        memory = found.y[0, -1]
        means.append(found.y[1, -1] / (last - first))
    return np.array(means)


@pytest.mark.parametrize(("loss", "rebound"), [(1.0, 0.0), (0.5, 0.0), (1.0, 1.0), (1.0, 1.5)])
def test_what_is_left_agrees_with_its_differential_equation(loss, rebound):
    assert killing(BLOCKED, EDGES, loss, rebound=rebound)[0] == pytest.approx(by_equation(loss, rebound), rel=1e-9)


def test_without_loss_killing_is_whole_to_the_last_bit():
    assert killing(BLOCKED, EDGES, 0.0).tobytes() == np.ones((1, 5)).tobytes()


def test_without_drug_killing_is_whole_to_the_last_bit():
    assert killing(np.zeros((3, 5)), EDGES, 1.0).tobytes() == np.ones((3, 5)).tobytes()


def test_half_the_loss_is_half_the_harm():
    assert 1.0 - killing(BLOCKED, EDGES, 0.5) == pytest.approx(0.5 * (1.0 - killing(BLOCKED, EDGES, 1.0)))


def test_a_lasting_block_leaves_what_is_not_blocked():
    left = killing([[0.3, 0.3]], [0.0, 365.0, 730.0], 0.5)
    assert left[0, 1] == pytest.approx(1.0 - 0.5 * 0.3, abs=1e-9)


def test_patients_are_independent_rows():
    rows = np.vstack([BLOCKED, 0.5 * BLOCKED])
    both = killing(rows, EDGES, 1.0)
    assert both[1].tobytes() == killing(rows[1], EDGES, 1.0)[0].tobytes()


def test_the_pool_follows_as_fast_as_its_turnover():
    days = recovery_time(0.5)
    assert days == pytest.approx(np.log(2.0) / K)
    fast = Parameters(catalogue(), {"nk.turnover": Override(0.14, "1/day")})
    assert recovery_time(0.5, fast) == pytest.approx(days / 2.0)


def test_rebound_of_one_gives_back_all_at_once():
    left = killing([[0.8, 0.0]], [0.0, 30.0, 31.0], 1.0, rebound=1.0)
    assert left[0, 1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "change",
    [
        {"edges": [0.0, 1.0, 1.0]},
        {"edges": [0.0, np.inf, 3.0]},
        {"inhibition": [[0.1, 1.2]]},
        {"inhibition": [[0.1, np.nan]]},
        {"inhibition": [[0.1]]},
        {"loss": -0.1},
        {"loss": float("nan")},
        {"rebound": -1.0},
    ],
)
def test_shares_and_times_that_cannot_be_are_refused(change):
    given = {"inhibition": [[0.1, 0.2]], "edges": [0.0, 1.0, 2.0], "loss": 0.5, "rebound": 0.0} | change
    with pytest.raises(ScenarioError, match="AMB-S637"):
        killing(given["inhibition"], given["edges"], given["loss"], rebound=given["rebound"])


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0])
def test_a_recovery_that_never_ends_has_no_time(share):
    with pytest.raises(ScenarioError, match="AMB-S637"):
        recovery_time(share)
