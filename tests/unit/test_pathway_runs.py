"""Runs with a pathway file: what names them, what they keep, what provenance says, and the same bytes again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from amoeboid import execution, scenario, simulation, store
from amoeboid.errors import StoreError
from amoeboid.kernels import threads
from amoeboid.process import State
from amoeboid.workflow import pathway

RELAY = """
model relay
  // a comment
  compartment cell = 1;
  species R in cell, A in cell, S in cell, P in cell;
  R = 10; A = 0; S = 1000; P = 0;
  ligand = 0; kon = 0.001; koff = 0.0005; kp = 0.0002; kd = 0.002;
  J1: R -> A; kon*ligand*R - koff*A;
  J2: S -> P; kp*A*S - kd*P;
  grown = 0; E1: at (P > 100), t0=false: grown = 1, S = S + 100;
end
"""
DOCUMENT = """\
name = "small"
question = "Does it move?"
duration = "6 min"
seed = 1
medium = "serum-free"
explore = ["jak1_rock_link", "mlc_switch"]
[tissue]
size = ["300 um", "300 um", "300 um"]
matrix = { collagen = "2 mg/ml" }
[[tissue.cells]]
type = "melanoma"
count = 20
place = { shape = "box", size = ["120 um", "90 um", "60 um"] }
[pathway]
file = "relay.ant"
time = "1 s"
concentration = "1 nM"
inputs = { ligand = "cytokine", kp = "kp*target_JAK1" }
outputs = { pSTAT3 = "P", pMLC2 = "0.1 + 0.3*P/(P + 100)" }
spread = { kp = 0.2 }
start = "file"
[output]
frames_every = "1 min"
cells_every = "1 min"
checkpoint_every = "2 min"
[[arms]]
name = "IL-6"
fields = { IL-6 = "100 ng/ml" }
[[arms]]
name = "IL-6, fewer receptors"
fields = { IL-6 = "100 ng/ml" }
parameters = { "pathway.R" = { value = 5, reason = "half of the receptors" } }
"""
MEANS = execution.Means(processes=1, threads=1)


def document(folder: Path, model: str = RELAY, text: str = DOCUMENT) -> scenario.Scenario:
    (folder / "relay.ant").write_text(model)
    (folder / "small.toml").write_text(text)
    return scenario.load(folder / "small.toml")


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> store.Run:
    place = tmp_path_factory.mktemp("run")
    return execution.run(document(place), folder=place / "runs", means=MEANS)


def test_a_run_keeps_the_file_of_its_pathway(run):
    assert (run.path / "relay.ant").read_text() == RELAY
    assert run.attached == {"relay.ant": RELAY.encode()}
    assert run.scenario.pathway.content == RELAY.encode()
    assert run.is_finished


def test_only_options_that_reach_a_pathway_file_are_explored(run):
    options = {option for member in run.members() for option in member.hypotheses.items()}
    assert options == {("mlc_switch", "bistable")}


def test_a_run_is_named_by_the_content_of_the_file_and_not_by_its_place(tmp_path):
    (tmp_path / "other").mkdir()
    texts = [
        scenario.to_toml(document(tmp_path)),
        scenario.to_toml(document(tmp_path / "other")),
        scenario.to_toml(document(tmp_path, RELAY.replace("a comment", "another"))),
    ]
    names = [store.identify(text).hash for text in texts]
    assert names[0] == names[1]
    assert names[0] != names[2]


def test_the_stored_scenario_finds_its_own_run(run):
    again = scenario.load(run.path / "scenario.toml")
    assert again == run.scenario
    same = execution.run(again, folder=run.path.parent, means=MEANS)
    assert same.path == run.path


def test_a_changed_file_in_the_run_folder_is_noticed(tmp_path):
    made = execution.run(document(tmp_path), folder=tmp_path / "runs", means=MEANS)
    (made.path / "relay.ant").write_text(RELAY + "\n")
    with pytest.raises(StoreError, match="does not match its checksum"):
        _ = store.Run(made.path).scenario
    assert [fault.code for fault in store.Run(made.path).verify()] == ["AMB-R03"]


def test_provenance_lists_every_number_of_the_file(run):
    record = json.loads((run.path / "provenance.json").read_text())
    pathway = record["pathway"]
    assert pathway["sha256"] == run.scenario.pathway.sha256
    assert set(pathway["numbers"]) == {*"RASP", "cell", "ligand", "kon", "koff", "kp", "kd", "grown"}
    assert all(number["status"] == "from the file, not reviewed by us" for number in pathway["numbers"].values())
    (changed,) = pathway["numbers"]["R"]["changed"]
    assert (changed["arm"], changed["value"]) == ("IL-6, fewer receptors", 5.0)
    assert pathway["numbers"]["R"]["value"] == 10.0
    assert {one["notes"]["cells begin"] for one in record["members"].values()} == {"as in the file"}
    read = [id for id in record["parameters"] if id.startswith("signalling.")]
    assert read == [
        "signalling.contraction_exponent_bistable",
        "signalling.contraction_half",
        "signalling.drive_span",
        "signalling.drive_threshold",
        "signalling.tension_contracted",
        "signalling.tension_rest",
        "signalling.tension_time",
    ]


def test_an_arm_may_replace_a_number_of_the_file(run):
    ends = {member.arm: member.frames().scalars["pSTAT3"][-1] for member in run.members() if not member.hypotheses}
    ratio = ends["IL-6, fewer receptors"] / ends["IL-6"]
    assert np.all((ratio > 0.4) & (ratio < 0.7))


def test_a_stopped_run_with_a_pathway_file_goes_on_to_the_same_bytes(run, tmp_path):
    asked = iter([False] * 4 + [True] * 1000)
    means = execution.Means(processes=1, threads=1, stop=lambda: next(asked))
    stopped = execution.run(document(tmp_path), folder=tmp_path / "runs", means=means)
    assert not stopped.is_finished
    (tmp_path / "relay.ant").unlink()  # a run needs nothing from outside its folder
    resumed = execution.resume(stopped.path, means=MEANS)
    assert {m.id: m.state_hash for m in resumed.members()} == {m.id: m.state_hash for m in run.members()}


def test_threads_and_worker_processes_do_not_change_a_pathway_file(run, tmp_path):
    made = execution.run(document(tmp_path), folder=tmp_path / "runs", means=execution.Means(processes=2))
    assert {m.id: m.state_hash for m in made.members()} == {m.id: m.state_hash for m in run.members()}


def test_one_and_two_threads_give_the_same_bytes_with_a_pathway_file(tmp_path):
    found = document(tmp_path, text=DOCUMENT.replace("count = 20", "count = 2500").replace(
        '"box", size = ["120 um", "90 um", "60 um"]', '"sphere"'))  # fmt: skip
    one = scenario.members(found)[0]
    hashes = []
    for n_threads in (1, 2):
        threads.set_threads(n_threads)
        built = simulation.build(found, one)
        simulation.advance(built, 180.0)
        hashes.append(built.state.hash())
    threads.set_threads(1)
    assert hashes[0] == hashes[1]


def test_a_simulation_with_events_goes_on_from_a_saved_state_bit_for_bit(tmp_path):
    found = document(tmp_path)
    one = scenario.members(found)[0]
    straight, first, again = (simulation.build(found, one) for _ in range(3))
    simulation.advance(straight, 1800.0)
    simulation.advance(first, 420.0)
    again.restore(420.0, State({name: array.copy() for name, array in first.state.items()}))
    simulation.advance(again, 1800.0)
    assert straight.state.hash() == again.state.hash()
    assert straight.state["signalling.event_trigger"].any()


def test_a_scan_says_in_its_title_when_it_looked():
    model = pathway("-> A; k; A -> ; A; k = 1; A = 0;")
    assert model.scan("k", [1, 2]).title.endswith(", at rest")
    assert model.scan("k", [1, 2], at=3).title.endswith(", after 3")
