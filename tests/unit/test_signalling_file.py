"""Files as equations: what is a state, what is a number, how each begins, and what is refused by name."""

import math
from dataclasses import replace

import numpy as np
import pytest

from amoeboid.errors import FormatError
from amoeboid.formats.sbml import (
    Compartment,
    Event,
    Function,
    InitialAssignment,
    Math,
    Parameter,
    Reaction,
    Rule,
    SbmlModel,
    Species,
    SpeciesReference,
)
from amoeboid.signalling import TIME, System, constants, from_sbml, translate
from amoeboid.signalling.network import Individual, Input, Readout


def name(id: str) -> Math:
    return ("name", id)


def number(value: float) -> Math:
    return ("number", value)


DECAY = Reaction("J", (SpeciesReference("A"),), (SpeciesReference("B", 2.0),),
                 law=("multiply", name("C"), ("multiply", name("k"), name("A"))))  # fmt: skip
MODEL = SbmlModel(
    id="m",
    compartments=(Compartment("C", 4.0),),
    species=(Species("A", "C", concentration=3.0), Species("B", "C", amount=2.0), Species("D", "C", amount=1.0)),
    parameters=(Parameter("k", 0.5), Parameter("p", 7.0, constant=False)),
    reactions=(DECAY,),
    where="m.xml",
    lines={"J": 12, "p": 5},
)


def begun(system: System) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """State at time 0, feeds of 1, and constants."""
    numbers, feeds = constants(system), np.ones(len(system.feeds))
    return system.compute(system.starts, np.full(len(system.species), math.nan), feeds, numbers), feeds, numbers


def quantities(system: System) -> dict[str, float]:
    """All quantities at time 0."""
    y, feeds, numbers = begun(system)
    found = system.compute(tuple(system.quantities.values()), y, feeds, numbers)
    return dict(zip(system.quantities, map(float, found), strict=True))


def rates(system: System) -> dict[str, float]:
    """Rates of all states at time 0."""
    y, feeds, numbers = begun(system)
    return dict(zip(system.species, map(float, system.rhs(y, feeds, numbers)), strict=True))


def test_states_are_what_reactions_change_and_all_else_is_a_number() -> None:
    system = translate(from_sbml(MODEL))
    assert system.species == ("A", "B")
    assert system.constants == ("k", "p", "C", "start of A", "start of amount of B", "start of amount of D")
    assert constants(system).tolist() == [0.5, 7.0, 4.0, 3.0, 2.0, 1.0]
    assert rates(system) == {"A": -1.5, "B": 3.0}
    found = quantities(system)
    assert found["B"] == 0.5
    assert found["amount of B"] == 2.0
    assert found["D"] == found["concentration of D"] == 0.25
    assert found["J"] == 6.0


def test_no_equations_depend_on_the_order_in_which_sets_are_kept() -> None:
    starts = tuple(InitialAssignment(id, ("add", name("A"), number(1.0))) for id in ("B", "D", "p"))
    model = replace(MODEL, initial_assignments=starts)
    first, second = translate(from_sbml(model)), translate(from_sbml(model))
    assert first.graph.nodes == second.graph.nodes


def test_rate_rules_and_events_make_states_of_parameters_and_sizes() -> None:
    grow = Rule("rate", "C", ("multiply", number(0.1), name("C")))
    pulse = Event("E", ("gt", ("time",), number(2.0)), (("p", number(1.0)),))
    system = translate(from_sbml(replace(MODEL, rules=(grow,), events=(pulse,))))
    assert system.species == ("A", "B", "D", "C", "p", TIME)
    assert [system.setters[id][0] for id in system.species[:-1]] == [0, 1, 2, 3, 4]
    # in a growing compartment states are amounts, so a new concentration is multiplied with the size
    assert system.setters["A"][1] == system.quantities["C"]
    assert system.setters["p"][1] is None
    assert rates(system) == {"A": -6.0, "B": 12.0, "D": 0.0, "C": 0.4, "p": 0.0, TIME: 1.0}
    assert quantities(system)["A"] == 3.0
    assert [event.name for event in system.events] == ["E"]
    assert len(system.roots) == 1


