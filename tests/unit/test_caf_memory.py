"""The memory of fibroblasts and the sense of stiff matrix: signs in crowds with their spread, and who has neither."""

import numpy as np
import pytest

from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology import TARGETS
from amoeboid.process import State
from amoeboid.signalling import Signalling, network, steady

DAY = 86400.0
N = 120
LIF = 0.45  # nM, as 9 ng/ml
JAK_BLOCK = {"JAK1": 0.05, "JAK2": 0.05, "TYK2": 0.05}
BOTH = {**JAK_BLOCK, "DNMT": 0.09}  # 1 uM decitabine leaves 9 %


@pytest.fixture(scope="module")
def parameters():
    return Parameters(catalogue())


@pytest.fixture(scope="module")
def process(parameters):
    return Signalling(network({"caf_memory": "on"}), parameters)


def crowd(process, memory, own):
    """Cells at rest under their own cytokine, with their spread."""
    state = State({"cell.id": np.arange(N), "cell.radius": np.full(N, 8.42)})
    for target in TARGETS:
        state.put(f"target.{target}", np.ones(N))
    state.put("cell.memory", np.full(N, memory))
    state.put("cell.cytokine", np.full(N, own))
    process.initial(state, 1, {"cell.cytokine": own})
    return state


def lived(process, before, days, cytokine, left=None):
    """Give the state after some days of a cytokine and of what is left of targets."""
    state = before.copy()
    state["cell.cytokine"][:] = cytokine
    for target in TARGETS:
        state[f"target.{target}"][:] = (left or {}).get(target, 1.0)
    for _ in range(round(24 * days)):
        process.advance(state, 0.0, 3600.0)
    return state


def mean(state, name="cell.tension"):
    return float(state[name].mean())


@pytest.fixture(scope="module", params=[0.0, 0.05], ids=["no own cytokine", "own cytokine"])
def history(request, process):
    """Fibroblasts and cells without memory, at rest, after a day of LIF, and five days later."""
    own, told = request.param, {"own": request.param}
    for name, memory in (("fibroblast", 1.0), ("other", 0.0)):
        rest = crowd(process, memory, own)
        pulse = lived(process, rest, 1, own + LIF)
        told[name] = (rest, pulse, lived(process, pulse, 5, own))
    return told


def test_a_pulse_of_lif_keeps_fibroblasts_pulling_for_days_and_other_cells_not(history):
    rest, pulse, later = history["fibroblast"]
    _, _, other = history["other"]
    for name in ("cell.tension", "cell.pSTAT3"):
        half = 0.5 * (mean(rest, name) + mean(pulse, name))
        assert mean(later, name) > half
        assert mean(other, name) == pytest.approx(mean(rest, name), rel=0.1, abs=2.0 if name == "cell.pSTAT3" else 0.02)


def test_without_a_pulse_fibroblasts_stay_as_they_are(history, process):
    rest, own = history["fibroblast"][0], history["own"]
    assert mean(lived(process, rest, 6, own)) == pytest.approx(mean(rest), rel=0.1)


@pytest.mark.parametrize("days", [2, 4])
def test_a_jak_inhibitor_alone_undoes_it_for_a_time_only(history, process, days):
    rest, _, later = history["fibroblast"]
    under = lived(process, later, days, history["own"], JAK_BLOCK)
    assert mean(under) < mean(rest) + 0.05
    after = lived(process, under, 5, history["own"])
    assert mean(after) - mean(rest) > 0.8 * (mean(later) - mean(rest))


def test_jak_and_dnmt_inhibitors_together_undo_it_for_good(history, process):
    rest, _, later = history["fibroblast"]
    after = lived(process, lived(process, later, 4, history["own"], BOTH), 5, history["own"])
    assert mean(after) - mean(rest) < 0.2 * (mean(later) - mean(rest))


def test_two_days_of_both_leave_less_than_two_days_of_one(history, process):
    _, _, later = history["fibroblast"]
    one, both = (
        lived(process, lived(process, later, 2, history["own"], left), 5, history["own"]) for left in (JAK_BLOCK, BOTH)
    )
    assert mean(both) < mean(one) - 0.1


def test_the_promoter_is_written_by_the_pulse_and_stays_between_none_and_all(history, process):
    row = [entry.name for entry in process.model.network.species].index("methylation")
    rest, pulse, later = (state["signalling.species"][row] for state in history["fibroblast"])
    assert np.all(rest == 0.0)
    assert 0.3 < pulse.mean() < 0.7
    assert later.mean() > pulse.mean() - 0.1
    assert min(pulse.min(), later.min()) >= 0.0
    assert max(pulse.max(), later.max()) <= 1.0
    assert np.all(history["other"][2]["signalling.species"][row] == 0.0)


def test_cells_without_memory_do_as_the_network_without_it(parameters):
    """The two networks are one where nothing can be written; steps differ, so to the tolerance."""
    with_it, without = network({"caf_memory": "on"}), network()
    for cytokine in (0.0, 0.05, 0.45):
        a, b = (steady(one, parameters, {"cytokine": cytokine}) for one in (with_it, without))
        assert {name: a[name] for name in b} == pytest.approx(b, rel=1e-3, abs=1e-6)


# --- stiffness


@pytest.fixture(scope="module")
def sensing(parameters):
    """Steady readouts under inputs, with the sense of stiffness."""
    chosen = network({"stiffness_sensing": "on"})
    return lambda **inputs: steady(chosen, parameters, inputs)


def test_on_stiff_matrix_stat3_is_active_without_ligand_and_on_soft_it_needs_ligand(sensing):
    ligand = sensing(cytokine=0.2, stiffness=0.0)["pSTAT3"]
    assert sensing(cytokine=0.0, stiffness=20.0)["pSTAT3"] == pytest.approx(ligand, rel=0.2)
    assert sensing(cytokine=0.0, stiffness=0.1)["pSTAT3"] < 0.1 * ligand


@pytest.mark.parametrize("blocked", [{"target_JAK2": 0.0}, {"target_ROCK1": 0.0, "target_ROCK2": 0.0}], ids=str)
def test_what_stiffness_does_needs_rock_and_jak2(sensing, blocked):
    assert sensing(cytokine=0.0, stiffness=20.0, **blocked)["pSTAT3"] < 1.0


def test_tension_rises_with_stiffness_at_every_level_of_cytokine(sensing):
    for cytokine in (0.0, 0.05, 0.45):
        course = [sensing(cytokine=cytokine, stiffness=kpa)["tension"] for kpa in (0.0, 0.3, 1.0, 5.0, 20.0)]
        assert np.all(np.diff(course) > 0.0)


def test_in_liquid_the_sense_of_stiffness_changes_nothing(sensing, parameters):
    for cytokine in (0.0, 0.05, 0.45):
        plain = steady(network(), parameters, {"cytokine": cytokine})
        found = sensing(cytokine=cytokine, stiffness=0.0)
        assert {name: found[name] for name in plain} == pytest.approx(plain, rel=1e-6, abs=1e-9)
