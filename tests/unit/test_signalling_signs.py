"""What the network must show: the signs and sizes of the effects that its numbers were tuned to."""

import numpy as np
import pytest

from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.signalling import dose_response, integrate, network, steady, steady_many, time_course

HOUR = 3600.0
OSM = {"cytokine": 0.45}  # 10 ng/ml
NO_JAK1 = {"target_JAK1": 0.0}
JAK_BLOCK = {"target_JAK1": 0.1, "target_JAK2": 0.1, "target_TYK2": 0.3}
ROCK_BLOCK = {"target_ROCK1": 0.08, "target_ROCK2": 0.08}
BLEBBISTATIN = {"target_myosin": 0.11}
OPTIONS = [{}, {"jak1_rock_link": "slow"}, {"tension_feedback": "jak2"}, {"mlc_switch": "bistable"}]
every_hypothesis = pytest.mark.parametrize("hypotheses", OPTIONS, ids=str)


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return Parameters(catalogue())


def test_a_cell_at_rest_has_a_seventh_of_its_light_chain_phosphorylated(parameters: Parameters) -> None:
    rest = steady(network(), parameters)
    assert rest["pMLC2"] == pytest.approx(0.14, abs=0.01)
    assert 0.4 < rest["tension"] < 0.6


def test_osm_brings_light_chain_and_tension_near_their_full_size(parameters: Parameters) -> None:
    stimulated = steady(network(), parameters, OSM)
    assert 0.36 <= stimulated["pMLC2"] <= 0.42
    assert 1.3 <= stimulated["tension"] <= 1.5


@every_hypothesis
def test_osm_raises_light_chain_and_stat3(hypotheses: dict[str, str], parameters: Parameters) -> None:
    states = steady_many(network(hypotheses), parameters, [{}, OSM])
    assert states["pMLC2"][1] > 2.0 * states["pMLC2"][0]
    assert states["pSTAT3"][1] > 2.0 * states["pSTAT3"][0]


@every_hypothesis
@pytest.mark.parametrize("block", [NO_JAK1, JAK_BLOCK, ROCK_BLOCK], ids=["no JAK1", "JAK block", "ROCK block"])
def test_loss_of_jak1_and_both_blocks_lower_the_light_chain(
    hypotheses: dict[str, str], block: dict[str, float], parameters: Parameters
) -> None:
    for before in ({}, OSM):
        states = steady_many(network(hypotheses), parameters, [before, {**before, **block}])
        assert states["pMLC2"][1] < 0.65 * states["pMLC2"][0]
        assert states["tension"][1] <= states["tension"][0]


@every_hypothesis
@pytest.mark.parametrize("block", [ROCK_BLOCK, BLEBBISTATIN], ids=["ROCK block", "blebbistatin"])
@pytest.mark.parametrize("duration", [HOUR, None], ids=["1 h", "long"])
def test_contraction_feeds_back_on_stat3(
    hypotheses: dict[str, str], block: dict[str, float], duration: float | None, parameters: Parameters
) -> None:
    chosen = network(hypotheses)
    before = steady(chosen, parameters, OSM)["pSTAT3"]
    after = dose_response(chosen, parameters, [{**OSM, **block}], duration, OSM)["pSTAT3"][0]
    assert after < 0.75 * before


def test_feedback_shows_at_rest_too(parameters: Parameters) -> None:
    found = steady_many(network(), parameters, [{}, ROCK_BLOCK, BLEBBISTATIN])["pSTAT3"]
    assert (found[1:] < 0.8 * found[0]).all()


@every_hypothesis
def test_loss_of_jak1_leaves_at_most_a_fifth_of_stat3(hypotheses: dict[str, str], parameters: Parameters) -> None:
    found = steady_many(network(hypotheses), parameters, [OSM, {**OSM, **NO_JAK1}])["pSTAT3"]
    assert found[1] <= 0.2 * found[0]


@pytest.mark.parametrize("hypotheses", [{}, {"jak1_rock_link": "slow"}, {"mlc_switch": "bistable"}], ids=str)
def test_loss_of_jak2_or_tyk2_leaves_most_of_stat3(hypotheses: dict[str, str], parameters: Parameters) -> None:
    conditions = [OSM, {**OSM, "target_JAK2": 0.0}, {**OSM, "target_TYK2": 0.0}]
    found = steady_many(network(hypotheses), parameters, conditions)["pSTAT3"]
    assert (found[1:] >= 0.6 * found[0]).all()


def test_loss_of_the_receptor_ends_the_answer_to_osm(parameters: Parameters) -> None:
    found = steady_many(network(), parameters, [{"target_GP130": 0.0}, {**OSM, "target_GP130": 0.0}])
    assert found["pMLC2"][1] == pytest.approx(found["pMLC2"][0], rel=1e-6)
    assert found["pSTAT3"][1] < 1e-3


