"""Rows of invasion from recorded frames: which plane, which cells, which leaders."""

from dataclasses import dataclass

import numpy as np
import pytest

from amoeboid import scenario
from amoeboid.analysis import InvasionAssay, interface_of, invasion_rows
from amoeboid.measures import Interface

DOWN = Interface(2, 100.0, -1.0)
KINDS = {"both": ("tumour", "stroma"), "alone": ("tumour",), "none": ("stroma",)}
ASSAY = InvasionAssay(DOWN, (100.0, 100.0, 130.0), KINDS, 20.0, 1.1, 1.0)


@dataclass
class Filmed:
    time: np.ndarray
    position: np.ndarray
    initial: dict
    cell_time: np.ndarray = None
    scalars: dict = None


def film(kinds=(0, 0, 0, 1)):
    """Two carcinoma cells follow a stromal one down; a third stays; cells of radius 10."""
    start = [[50, 50, 110], [50, 50, 125], [90, 90, 110], [50, 50, 80]]
    end = [[50, 50, 60], [50, 50, 75], [90, 90, 110], [50, 50, 30]]
    return Filmed(
        np.array([0.0, 3600.0]),
        np.array([start, end], float)[:, : len(kinds)],
        {"type": np.array(kinds), "radius": np.full(len(kinds), 10.0)},
    )


def at_end(rows):
    found = list(rows)
    return {row.name: row.value for row in found if row.time == 3600.0}


def test_rows_tell_depth_share_company_and_leader():
    last = at_end(invasion_rows(film(), "both", ASSAY))
    assert last["invasion_depth"] == pytest.approx(40.0)
    assert last["fraction_invaded"] == pytest.approx(2 / 3)
    assert last["invading_group_size"] == 2.0
    assert last["fraction_invading_together"] == 1.0
    assert last["fraction_led_by_fibroblast"] == 1.0
    # a column of radius 22 about the axis of a square of 100: of the 144 points asked
    share = (np.arange(12) + 0.5) / 12 * 100 - 50
    near = np.hypot(*np.meshgrid(share, share)) <= 22.0
    assert last["fraction_led_by_chance"] == pytest.approx(near.mean())


def test_stroma_that_has_not_walked_there_leads_nobody():
    scene = film()
    scene.position[:, 3] = [5.0, 5.0, 80.0]
    assert at_end(invasion_rows(scene, "both", ASSAY))["fraction_led_by_fibroblast"] == 0.0


def test_without_invaded_cells_no_row_speaks_of_strands():
    scene = film()
    scene.position[1] = scene.position[0]
    last = at_end(invasion_rows(scene, "both", ASSAY))
    assert set(last) == {"invasion_depth", "fraction_invaded"}
    assert last["invasion_depth"] == 0.0


def test_types_are_those_of_the_arm():
    assert "fraction_led_by_fibroblast" not in at_end(invasion_rows(film((0, 0, 0)), "alone", ASSAY))
    assert not list(invasion_rows(film((0, 0, 0, 0)), "none", ASSAY))


def test_a_cell_that_was_not_there_yet_or_is_gone_is_left_out():
    scene = film()
    scene.position[0, 0] = np.nan
    scene.position[1, 1] = np.nan
    rows = list(invasion_rows(scene, "both", ASSAY))
    assert all(np.isfinite(row.value) for row in rows)
    assert at_end(rows)["fraction_invaded"] == 0.5


def placed(place):
    document = scenario.load("quick-look")
    matrix = document.tissue.matrix.model_copy(update={"place": place})
    return document.model_copy(update={"tissue": document.tissue.model_copy(update={"matrix": matrix})})


@pytest.mark.parametrize(
    ("centre", "size", "plane"),
    [
        ((150.0, 150.0, 100.0), (300.0, 300.0, 200.0), Interface(2, 200.0, -1.0)),
        ((200.0, 150.0, 150.0), (200.0, 300.0, 300.0), Interface(0, 100.0, 1.0)),
        ((150.0, 150.0, 150.0), (300.0, 300.0, 200.0), None),
        ((150.0, 150.0, 150.0), (300.0, 300.0, 300.0), None),
    ],
)
def test_the_plane_is_the_one_face_of_the_gel_inside_the_domain(centre, size, plane):
    from amoeboid.scenario.document import Region

    assert interface_of(placed(Region(centre=centre, size=size))) == plane


def test_a_gel_everywhere_has_no_plane():
    assert interface_of(placed(None)) is None
