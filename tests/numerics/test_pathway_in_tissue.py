"""A pathway file in the tissue: the course is the file's own, units are converted, what it lacks follows by our laws.

The file is a small relay of our own: a receptor that a ligand turns on, and a protein that it phosphorylates.
"""

from __future__ import annotations

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats.sbml import (
    Compartment,
    Parameter,
    Reaction,
    Rule,
    SbmlModel,
    Species,
    SpeciesReference,
    parse_antimony,
    parse_sbml,
    write_sbml,
)
from amoeboid.process import State
from amoeboid.signalling import (
    Signalling,
    TissueMapping,
    by_names,
    constants,
    from_sbml,
    join,
    network,
    overridden,
    steady,
    translate,
)
from amoeboid.signalling.to_sbml import to_sbml
from amoeboid.signalling.trajectory import simulate

TARGETS = ("JAK1", "JAK2", "TYK2", "ROCK1", "ROCK2", "myosin", "GP130")
MINUTES = 30
MAPPING = TissueMapping(
    inputs={"ligand": "cytokine", "kp": "kp*target_JAK1"},
    outputs={"pSTAT3": "P", "pMLC2": "0.1 + 0.3*P/(P + hundred)"},
    second=1.0,
    nanomolar=1.0,
    start="file",
)


def relay(seconds: float = 1.0, nanomolar: float = 1.0, more: str = "") -> SbmlModel:
    """Give the relay in other units of time and concentration; the molecules do the same."""
    fast, binding = seconds, seconds * nanomolar
    return parse_antimony(
        f"""
        model relay
          compartment cell = 1;
          species R in cell, A in cell, S in cell, P in cell;
          R = {10 / nanomolar}; A = 0; S = {1000 / nanomolar}; P = 0; hundred = {100 / nanomolar};
          ligand = 0; kon = {0.001 * binding}; koff = {0.0005 * fast};
          kp = {0.0002 * binding}; kd = {0.002 * fast};
          J1: R -> A; kon*ligand*R - koff*A;
          J2: S -> P; kp*A*S - kd*P;
          {more}
        end
        """,
        "relay.ant",
    )


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return Parameters(catalogue())


def followed(model: SbmlModel, mapping: TissueMapping, parameters: Parameters, minutes: int = MINUTES, n: int = 3):
    """Give the state of some cells after minutes with cytokine, and the process."""
    joined = join(model, mapping, network(), parameters)
    process = Signalling(joined.network, parameters, joined.spreads, joined.start)
    state = State({"cell.id": np.arange(n), "cell.radius": np.full(n, 8.4), "cell.cytokine": np.full(n, 0.45)})
    for target in TARGETS:
        state.put(f"target.{target}", np.ones(n))
    process.initial(state, 7, {"cell.cytokine": 0.05, "target.JAK1": 1.0})
    for tick in range(minutes):
        process.advance(state, 60.0 * tick, 60.0)
    return state, process


def by_itself(model: SbmlModel, values: dict[str, float], until: float):
    """Follow the bare file, with nothing joined to it, in one cell of another integrator."""
    bare = overridden(model, {id: (value, "1") for id, value in values.items()})
    system = translate(from_sbml(bare))
    return simulate(system, constants(system), np.zeros(0), [until])


def test_cells_follow_the_course_of_the_file(parameters):
    state, _ = followed(relay(), MAPPING, parameters)
    course = by_itself(relay(), {"ligand": 0.45}, 60.0 * MINUTES)
    assert state["cell.pSTAT3"] == pytest.approx(course.quantity("P")[-1], rel=1e-4)
    assert state["cell.pMLC2"][0] == pytest.approx(
        0.1 + 0.3 * state["cell.pSTAT3"][0] / (state["cell.pSTAT3"][0] + 100)
    )


@pytest.mark.parametrize(("seconds", "nanomolar"), [(60.0, 1.0), (1.0, 1000.0), (3600.0, 1e-3)])
def test_a_file_in_other_units_does_the_same(parameters, seconds, nanomolar):
    plain, _ = followed(relay(), MAPPING, parameters)
    stated = TissueMapping(MAPPING.inputs, MAPPING.outputs, {}, seconds, nanomolar, "file")
    other, _ = followed(relay(seconds, nanomolar), stated, parameters)
    for port in ("cell.pSTAT3", "cell.pMLC2", "cell.drive", "cell.tension"):
        assert other[port] == pytest.approx(plain[port], rel=2e-4), port


