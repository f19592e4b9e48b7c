"""Drugs at their targets: constants, occupancy, free against total, and what is refused."""

import math

import numpy as np
import pytest

from amoeboid.errors import AmoeboidError, EvidenceError, NumericsError, ScenarioError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.pharmacology import (
    KNOCKOUTS,
    MEDIA,
    TARGETS,
    Constant,
    Exposure,
    Occupancy,
    Regimen,
    apparent_constants,
    drug,
    exposure,
    free_fraction,
    free_from_total,
    kinetics,
    library,
    remarks,
    rows,
    serum_share,
    summary,
    targets_left,
    total_from_free,
    variants,
)
from amoeboid.process import State

HOUR = 3600.0
WANTED = {
    "ruxolitinib", "tofacitinib", "baricitinib", "upadacitinib", "fedratinib", "momelotinib", "pacritinib",
    "itacitinib", "filgotinib", "Y-27632", "fasudil", "H-1152", "belumosudil", "blebbistatin",
}  # fmt: skip


def occupied(name, free, target, level="shifted"):
    return 1.0 - float(targets_left({name: free}, hypotheses={"ruxolitinib_rock": level})[target])


def cells(**ports):
    state = State({"cell.id": np.arange(3)})
    for name, values in ports.items():
        state.put(f"cell.at.{name}", np.array(values))
    return state


def test_the_library_holds_the_drugs_that_scenarios_name():
    assert set(library()) >= WANTED


def test_each_drug_acts_on_what_its_record_says():
    for record in library().values():
        assert set(apparent_constants(record.id)) == set(record.targets) & set(TARGETS), record.id


def test_each_drug_has_a_molar_mass_and_a_note():
    for id, record in library().items():
        assert catalogue().value(f"drug.{id}.molar_mass").internal > 200.0
        assert record.note


# --- potency


def test_ruxolitinib_on_jak1_is_the_free_part_of_its_whole_blood_constant():
    assert apparent_constants("ruxolitinib")["JAK1"] == pytest.approx(8.46, rel=1e-9)
    free = free_from_total(282.0, "ruxolitinib", "whole blood")
    assert occupied("ruxolitinib", free, "JAK1") == pytest.approx(0.5, abs=1e-9)


def test_other_jak_inhibitors_take_the_shift_of_the_one_anchor():
    shift = 8.46 / 3.3
    assert apparent_constants("tofacitinib")["JAK1"] == pytest.approx(3.2 * shift, rel=1e-5)
    assert apparent_constants("baricitinib")["JAK2"] == pytest.approx(5.7 * shift, rel=1e-5)


def test_a_drug_with_its_own_blood_value_uses_it_and_keeps_its_selectivity():
    constants = apparent_constants("filgotinib")
    assert constants["JAK1"] == pytest.approx(630.0 * 0.45)
    assert constants["TYK2"] / constants["JAK1"] == pytest.approx(116.0 / 10.0)
    assert apparent_constants("fedratinib")["JAK1"] == pytest.approx(1210e3 / 524.68 * 0.08, rel=1e-4)


def test_selectivity_in_cells_goes_before_the_enzyme():
    constants = apparent_constants("upadacitinib")
    assert constants["JAK2"] == pytest.approx(60.0 * constants["JAK1"])


def test_rock_inhibitors_work_at_their_usual_doses_in_cells():
    assert 0.5 < occupied("Y-27632", 10_000.0, "ROCK1") < 0.75
    assert 0.4 < occupied("fasudil", 20_000.0, "ROCK2") < 0.8
    assert occupied("H-1152", 500.0, "ROCK1") > 0.8
    belumosudil = apparent_constants("belumosudil")
    assert belumosudil == {"ROCK1": pytest.approx(20.5 * 24_000.0), "ROCK2": pytest.approx(20.5 * 105.0)}


def test_blebbistatin_stops_myosin_alone():
    left = targets_left({"blebbistatin": 25_000.0})
    assert left["myosin"] < 0.2
    assert all(left[target] == 1.0 for target in TARGETS if target != "myosin")


def test_pacritinib_spares_jak1():
    constants = apparent_constants("pacritinib")
    assert constants["JAK1"] > 30.0 * constants["JAK2"]


@pytest.mark.parametrize(
    ("level", "low", "high"), [("off", 0.0, 0.0), ("shifted", 0.16, 0.20), ("unshifted", 0.88, 0.92)]
)
@pytest.mark.parametrize("target", ["ROCK1", "ROCK2"])
def test_500_nM_free_ruxolitinib_takes_rock_at_three_levels(level, low, high, target):
    assert low <= occupied("ruxolitinib", 500.0, target, level) <= high