def test_time_is_a_state_only_where_something_asks_for_it() -> None:
    assert TIME not in translate(from_sbml(MODEL)).species
    clock = Rule("assignment", "p", ("time",))
    system = translate(from_sbml(replace(MODEL, rules=(clock,))))
    assert system.species[-1] == TIME
    assert system.slopes.keys().isdisjoint({(row, 2) for row in range(2)})


def test_initial_assignments_are_done_in_any_order_and_go_before_numbers() -> None:
    starts = (
        InitialAssignment("p", ("multiply", number(2.0), name("A"))),
        InitialAssignment("A", ("add", name("k"), name("B"))),
        InitialAssignment("B", ("multiply", number(3.0), name("C"))),
    )
    system = translate(from_sbml(replace(MODEL, initial_assignments=starts)))
    found = quantities(system)
    assert (found["B"], found["A"], found["p"]) == (12.0, 12.5, 25.0)
    assert "p" not in system.constants
    assert "start of A" not in system.constants


def test_a_number_given_to_the_network_goes_before_an_initial_assignment() -> None:
    network = from_sbml(replace(MODEL, initial_assignments=(InitialAssignment("A", number(9.0)),)))
    assert quantities(translate(network))["A"] == 9.0
    changed = replace(network, given={**network.given, "start of A": 5.0})
    assert quantities(translate(changed))["A"] == 5.0


def test_an_amount_of_the_file_stays_when_the_size_is_changed() -> None:
    network = from_sbml(MODEL)
    larger = translate(replace(network, given={**network.given, "C": 8.0}))
    assert quantities(larger)["B"] == 0.25
    assert quantities(larger)["A"] == 3.0


def test_assigned_quantities_hold_from_the_beginning() -> None:
    rule = Rule("assignment", "p", ("add", name("A"), name("B")))
    start = InitialAssignment("D", ("multiply", name("p"), number(2.0)))
    found = quantities(translate(from_sbml(replace(MODEL, rules=(rule,), initial_assignments=(start,)))))
    assert (found["p"], found["D"]) == (3.5, 7.0)


def test_local_parameters_hide_those_of_the_file() -> None:
    local = replace(DECAY, local=(Parameter("k", 2.0),))
    system = translate(from_sbml(replace(MODEL, reactions=(local,))))
    assert rates(system)["A"] == -6.0
    assert {"k", "J.k"} <= set(system.constants)


def test_reactions_without_a_law_have_no_effect_and_no_rate() -> None:
    system = translate(from_sbml(replace(MODEL, reactions=(replace(DECAY, law=None),))))
    assert system.species == ()
    assert math.isnan(quantities(system)["J"])


def test_a_species_that_is_not_to_change_does_not() -> None:
    species = (replace(MODEL.species[0], boundary=True), replace(MODEL.species[1], constant=True), MODEL.species[2])
    assert translate(from_sbml(replace(MODEL, species=species))).species == ()


def test_conversion_factors_turn_extents_into_amounts() -> None:
    species = (*MODEL.species[:1], replace(MODEL.species[1], conversion_factor="k"), MODEL.species[2])
    model = replace(MODEL, species=species, conversion_factor="p")
    assert rates(translate(from_sbml(model))) == {"A": -1.5 * 7.0, "B": 3.0 * 0.5}


def test_a_stoichiometry_may_have_a_name_and_mathematics() -> None:
    products = (SpeciesReference("B", None, id="n", constant=False), SpeciesReference("D", None, name("k")))
    rule = Rule("assignment", "n", ("add", name("A"), number(1.0)))
    system = translate(from_sbml(replace(MODEL, reactions=(replace(DECAY, products=products),), rules=(rule,))))
    assert rates(system) == {"A": -1.5, "B": 6.0, "D": 0.75}
    assert quantities(system)["n"] == 4.0


def test_rate_of_is_the_rate_of_what_the_id_means() -> None:
    grow = Rule("rate", "C", ("multiply", number(0.1), name("C")))
    asks = Rule("assignment", "p", ("rate_of", name("A")))
    found = quantities(translate(from_sbml(replace(MODEL, rules=(grow, asks)))))
    assert found["p"] == pytest.approx(-1.5 - 0.1 * 3.0)


