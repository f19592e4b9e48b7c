"""`am.pathway` against closed forms, and against itself: cells, numbers that are set, rest, scans, units."""

import math

import numpy as np
import pytest

import amoeboid as am
from amoeboid.errors import NumericsError, ScenarioError, UnitError

DECAY = "S -> P; k*S; k = 0.3; S = 8; P = 0;"
BALANCE = "-> S; v; S -> ; k*S; v = 2; k = 0.5; S = 1;"
SIZED = """
model sized()
  compartment cell = 4;
  species S in cell; substanceOnly species N in cell;
  S = 3; N = 12;
  lose: S -> ; cell*k*S;
  drop: N -> ; k*N;
  k = 0.2;
end
"""
BOUND = """
model bound()
  A -> B; k*A; k = 0.5;
  A = 2*a0; a0 = 5; B = 0; twice := 2*A; k2 = 3*k; B -> ; k2*B;
end
"""
CLOCK = """
model clock()
  unit hour = 3600 second; unit time_unit = 60 second; unit substance = 1e-9 mole;
  S -> ; k*S; S = 5; k = 0.1;
end
"""
TIMES = [0.0, 1.0, 5.0]


@pytest.fixture(scope="module")
def decay():
    return am.pathway(DECAY)


@pytest.mark.parametrize("method", ["plain", "kernel"])
def test_a_decay_follows_its_exponential(decay, method):
    course = decay.simulate(TIMES, method=method)
    assert np.allclose(course["S"], 8.0 * np.exp(-0.3 * np.array(TIMES)), rtol=1e-5)
    assert np.allclose(course["S"] + course["P"], 8.0, rtol=1e-9)


def test_one_cell_gives_numbers_over_time_and_many_give_a_column_each(decay):
    assert decay.simulate(TIMES)["S"].shape == (3,)
    course = decay.simulate(TIMES, 4)
    assert course["S"].shape == (3, 4)
    assert course.values.shape == (2, 3, 4)


def test_a_cell_among_many_does_what_it_does_alone(decay):
    rates = np.array([0.1, 0.3, 2.0])
    many = decay.simulate(TIMES, 3, vary={"k": rates, "S": [1.0, 2.0, 3.0]})["S"]
    assert np.allclose(many, [1.0, 2.0, 3.0] * np.exp(-np.outer(TIMES, rates)), rtol=1e-5)
    alone = decay.simulate(TIMES, set={"k": 2.0, "S": 3.0}, method="kernel")["S"]
    assert np.allclose(alone, many[:, 2], rtol=1e-9)


def test_a_draw_belongs_to_its_cell_and_its_number(decay):
    few = decay.simulate([0.0, 1.0], 3, vary={"k": 0.4})["S"][1]
    more = decay.simulate([0.0, 1.0], 7, vary={"k": 0.4, "P": ("uniform", 0.0, 1.0)})["S"][1]
    other = decay.simulate([0.0, 1.0], 3, vary={"k": 0.4}, seed=2)["S"][1]
    assert np.allclose(few, more[:3], rtol=1e-6)
    assert len(set(few.tolist())) == 3
    assert not np.isclose(few, other).any()


@pytest.mark.parametrize("method", ["plain", "kernel", "ssa"])
def test_a_cell_has_the_same_bytes_among_few_and_among_many(method):
    model = am.pathway("S -> P; k*S; P -> S; r*P; k = 0.3; r = 0.1; S = 30; P = 0;")
    vary = {"k": 0.4, "r": ("uniform", 0.1, 0.2)}
    few = model.simulate([0.0, 1.0, 4.0], 3, vary=vary, method=method)
    many = model.simulate([0.0, 1.0, 4.0], 19, vary=vary, method=method)
    assert few.values.tobytes() == np.ascontiguousarray(many.values[:, :, :3]).tobytes()


