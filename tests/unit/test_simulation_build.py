"""From a document to a state: several groups of cells, and the matrix around those that are tumours."""

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.scenario import Cells, Place


def built(*groups):
    doc = scenario.load("quick-look")
    tissue = doc.tissue.model_copy(update={"cells": groups})
    doc = doc.model_copy(update={"tissue": tissue})
    return doc, simulation.build(doc, scenario.members(doc)[0]).state


def test_a_tumour_beside_loose_cells_is_hollowed_where_it_lies():
    x, y, z = scenario.load("quick-look").tissue.size
    corner = (0.25 * x, 0.25 * y, 0.25 * z)
    loose = Cells(
        type="melanoma", place=Place(shape="box", size=(40.0, 40.0, 40.0), centre=(0.8 * x, 0.8 * y, 0.8 * z))
    )
    tumour = Cells(type="melanoma", place=Place(shape="sphere", radius=45.0, centre=corner))
    doc, state = built(loose, tumour)
    voxel = tuple(int(c / doc.tissue.voxel) for c in reversed(corner))
    assert state["matrix.collagen"][voxel] == 0.0
    # a box of loose cells stands in gel
    assert state["matrix.collagen"][tuple(int(0.8 * c / doc.tissue.voxel) for c in (z, y, x))] > 0.0
    # the hollow holds the tumour and little more
    hollow = np.sum(state["matrix.collagen"] == 0.0) * doc.tissue.voxel**3
    assert hollow < 3.0 * 4.0 / 3.0 * np.pi * 45.0**3


def test_points_and_a_sphere_keep_their_numbers():
    x, y, z = scenario.load("quick-look").tissue.size
    points = Cells(type="t_cell", place=Place(shape="points", points=((20.0, 20.0, 20.0), (40.0, 20.0, 20.0))))
    tumour = Cells(type="melanoma", count=100, place=Place(shape="sphere", centre=(0.5 * x, 0.5 * y, 0.5 * z)))
    _, state = built(points, tumour)
    assert state.n_cells == 102
    assert np.bincount(state["cell.type"]).tolist() == [2, 100]
    assert state["matrix.collagen"].min() == pytest.approx(0.0)
