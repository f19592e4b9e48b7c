"""The data of the three-dimensional view: what the page holds is what the run recorded, thinned when it is too much."""

import base64
import dataclasses
import json
import re
import zlib

import numpy as np
import pytest

from amoeboid import analysis, execution, report, scenario
from amoeboid.plots import CLASS_COLOURS
from amoeboid.report import leaving, outlines, packing, viewing
from amoeboid.report.material import Material
from amoeboid.report.packing import Shade, Shown, pack
from amoeboid.simulation import parameters_of

ASSAY = """
format = 1
name = "tiny-assay"
question = "Who goes in?"
assay = "gel under a layer of cells"
readout = ["fraction_invaded", "invasion_depth"]
duration = "30 min"
seed = 1
replicates = 2
medium = "serum-free"
[tissue]
size = ["160 um", "160 um", "160 um"]
[tissue.matrix]
kind = "collagen"
collagen = "2 mg/ml"
place = { shape = "box", centre = ["80 um", "80 um", "50 um"], size = ["160 um", "160 um", "100 um"] }
[[tissue.membranes]]
kind = "basement"
axis = "z"
position = "100 um"
[[tissue.vessels]]
start = ["0 um", "80 um", "40 um"]
end = ["160 um", "80 um", "40 um"]
radius = "15 um"
[[tissue.cells]]
type = "squamous_carcinoma"
count = 20
place = { shape = "box", centre = ["80 um", "80 um", "125 um"], size = ["120 um", "120 um", "40 um"] }
[[tissue.cells]]
type = "fibroblast"
count = 6
place = { shape = "box", centre = ["80 um", "110 um", "80 um"], size = ["120 um", "40 um", "20 um"] }
[output]
frames_every = "5 min"
cells_every = "10 min"
checkpoint_every = "30 min"
[[arms]]
name = "both"
[[arms]]
name = "alone"
without = ["fibroblast"]
"""


def unpacked(packed):
    """Read the data back as the script of the page does."""
    header = json.loads(packed.header)
    blob = zlib.decompress(base64.b64decode(packed.data))
    assert len(blob) == header["bytes"]

    def cut(place):
        return np.frombuffer(blob, np.uint8, place[1], place[0])

    arms = []
    for arm in header["arms"]:
        n_frames, n_cells = len(arm["time"]), arm["cells"]
        planes = cut(arm["position"]).reshape(2, n_frames, n_cells, 3).astype(np.uint16)
        steps = np.cumsum(planes[0] + 256 * planes[1], axis=0, dtype=np.uint16).view(np.int16)
        position = steps * header["quantum"] + np.array(header["origin"])
        position[(steps == header["absent"]).all(axis=2)] = np.nan
        values = {name: cut(place).reshape(-1, n_cells) for name, place in arm["values"].items()}
        identity = np.frombuffer(bytes(cut(arm["identity"])), "<u4")
        arms.append((position, values, identity, cut(arm["radius"]).reshape(arm["radius"][2], n_cells)))
    return header, arms