def test_a_rate_of_something_that_a_rule_determines_is_refused() -> None:
    rules = (Rule("assignment", "p", name("A")), Rule("rate", "q", ("rate_of", name("p"))))
    model = replace(MODEL, rules=rules, parameters=(*MODEL.parameters, Parameter("q", 0.0, constant=False)))
    with pytest.raises(FormatError, match=r"m\.xml, line 5, rateOf `p`.*(?s:.*)AMB-F87"):
        translate(from_sbml(model))


def test_a_species_in_a_compartment_without_size_is_followed_as_an_amount() -> None:
    amounts = tuple(Species(id, "C", amount=3.0) for id in "AB")
    law: Math = ("multiply", name("k"), ("rate_of", name("p")))
    model = replace(
        MODEL, compartments=(Compartment("C"),), species=amounts, reactions=(replace(DECAY, law=name("k")),)
    )
    system = translate(from_sbml(model))
    assert rates(system) == {"A": -0.5, "B": 1.0}
    found = quantities(system)
    assert found["amount of A"] == 3.0
    assert math.isnan(found["A"])
    still = translate(from_sbml(replace(model, reactions=(replace(DECAY, law=law),))))
    assert rates(still)["B"] == 0.0


def test_species_of_a_point_are_amounts_in_level_2() -> None:
    model = replace(MODEL, level=2, version=4, compartments=(Compartment("C", dimensions=0.0),),
                    reactions=(replace(DECAY, law=name("A")),))  # fmt: skip
    species = tuple(replace(entry, amount=3.0, concentration=None) for entry in MODEL.species)
    found = quantities(translate(from_sbml(replace(model, species=species))))
    assert found["A"] == 3.0


def test_a_concentration_that_a_rule_moves_keeps_its_rate_while_the_compartment_grows() -> None:
    rules = (Rule("rate", "C", number(0.5)), Rule("rate", "A", number(-1.0)))
    model = replace(MODEL, rules=rules, reactions=())
    # n = c V: dn/dt = V dc/dt + c dV/dt = 4 (-1) + 3 (0.5)
    assert rates(translate(from_sbml(model)))["A"] == -2.5
    size = Rule("assignment", "C", ("add", number(4.0), ("multiply", number(0.5), ("time",))))
    assert rates(translate(from_sbml(replace(model, rules=(size, rules[1])))))["A"] == -2.5


def test_empty_mathematics_says_nothing() -> None:
    model = replace(
        MODEL,
        rules=(Rule("assignment", "p", None), Rule("rate", "k", None)),  # type: ignore[arg-type]
        initial_assignments=(InitialAssignment("A", None),),  # type: ignore[arg-type]
        events=(Event("E", None, (("p", number(1.0)),)), Event("F", ("true",), (("p", None),))),  # type: ignore[arg-type]
    )
    system = translate(from_sbml(model))
    assert system.species == ("A", "B")
    assert [event.name for event in system.events] == ["F"]
    assert system.events[0].assignments == ()
    assert quantities(system)["p"] == 7.0


def test_readouts_inputs_and_individual_factors_join_a_file() -> None:
    network = replace(
        from_sbml(MODEL),
        inputs=(Input("p", "1", "cell.cytokine"),),
        readouts=(Readout("sum", "1", "cell.sum", ("add", name("A"), name("p"))), Readout("b", "1", "", "amount of B")),
        individuals=(Individual("speed", ("k",)),),
    )
    system = translate(network)
    assert system.feeds == ("p", "factor of speed")
    assert "p" not in system.constants
    y, _, numbers = begun(system)
    feeds = np.array([10.0, 3.0])
    assert system.compute(system.readouts, y, feeds, numbers).tolist() == [13.0, 2.0]
    assert system.rhs(y, feeds, numbers).tolist() == [-4.5, 9.0]


def test_a_readout_of_nothing_is_refused() -> None:
    network = replace(from_sbml(MODEL), readouts=(Readout("r", "1", "", "Q"),))
    with pytest.raises(FormatError, match="AMB-F92"):
        translate(network)


