"""The process over all cells: ports, rest, same bytes after a resume, individuals, and the calls for one cell."""

import numpy as np
import pytest

from amoeboid.errors import EvidenceError, NumericsError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.process import State
from amoeboid.signalling import Signalling, network, resting_inputs, steady, time_course

TARGETS = ("JAK1", "JAK2", "TYK2", "ROCK1", "ROCK2", "myosin", "GP130")
REST = {"cytokine": 0.05}


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return Parameters(catalogue())


@pytest.fixture(scope="module")
def process(parameters: Parameters) -> Signalling:
    return Signalling(network(), parameters)


def cells(process: Signalling, ids: list[int], cytokine: float = 0.05) -> State:
    state = State({"cell.id": np.array(ids), "cell.radius": np.full(len(ids), 8.4)})
    state.put("cell.cytokine", np.full(len(ids), cytokine))
    for target in TARGETS:
        state.put(f"target.{target}", np.ones(len(ids)))
    process.initial(state, 7, REST)
    return state


def test_it_writes_only_what_it_says_it_writes(process: Signalling) -> None:
    state = cells(process, [0, 1, 2], 0.45)
    for name in process.reads:
        assert name in state
    process.advance(state.only(process.writes), 0.0, 60.0)
    assert state["cell.tension"].shape == (3,)


def test_cells_stay_at_rest_until_something_changes(process: Signalling) -> None:
    state = cells(process, list(range(20)))
    before = state["cell.tension"].copy()
    for tick in range(30):
        process.advance(state, 60.0 * tick, 60.0)
    assert state["cell.tension"] == pytest.approx(before, rel=1e-5)
    assert (state["signalling.step"] > 60.0).all()


def test_readouts_follow_from_the_species(process: Signalling) -> None:
    state = cells(process, [3, 4], 0.45)
    process.advance(state, 0.0, 60.0)
    row = process.model.network.species_index
    species = state["signalling.species"]
    share = species[row("MLC2_p")] / (species[row("MLC2")] + species[row("MLC2_p")])
    assert state["cell.pMLC2"] == pytest.approx(share)
    assert state["cell.tension"] == pytest.approx(species[row("tension")])
    monomers = species[row("pSTAT3_monomer")] + 2 * species[row("pSTAT3_dimer")] + 2 * species[row("pSTAT3_nuclear")]
    assert state["cell.pSTAT3"] == pytest.approx(monomers)
    assert state["cell.drive"] == pytest.approx(np.clip((share - 0.05) / 0.4, 0.0, 1.0))


def test_blebbistatin_lowers_the_drive_at_once_and_tension_within_minutes(process: Signalling) -> None:
    state = cells(process, [0], 0.45)
    for tick in range(120):
        process.advance(state, 60.0 * tick, 60.0)
    drive, tension = state["cell.drive"][0], state["cell.tension"][0]
    state["target.myosin"][:] = 0.1
    process.advance(state, 0.0, 60.0)
    assert state["cell.drive"][0] == pytest.approx(0.1 * drive, rel=0.05)
    for tick in range(9):
        process.advance(state, 60.0 * tick, 60.0)
    assert state["cell.tension"][0] < 0.3 * tension


def test_a_resumed_state_gives_the_same_bytes(process: Signalling, parameters: Parameters) -> None:
    whole = cells(process, list(range(30)), 0.45)
    for tick in range(20):
        process.advance(whole, 60.0 * tick, 60.0)
        if tick == 9:
            stored = whole.copy()
    resumed = Signalling(network(), parameters)
    for tick in range(10, 20):
        resumed.advance(stored, 60.0 * tick, 60.0)
    assert stored.hash() == whole.hash()


def test_a_cell_is_the_same_alone_and_among_others(process: Signalling) -> None:
    among, alone = cells(process, list(range(40)), 0.45), cells(process, [17], 0.45)
    for tick in range(10):
        process.advance(among, 60.0 * tick, 60.0)
        process.advance(alone, 60.0 * tick, 60.0)
    assert np.array_equal(among["signalling.species"][:, 17], alone["signalling.species"][:, 0])


def test_individuals_differ_in_force(process: Signalling) -> None:
    state = cells(process, list(range(300)))
    assert 0.1 < np.std(np.log(state["cell.pMLC2"])) < 0.6


def test_a_knocked_out_cell_begins_at_its_own_rest(process: Signalling) -> None:
    state = cells(process, [0, 1])
    normal = state["cell.pSTAT3"].copy()
    process.initial(state, 7, {**REST, "target_JAK1": 0.0})
    assert (state["cell.pSTAT3"] < 0.2 * normal).all()


def test_memory_per_cell_is_small(process: Signalling) -> None:
    state = cells(process, list(range(1000)))
    assert state.bytes / 1000 < 400


def test_an_input_that_is_not_a_number_names_the_cell(process: Signalling) -> None:
    state = cells(process, list(range(12)))
    state["cell.cytokine"][5] = np.nan
    with pytest.raises(NumericsError, match="time 600 s, cell 5, species"):
        process.advance(state, 600.0, 60.0)


def test_a_rate_so_slow_that_there_is_no_rest_is_told(parameters: Parameters) -> None:
    slow = Parameters(catalogue(), {"signalling.gef_decay": Override(1e-9, "1/s")})
    with pytest.raises(NumericsError, match="(?s)species `GEF`.*not at rest"):
        steady(network({"jak1_rock_link": "slow"}), slow)


def test_the_course_of_one_cell_begins_at_rest(parameters: Parameters) -> None:
    course = time_course(network(), parameters, {"cytokine": 0.45}, [0.0, 60.0, 600.0])
    rest = steady(network(), parameters)
    assert course.readouts["pSTAT3"][0] == pytest.approx(rest["pSTAT3"], rel=1e-4)
    assert course.species["STAT3"].shape == (3,)


def test_resting_inputs_block_nothing(parameters: Parameters) -> None:
    inputs = resting_inputs(network(), parameters)
    assert all(inputs[f"target_{name}"] == 1.0 for name in TARGETS)
    assert inputs["radius"] == pytest.approx(8.42, abs=0.01)


@pytest.mark.parametrize("times", [[], [-1.0, 2.0], [0.0, 0.0], [0.0, np.nan], [[0.0, 1.0]]])
def test_times_must_rise_from_zero(times: list[float], parameters: Parameters) -> None:
    with pytest.raises(EvidenceError, match="AMB-E25"):
        time_course(network(), parameters, {}, times)


def test_an_unknown_input_is_told_with_the_nearest(parameters: Parameters) -> None:
    with pytest.raises(EvidenceError, match="(?s)unknown input `target_JAK9`.*nearest:  `target_JAK"):
        steady(network(), parameters, {"target_JAK9": 0.0})
