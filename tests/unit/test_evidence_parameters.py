"""Parameters give floats in internal units, take overrides with a reason, and remember what was read."""

import math
import pickle

import pytest

from amoeboid.errors import EvidenceError, UnitError
from amoeboid.evidence import Override, Parameters, catalogue


def test_a_number_comes_in_its_internal_unit():
    assert Parameters(catalogue())["target.cortex.pressure_low"] == pytest.approx(0.04)


def test_an_override_replaces_the_number_and_is_told():
    override = Override(6.0, "mm", "what if", "demo.toml, line 3")
    p = Parameters(catalogue(), {"cell.t_cell.radius": override})
    assert p["cell.t_cell.radius"] == pytest.approx(6000.0)
    value = p.value("cell.t_cell.radius")
    assert (value.status, value.relation, value.sources) == ("assumed", "assumed", ())
    assert "what if" in value.note
    assert p.overrides == {"cell.t_cell.radius": override}
    assert catalogue().value("cell.t_cell.radius").value == 4.2


def test_an_override_loses_the_sources_and_the_review_of_the_number_it_replaces():
    id = "cell.t_cell.arrest_area"
    assert catalogue().value(id).sources
    value = Parameters(catalogue(), {id: Override(5.0, "um^2")}).value(id)
    assert value.sources == ()
    assert value.reviewed_on is None
    assert value.note == "override: no reason given"


def test_a_derived_value_follows_an_overridden_parent():
    p = Parameters(catalogue(), {"cell.melanoma.volume": Override(20000.0, "um^3", "twice the radius")})
    assert p["cell.melanoma.radius"] == pytest.approx((3 * 20000 / (4 * math.pi)) ** (1 / 3))
    assert "recomputed" in p.value("cell.melanoma.radius").note
    assert p["cell.glioma.radius"] == 8.42


def test_an_override_of_the_derived_value_itself_wins():
    overrides = {
        "cell.arrest_fraction": Override(0.2, "1", "a"),
        "cell.t_cell.nucleus_area": Override(50.0, "um^2", "b"),
    }
    p = Parameters(catalogue(), overrides)
    assert p["cell.t_cell.nucleus_area"] == 50.0
    assert p["cell.melanoma.nucleus_area"] == pytest.approx(35.0)


def test_overrides_that_make_no_sense_are_all_told_at_once():
    overrides = {
        "cell.t_cel.radius": Override(1.0, "um", "", "demo.toml, line 7"),
        "cell.t_cell.radius": Override(math.nan, "um", "", "demo.toml, line 8"),
        "target.ctc.half_life": Override(1.0, "s", "", "demo.toml, line 9"),
    }
    with pytest.raises(EvidenceError) as caught:
        Parameters(catalogue(), overrides)
    assert [fault.where for fault in caught.value.faults] == [f"demo.toml, line {n}" for n in (7, 8, 9)]
    assert caught.value.faults[0].nearest == "`cell.t_cell.radius`"


@pytest.mark.parametrize("unit", ["nM", "", "1", "furlong_per_x"])
def test_an_override_of_another_dimension_is_refused(unit):
    with pytest.raises(UnitError, match=r"demo\.toml"):
        Parameters(catalogue(), {"cell.t_cell.radius": Override(5.0, unit, "", "demo.toml, line 1")})


@pytest.mark.parametrize("unit", ["", "1", "dimensionless"])
def test_a_number_without_dimension_needs_no_unit(unit):
    assert Parameters(catalogue(), {"cell.arrest_fraction": Override(0.2, unit)})["cell.arrest_fraction"] == 0.2


def test_used_tells_what_was_read_and_nothing_else():
    p = Parameters(catalogue())
    assert p.used() == ()
    p["cell.t_cell.radius"]
    p["cell.arrest_fraction"]
    p["cell.t_cell.radius"]
    assert p.used() == ("cell.arrest_fraction", "cell.t_cell.radius")


def test_an_id_that_is_not_there_is_not_remembered_as_read():
    p = Parameters(catalogue())
    with pytest.raises(EvidenceError):
        p["cell.nonsense.radius"]
    assert p.used() == ()
    assert "cell.nonsense.radius" not in p
    assert "cell.t_cell.radius" in p


def test_the_parents_of_a_recomputed_value_count_as_read():
    p = Parameters(catalogue(), {"cell.arrest_fraction": Override(0.2, "1")})
    p["cell.t_cell.nucleus_area"]
    assert p.used() == ("cell.arrest_fraction", "cell.t_cell.arrest_area", "cell.t_cell.nucleus_area")


def test_a_group_holds_all_single_numbers_below_a_prefix():
    p = Parameters(catalogue())
    group = p.group("cell.t_cell")
    assert set(group) == {"adhesion", "arrest_area", "nucleus_area", "persistence", "radius", "vigour"}
    assert group["radius"] == p["cell.t_cell.radius"]
    assert "half_life" not in p.group("target.ctc")


def test_a_group_that_is_empty_is_an_error():
    with pytest.raises(EvidenceError):
        Parameters(catalogue()).group("nonsense")


def test_a_list_is_no_single_number():
    with pytest.raises(EvidenceError, match="list of 2"):
        Parameters(catalogue())["target.ctc.half_life"]


def test_parameters_travel_between_processes():
    p = Parameters(catalogue(), {"cell.arrest_fraction": Override(0.2, "1")})
    copied = pickle.loads(pickle.dumps(p))
    assert copied["cell.t_cell.nucleus_area"] == p["cell.t_cell.nucleus_area"] == 20.0


def test_parameters_cannot_be_changed():
    p = Parameters(catalogue())
    with pytest.raises(TypeError):
        p["cell.arrest_fraction"] = 1.0
    p.overrides["cell.arrest_fraction"] = Override(0.5, "1")
    assert p.overrides == {}
    assert p["cell.arrest_fraction"] == 0.1