@pytest.mark.parametrize(
    ("changes", "circle"),
    [
        ({"rules": (Rule("assignment", "p", name("k")), Rule("assignment", "k", name("p")))}, "p → k → p"),
        ({"initial_assignments": (InitialAssignment("p", name("A")), InitialAssignment("A", name("p")))}, "A → p → A"),
        ({"reactions": (replace(DECAY, law=("rate_of", name("A"))),)}, "A → J → A"),
        ({"rules": (Rule("assignment", "p", name("J")),), "reactions": (replace(DECAY, law=name("p")),)}, "J → p → J"),
    ],
)
def test_circles_are_refused_with_their_members(changes: dict[str, object], circle: str) -> None:
    with pytest.raises(FormatError, match=r"(?s)AMB-F85") as caught:
        translate(from_sbml(replace(MODEL, **changes)))  # type: ignore[arg-type]
    found = str(caught.value).split("circle: ")[1].split("\n")[0]
    members = circle.split(" → ")[:-1]
    turned = [" → ".join([*members[k:], *members[:k], members[k]]) for k in range(len(members))]
    assert found in turned


def test_delays_fast_reactions_and_packages_are_all_told_with_their_lines() -> None:
    late = Rule("assignment", "p", ("delay", name("A"), number(1.0)))
    model = replace(MODEL, rules=(late,), reactions=(replace(DECAY, fast=True),), refused=(("package fbc", "sbml", 2),))
    with pytest.raises(FormatError) as caught:
        from_sbml(model)
    told = str(caught.value)
    assert [fault.code for fault in caught.value.faults] == ["AMB-F88", "AMB-F90", "AMB-F89"]
    assert "m.xml, line 2, sbml: package fbc" in told
    assert "m.xml, line 5, assignment rule for `p`: uses `delay`" in told
    assert "m.xml, line 12, reaction `J`: a fast reaction" in told


def test_a_delay_is_found_wherever_mathematics_stands() -> None:
    late: Math = ("add", number(1.0), ("delay", name("A"), number(1.0)))
    places: list[dict[str, object]] = [
        {"reactions": (replace(DECAY, law=late),)},
        {"reactions": (replace(DECAY, products=(SpeciesReference("B", None, late),)),)},
        {"initial_assignments": (InitialAssignment("p", late),)},
        {"functions": (Function("f", ("A",), late),)},
        {"events": (Event("E", late),)},
        {"events": (Event("E", ("true",), (("p", late),)),)},
        {"events": (Event("E", ("true",), (), late),)},
        {"events": (Event("E", ("true",), (), None, late),)},
    ]
    for place in places:
        with pytest.raises(FormatError, match="AMB-F90"):
            from_sbml(replace(MODEL, **place))  # type: ignore[arg-type]


def test_functions_that_call_themselves_are_refused() -> None:
    f = Function("f", ("x",), ("call", "g", name("x")))
    g = Function("g", ("x",), ("call", "f", name("x")))
    plain = Function("h", ("x",), name("x"))
    with pytest.raises(FormatError) as caught:
        from_sbml(replace(MODEL, functions=(f, g, plain)))
    assert [fault.where for fault in caught.value.faults] == ["m.xml, function `f`", "m.xml, function `g`"]


def test_an_unknown_id_is_refused_with_its_element() -> None:
    with pytest.raises(FormatError, match=r"unknown id `zz`"):
        translate(from_sbml(replace(MODEL, reactions=(replace(DECAY, law=name("zz")),))))


def test_the_unit_of_time_gives_the_seconds() -> None:
    assert from_sbml(replace(MODEL, unit_of={"time": "min"})).second == 60.0
    assert from_sbml(replace(MODEL, unit_of={"time": ""})).second == 1.0
    assert from_sbml(MODEL).second == 1.0


def test_long_chains_of_rules_are_no_burden() -> None:
    n = 3000
    parameters = tuple(Parameter(f"x{k}", 1.0, constant=False) for k in range(n))
    rules = [Rule("assignment", f"x{k}", ("add", name(f"x{k - 1}"), ("time",))) for k in range(n - 1, 0, -1)]
    grown = Rule("rate", "x0", name(f"x{n - 1}"))
    system = translate(from_sbml(SbmlModel(parameters=parameters, rules=(*rules, grown))))
    y = np.array([2.0, 1.0])
    assert system.rhs(y, np.ones(0), constants(system)).tolist() == [2.0 + n - 1, 1.0]
    assert system.jacobian(y, np.ones(0), constants(system)).tolist() == [[1.0, n - 1.0], [0.0, 0.0]]
