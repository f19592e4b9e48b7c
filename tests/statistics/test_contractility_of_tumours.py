"""Contractility as trials compute it: that of the tissue, with the signs of drugs and genes, within its error."""

import numpy as np
import pytest

from amoeboid import pharmacology, scenario
from amoeboid.errors import ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import shipped_link, shipped_record
from amoeboid.trials.contractility import N_CELLS, Tumour, contractility, mean_drive

P = Parameters(catalogue())
LEVELS = {level.name: level for level in shipped_record().levels if level.reading == "escape-link"}
ARMS = {arm.name: arm for arm in scenario.load("escape-link").arms}


@pytest.mark.parametrize("name", list(LEVELS))
def test_it_is_the_mean_drive_that_tissue_runs_have(name):
    # standard errors: 0.2 / sqrt(1000) here, 0.008 / sqrt(8) there, 0.007 together; 0.021 is three of them, so a false
    # alarm in 370; the tissue differs beside by drug that has to diffuse in
    arm, level = ARMS[name], LEVELS[name]
    tumour = Tumour(osm=arm.fields.get("OSM", 0.0), autocrine=arm.autocrine, knockouts=arm.knockouts)
    found = contractility(tumour, [drug.name for drug in arm.drugs])
    assert float(found(*(drug.concentration for drug in arm.drugs))) == pytest.approx(
        level.contractility.mean(), abs=0.021
    )


def test_osm_raises_it_and_every_block_lowers_it():
    rest, stirred = (contractility(Tumour(osm=osm)).untreated for osm in (0.0, 0.45))
    assert stirred > rest + 0.4
    for drug in ("ruxolitinib", "tofacitinib", "Y-27632", "blebbistatin", "belumosudil"):
        found = contractility(Tumour(osm=0.45), [drug], n_cells=200)
        assert np.all(np.diff(found.drive) <= 1e-6), drug
        assert found.drive[-1] < 0.1 * found.untreated, drug
    assert contractility(Tumour(osm=0.45, knockouts=("JAK1",))).untreated < 0.1 * stirred


def test_between_grid_points_it_is_the_pathway_to_a_thousandth():
    found = contractility(Tumour(osm=0.1), ["ruxolitinib"], n_cells=100)
    free = np.geomspace(0.3, 3000.0, 37)
    left = pharmacology.targets_left({"ruxolitinib": free}, (), None, P)
    exact = mean_drive({f"target.{name}": rest for name, rest in left.items()}, Tumour(osm=0.1), P, (100, 1))
    assert np.abs(found(free) - exact).max() < 0.0015


def test_two_drugs_make_a_plane_whose_edges_are_those_of_one():
    both = contractility(Tumour(osm=0.1), ["ruxolitinib", "belumosudil"], n_cells=100)
    alone = contractility(Tumour(osm=0.1), ["belumosudil"], n_cells=100)
    free = np.geomspace(30.0, 3e5, 11)
    np.testing.assert_allclose(both(0.0, free), alone(free), atol=0.008)
    assert both(np.array([1.0, 5.0])[:, None], free).shape == (2, 11)
    assert float(both(8.0, 3000.0)) < min(float(both(8.0, 0.0)), float(both(0.0, 3000.0)))


def test_shapes_and_ends_of_the_grid_are_kept():
    found = contractility(Tumour(osm=0.1), ["ruxolitinib"], n_cells=50)
    assert found(3.0).shape == ()
    assert found(np.zeros((4, 7))).tolist() == [[found.untreated] * 7] * 4
    assert float(found(1e12)) == found.drive[-1]


def test_the_same_seed_and_more_cells_agree_within_their_error():
    # cells differ by 0.19 in drive at this dose: 0.19 / sqrt(n) each, three of them together
    few = [contractility(Tumour(osm=0.1), n_cells=n, seed=s).untreated for n, s in ((N_CELLS, 1), (8000, 2))]
    assert few[0] == contractility(Tumour(osm=0.1), n_cells=N_CELLS, seed=1).untreated
    assert few[0] == pytest.approx(few[1], abs=3.0 * 0.19 * np.sqrt(1.0 / N_CELLS + 1.0 / 8000))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda one: one(), "AMB-S683"),
        (lambda one: one(1.0, 2.0), "AMB-S683"),
        (lambda one: one(-1.0), "AMB-S685"),
        (lambda one: one([1.0, np.nan]), "AMB-S685"),
        (lambda _: contractility(Tumour(), ["ruxolitinib", "fedratinib", "tofacitinib"]), "AMB-S684"),
    ],
)
def test_what_is_no_question_is_refused(call, code):
    found = contractility(Tumour(osm=0.1), ["ruxolitinib"], n_cells=20)
    with pytest.raises(ScenarioError) as caught:
        call(found)
    assert caught.value.faults[0].code == code


def test_the_chain_moves_escape_the_expected_way_in_every_draw():
    # OSM up and JAK1 out, through pathway and link: the sign holds in all 101 draws, not only in the best estimate
    link = shipped_link()
    rest, stirred = (contractility(Tumour(osm=osm)).untreated for osm in (0.1, 0.45))
    without = contractility(Tumour(osm=0.1, knockouts=("JAK1",))).untreated
    for draw in range(link.n_draws):
        up, down = link.relative(stirred, rest, draw), link.relative(without, rest, draw)
        assert up[0] * up[2] > 1.0 > down[0] * down[2]
        assert up[1] * up[2] > 1.0 > down[1] * down[2]