def test_drive_and_tension_follow_from_the_share_as_in_our_own_network(parameters):
    own = steady(network(), parameters, {"cytokine": 0.2})
    mapping = TissueMapping({}, {"pMLC2": f"{own['pMLC2']!r}"}, {}, 60.0, 1.0, "rest")
    state, _ = followed(relay(), mapping, parameters, minutes=1)
    assert state["cell.pMLC2"] == pytest.approx(own["pMLC2"])
    assert state["cell.drive"] == pytest.approx(own["drive"], rel=1e-6)
    assert state["cell.tension"] == pytest.approx(own["tension"], rel=1e-5)
    assert "cell.pSTAT3" not in state


def test_the_bistable_switch_of_our_own_network_reaches_a_file(parameters):
    mapping = TissueMapping({}, {"pMLC2": "0.2"}, {}, 1.0, 1.0, "rest")
    drives = []
    for option in ("graded", "bistable"):
        joined = join(relay(), mapping, network({"mlc_switch": option}), parameters)
        process = Signalling(joined.network, parameters, joined.spreads, joined.start)
        state = State({"cell.id": np.arange(1), "cell.radius": np.full(1, 8.4)})
        process.initial(state, 7, {})
        drives.append(float(state["cell.drive"][0]))
    extent = (0.2 - parameters["signalling.drive_threshold"]) / parameters["signalling.drive_span"]
    half, power = parameters["signalling.contraction_half"], parameters["signalling.contraction_exponent_bistable"]
    ratio = (extent / half) ** power
    assert drives == pytest.approx([extent, ratio / (1 + ratio) * (1 + half**power)], rel=1e-6)


def test_a_drive_of_the_file_makes_tension_with_our_lag(parameters):
    mapping = TissueMapping({"ligand": "cytokine"}, {"drive": "clip(P/1000)"}, {}, 1.0, 1.0, "file")
    state, _ = followed(relay(), mapping, parameters, minutes=240)
    low, high = parameters["signalling.tension_rest"], parameters["signalling.tension_contracted"]
    assert 0.05 < state["cell.drive"][0] < 1.0
    assert state["cell.tension"] == pytest.approx(low + (high - low) * state["cell.drive"], rel=1e-2)
    assert "cell.pMLC2" not in state


def test_a_tension_of_the_file_is_taken_as_it_is(parameters):
    mapping = TissueMapping({"ligand": "cytokine"}, {"tension": "0.2 + 0.7*clip(P/1000)"}, {}, 1.0, 1.0, "file")
    state, _ = followed(relay(), mapping, parameters)
    low, high = parameters["signalling.tension_rest"], parameters["signalling.tension_contracted"]
    assert state["cell.drive"] == pytest.approx((state["cell.tension"] - low) / (high - low))


def test_definitions_stand_for_their_formulas(parameters):
    define = {"half": "hundred", "share": "P/(P + half)"}
    named = TissueMapping(MAPPING.inputs, {"pMLC2": "0.1 + 0.3*share"}, {}, 1.0, 1.0, "file", define)
    plain, _ = followed(relay(), MAPPING, parameters)
    state, _ = followed(relay(), named, parameters)
    assert np.array_equal(state["cell.pMLC2"], plain["cell.pMLC2"])


def test_tension_may_feed_back_into_the_file(parameters):
    fed = TissueMapping({**MAPPING.inputs, "kd": "kd/(1 + tension)"}, MAPPING.outputs, {}, 1.0, 1.0, "file")
    plain, _ = followed(relay(), MAPPING, parameters)
    state, _ = followed(relay(), fed, parameters)
    assert (state["cell.pSTAT3"] > 1.1 * plain["cell.pSTAT3"]).all()


def test_numbers_of_a_species_and_a_parameter_spread_over_cells(parameters):
    n = 4000
    spread = {"S": 0.3, "kp": 0.1}
    mapping = TissueMapping(MAPPING.inputs, MAPPING.outputs, spread, 1.0, 1.0, "file")
    state, process = followed(relay(), mapping, parameters, minutes=0, n=n)
    row = process.model.system.species.index("S")
    found = np.log(state["signalling.species"][row] / 1000.0)
    # false-alarm rate 1e-4 each: the sample deviation of 4,000 normal numbers lies within 4.5 % of its own
    assert np.std(found) == pytest.approx(0.3, rel=0.045)
    assert np.std(np.log(state["signalling.rates"][1])) == pytest.approx(0.1, rel=0.045)
    assert np.median(found) == pytest.approx(0.0, abs=0.025)


