"""A tissue that makes cytokine, breathes and remembers: what is wired, who meets what, and the same bytes."""

import tomllib

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.kernels import threads
from amoeboid.process import State
from amoeboid.scenario import checks
from amoeboid.simulation import surroundings

TEXT = """
format = 1
name = "stroma"
question = "Do fibroblasts and macrophages feed a tumour?"
duration = "24 h"
seed = 5
medium = "serum-free"

[tissue]
size = ["200 um", "200 um", "200 um"]
voxel = "20 um"
secretion = true
oxygen = "0.2 mM"
matrix = { kind = "collagen", collagen = "2 mg/ml" }

[[tissue.cells]]
type = "melanoma"
count = 150
place = { shape = "sphere", centre = ["100 um", "100 um", "100 um"] }

[[tissue.cells]]
type = "fibroblast"
count = 40
place = { shape = "box", size = ["180 um", "180 um", "180 um"] }

[[tissue.cells]]
type = "macrophage"
count = 20
place = { shape = "box", size = ["180 um", "180 um", "180 um"] }

[[arms]]
name = "pulse"
reference = true
fields = { LIF = "10 ng/ml" }
pulse = "10 min"

[[arms]]
name = "plain"

[[arms]]
name = "alone"
without = ["fibroblast", "macrophage"]

[[arms]]
name = "no JAK1 in fibroblasts"
fields = { LIF = "10 ng/ml" }
knockouts_in = { fibroblast = ["JAK1"] }
drugs = [{ name = "decitabine", concentration = "1 uM", start = "5 min", stop = "15 min" }]

[[arms]]
name = "loop"
hypotheses = { secretion_loop = "on" }
"""


@pytest.fixture(autouse=True)
def _back_to_one_thread():
    yield
    threads.set_threads(1)


@pytest.fixture(scope="module")
def document():
    return scenario.loads(TEXT)


def built(document, arm):
    return simulation.build(document, next(one for one in scenario.members(document) if one.arm.name == arm))


def course(document, arm, minutes):
    one = built(document, arm)
    simulation.advance(one, 60.0 * minutes)
    return one.state


def of(state, kind):
    return state["cell.type"] == kind


def test_a_field_is_there_where_an_arm_adds_it_or_some_cell_makes_it(document):
    fields = {
        arm: sorted(name for name in built(document, arm).state if name.startswith("field."))
        for arm in ("plain", "alone")
    }
    assert fields["plain"] == ["field.IL-6", "field.LIF", "field.OSM", "field.oxygen"]
    assert fields["alone"] == ["field.IL-6", "field.oxygen"]


def test_cells_beside_a_source_meet_more_of_it(document):
    state = course(document, "plain", 20)
    made, met = of(state, 2), state["cell.at.OSM"]
    assert met[made].mean() > met[~made].mean() > 0.0
    total = sum(state[f"cell.at.{name}"] for name in ("IL-6", "LIF", "OSM"))
    np.testing.assert_allclose(state["cell.cytokine"], total, rtol=1e-12)


def test_a_pulse_is_washed_out_and_what_cells_make_stays(document):
    one = built(document, "pulse")
    simulation.advance(one, 600.0)
    assert one.state["bath.LIF"][0] == pytest.approx(0.508, rel=0.01)
    during = one.state["cell.at.LIF"].mean()
    simulation.advance(one, 3 * 3600.0)
    assert one.state["bath.LIF"][0] == 0.0
    after = one.state["cell.at.LIF"].mean()
    assert 0.0 < after < 0.6 * during
    assert after == pytest.approx(course(document, "plain", 180)["cell.at.LIF"].mean(), rel=0.01)


def test_oxygen_begins_full_and_falls_inside_the_tumour(document):
    one = built(document, "plain")
    assert one.state["cell.at.oxygen"].min() == 200_000.0
    simulation.advance(one, 300.0)
    met = one.state["cell.at.oxygen"]
    assert 0.0 < met[of(one.state, 0)].mean() < met[of(one.state, 1)].mean() < 200_000.0


def test_only_types_with_memory_write_it(document):
    state = course(document, "pulse", 30)
    assert state["cell.memory"].tolist() == of(state, 1).astype(float).tolist()
    species = state["signalling.species"]
    row = species.shape[0] - 1
    assert np.all(species[row][~of(state, 1)] == 0.0)
    assert np.all(species[row][of(state, 1)] > 0.0)


def test_without_fibroblasts_the_pathway_has_no_memory(document):
    alone = built(document, "alone").state
    assert "cell.memory" not in alone
    assert len(alone["signalling.species"]) == len(built(document, "plain").state["signalling.species"]) - 1


