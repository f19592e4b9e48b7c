"""One small model for each feature of SBML: our course against libroadrunner's.

Where the specification says otherwise than libroadrunner, the wanted numbers are those of the specification, by hand.
"""

import math

import numpy as np
import pytest
import small_models as made

from amoeboid.formats import sbml
from amoeboid.signalling import System, constants, from_sbml, translate
from amoeboid.signalling.trajectory import Trajectory, simulate

roadrunner = pytest.importorskip("roadrunner")

TIMES = np.linspace(0.0, 5.0, 11)
C = made.compartment("C", 2.0)
GROWING = made.compartment("C", 2.0, constant=False)
K = made.parameter("k", 0.3)
A, B = made.species("A", concentration=3.0), made.species("B", amount=1.0)
BASE = (C, K, A, B)
J = made.reaction("J", "A -> B", "k*A*C")
FREE_P = made.parameter("p", constant=False)

MODELS = {
    "concentrations and amounts": (*BASE, J),
    "only amounts": (C, K, made.species("A", concentration=3.0, only=True), made.species("B", amount=1.0, only=True),
                     made.reaction("J", "2 A -> B", "k*A*B")),
    "boundary": (C, K, made.species("A", concentration=3.0, boundary=True), B,
                 made.species("D", amount=1.0, constant=True, boundary=True),
                 made.reaction("J", "A + D -> 3 B", "k*A*C*D")),
    "two compartments": (C, made.compartment("V", 0.5), K, made.species("A", amount=3.0),
                         made.species("B", "V", concentration=1.0), made.reaction("J", "A -> B", "k*A*C - 0.1*B*V")),
    "flat compartment": (made.compartment("C", 2.0, dimensions=2), *BASE[1:], J),
    "point": (made.compartment("C", 1.0, dimensions=0), K, made.species("A", amount=3.0, only=True),
              made.species("B", amount=1.0, only=True), made.reaction("J", "A -> B", "k*A")),
    "no size": (made.compartment("C", None), K, made.species("A", amount=3.0, only=True),
                made.species("B", amount=1.0, only=True), made.reaction("J", "A -> B", "k*A")),
    "size by rate rule": (GROWING, K, A, made.species("B", amount=1.0, only=True),
                          made.species("D", concentration=2.0, boundary=True), made.rate("C", "0.2*C"),
                          made.reaction("J", "A + D -> B", "k*A*C")),
    "size by assignment rule": (GROWING, K, A, B, made.assignment("C", "1 + time/2"), J),
    "size by rule on a state": (GROWING, made.parameter("p", 1.0, constant=False), made.rate("p", "0.3*p"), K, A,
                                made.species("B", amount=1.0, only=True), made.assignment("C", "1 + p^2"), J),
    "size by event": (GROWING, K, A, made.species("B", amount=1.0, boundary=True),
                      made.reaction("J", "A -> ", "k*A*C"), made.event("E", "time > 2.2", {"C": "C*3"})),
    "size by initial assignment": (made.compartment("C", 2.0), K, made.initial("C", "4*k"),
                                   made.species("A", amount=3.0), made.species("B", concentration=2.0, only=True), J),
    "rate rule in a growing compartment": (GROWING, A, made.rate("C", "0.2*C"), made.rate("A", "0.5*A")),
    "size and concentration by one event": (GROWING, K, A, B, J,
                                            made.event("E", "time > 2.2", {"C": "C*3", "A": "5"})),
    "rate rule on an amount": (GROWING, made.species("A", concentration=3.0, only=True), made.rate("C", "0.2*C"),
                               made.rate("A", "0.5*A")),
    "rate rule and event on the size": (GROWING, A, made.rate("A", "-0.1*A"),
                                        made.event("E", "time > 2.2", {"C": "C*3"})),
    "conversion factors": (*BASE, made.parameter("whole", 10.0), made.parameter("own", 0.1),
                           made.species("D", amount=2.0, factor="own"), made.reaction("J", "A -> B + D", "k*A*C")),
    "assigned species": (*BASE, made.species("D", boundary=True), made.assignment("D", "A + B*2"),
                         made.reaction("J", "A -> B", "k*D*C")),
    "assigned amount": (*BASE, made.species("D", only=True, boundary=True), made.assignment("D", "A + B*2"),
                        made.reaction("J", "A -> B + D", "k*D*C")),
    "initial assignments": (*BASE, made.parameter("p"), made.parameter("q", 4.0), made.initial("p", "q*A + B"),
                            made.initial("A", "2*q"), made.initial("B", "k"), made.reaction("J", "A -> B", "k*A*C*p")),
    "initial assignment on a rate": (*BASE, made.parameter("p"), made.initial("p", "J + time + 1"), J),
    "stoichiometry by rules": (*BASE, made.reaction("J", "n:A -> m:B", "k*A*C"), made.parameter("p", 2.0),
                               made.assignment("n", "1 + time/10"), made.rate("m", "0.2"), made.initial("m", "p")),
    "stoichiometry by initial assignment": (*BASE, made.reaction("J", "n:A -> 2 m:B", "k*A*C"),
                                            made.initial("n", "1.5")),
    "stoichiometry by event": (*BASE, made.reaction("J", "1 n:A -> 2 m:B", "k*A*C"),
                               made.event("E", "A < 2", {"m": "4"})),
    "stoichiometry in mathematics": (*BASE, FREE_P, made.assignment("p", "n*3"),
                                     made.reaction("J", "1 n:A -> 2 m:B", "k*A*C*m")),
    "reaction in mathematics": (*BASE, made.parameter("p", 0.0, constant=False), made.rate("p", "J*2"),
                                made.parameter("r", constant=False), made.assignment("r", "J + 1"), J),
    "rate of": (*BASE, made.parameter("p", 0.0, constant=False), made.parameter("q", constant=False),
                made.assignment("q", "rateOf(A) + rateOf(p) + rateOf(k)"), made.rate("p", "rateOf(B)*2"), J),
    "rate of in a growing compartment": (
        GROWING, K, A, made.species("B", amount=1.0, only=True), made.rate("C", "0.2*C"), J,
        *(piece for name, of in (("p", "A"), ("q", "B"), ("r", "C"))
          for piece in (made.parameter(name, constant=False), made.assignment(name, f"rateOf({of})")))),
    "local parameters": (*BASE, made.reaction("J", "A -> B", "k*A*C*z", local={"k": 0.5, "z": 2.0}),
                         made.reaction("L", "B -> A", "k*B*C")),
    "piecewise": (*BASE, FREE_P, made.assignment("p", "piecewise(1, time < 2, 3, time < 4, 5)"),
                  made.parameter("q", constant=False), made.assignment("q", "piecewise(1, time < 2)"),
                  made.reaction("J", "A -> B", "k*A*C*p")),
    "functions": (made.function("f", "lambda(x, y, x^y + 1)"), made.function("g", "lambda(x, f(x, 2)*f(x, 3))"), *BASE,
                  made.reaction("J", "A -> B", "k*g(A)*C/100")),
    "no law": (*BASE, made.reaction("J", "A -> B"), made.reaction("L", "B -> A", "k*B")),
    "logic as numbers": (*BASE, FREE_P, J, made.assignment(
        "p", "piecewise(1, true && (A > 2 || B > 5), 0) + xor(time > 1, time > 2, time > 3) + (time > 3) + (A < B)")),
    "chains": (*BASE, FREE_P, made.assignment("p", "piecewise(1, lt(1, time, 3), 0) + gt(4, time, 1)"), J),
}  # fmt: skip