def test_cells_begin_at_rest_where_the_file_has_one(parameters):
    mapping = TissueMapping(MAPPING.inputs, MAPPING.outputs, {}, 1.0, 1.0, None)
    state, process = followed(relay(), mapping, parameters, minutes=0)
    active = 10 * 0.05 / (0.05 + 0.5)
    assert state["cell.pSTAT3"] == pytest.approx(1000 * active / (active + 10), rel=1e-3)


def test_a_file_without_rest_begins_as_it_says_and_tells_why(parameters):
    growing = relay(more="species G in cell; G = 1; J3: -> G; 1;")
    mapping = TissueMapping(MAPPING.inputs, MAPPING.outputs, {}, 1.0, 1.0, None)
    joined = join(growing, mapping, network(), parameters)
    process = Signalling(joined.network, parameters, joined.spreads, joined.start)
    state = State({"cell.id": np.arange(2), "cell.radius": np.full(2, 8.4)})
    words = process.initial(state, 7, {"cell.cytokine": 0.05})
    assert words.startswith("as in the file, for cells find no rest before it")
    assert state["cell.pSTAT3"] == pytest.approx(0.0)


EVENT = "added = 0; E1: at (P > 150), t0=false: added = 1, S = S + 200; E2: at 600 after (P > 160): kd = 2*kd;"


def test_events_of_a_file_happen_in_every_cell_and_wait_between_ticks(parameters):
    model = relay(more=EVENT)
    state, process = followed(model, MAPPING, parameters, minutes=120)
    course = by_itself(model, {"ligand": 0.45}, 60.0 * 120)
    assert course.quantity("added")[-1] == 1.0
    for name in ("R", "A", "S", "P", "kd", "added"):
        found = state["signalling.species"][process.model.system.species.index(name)]
        assert found == pytest.approx(course.quantity(name)[-1], rel=2e-3, abs=1e-6), name


@pytest.mark.parametrize("cut", [1, 20, 44, 50])
def test_a_checkpoint_keeps_waiting_events_to_the_bit(parameters, cut):
    model = relay(more=EVENT)
    mapping = TissueMapping(MAPPING.inputs, MAPPING.outputs, {"kp": 0.2}, 1.0, 1.0, "file")
    straight, process = followed(model, mapping, parameters, minutes=60, n=5)
    half, _ = followed(model, mapping, parameters, minutes=cut, n=5)
    state = State({name: array.copy() for name, array in half.items()})
    for tick in range(cut, 60):
        process.advance(state, 60.0 * tick, 60.0)
    assert state.hash() == straight.hash()
    assert (straight["signalling.event_trigger"] == 1).any()


def test_our_own_network_as_a_file_does_what_it_does_without_one(parameters):
    # written as SBML, read again, and mapped by names: the whole way of a user's file
    model = parse_sbml(write_sbml(to_sbml(network(), parameters)), "jak1_rock.xml")
    mapping = TissueMapping(*by_names(model))
    joined = join(model, mapping, network(), parameters)
    found = []
    for process in (
        Signalling(joined.network, parameters, joined.spreads, joined.start),
        Signalling(network(), parameters, [0.0] * 4),
    ):
        state = State({"cell.id": np.arange(3), "cell.radius": np.array([8.0, 8.4, 9.0])})
        state.put("cell.cytokine", np.full(3, 0.45))
        for target in TARGETS:
            state.put(f"target.{target}", np.array([1.0, 0.3, 1.0]) if target == "JAK1" else np.ones(3))
        assert process.initial(state, 7, {"cell.cytokine": 0.05}) == "at rest before the stimulus"
        for tick in range(60):
            process.advance(state, 60.0 * tick, 60.0)
        found.append(state)
    for port in ("cell.pSTAT3", "cell.pMLC2", "cell.drive", "cell.tension"):
        # both are integrated to a relative tolerance of 1e-4 per step, with tolerances of their own
        assert found[0][port] == pytest.approx(found[1][port], rel=1e-5), port