def test_the_level_rules_every_jak_inhibitor_and_no_rock_inhibitor():
    for name, kd in (("tofacitinib", 470.0), ("fedratinib", 2100.0)):
        constant = {
            level: apparent_constants(name, {"ruxolitinib_rock": level}).get("ROCK1")
            for level in ("off", "shifted", "unshifted")
        }
        assert constant == {"off": None, "shifted": pytest.approx(41 * kd), "unshifted": pytest.approx(kd)}
    assert apparent_constants("Y-27632", {"ruxolitinib_rock": "off"}) == apparent_constants("Y-27632")


def test_the_levels_are_those_of_the_catalogue():
    hypothesis = catalogue().hypotheses["ruxolitinib_rock"]
    assert {option.name for option in hypothesis.options} == {"shifted", "off", "unshifted"}
    assert apparent_constants("ruxolitinib") == apparent_constants(
        "ruxolitinib", {"ruxolitinib_rock": hypothesis.default}
    )


def test_an_override_of_the_anchor_moves_the_family():
    p = Parameters(catalogue(), {"drug.ruxolitinib.blood_ic50.JAK1": Override(141.0, "nM", "half")})
    half, full = apparent_constants("tofacitinib", parameters=p), apparent_constants("tofacitinib")
    assert half["JAK1"] == pytest.approx(full["JAK1"] / 2, rel=1e-5)


# --- occupancy


def test_drugs_compete_for_one_site():
    a, b = apparent_constants("ruxolitinib")["JAK1"], apparent_constants("tofacitinib")["JAK1"]
    left = targets_left({"ruxolitinib": 3 * a, "tofacitinib": 4 * b})["JAK1"]
    assert left == pytest.approx(1.0 / (1.0 + 3.0 + 4.0))


def test_no_drug_leaves_everything_and_a_flood_leaves_nothing():
    assert all(left == 1.0 for left in targets_left({}).values())
    assert targets_left({"ruxolitinib": 1e12})["JAK1"] < 1e-9


@pytest.mark.parametrize("gene", KNOCKOUTS)
def test_a_knocked_out_gene_has_no_activity_and_leaves_the_others(gene):
    left = targets_left({}, knockouts=[gene])
    assert left[gene] == 0.0
    assert sum(float(value) for value in left.values()) == len(TARGETS) - 1


def test_knockouts_combine():
    left = targets_left({"ruxolitinib": 8.46}, knockouts=["TYK2", "ROCK1"])
    assert (left["TYK2"], left["ROCK1"]) == (0.0, 0.0)
    assert left["JAK1"] == pytest.approx(0.5)


def test_the_process_writes_what_the_function_gives():
    levels, others = [0.0, 20.0, 500.0], [7.0, 0.0, 30.0]
    state = cells(ruxolitinib=levels, tofacitinib=others)
    process = Occupancy(["tofacitinib", "ruxolitinib"], ["TYK2"])
    process.initial(state)
    wanted = targets_left({"ruxolitinib": np.array(levels), "tofacitinib": np.array(others)}, ["TYK2"])
    for target in TARGETS:
        assert state[f"target.{target}"] == pytest.approx(wanted[target], rel=1e-14), target


def test_the_process_writes_only_what_it_declares():
    state = cells(ruxolitinib=[1.0, 2.0, 3.0])
    process = Occupancy(["ruxolitinib"])
    process.initial(state)
    before = state["target.JAK1"].copy()
    state["cell.at.ruxolitinib"][:] *= 2.0
    process.advance(state.only(process.writes), 60.0, 60.0)
    assert np.all(state["target.JAK1"] < before)
    assert set(process.reads) == {"cell.at.ruxolitinib"}


def test_without_drugs_the_process_holds_targets_at_their_knockouts():
    state = cells()
    Occupancy([], ["JAK1"]).initial(state)
    assert state["target.JAK1"].tolist() == [0.0, 0.0, 0.0]
    assert state["target.ROCK1"].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("bad", [math.nan, -1.0, math.inf])
def test_a_field_that_left_its_range_stops_the_process_with_cell_and_time(bad):
    state = cells(ruxolitinib=[1.0, bad, 3.0])
    for target in TARGETS:
        state.put(f"target.{target}", np.ones(3))
    with pytest.raises(NumericsError, match=r"time 120 s, cell 1") as caught:
        Occupancy(["ruxolitinib"]).advance(state, 120.0, 60.0)
    check_four_parts(caught.value)


# --- free against total


def test_free_shares_by_medium():
    assert free_fraction("ruxolitinib", "serum-free") == 1.0
    assert free_fraction("ruxolitinib", "plasma") == pytest.approx(0.03)
    assert free_fraction("ruxolitinib", "10 % serum") == pytest.approx(1 / (1 + 0.1 * (1 / 0.03 - 1)))
    assert serum_share("100% serum") == serum_share("plasma") == 1.0