def course(text: str) -> tuple[System, Trajectory]:
    """Our own course of a model."""
    system = translate(from_sbml(sbml.parse_sbml(text, "made")))
    return system, simulate(system, constants(system), np.ones(len(system.feeds)), TIMES)


@pytest.mark.parametrize("feature", MODELS)
def test_a_feature_gives_the_course_of_libroadrunner(feature: str) -> None:
    text = made.made(*MODELS[feature], factor="whole" if feature == "conversion factors" else "")
    system, found = course(text)
    engine = roadrunner.RoadRunner(text)
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = 1e-10, 1e-14
    record = sbml.parse_sbml(text, "made")
    selections = {f"amount of {entry.id}": entry.id for entry in record.species}
    if feature != "no size":  # where libroadrunner takes a size of 1
        selections |= {f"concentration of {entry.id}": f"[{entry.id}]" for entry in record.species}
        selections |= {entry.id: entry.id for entry in record.compartments}
    selections |= {entry.id: entry.id for entry in record.parameters}
    engine.timeCourseSelections = ["time", *selections.values()]
    wanted = np.array(engine.simulate(TIMES[0], TIMES[-1], len(TIMES)))
    for column, name in enumerate(selections, start=1):
        values = np.broadcast_to(found.quantity(name), TIMES.shape)
        assert values == pytest.approx(wanted[:, column], rel=1e-6, abs=1e-9, nan_ok=True), name
    kept = system.compute(tuple(node for pair in system.sums for node in pair), found.species, np.ones((0, 1)),
                          constants(system))  # fmt: skip
    assert kept[::2] == pytest.approx(kept[1::2], rel=1e-8)