@every_hypothesis
def test_without_the_link_osm_has_no_effect_on_force(hypotheses: dict[str, str]) -> None:
    cut = Parameters(catalogue(), {"signalling.exchange_jak": Override(0.0, "1/s", "knob test")})
    states = steady_many(network(hypotheses), cut, [{}, OSM])
    assert states["pSTAT3"][1] > 2.0 * states["pSTAT3"][0]
    assert states["pMLC2"][1] == pytest.approx(states["pMLC2"][0], rel=1e-6)
    assert states["tension"][1] == pytest.approx(states["tension"][0], rel=1e-6)


def test_the_force_needs_more_jak_inhibitor_than_the_transcription_factor(parameters: Parameters) -> None:
    doses = np.geomspace(1.0, 100.0, 40)
    conditions = [
        {**OSM, **{f"target_{k}": 1.0 / (1.0 + dose) for k in ("JAK1", "JAK2", "TYK2")}} for dose in doses / 8.5
    ]
    found = dose_response(network(), parameters, conditions)
    start = steady(network(), parameters, OSM)
    half = {name: np.interp(-0.5, -found[name] / start[name], doses) for name in ("pSTAT3", "pMLC2")}
    # through the network the apparent constant of 8.5 nM free stays the dose that halves pSTAT3
    assert 174.0 * 0.03 < half["pSTAT3"] < 390.0 * 0.03
    assert half["pMLC2"] > 1.3 * half["pSTAT3"]


def test_the_fast_link_lifts_force_in_minutes_and_the_slow_one_in_hours(parameters: Parameters) -> None:
    times = np.array([0.0, 600.0, HOUR, 48.0 * HOUR])
    fast = time_course(network(), parameters, OSM, times).readouts["pMLC2"]
    slow = time_course(network({"jak1_rock_link": "slow"}), parameters, OSM, times).readouts["pMLC2"]
    assert fast[1] > 2.0 * fast[0]
    assert slow[1] < 1.1 * slow[0]
    assert slow[2] < 0.6 * slow[3]
    assert slow[3] == pytest.approx(fast[3], rel=0.03)


def test_stat3_peaks_within_the_hour_and_then_falls(parameters: Parameters) -> None:
    times = np.arange(0.0, 8.0 * HOUR, 300.0)
    course = time_course(network(), parameters, OSM, times)
    found = course.readouts["pSTAT3"]
    assert 15.0 * 60.0 <= times[found.argmax()] <= 45.0 * 60.0
    assert found[-1] < 0.85 * found.max()
    assert course.units["pSTAT3"] == "nM"


def test_feedback_through_jak2_stays_open_without_jak1(parameters: Parameters) -> None:
    through_jak1 = steady(network(), parameters, {**OSM, **NO_JAK1})
    through_jak2 = steady(network({"tension_feedback": "jak2"}), parameters, {**OSM, **NO_JAK1})
    assert through_jak2["active_receptor"] > 2.0 * through_jak1["active_receptor"]


def test_both_feedbacks_agree_where_nothing_is_blocked(parameters: Parameters) -> None:
    one = steady(network(), parameters, OSM)
    other = steady(network({"tension_feedback": "jak2"}), parameters, OSM)
    assert other["tension"] == pytest.approx(one["tension"], rel=1e-6)


@pytest.mark.parametrize(("option", "n_states"), [("graded", 1), ("bistable", 2)])
def test_only_the_co_operative_switch_has_two_states_at_one_dose(
    option: str, n_states: int, parameters: Parameters
) -> None:
    model = integrate.model(network({"mlc_switch": option}), parameters)
    feeds = integrate.feeds(model, {"cytokine": 0.16, "radius": 8.4}, 2)
    begin = integrate.start(model, feeds)
    # one cell comes from nothing, the other from 2 nM with so much SOCS3 that it falls below the threshold
    full = integrate.feeds(model, {"cytokine": 2.0, "radius": 8.4}, 1)
    begin[:, 1] = integrate.rest(model, full, 5e6)[:, 0]
    tension = integrate.rest(model, feeds, 5e6, begin)[model.network.species_index("tension")]
    assert len(set(tension.round(3))) == n_states


def test_pressure_falls_with_the_radius_and_so_does_the_feedback(parameters: Parameters) -> None:
    small, large = (steady(network(), parameters, {**OSM, "radius": radius}) for radius in (6.0, 12.0))
    assert small["sensor"] > large["sensor"]
    assert small["pSTAT3"] > large["pSTAT3"]