def test_a_gene_is_missing_from_one_type_before_and_after_the_stimulus(document):
    state = built(document, "no JAK1 in fibroblasts").state
    with_it = built(document, "plain").state
    kind = of(state, 1)
    assert state["target.JAK1"].tolist() == (1.0 - kind).tolist()
    assert np.all(state["cell.pSTAT3"][kind] <= with_it["cell.pSTAT3"][kind])
    late = course(document, "no JAK1 in fibroblasts", 15)
    assert late["cell.pSTAT3"][kind].mean() < 0.2 * late["cell.pSTAT3"][~kind].mean()


def test_a_drug_comes_and_goes(document):
    one = built(document, "no JAK1 in fibroblasts")
    left = []
    for minutes in (4, 12, 60):
        simulation.advance(one, 60.0 * minutes)
        left.append(float(one.state["target.DNMT"].mean()))
    assert left[0] == 1.0
    assert left[1] < 0.2
    assert left[2] > 0.9


def test_the_loop_makes_contractile_cells_secrete_more(document):
    plain, loop = (course(document, arm, 10) for arm in ("plain", "loop"))
    assert np.all(loop["cell.at.IL-6"] >= plain["cell.at.IL-6"])
    assert loop["cell.at.IL-6"].mean() > plain["cell.at.IL-6"].mean()


def test_options_that_need_what_a_tissue_lacks_are_not_run(document):
    every = document.model_copy(update={"explore": ("caf_memory", "secretion_loop", "stiffness_sensing", "osm_growth")})
    ids = [one.id for one in scenario.members(every)]
    assert "plain/r1/caf_memory=off" in ids
    assert "alone/r1/caf_memory=off" not in ids
    assert "alone/r1/secretion_loop=on" in ids
    assert not any("stiffness_sensing" in id or "osm_growth" in id for id in ids)


@pytest.mark.parametrize("arm", ["pulse", "no JAK1 in fibroblasts"])
def test_threads_and_a_resume_leave_the_bytes_of_a_breathing_tissue_alone(document, arm):
    straight = course(document, arm, 14).hash()
    threads.set_threads(2)
    first = built(document, arm)
    simulation.advance(first, 60.0 * 6)
    saved = {name: array.copy() for name, array in first.state.items()}
    again = built(document, arm)
    again.restore(360.0, State(saved))
    simulation.advance(again, 60.0 * 14)
    assert again.state.hash() == straight


def test_processes_of_the_surroundings_keep_to_their_ports(document):
    one = built(document, "pulse")
    names = [process.name for process in one.processes]
    for process in one.processes[: names.index("signalling")]:
        process.advance(one.state.only(process.writes), 0.0, process.interval)
        assert set(process.reads) <= set(one.state), process.name


@pytest.mark.parametrize(("stop", "taken"), [("25 h", 3), ("24 h", 2), ("1 h", 1)])
def test_doses_after_the_stop_are_not_taken(stop, taken):
    one = '{ name = "ruxolitinib", dose = "15 mg", interval = "12 h", stop = "%s" }'
    text = TEXT + '\n[[arms]]\nname = "doses"\ndrugs = [' + one % stop + "]\n"
    (drug,) = scenario.loads(text).arm("doses").drugs
    given = surroundings.administration(drug)
    assert given.count == taken
    assert len(given.dose_times(30 * 86400.0)) == taken


def test_the_checks_count_the_members_that_are_run():
    explored = 'explore = ["caf_memory", "secretion_loop", "stiffness_sensing", "osm_growth", "tension_feedback"]'
    text = TEXT.replace('medium = "serum-free"', 'medium = "serum-free"\n' + explored, 1)
    document = scenario.loads(text)
    assert checks.count_members(tomllib.loads(text)) == len(scenario.members(document))
    # a kinase that one type lacks opens the question of the feedback, as one that all lack does
    assert "no-jak1-in-fibroblasts/r1/tension_feedback=jak2" in [one.id for one in scenario.members(document)]


def test_the_estimate_counts_the_fields_that_are_run(document):
    silent = document.tissue.model_copy(update={"secretion": False, "oxygen": None})
    bare = document.model_copy(update={"tissue": silent})
    # pulse, plain, alone, no JAK1, loop: 4 + 4 + 2 + 5 + 4 fields against 1 + 0 + 0 + 2 + 0, each of 1,000 voxels
    more = scenario.estimate(document).core_seconds - scenario.estimate(bare).core_seconds
    one = 86400.0 / 60.0 * document.tissue.shape[0] ** 3 * scenario.Costs().voxel_step
    assert more == pytest.approx((19 - 3) * one)


def test_where_cells_grow_the_dead_are_left_out_of_every_field_that_cells_make_or_use(document):
    growing = document.model_copy(update={"tissue": document.tissue.model_copy(update={"growth": True})})
    for one, dead in ((built(document, "plain"), ()), (built(growing, "plain"), (4,))):
        phases = {process.name: process.substance.inert for process in one.processes if hasattr(process, "substance")}
        assert set(phases) == {f"diffusion of {name}" for name in ("IL-6", "LIF", "OSM", "oxygen")}
        assert set(phases.values()) == {dead}
