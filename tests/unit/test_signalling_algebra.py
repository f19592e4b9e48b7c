"""Algebraic rules: found, solved, or refused; never guessed."""

import math
from dataclasses import replace

import numpy as np
import pytest

from amoeboid.errors import FormatError
from amoeboid.formats.sbml import (
    Compartment,
    Event,
    InitialAssignment,
    Math,
    Parameter,
    Reaction,
    Rule,
    SbmlModel,
    Species,
    SpeciesReference,
)
from amoeboid.signalling import constants, from_sbml, translate
from amoeboid.signalling.formulas import formula


def model(*rules: str, known: dict[str, str] | None = None, free: tuple[str, ...] = ("x", "y", "z")) -> SbmlModel:
    """Parameters t (rate 1, begins at 2) and k = 3, free ones without a number, and algebraic rules."""
    parameters = [Parameter("t", 2.0, constant=False), Parameter("k", 3.0)]
    parameters += [Parameter(name, constant=False) for name in free]
    made = [Rule("rate", "t", ("number", 1.0)), *(Rule("algebraic", "", formula(rule)) for rule in rules)]
    made += [Rule("assignment", name, formula(text)) for name, text in (known or {}).items()]
    return SbmlModel(parameters=tuple(parameters), rules=tuple(made), where="m.xml", lines={"algebraic rule 1": 9})


def at_start(found: SbmlModel) -> dict[str, float]:
    """All quantities at time 0."""
    system = translate(from_sbml(found))
    numbers, feeds = constants(system), np.ones(len(system.feeds))
    y = system.compute(system.starts, np.zeros(len(system.species)), feeds, numbers)
    values = system.compute(tuple(system.quantities.values()), y, feeds, numbers)
    return dict(zip(system.quantities, map(float, values), strict=True))


def test_one_rule_gives_its_unknown() -> None:
    found = at_start(model("x + t - 2*k", free=("x",)))
    assert found["x"] == 4.0


def test_rules_are_solved_together() -> None:
    found = at_start(model("x + y + z - 6", "x - y - t + k", "2*z - x - 1"))
    x, y, z = (found[name] for name in "xyz")
    assert [x + y + z - 6.0, x - y - 2.0 + 3.0, 2.0 * z - x - 1.0] == pytest.approx([0.0] * 3, abs=1e-14)


def test_an_unknown_may_stand_behind_an_assignment_rule() -> None:
    found = at_start(model("y + x - t", known={"y": "3*x"}, free=("x", "y")))
    assert (found["x"], found["y"]) == (0.5, 1.5)


def test_factors_of_the_unknown_may_be_states() -> None:
    assert at_start(model("t*x - k", free=("x",)))["x"] == 1.5


def test_what_has_a_number_stays_while_what_has_none_is_found() -> None:
    base = model("x + y - t", free=("x",))
    found = at_start(replace(base, parameters=(*base.parameters, Parameter("y", 0.5, constant=False))))
    assert (found["x"], found["y"]) == (1.5, 0.5)


def test_a_species_that_is_only_used_in_rates_can_be_the_unknown() -> None:
    law: Math = ("multiply", ("name", "C"), ("name", "B"))
    found = SbmlModel(
        compartments=(Compartment("C", 2.0),),
        species=(Species("A", "C", amount=1.0), Species("B", "C", amount=9.0)),
        reactions=(Reaction("J", products=(SpeciesReference("A"),), modifiers=("B",), law=law),),
        rules=(Rule("algebraic", "", formula("A + B - 4")),),
    )
    system = translate(from_sbml(found))
    assert system.species == ("A",)
    assert at_start(found)["B"] == 3.5
    assert at_start(found)["amount of B"] == 7.0


def test_a_size_can_be_the_unknown_and_amounts_stay() -> None:
    found = SbmlModel(
        compartments=(Compartment("C", constant=False),),
        species=(Species("A", "C", amount=6.0),),
        rules=(Rule("algebraic", "", formula("C - 2")),),
    )
    assert at_start(found)["A"] == 3.0