def test_a_lognormal_spread_has_the_median_and_width_that_were_asked_for(decay):
    # 4,000 draws: the standard error of a mean logarithm is 0.3/63 = 0.0047; five of them, false alarms below 1e-6
    found = np.log(decay.simulate([0.0, 1e-9], 4000, vary={"S": 0.3}, set={"S": 2.0})["S"][0])
    assert abs(found.mean() - math.log(2.0)) < 0.024
    assert abs(found.std() - 0.3) < 0.017


def test_what_is_set_is_meant_as_the_file_means_it():
    course = am.pathway(SIZED).simulate([0.0, 1.0], set={"S": 5.0, "N": 7.0, "cell": 2.0}, quantities=None)
    assert np.allclose(course["S"], [5.0, 5.0 * math.exp(-0.2)], rtol=1e-6)
    assert np.allclose(course["N"], [7.0, 7.0 * math.exp(-0.2)], rtol=1e-6)
    more = am.pathway(SIZED).simulate([0.0, 1.0], quantities=["amount of S", "concentration of N", "lose"])
    assert more["amount of S"][0] == pytest.approx(12.0)
    assert more["concentration of N"][0] == pytest.approx(3.0)
    assert more["lose"][0] == pytest.approx(4 * 0.2 * 3)


def test_what_is_set_goes_before_what_the_file_computes_at_the_start():
    model = am.pathway(BOUND)
    assert model.numbers.value["A"] == 10.0
    assert model.simulate(TIMES)["A"][0] == 10.0
    assert model.simulate(TIMES, set={"a0": 1.0})["A"][0] == 2.0
    assert model.simulate(TIMES, set={"A": 7.0})["twice"][0] == 14.0
    assert np.allclose(model.simulate(TIMES, 2, vary={"A": [3.0, 4.0]})["A"][0], [3.0, 4.0])
    faster = model.simulate(TIMES, set={"k": 1.0})["B"]
    held = model.simulate(TIMES, set={"k": 1.0, "k2": 1.5})["B"]
    assert held[1] > 1.1 * faster[1]


def test_a_model_rests_where_its_rates_balance():
    model = am.pathway(BALANCE)
    assert model.steady()["S"][0] == pytest.approx(4.0, rel=1e-6)
    many = model.steady(n_cells=3, vary={"k": [0.1, 1.0, 4.0]})["S"][0]
    assert np.allclose(many, [20.0, 2.0, 0.5], rtol=1e-6)
    scan = model.scan("v", "0:4:5", set={"k": 2.0})
    assert np.allclose(scan["S"], np.arange(5.0) / 2.0, rtol=1e-6)
    assert scan.axis == "v"


def test_a_start_at_rest_is_moved_only_by_what_changes():
    model = am.pathway(BALANCE)
    course = model.simulate(TIMES, set={"v": 1.0}, before={"v": 3.0})
    assert np.allclose(course["S"], 2.0 + 4.0 * np.exp(-0.5 * np.array(TIMES)), rtol=1e-5)
    assert np.allclose(model.simulate(TIMES, before={})["S"], 4.0, rtol=1e-6)
    put = model.simulate(TIMES, set={"S": 9.0}, before={})
    assert np.allclose(put["S"], 4.0 + 5.0 * np.exp(-0.5 * np.array(TIMES)), rtol=1e-5)
    cells = model.simulate(TIMES, 2, vary={"k": [1.0, 2.0]}, before={"v": 4.0})["S"]
    assert np.allclose(cells[0], [4.0, 2.0], rtol=1e-6)


@pytest.mark.parametrize(("text", "told"), [
    ("S -> 2 S; k*S; k = 0.1; S = 1;", "S"),
    ("-> S; k; k = 1; S = 0;", "S"),
    ("X -> 2 X; a*X; X + Y -> 2 Y; b*X*Y; Y -> ; c*Y; a = 1; b = 1; c = 1; X = 2; Y = 1;", "X|Y"),
])  # fmt: skip
def test_a_model_without_rest_is_told_as_such(text, told):
    with pytest.raises(NumericsError, match=rf"no rest was found.*`({told})`"):
        am.pathway(text).steady()


