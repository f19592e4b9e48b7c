"""Gel regions, membranes, vessels, switches of processes, and what an arm says of cell types."""

from __future__ import annotations

import math

import numpy as np
import pytest

from amoeboid import scenario
from amoeboid.errors import ScenarioError
from amoeboid.scenario import layout, loads

BASE = """
format = 1
name = "layout"
question = "Does it stand?"
duration = "2 h"
seed = 1
medium = "serum-free"
[tissue]
size = ["300 um", "300 um", "300 um"]
voxel = "20 um"
matrix = {{ collagen = "2 mg/ml"{matrix} }}
{tissue}
[[tissue.cells]]
type = "melanoma"
count = 20
place = {{ shape = "sphere" }}
[[tissue.cells]]
type = "t_cell"
count = 5
place = {{ shape = "grid", spacing = "40 um" }}
{things}
[output]
frames_every = "10 min"
cells_every = "30 min"
[[arms]]
name = "one"
{arm}
"""


def document(matrix: str = "", tissue: str = "", things: str = "", arm: str = "") -> scenario.Scenario:
    return loads(BASE.format(matrix=matrix, tissue=tissue, things=things, arm=arm))


def told(**parts: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        document(**parts)
    return str(caught.value)


VESSEL = '[[tissue.vessels]]\nstart = {start}\nend = {end}\nradius = "10 um"\n'


def vessel(start: str, end: str) -> str:
    as_list = [str([f"{x} um" for x in point.split()]).replace("'", '"') for point in (start, end)]
    return VESSEL.format(start=as_list[0], end=as_list[1])


def test_what_stands_in_a_tissue_is_read_into_internal_units_and_written_back() -> None:
    found = document(
        matrix=', deforms = true, place = { size = ["200 um", "200 um", "100 um"] }',
        tissue='proteolysis = true\nsecretion = true\ngrowth = true\noxygen = "0.2 mM"',
        things='[[tissue.membranes]]\nkind = "porous"\nposition = "200 um"\npore_area = "50 um^2"\n'
        + vessel("10 10 10", "290 10 10")
        + 'flow = "12 um/min"',
        arm='fields = { LIF = "1 nM" }\npulse = "1 h"\nknockouts_in = { t_cell = ["JAK1", "ROCK1"] }\n'
        'without = ["melanoma"]\ndrugs = [{ name = "ruxolitinib", concentration = "1 nM", stop = "1 h" }]',
    )
    tissue, arm = found.tissue, found.arms[0]
    assert tissue.matrix.deforms
    assert tissue.matrix.place is not None
    assert tissue.matrix.place.size == (200.0, 200.0, 100.0)
    assert (tissue.proteolysis, tissue.secretion, tissue.growth, tissue.oxygen) == (True, True, True, 2e5)
    assert tissue.membranes[0].position == 200.0
    assert tissue.vessels[0].flow == pytest.approx(0.2)
    assert arm.pulse == 3600.0
    assert arm.drugs[0].stop == 3600.0
    assert arm.knockouts_in == {"t_cell": ("JAK1", "ROCK1")}
    assert arm.without == ("melanoma",)
    assert loads(scenario.to_toml(found)) == found


def test_nothing_of_it_is_there_unless_it_is_asked_for() -> None:
    tissue = document().tissue
    assert not (tissue.matrix.deforms)
    assert not (tissue.proteolysis)
    assert not (tissue.secretion)
    assert not (tissue.growth)
    assert tissue.oxygen is None
    assert tissue.membranes == ()
    assert tissue.vessels == ()


def test_a_gel_must_lie_in_the_domain() -> None:
    assert "reaches 50 um beyond" in told(matrix=', place = { size = ["400 um", "200 um", "200 um"] }')


@pytest.mark.parametrize(
    ("things", "words"),
    [
        ('[[tissue.membranes]]\nkind = "porous"\nposition = "100 um"', "pore_area"),
        ('[[tissue.membranes]]\nkind = "basement"\nposition = "100 um"\npore_area = "9 um^2"', "no meaning"),
        ('[[tissue.membranes]]\nkind = "basement"\nposition = "300 um"', "the membrane lies at 300 um"),
        (vessel("10 10 10", "310 10 10"), "leaves the domain"),
        (vessel("10 10 10", "10 10 10"), "begins and ends at one point"),
        (vessel("10 10 10", "290 10 10") + vessel("100 20 10", "100 200 10"), "overlaps vessel 1 by 10 um"),
    ],
)
def test_a_thing_that_cannot_stand_is_refused_with_its_reason(things: str, words: str) -> None:
    assert words in told(things=things)


def test_vessels_that_share_an_end_are_a_bend_and_no_overlap() -> None:
    bend = vessel("10 10 10", "200 10 10") + vessel("200 10 10", "200 200 10")
    assert len(document(things=bend).tissue.vessels) == 2


@pytest.mark.parametrize(
    ("arm", "words"),
    [
        ('knockouts_in = { glioma = ["JAK1"] }', "unknown cell type of this tissue `glioma`"),
        ('knockouts_in = { t_cell = ["JAK9"] }', "unknown knock-out `JAK9`"),
        ('without = ["melanoma", "t_cell"]', "leaves no cells"),
        ('pulse = "1 h"', "washed out"),
        ('fields = { OSM = "1 nM" }\npulse = "90 s"', "multiple of the tick"),
        ('drugs = [{ name = "ruxolitinib", concentration = "1 nM", start = "2 h", stop = "1 h" }]', "stops at 1 h"),
    ],
)
def test_an_arm_that_contradicts_the_tissue_is_refused(arm: str, words: str) -> None:
    assert words in told(arm=arm)


ASK = '\n[[arms]]\nname = "two"\n[[comparisons]]\nname = "c"\narm = "two"\nagainst = "one"\nstatement = "It is."\n'


def test_a_question_may_be_about_the_cells_of_one_type() -> None:
    found = document(arm=ASK + 'measure = "pMLC2_mean"\nof = "t_cell"').comparisons[0]
    assert found.quantity == "pMLC2_mean of t_cell"
    assert document(arm=ASK + 'measure = "pMLC2_mean"').comparisons[0].quantity == "pMLC2_mean"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ('measure = "pMLC2_mean"\nof = "glioma"', "unknown cell type of this tissue `glioma`"),
        ('measure = "fraction_escaped"\nof = "t_cell"', "is not taken of each cell type"),
    ],
)
def test_a_question_about_a_type_that_cannot_be_answered_is_refused(question: str, words: str) -> None:
    assert words in told(arm=ASK + question)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (((0.0, 3.0, 4.0), (10.0, 3.0, 4.0)), 5.0),  # parallel
        (((5.0, -5.0, 2.0), (5.0, 5.0, 2.0)), 2.0),  # crossing
        (((13.0, 4.0, 0.0), (20.0, 4.0, 0.0)), 5.0),  # end to end
        (((12.0, 0.0, 0.0), (20.0, 0.0, 0.0)), 2.0),  # in one line
    ],
)
def test_the_distance_of_two_axes_is_that_of_geometry(other: tuple[tuple[float, ...], ...], expected: float) -> None:
    one = {"start": (0.0, 0.0, 0.0), "end": (10.0, 0.0, 0.0)}
    two = {"start": other[0], "end": other[1]}
    assert math.isclose(layout._distance(one, two), expected, rel_tol=1e-12)
    assert math.isclose(layout._distance(two, one), expected, rel_tol=1e-12)


def test_the_distance_of_axes_in_any_position_is_the_least_over_their_points() -> None:
    """200 random pairs, seed fixed; points 1/200 apart, so the least of them is at most 0.1 above the distance."""
    rng = np.random.default_rng(5)
    share = np.linspace(0.0, 1.0, 201)[:, None]
    for ends in rng.uniform(0.0, 10.0, (200, 4, 3)):
        one, two = ({"start": tuple(a), "end": tuple(b)} for a, b in (ends[:2], ends[2:]))
        first, second = (a + share * (b - a) for a, b in (ends[:2], ends[2:]))
        least = float(np.linalg.norm(first[:, None] - second[None], axis=2).min())
        found = layout._distance(one, two)
        assert least - 0.1 <= found <= least + 1e-9