def test_an_initial_assignment_may_rest_on_the_unknown() -> None:
    base = model("x - 2*t", free=("x",))
    start = InitialAssignment("t", ("number", 5.0))
    other = InitialAssignment("k", ("multiply", ("number", 2.0), ("name", "x")))
    assert at_start(replace(base, initial_assignments=(start, other)))["k"] == 20.0


def test_an_event_moves_what_it_sets_and_the_unknown_follows() -> None:
    base = model("x + y - t", free=("x", "y"))
    pulse = Event("E", ("gt", ("time",), ("number", 1.0)), (("y", ("number", 5.0)),))
    system = translate(from_sbml(replace(base, events=(pulse,))))
    assert "y" in system.species
    assert system.graph.names(system.quantities["x"]) == {"y", "t"}


@pytest.mark.parametrize(
    ("rules", "free", "code"),
    [
        (("x + y - t",), "xy", "AMB-F93"),  # either
        (("t - k",), "", "AMB-F93"),  # neither
        (("x - t", "x - k"), "x", "AMB-F93"),  # more rules than unknowns
        (("x + y - t", "2*x + 2*y - 2*t"), "xy", "AMB-F93"),  # the same twice
        (("x^2 - t",), "x", "AMB-F94"),
        (("x*y - t", "x - y"), "xy", "AMB-F94"),
        (("exp(x) - t",), "x", "AMB-F94"),
        (("piecewise(x, x < 1, 2*x) - t",), "x", "AMB-F94"),
    ],
)
def test_rules_that_do_not_say_plainly_what_they_determine_are_refused(
    rules: tuple[str, ...], free: str, code: str
) -> None:
    with pytest.raises(FormatError, match=code) as caught:
        translate(from_sbml(model(*rules, free=tuple(free))))
    assert "m.xml" in str(caught.value)


def test_a_circle_through_a_beginning_is_refused() -> None:
    base = model("x + k - t", free=("x",))
    start = InitialAssignment("k", ("multiply", ("number", 2.0), ("name", "x")))
    with pytest.raises(FormatError, match="AMB-F9"):
        translate(from_sbml(replace(base, initial_assignments=(start,))))


@pytest.mark.parametrize("seed", range(20))
def test_random_linear_rules_are_solved(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    matrix = rng.integers(-3, 4, (n, n)).astype(float)
    if abs(np.linalg.det(matrix)) < 0.5:
        matrix += 7.0 * np.eye(n)
    right = rng.integers(-5, 6, n)
    names = tuple(f"u{k}" for k in range(n))
    rules = [
        " + ".join(f"({a})*{name}" for a, name in zip(row, names, strict=True)) + f" - ({b})*t"
        for row, b in zip(matrix, right, strict=True)
    ]
    found = at_start(model(*rules, free=names))
    wanted = np.linalg.solve(matrix, 2.0 * right)
    assert [found[name] for name in names] == pytest.approx(wanted.tolist(), rel=1e-10, abs=1e-10)
    assert not any(math.isnan(found[name]) for name in names)


def test_an_unknown_may_have_an_initial_assignment_where_nothing_else_can_be_unknown() -> None:
    begun = (InitialAssignment("x", formula("2*k - t")),)
    found = at_start(replace(model("x + t - 2*k", free=("x",)), initial_assignments=begun))
    assert found["x"] == 4.0
    # where something else can be unknown, what has an initial assignment is none
    found = at_start(replace(model("x + y - t"), initial_assignments=(InitialAssignment("x", ("number", 0.5)),)))
    assert (found["x"], found["y"]) == (0.5, 1.5)


def test_a_rule_that_is_not_plain_is_told_together_with_all_else_that_is_refused() -> None:
    unclear = replace(model("x + y - k"), refused=(("package fbc", "sbml", 2),))
    with pytest.raises(FormatError, match="(?s)package fbc.*algebraic rules"):
        from_sbml(unclear)