@pytest.mark.parametrize("medium", MEDIA)
def test_free_and_total_are_inverse(medium):
    total = np.array([0.0, 1.0, 500.0])
    free = free_from_total(total, "tofacitinib", medium)
    assert np.all(free <= total)
    assert total_from_free(free, "tofacitinib", medium) == pytest.approx(total)


def test_blood_cells_can_take_their_share():
    p = Parameters(catalogue(), {"potency.blood_to_plasma": Override(1.2, "1", "what if")})
    assert free_fraction("ruxolitinib", "whole blood", p) == pytest.approx(0.03 / 1.2)
    assert free_fraction("ruxolitinib", "plasma", p) == pytest.approx(0.03)


def test_binding_that_is_not_known_is_no_obstacle_without_protein():
    assert free_fraction("blebbistatin", "serum-free") == 1.0
    with pytest.raises(EvidenceError, match=r"drug\.blebbistatin\.fu_plasma") as caught:
        free_fraction("blebbistatin", "10 % serum")
    check_four_parts(caught.value)


# --- exposure


def test_a_constant_concentration_is_the_total_of_the_medium():
    state = State({})
    process = Exposure([Constant("ruxolitinib", 500.0)], "10 % serum")
    process.initial(state)
    assert state["bath.ruxolitinib"][0] == pytest.approx(500.0 * free_fraction("ruxolitinib", "10 % serum"))
    process.advance(state, 3000.0, 60.0)
    assert state["bath.ruxolitinib"].shape == (1,)


def test_a_dose_reaches_the_bath_as_the_free_part_of_plasma():
    state = State({})
    process = Exposure([Regimen("ruxolitinib", 15.0, 12 * HOUR)], "serum-free")
    process.initial(state)
    assert state["bath.ruxolitinib"][0] == 0.0
    process.advance(state, HOUR - 60.0, 60.0)
    wanted = 0.03 * exposure("ruxolitinib", 15.0, 12 * HOUR, [HOUR])[0]
    assert state["bath.ruxolitinib"][0] == pytest.approx(wanted)


def test_an_exposure_depends_on_time_alone_so_that_a_resume_is_exact():
    process = Exposure([Regimen("tofacitinib", 5.0, 12 * HOUR)], "plasma")
    one, two = State({}), State({})
    for tick in range(100):
        process.advance(one, 60.0 * tick, 60.0)
    process.advance(two, 60.0 * 99, 60.0)
    assert one.hash() == two.hash()


def test_ruxolitinib_5_mg_peaks_as_the_label_says():
    found = summary("ruxolitinib", 5.0)
    assert found.peak == pytest.approx(205.0, rel=0.2)
    assert 2 * HOUR <= found.half_life <= 3.5 * HOUR
    assert 0.5 * HOUR <= found.peak_time <= 2 * HOUR


@pytest.mark.parametrize("variant", ["", "woman"])
def test_the_decline_of_ruxolitinib_as_a_study_would_measure_it(variant):
    times = np.array([2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0])
    curve = exposure("ruxolitinib", 5.0, None, times * HOUR, variant=variant)
    slope = np.polyfit(times, np.log(curve), 1)[0]
    assert 2.0 <= math.log(2.0) / -slope <= 3.5


def test_ruxolitinib_twice_daily_does_not_pile_up():
    times = np.arange(0.0, 120 * HOUR, 120.0)
    curve = exposure("ruxolitinib", 15.0, 12 * HOUR, times)
    assert curve[times >= 108 * HOUR].max() / curve[times < 12 * HOUR].max() < 1.15


@pytest.mark.parametrize(
    ("name", "variant", "dose", "area"),
    [
        ("ruxolitinib", "", 5.0, 738.0 * 306.37 / 1000),
        ("ruxolitinib", "woman", 5.0, 922.0 * 306.37 / 1000),
        ("baricitinib", "", 4.0, 412.0),
        ("upadacitinib", "extended_release", 15.0, 370.6),  # 379 there, before the parameters of the larger study
        ("fedratinib", "", 400.0, 30769.0),
    ],
)
def test_areas_are_those_of_the_reference_table(name, variant, dose, area):
    found = summary(name, dose, variant=variant)
    molar_mass = kinetics(name, variant).molar_mass
    assert found.area / HOUR * molar_mass / 1000.0 == pytest.approx(area, rel=0.005)


def test_tofacitinib_halves_in_three_hours():
    assert summary("tofacitinib", 5.0).half_life == pytest.approx(3.05 * HOUR, rel=0.01)