def test_cells_that_find_no_rest_are_left_out_and_counted():
    model = am.pathway("-> S; v; S -> ; k*S; v = 1; k = 1; S = 0;")
    found = model.steady(n_cells=3, vary={"k": [1.0, 0.0, 2.0]})
    assert np.allclose(found["S"][0, [0, 2]], [1.0, 0.5], rtol=1e-6)
    assert np.isnan(found["S"][0, 1])
    assert any("1 of 3" in note for note in found.notes)


def test_times_are_in_the_unit_of_the_model_and_text_is_converted():
    model = am.pathway(CLOCK)
    assert model.units["time"] == "min"
    by_number = model.simulate([0, 30, 120])["S"]
    by_text = model.simulate(["0 h", "1800 s", "2 h"])["S"]
    assert np.allclose(by_number, by_text, rtol=1e-12)
    assert len(model.simulate("2 h").time) == 101
    with pytest.raises(UnitError):
        model.simulate("2 um")


@pytest.mark.parametrize("times", [[], [0.0, 0.0], [1.0, 0.5], [-1.0, 1.0], [0.0, math.nan], [0.0, math.inf],
                                   [[0.0, 1.0]], ["soon"], None, 0, -3, "0", [0.0, "x"], True, [1j]])  # fmt: skip
def test_times_that_are_none_are_refused(decay, times):
    with pytest.raises((ScenarioError, UnitError)):
        decay.simulate(times)


@pytest.mark.parametrize("asked", [
    {"vary": {"k": [1.0, 2.0]}}, {"vary": {"k": [1.0, math.nan, 1.0]}}, {"vary": {"k": [[1.0, 2.0, 3.0]]}},
    {"vary": {"k": "wide"}}, {"vary": {"k": None}}, {"vary": {"k": ("normal",)}}, {"vary": {"k": ("beta", 1.0)}},
    {"vary": {"k": (1.0, 2.0)}}, {"set": {"k": None}}, {"set": {"k": [1.0]}}, {"set": {"k": "5 nM"}},
    {"set": {"k": math.inf}}, {"quantities": ["Q"]}, {"quantities": [3]}, {"method": "magic"}, {"method": None},
    {"relative": 0.0}, {"relative": math.nan}, {"before": {"q": 1}}, {"set": {3: 1.0}}, {"vary": {3: 1.0}},
])  # fmt: skip
def test_wishes_that_make_no_sense_are_refused(decay, asked):
    with pytest.raises(ScenarioError):
        decay.simulate(TIMES, 3, **asked)


@pytest.mark.parametrize("n_cells", [0, -1, 1.5, 10**12, True, math.nan, "3", None])
def test_numbers_of_cells_that_are_none_are_refused(decay, n_cells):
    with pytest.raises(ScenarioError):
        decay.simulate(TIMES, n_cells)


def test_molecules_are_counted_and_their_mean_is_that_of_the_rates():
    model = am.pathway("S -> ; k*S; k = 0.5; S = 40;")
    course = model.simulate([0.0, 2.0], 2000, method="ssa", seed=4)
    assert course.units["S"] == "molecules"
    assert np.array_equal(course["S"], np.round(course["S"]))
    # binomial: standard error of the mean is sqrt(40 p (1-p) / 2000) = 0.068; five of them, false alarms below 1e-6
    assert abs(course["S"][1].mean() - 40.0 * math.exp(-1.0)) < 0.34


def test_the_shipped_network_begins_at_rest_and_answers_to_cytokine():
    model = am.pathway("jak1_rock")
    still = model.simulate([0.0, 3600.0], quantities=["pSTAT3"])["pSTAT3"]
    assert still[1] == pytest.approx(still[0], rel=1e-4)
    up = model.simulate(["0 h", "0.5 h"], set={"cytokine": "0.45 nM"}, quantities=["pSTAT3", "pMLC2"])
    assert up["pSTAT3"][1] > 4.0 * up["pSTAT3"][0]
    blocked = model.simulate(["0 h", "0.5 h"], set={"cytokine": "0.45 nM", "target_JAK1": 0}, quantities=["pSTAT3"])
    assert blocked["pSTAT3"][1] < 0.5 * up["pSTAT3"][1]