def test_a_rate_rule_gives_the_concentration_in_a_compartment_of_assigned_size() -> None:
    # libroadrunner 2.10 lets the amount follow the rule; the specification says that it is the concentration
    _, found = course(made.made(GROWING, A, made.assignment("C", "1 + time"), made.rate("A", "-0.5*A")))
    assert found.quantity("A") == pytest.approx(3.0 * np.exp(-0.5 * TIMES), rel=1e-8)
    assert found.quantity("amount of A") == pytest.approx(3.0 * np.exp(-0.5 * TIMES) * (1.0 + TIMES), rel=1e-8)


def test_a_species_without_a_number_has_none() -> None:
    # libroadrunner 2.10 begins at 0
    _, found = course(made.made(*BASE, made.species("D"), J))
    assert np.isnan(found.quantity("D")).all()
    assert found.quantity("A") == pytest.approx(3.0 * np.exp(-0.3 * TIMES), rel=1e-8)


def test_an_algebraic_rule_is_held_all_along() -> None:
    # dA/dt = B with A + B = 1, so A = 1 - (1 - A0) exp(-t)
    text = made.made(C, made.parameter("k", 1.0), made.species("A", amount=0.5), made.species("B", amount=0.5),
                     made.reaction("J", "-> A", "C*B"), made.algebraic("A + B - k"))  # fmt: skip
    _, found = course(text)
    assert found.quantity("A") == pytest.approx(1.0 - 0.75 * np.exp(-TIMES), rel=1e-8)
    assert found.quantity("B") == pytest.approx(0.75 * np.exp(-TIMES), rel=1e-7)


def test_mathematics_of_level_2_gives_the_stoichiometry() -> None:
    text = """<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="m">
    <listOfCompartments><compartment id="C" size="2"/></listOfCompartments>
    <listOfSpecies><species id="A" compartment="C" initialConcentration="3"/>
    <species id="B" compartment="C" initialAmount="0"/></listOfSpecies>
    <listOfParameters><parameter id="n" value="4"/></listOfParameters>
    <listOfReactions><reaction id="J" reversible="false"><listOfReactants><speciesReference species="A"/>
    </listOfReactants><listOfProducts><speciesReference species="B"><stoichiometryMath>
    <math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>n</ci><cn>0.5</cn></apply></math>
    </stoichiometryMath></speciesReference></listOfProducts>
    <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><cn>1</cn></math></kineticLaw>
    </reaction></listOfReactions></model></sbml>"""
    _, found = course(text)
    assert found.quantity("amount of B") == pytest.approx(2.0 * TIMES, abs=1e-9)
    assert found.quantity("A") == pytest.approx(3.0 - 0.5 * TIMES)
    assert not math.isnan(found.quantity("J")[0])