def test_variants_take_the_rest_from_the_usual_person():
    man, woman = kinetics("ruxolitinib"), kinetics("ruxolitinib", "woman")
    assert woman.disposition.clearance < man.disposition.clearance
    assert woman.disposition.central == man.disposition.central
    assert variants("fedratinib") == ("", "volunteer")


# --- what is told


def test_rows_tell_constants_binding_and_dosing():
    by_name = {row["drug"]: row for row in rows()}
    assert set(by_name) == set(library())
    assert by_name["blebbistatin"]["dosed"] == "no"
    assert by_name["blebbistatin"]["free in plasma"] == "not known"
    assert by_name["ruxolitinib"]["dosed"] == "yes"
    assert "ic50.JAK2" in by_name["ruxolitinib"]["disputed"]


def test_a_drug_above_its_solubility_is_remarked():
    assert remarks("blebbistatin", 25_000.0)
    assert remarks("blebbistatin", 5_000.0) == ()
    assert remarks("ruxolitinib", 5_000.0) == ()


# --- bad input


def check_four_parts(error):
    for fault in error.faults:
        assert fault.where, fault
        assert fault.what, fault
        assert fault.expected, fault
        assert fault.do, fault


REFUSED = {
    "unknown drug": (lambda: drug("ruxolitnib", "arms[1]"), "`ruxolitinib`"),
    "unknown knock-out": (lambda: Occupancy([], ["JAK4"]), "JAK1"),
    "unknown option": (lambda: apparent_constants("ruxolitinib", {"ruxolitinib_rock": "of"}), "`off`"),
    "unknown medium": (lambda: serum_share("10 percent serum"), "`10 % serum`"),
    "too much serum": (lambda: serum_share("110 % serum"), "100 %"),
    "unknown variant": (lambda: kinetics("ruxolitinib", "women"), "`woman`"),
    "dosed blebbistatin": (lambda: exposure("blebbistatin", 10.0, None, [0.0]), "no pharmacokinetic record"),
    "dosed Y-27632": (lambda: Exposure([Regimen("Y-27632", 10.0)], "plasma"), "concentration"),
    "negative dose": (lambda: exposure("ruxolitinib", -5.0, None, [0.0]), "0 or more"),
    "dose that is no number": (lambda: summary("ruxolitinib", math.nan), "0 or more"),
    "interval of zero": (lambda: Regimen("ruxolitinib", 5.0, 0.0), "above 0"),
    "infinite start": (lambda: Regimen("ruxolitinib", 5.0, start=math.inf), "finite"),
    "no doses": (lambda: Regimen("ruxolitinib", 5.0, 60.0, count=0), "1 or more"),
    "negative concentration": (lambda: Constant("ruxolitinib", -1.0), "0 or more"),
    "concentration that is no number": (lambda: targets_left({"ruxolitinib": [1.0, math.nan]}), "0 or more"),
    "a drug twice": (
        lambda: Exposure([Constant("ruxolitinib", 1.0), Constant("INCB018424", 2.0)], "plasma"),
        "given twice",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_nonsense_is_refused(case):
    act, told = REFUSED[case]
    with pytest.raises(ScenarioError) as caught:
        act()
    assert told in str(caught.value)


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_says_where_what_is_allowed_and_what_to_do(case):
    with pytest.raises(AmoeboidError) as caught:
        REFUSED[case][0]()
    check_four_parts(caught.value)


def test_the_message_of_a_dose_without_record_has_four_parts():
    with pytest.raises(ScenarioError) as caught:
        kinetics("belumosudi1")
    assert "nearest:  `belumosudil`" in str(caught.value)
    with pytest.raises(ScenarioError) as caught:
        kinetics("pacritinib", where="invasion.toml, line 14, arms[1].drugs[0].dose")
    check_four_parts(caught.value)
    assert str(caught.value).startswith("invasion.toml, line 14")
    assert "[AMB-S84]" in str(caught.value)


def test_all_that_is_wrong_with_a_regimen_is_told_at_once():
    with pytest.raises(ScenarioError) as caught:
        Regimen("ruxolitinib", math.nan, -1.0, math.inf, 0)
    assert len(caught.value.faults) == 4


def test_an_override_that_makes_a_constant_vanish_is_refused():
    p = Parameters(catalogue(), {"drug.blebbistatin.ic50.myosin": Override(0.0, "uM", "what if")})
    with pytest.raises(EvidenceError, match="above 0"):
        apparent_constants("blebbistatin", parameters=p)
    p = Parameters(catalogue(), {"drug.tofacitinib.pk.clearance": Override(-1.0, "L/h", "what if")})
    with pytest.raises(EvidenceError, match="clearance"):
        kinetics("tofacitinib", parameters=p)