def named(kind: str, *parts: str) -> tuple[object, ...]:
    return (kind, *(("name", part) for part in parts))


KINDS = SbmlModel(
    compartments=(Compartment("c", 2.0), Compartment("d", 5.0)),
    species=(
        Species("L", "c", concentration=3.0, boundary=True, constant=True),
        Species("M", "c", amount=6.0, boundary=True, constant=True),
        Species("N", "d", amount=7.0, only_substance=True, boundary=True, constant=True),
    ),
    parameters=(
        Parameter("g", 4.0),
        Parameter("h", 1.0, constant=False),
        *(Parameter(name, 0.0, constant=False) for name in "XYZW"),
    ),
    rules=(
        Rule("assignment", "h", ("multiply", ("number", 2.0), ("name", "g"))),
        Rule("rate", "X", ("name", "g")),
        Rule("rate", "Y", named("add", "L", "M")),
        Rule("rate", "Z", ("name", "N")),
        Rule("rate", "W", named("multiply", "h", "c")),
    ),
)


@pytest.mark.parametrize(
    ("fed", "expected"),
    [
        ({}, (4.0, 6.0, 7.0, 16.0)),
        ({"g": "3*g"}, (12.0, 6.0, 7.0, 48.0)),
        ({"L": "L + 1"}, (4.0, 7.0, 7.0, 16.0)),
        ({"M": "2*M"}, (4.0, 9.0, 7.0, 16.0)),
        ({"N": "N - 2"}, (4.0, 6.0, 5.0, 16.0)),
        ({"c": "2*c"}, (4.0, None, 7.0, 32.0)),
        ({"g": "cytokine", "L": "radius"}, (0.05, 11.4, 7.0, 0.2)),
    ],
)
def test_every_sort_of_number_can_be_fed(parameters, fed, expected):
    mapping = TissueMapping(fed, {"pMLC2": "0.1"}, {}, 1.0, 1.0, "file")
    joined = join(KINDS, mapping, network(), parameters)
    system = translate(joined.network)
    feeds = np.array([{"cell.cytokine": 0.05, "cell.radius": 8.4}.get(name, 1.0) for name in system.feeds])
    numbers = constants(system)
    start = system.compute(system.starts, np.zeros(len(system.species)), feeds, numbers)
    rates = dict(zip(system.species, system.rhs(start, feeds, numbers), strict=True))
    for name, value in zip("XYZW", expected, strict=True):
        assert value is None or rates[name] == pytest.approx(value), name


def test_a_local_parameter_is_fed_by_its_reaction_and_name(parameters):
    law = ("multiply", ("name", "k"), ("name", "A"))
    model = SbmlModel(
        compartments=(Compartment("c", 1.0),),
        species=(Species("A", "c", concentration=10.0), Species("B", "c", concentration=0.0)),
        parameters=(Parameter("k", 100.0),),
        reactions=(
            Reaction("J1", (SpeciesReference("A"),), (SpeciesReference("B"),), law=law, local=(Parameter("k", 0.5),)),
            Reaction("J2", (), (SpeciesReference("B"),), law=("name", "k")),
        ),
    )
    mapping = TissueMapping({"J1.k": "J1.k*2"}, {"pMLC2": "J1.k/10"}, {}, 1.0, 1.0, "file")
    joined = join(model, mapping, network(), parameters)
    system = translate(joined.network)
    numbers, feeds = constants(system), np.ones(len(system.feeds))
    start = system.compute(system.starts, np.zeros(len(system.species)), feeds, numbers)
    rates = dict(zip(system.species, system.rhs(start, feeds, numbers), strict=True))
    assert (rates["A"], rates["B"]) == (-10.0, 110.0)
    share = [entry.name for entry in joined.network.readouts].index("pMLC2")
    assert system.compute(system.readouts, start, feeds, numbers)[share] == pytest.approx(0.1)


def test_a_share_that_leaves_its_range_stops_the_run_with_time_and_cell(parameters):
    mapping = TissueMapping(MAPPING.inputs, {"pMLC2": "P/100"}, {}, 1.0, 1.0, "file")
    with pytest.raises(NumericsError) as caught:
        followed(relay(), mapping, parameters, minutes=60)
    (fault,) = caught.value.faults
    assert fault.what.startswith("`pMLC2` is `1.")
    assert "cell 0" in fault.where
    assert fault.expected == "from 0 to 1"