def shown(n_frames=30, n_cells=50, seed=1):
    rng = np.random.default_rng(seed)
    position = 400.0 * rng.random((1, n_cells, 3)) + np.cumsum(rng.normal(0, 3, (n_frames, n_cells, 3)), axis=0)
    position[:10, 3] = np.nan
    position[20:, 4] = np.nan
    time = 60.0 * np.arange(n_frames)
    values = {
        "tension": rng.random((n_frames // 2, n_cells)),
        "escape": rng.integers(0, 4, (n_frames, n_cells)).astype(float),
        "type": np.arange(n_cells)[None] % 2.0,
    }
    return Shown("a", time, time[::2], position, np.full((1, n_cells), 8.4), 100 + np.arange(n_cells), values)


SHADES = (
    Shade("tension", "γ"),
    Shade("escape", "e", classes=("0", "1", "2", "3"), clock="frame"),
    Shade("type", "t", classes=("a", "b"), clock="once"),
)


def test_places_come_back_within_half_a_step_and_absent_cells_as_absent():
    arm = shown()
    header, [(position, _, identity, radius)] = unpacked(pack([arm], SHADES, {}))
    np.testing.assert_array_equal(np.isnan(position), np.isnan(arm.position))
    assert np.nanmax(np.abs(position - arm.position)) <= 0.5 * header["quantum"] + 1e-9
    np.testing.assert_array_equal(identity, arm.identity)
    np.testing.assert_allclose(radius * header["radiusStep"], arm.radius, atol=0.07)


def test_a_tissue_wider_than_16_bits_of_steps_gets_wider_steps():
    arm = shown()
    arm.position[0, 0] = [-9000.0, 0.0, 0.0]
    header, [(position, *_)] = unpacked(pack([arm], SHADES, {}))
    assert header["quantum"] > packing.QUANTUM
    assert np.nanmax(np.abs(position - arm.position)) <= 0.51 * header["quantum"]


def test_numbers_come_back_within_a_step_and_classes_exactly():
    arm = shown()
    arm.values["tension"][2, 7] = np.nan
    _, [(_, values, _, _)] = unpacked(pack([arm], SHADES, {}))
    known = np.isfinite(arm.values["tension"])
    assert values["tension"][2, 7] == packing.NOTHING
    assert np.abs(values["tension"][known] / 254 - arm.values["tension"][known]).max() <= 0.5 / 254 + 1e-12
    np.testing.assert_array_equal(values["escape"], arm.values["escape"])
    np.testing.assert_array_equal(values["type"], arm.values["type"])


def test_what_is_too_large_loses_frames_first_and_then_cells():
    arm = shown(60, 300)
    whole = len(pack([arm], SHADES, {}).data)
    fewer = pack([arm], SHADES, {}, most=whole // 2)
    assert len(fewer.data) <= whole // 2
    assert fewer.frames[0] < 60 == fewer.frames[1]
    assert fewer.cells == 1
    least = pack([arm], SHADES, {}, most=whole // 12)
    assert len(least.data) <= whole // 12
    assert least.frames[0] == packing.LEAST_FRAMES
    assert least.cells > 1
    header, [(position, values, identity, _)] = unpacked(least)
    assert header["arms"][0]["time"][0] == 0.0
    assert header["arms"][0]["time"][-1] == arm.time[-1]  # first and last stay
    np.testing.assert_array_equal(identity, arm.identity[:: least.cells])
    frames = np.searchsorted(arm.time, header["arms"][0]["time"])
    np.testing.assert_array_equal(values["escape"], arm.values["escape"][frames][:, :: least.cells])
    assert np.nanmax(np.abs(position - arm.position[frames][:, :: least.cells])) <= 0.06


def test_many_cells_are_judged_by_a_few_and_still_keep_the_bound():
    arm = shown(20, 45_000)
    assert arm.position.size > packing._JUDGED
    packed = pack([arm], SHADES[:1], {}, most=1_000_000)
    assert 500_000 < len(packed.data) <= 1_000_000


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    described = scenario.loads(ASSAY, "test")
    folder = tmp_path_factory.mktemp("runs")
    made = execution.run(described, folder=folder, means=execution.Means(processes=1, threads=1))
    conventions = analysis.Conventions.of(described, parameters_of(described, described.reference_arm))
    tables = analysis.measure_run(made.members(), conventions)
    made.write_table("measures", tables.measures)
    made.write_table("events", tables.events)
    return made


@pytest.fixture(scope="module")
def page(run):
    return report.write(run).read_text("utf-8")


def test_the_view_of_a_run_holds_every_arm_as_it_was_recorded(run):
    section = viewing.view_section(Material.of(run))
    header = viewing.header_of(section)
    data = re.search(r'id="view-data">([^<]*)<', str(section.body))[1]
    _, arms = unpacked(packing.Packed(json.dumps(header), data, (0, 0), 1))
    assert [arm["name"] for arm in header["arms"]] == ["both", "alone"]
    for (position, values, identity, _), member in zip(arms, ("both/r1", "alone/r1"), strict=True):
        frames = run.member(member).frames()
        np.testing.assert_allclose(position, frames.position, atol=0.051)
        np.testing.assert_array_equal(identity, frames.initial["id"])
        np.testing.assert_array_equal(values["type"][0], frames.initial["type"])


def test_where_there_are_several_types_the_view_begins_with_them(run):
    header = viewing.header_of(viewing.view_section(Material.of(run)))
    assert header["shades"][0]["classes"] == ["squamous carcinoma", "fibroblast"]
    assert {"tension", "pMLC2", "pSTAT3", "mode"} <= {shade["name"] for shade in header["shades"]}
    assert len(header["palette"]) >= max(len(shade["classes"]) for shade in header["shades"])


def test_gel_membrane_and_vessel_are_outlined_where_the_scenario_puts_them(run):
    found = {one["kind"]: np.reshape(one["lines"], (-1, 3)) for one in outlines.outlines(Material.of(run), "both")}
    assert set(found) == {"domain", "gel", "membrane", "vessel"}
    np.testing.assert_allclose(found["domain"].max(axis=0), 160.0)
    np.testing.assert_allclose([found["gel"].min(axis=0)[2], found["gel"].max(axis=0)[2]], [0.0, 100.0])
    np.testing.assert_allclose(found["membrane"][:, 2], 100.0)
    off_axis = np.hypot(found["vessel"][:, 1] - 80.0, found["vessel"][:, 2] - 40.0)
    assert off_axis.max() == pytest.approx(15.0, abs=0.1)
    assert found["vessel"][:, 0].min() == pytest.approx(-15.0, abs=0.1)  # the round ends of a capsule


def test_the_hull_of_a_cube_has_its_edges_once():
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)
    edges = outlines.hull_edges(corners)
    assert len(edges) == 12  # and no diagonal of a face
    np.testing.assert_allclose(np.linalg.norm(edges[:, 1] - edges[:, 0], axis=1), 1.0)
    assert len(np.unique(edges.reshape(-1, 6), axis=0)) == 12


def test_the_page_says_what_the_assay_shows_and_by_what_it_is_read(page):
    part = page.split('<section id="assay">')[1].split("</section>")[0]
    assert "gel under a layer of cells" in part
    assert "tumour cells that invaded" in part
    assert "How deep cells are after 30 min" in part
    assert "Sections after 30 min" in part
    assert "membranes and faces of the gel" in part
    assert "vessels" in part


def test_no_address_is_fetched_by_the_page_with_the_view(page):
    scripts = page[page.rindex("<script>") :]
    assert not re.search(r"\b(?:fetch|XMLHttpRequest|import|importScripts|WebSocket)\b\s*\(", scripts)
    assert "http" not in scripts.replace("https://www.w3.org/TR/annotation-model/", "").replace(
        "http://www.w3.org/ns/anno.jsonld", ""
    )


def test_colours_of_classes_differ_from_each_other():
    assert len(set(CLASS_COLOURS)) == len(CLASS_COLOURS)


def test_the_limits_name_only_what_this_run_leaves_out(run, page):
    part = page.split('<section id="limits">')[1].split("</section>")[0]
    assert "No immune cells. Leaving" in part  # fibroblasts and a vessel are there
    assert "Cells neither divide nor die." in part
    assert "No proteases" in part
    described = Material.of(run)
    tissue = described.scenario.tissue.model_copy(update={"growth": True, "proteolysis": True, "vessels": ()})
    changed = dataclasses.replace(described, scenario=described.scenario.model_copy(update={"tissue": tissue}))
    told = " ".join(leaving.left_out(changed))
    assert "No immune cells or vessels." in told
    assert "neither divide" not in told
    assert "No proteases" not in told
