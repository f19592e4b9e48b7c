"""Courses of very many events: let be while time goes on, stopped where it does not."""

import numpy as np
import pytest

pytest.importorskip("libsbml", reason="needs the extra sbml")

import small_models as made

from amoeboid.errors import NumericsError
from amoeboid.formats import sbml
from amoeboid.signalling import constants, from_sbml, trajectory, translate


def course(*pieces: made.Piece) -> trajectory.Trajectory:
    """From 0 to 10 in steps of 1."""
    system = translate(from_sbml(sbml.parse_sbml(made.made(*pieces), "made")))
    return trajectory.simulate(system, constants(system), np.ones(len(system.feeds)), np.arange(11.0))


COUNTED = (made.parameter("n", 0.0, constant=False), made.parameter("last", 0.0, constant=False))


def test_events_may_be_many_while_time_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trajectory, "_MOST_RESTARTS", 20)
    found = course(*COUNTED, made.event("tick", "time - last >= 0.01", {"n": "n + 1", "last": "time"}))
    assert found.quantity("n") == pytest.approx(100.0 * np.arange(11.0), abs=1.0)


def test_events_that_follow_each_other_ever_sooner_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trajectory, "_MOST_RESTARTS", 20)
    # tick number n comes 2^-n after the one before, so that they heap up at time 2
    with pytest.raises(NumericsError, match="more than 20 discontinuities") as caught:
        course(*COUNTED, made.event("tick", "time - last >= 0.5^n", {"n": "n + 1", "last": "time"}))
    assert caught.value.faults[0].code == "AMB-N92"
    assert "time 1.99" in caught.value.faults[0].where or "time 2" in caught.value.faults[0].where
