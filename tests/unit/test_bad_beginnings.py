"""Tissues that begin badly: cells on one point, in corners, outside; no collagen, stiffness without bound."""

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.errors import AmoeboidError, NumericsError

TEXT = """
format = 1
name = "bad"
question = "What of it?"
duration = "1 h"
seed = 3
medium = "serum-free"
[tissue]
size = ["200 um", "200 um", "200 um"]
voxel = "20 um"
matrix = {{ kind = "collagen", collagen = "{collagen}" }}
[[tissue.cells]]
type = "melanoma"
place = {{ shape = "points", points = [{points}] }}
[parameters]
"matrix.stiffness_low" = {{ value = "{stiffness} kPa", reason = "a bad beginning" }}
[[arms]]
name = "all"
"""
MIDDLE = '["100 um", "100 um", "100 um"]'


def begun(points=MIDDLE, collagen="2 mg/ml", stiffness="0.08"):
    document = scenario.loads(TEXT.format(points=points, collagen=collagen, stiffness=stiffness))
    return simulation.build(document, scenario.members(document)[0])


def after(made, minutes=10):
    simulation.advance(made, 60.0 * minutes)
    position = made.state["cell.position"]
    assert np.all((position >= 0.0) & (position <= 200.0))
    return position


def test_cells_that_begin_on_one_point_part_and_none_is_lost():
    position = after(begun(", ".join([MIDDLE] * 8)))
    gaps = np.linalg.norm(position[:, None] - position[None], axis=-1)[np.triu_indices(8, 1)]
    assert len(position) == 8
    assert gaps.min() > 8.0


@pytest.mark.parametrize("corner", ["0 um", "200 um"])
def test_a_cell_in_a_corner_is_pushed_in_until_it_touches_the_walls(corner):
    position = after(begun(f'["{corner}", "{corner}", "{corner}"]'))
    assert 7.5 < np.abs(position - float(corner.split()[0])).min() < 9.5


def test_a_cell_outside_is_told_with_its_line():
    with pytest.raises(AmoeboidError, match=r"line 14, tissue.cells\[0\].place.points\[0\]: the point lies outside"):
        begun('["100 um", "100 um", "300 um"]')


def test_collagen_without_density_is_told():
    with pytest.raises(AmoeboidError, match="`0 mg/ml` is out of range"):
        begun(collagen="0 mg/ml")


@pytest.mark.parametrize("stiffness", ["inf", "nan"])
def test_stiffness_without_bound_is_told(stiffness):
    with pytest.raises(AmoeboidError, match=f"`{stiffness} kPa` is not a finite number"):
        begun(stiffness=stiffness)


def test_cells_in_a_gel_as_stiff_as_numbers_go_stay_where_numbers_are():
    assert len(after(begun(", ".join([MIDDLE] * 3), stiffness="1e300"))) == 3


def test_a_gel_that_becomes_infinitely_stiff_names_the_cell_that_meets_it():
    made = begun()
    made.state["matrix.stiffness"][...] = np.inf
    with pytest.raises(NumericsError, match="process mechanics, time .*, cell 0"):
        after(made)
