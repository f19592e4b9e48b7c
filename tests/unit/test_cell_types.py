"""Types of cell: they differ by their records and by nothing else, and every one runs."""

import functools

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.errors import ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.evidence.parameters import Override
from amoeboid.scenario import Cells, Place, Setting
from amoeboid.seeds import Stream, normal
from amoeboid.tissue.cells import Placement, cell_type, place, rows
from amoeboid.tissue.cells.listing import QUANTITIES
from amoeboid.tissue.geometry import Domain
from amoeboid.workflow import cell_type_rows

P = Parameters(catalogue())
TYPES = sorted(catalogue().cell_types)
OTHERS = [name for name in TYPES if name != "melanoma"]
DOMAIN = Domain((300.0, 300.0, 300.0))


def placed(kind, n=50, parameters=P, seed=3):
    return place([Placement(kind, "grid", count=n, size=DOMAIN.size)], parameters, DOMAIN, seed=seed)


def small(kind, changed=None):
    """Give 64 cells of a type in collagen, at the end of an hour."""
    short = scenario.load("quick-look")
    group = Cells(type=kind, count=64, place=Place(shape="box", size=(120.0, 120.0, 120.0)))
    tissue = short.tissue.model_copy(update={"cells": (group,)})
    # without the switch of fibroblasts, so that all types have one and the same pathway
    arms = tuple(arm.model_copy(update={"hypotheses": {"caf_memory": "off"}}) for arm in short.arms)
    doc = short.model_copy(update={"tissue": tissue, "duration": 3600.0, "parameters": changed or {}, "arms": arms})
    one = next(member for member in scenario.members(doc) if member.arm.name == "OSM")
    built = simulation.build(doc, one)
    assert simulation.advance(built, 3600.0)
    return built.state


@functools.cache
def melanoma():
    return small("melanoma")


def as_melanoma(kind):
    """Give settings that put the number of a melanoma cell in the place of every number of another type."""
    settings = {}
    for id in catalogue().ids(f"cell.{kind}."):
        name = id.split(".", 2)[2]
        own = f"cell.melanoma.{name}"
        source = own if own in P else QUANTITIES.get(name, ("", ""))[1]
        if source:
            value = P.value(source)
            settings[id] = Setting(value=value.value, unit=value.unit, reason="as melanoma", spread=value.spread or 0.0)
    return settings


@pytest.mark.parametrize("kind", TYPES)
def test_every_cell_type_runs_for_an_hour(kind):
    state = small(kind)
    assert state.n_cells == 64
    for name in ("cell.position", "cell.tension", "cell.aspect", "cell.pMLC2"):
        assert np.isfinite(state[name]).all(), name
    assert (state["cell.tension"] >= 0.2).all()
    assert (state["cell.position"] != melanoma()["cell.position"]).any() == (kind not in ("melanoma", "glioma"))


@pytest.mark.parametrize("kind", OTHERS)
def test_a_type_with_the_numbers_of_melanoma_is_melanoma_to_the_byte(kind):
    found, expected = small(kind, as_melanoma(kind)), melanoma()
    for name in ("cell.position", "cell.tension", "cell.aspect", "cell.radius", "cell.vigour", "cell.pSTAT3"):
        assert (found[name] == expected[name]).all(), name


def test_a_type_without_records_of_motion_takes_those_of_all_types():
    own = normal(np.arange(50), 0, Stream.INDIVIDUAL_MOTILITY, 3, 3)
    state = placed("melanoma")
    for column, name in enumerate(("vigour", "persistence")):
        record = P.value(f"motility.{name}")
        expected = P[f"motility.{name}"] * np.exp(record.spread * own[:, column])
        assert (state[f"cell.{name}"] == expected).all(), name


def test_a_type_with_records_of_motion_has_its_own():
    state = placed("macrophage", n=400)
    assert np.median(state["cell.vigour"]) == pytest.approx(P["cell.macrophage.vigour"], rel=0.1)
    fibroblast = placed("fibroblast", n=400)
    assert np.median(fibroblast["cell.persistence"]) == pytest.approx(3600.0, rel=0.1)


def test_a_change_of_the_common_record_reaches_those_without_their_own_only():
    faster = Parameters(catalogue(), {"motility.vigour": Override(2.0, "1", "test")})
    assert (placed("melanoma", parameters=faster)["cell.vigour"] == 2.0 * placed("melanoma")["cell.vigour"]).all()
    assert (placed("t_cell", parameters=faster)["cell.vigour"] == placed("t_cell")["cell.vigour"]).all()


def test_types_share_the_draws_of_their_cells():
    # the same cell number keeps its score whatever it is, so that arms of unlike types stay paired
    fast, slow = placed("t_cell")["cell.vigour"], placed("macrophage")["cell.vigour"]
    np.testing.assert_allclose(fast / slow, P["cell.t_cell.vigour"] / P["cell.macrophage.vigour"])


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_tells_its_gaps_and_its_nucleus_fits_into_it(kind):
    record = catalogue().cell_types[kind]
    assert record.gaps
    assert record.note
    assert P[f"cell.{kind}.nucleus_area"] < np.pi * P[f"cell.{kind}.radius"] ** 2
    assert P[f"cell.{kind}.arrest_area"] == pytest.approx(0.1 * P[f"cell.{kind}.nucleus_area"], rel=0.01)


def test_the_table_has_a_row_for_each_type_and_marks_what_is_common():
    found = {row["cell type"]: row for row in rows()}
    assert sorted(found) == TYPES
    assert found["melanoma"]["vigour"] == "=1"
    assert found["t_cell"]["vigour"] == "12"
    assert found["fibroblast"]["persistence [min]"] == "60"
    header, lines = cell_type_rows()
    assert len(lines) == len(TYPES)
    assert {len(line) for line in lines} == {len(header)}


def test_a_quantity_that_a_process_reads_by_type_is_in_the_table():
    for name, (_, otherwise, _) in QUANTITIES.items():
        everywhere = all(f"cell.{kind}.{name}" in P for kind in TYPES)
        assert everywhere or otherwise in P, name


def test_one_type_is_told_with_sources_gaps_and_every_number():
    told = cell_type_rows("squamous_carcinoma")[1]
    labels = [label for label, _ in told]
    assert "not known" in labels
    assert "source" in labels
    assert any(label.endswith("as all types") for label in labels)
    assert dict(cell_type("squamous_carcinoma"))["e-adhesion [nN/um]"].startswith("0.1, assumed: ")


def test_an_unknown_type_is_refused_with_the_nearest():
    with pytest.raises(ScenarioError, match="AMB-S442") as caught:
        cell_type_rows("fibrblast")
    assert caught.value.faults[0].nearest == "`fibroblast`"
