"""Ports and state: what processes may read and write."""

import numpy as np
import pytest

from amoeboid.errors import EvidenceError
from amoeboid.process import PORTS, State, field_port, port, target_port


def test_names_of_ports_are_unique_and_owned():
    assert all("." in name for name in PORTS)
    assert port("field.OSM") == field_port("OSM")
    assert port("target.JAK1") == target_port("JAK1")


def test_an_unknown_port_is_refused_with_the_nearest():
    with pytest.raises(EvidenceError, match="cell.tension"):
        port("cell.tensoin")


def test_a_port_without_writer_is_named():
    with pytest.raises(EvidenceError, match=r"cell\.tension"):
        State()["cell.tension"]


def test_only_declared_ports_can_be_written():
    state = State({"cell.tension": np.ones(3), "cell.drive": np.zeros(3)})
    view = state.only(["cell.drive"])
    view["cell.drive"][0] = 1.0
    assert state["cell.drive"][0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        view["cell.tension"][0] = 2.0


def test_the_hash_sees_every_bit():
    state = State({"cell.tension": np.ones(3)})
    before = state.hash()
    assert state.copy().hash() == before
    state["cell.tension"][1] = np.nextafter(1.0, 2.0)
    assert state.hash() != before
