"""A tissue with every process at work: the same bytes for threads, stops, other arms and storage; and bad beginnings.

Gel that deforms, proteases, cytokines that cells make, oxygen, growth, two membranes, a vessel, three cell types, a
drug that stops and a pulse that is washed out. Equality means the SHA-256 over every array of the state.
"""

import functools

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.kernels import threads
from amoeboid.process import State, port

TEXT = """
format = 1
name = "everything"
question = "Does all of it repeat?"
duration = "4 h"
seed = 3
medium = "serum-free"
hypotheses = { osm_growth = "on", junction_loosening = "on" }
[tissue]
size = ["%(edge)d um", "%(edge)d um", "240 um"]
voxel = "20 um"
proteolysis = true
secretion = true
growth = true
oxygen = "0.05 mM"
[tissue.matrix]
kind = "collagen"
collagen = "2 mg/ml"
deforms = true
place = { centre = ["%(half)d um", "%(half)d um", "90 um"], size = ["%(edge)d um", "%(edge)d um", "180 um"] }
[[tissue.membranes]]
kind = "basement"
position = "180 um"
[[tissue.membranes]]
kind = "porous"
position = "40 um"
pore_area = "50 um^2"
[[tissue.vessels]]
start = ["0 um", "40 um", "110 um"]
end = ["%(edge)d um", "40 um", "110 um"]
radius = "15 um"
flow = "200 um/s"
[[tissue.cells]]
type = "squamous_carcinoma"
count = %(carcinoma)d
[tissue.cells.place]
shape = "box"
centre = ["%(half)d um", "%(half)d um", "205 um"]
size = ["%(edge)d um", "%(edge)d um", "50 um"]
[[tissue.cells]]
type = "fibroblast"
count = 20
place = { shape = "box", centre = ["100 um", "135 um", "110 um"], size = ["180 um", "110 um", "100 um"] }
[[tissue.cells]]
type = "breast_mda_mb_231"
count = 60
place = { shape = "box", centre = ["100 um", "77 um", "110 um"], size = ["180 um", "30 um", "60 um"] }
[parameters]
"growth.cycle_time" = { value = "3 h", reason = "divisions within the hour" }
"growth.apoptosis" = { value = "2 1/day", reason = "deaths within the hour" }
"growth.necrotic_loss" = { value = "200 1/day", reason = "clearing within the hour" }
"vessel.crossing_rate" = { value = "3 1/h", reason = "crossings within the hour" }
"vessel.contact" = { value = "4 um", reason = "more cells in touch" }
"vessel.pressure_least" = { value = "0.02 kPa", reason = "before the cytokine has acted" }
[[arms]]
name = "all"
fields = { OSM = "10 ng/ml" }
pulse = "20 min"
drugs = [{ name = "ruxolitinib", concentration = "100 nM", start = "10 min", stop = "30 min" }]
knockouts_in = { fibroblast = ["TYK2"] }
[[arms]]
name = "another"
fields = { IL-6 = "10 ng/ml" }
without = ["fibroblast"]
"""
MINUTES = 40


def document(carcinoma=120, edge=200):
    return scenario.loads(TEXT % {"carcinoma": carcinoma, "edge": edge, "half": edge // 2})


def built(doc):
    return simulation.build(doc, next(one for one in scenario.members(doc) if one.arm.name == "all"))


def moved(doc, minutes=MINUTES):
    made = built(doc)
    assert simulation.advance(made, 60.0 * minutes)
    return made.state


@functools.cache
def straight():
    return moved(document())


@pytest.fixture(autouse=True)
def _one_thread_at_the_end():
    yield
    threads.set_threads(1)


def test_in_what_is_compared_here_everything_happens():
    state = straight()
    born, died, cleared = state["growth.cells"]
    assert min(born, died, cleared) > 0
    assert len(state["flux.cell"]) > 0
    assert state["matrix.cut"].any()
    assert np.abs(state["matrix.displacement"]).max() > 0.0
    assert state["matrix.track"].max() > 0.0
    assert state["matrix.membrane"].min() < 1.0
    assert state["cell.memory"].any()
    assert 0.0 < state["field.oxygen"].min() < state["field.oxygen"].max()
    assert state["bath.ruxolitinib"][0] == 0.0
    placed = 120 + 20 + 60
    assert state.n_cells == placed + born - cleared - len(state["flux.cell"])


def test_everything_has_the_same_bytes_for_one_and_two_threads():
    # three chunks of cells, so that two threads really share the work
    hashes = []
    for n_threads in (1, 2):
        threads.set_threads(n_threads)
        hashes.append(moved(document(2400, 360), 6).hash())
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("stop", [7, 25])
def test_everything_goes_on_from_a_checkpoint_with_the_same_bytes(stop):
    first = moved(document(), stop)
    again = built(document())
    again.restore(60.0 * stop, State({name: array.copy() for name, array in first.items()}))
    simulation.advance(again, 60.0 * MINUTES)
    assert again.state.hash() == straight().hash()


def test_everything_is_the_same_alone_and_among_arms():
    doc = document()
    alone = doc.model_copy(update={"arms": (doc.arm("all"),)})
    assert moved(alone, 10).hash() == moved(doc, 10).hash()


def test_everything_is_the_same_however_cells_are_stored():
    plain, mixed = built(document()), built(document())
    mixed.state.reindex(np.random.default_rng(5).permutation(mixed.state.n_cells))
    for made in (plain, mixed):
        simulation.advance(made, 60.0 * MINUTES)
    there, here = (np.argsort(made.state["cell.id"], kind="stable") for made in (plain, mixed))
    for name in plain.state:
        shape = port(name).shape
        if name.startswith("mechanics."):
            continue
        axis = shape.index("n_cells") if "n_cells" in shape else None
        one, two = plain.state[name], mixed.state[name]
        if axis is not None:
            one, two = np.take(one, there, axis), np.take(two, here, axis)
        assert one.tobytes() == two.tobytes(), name
