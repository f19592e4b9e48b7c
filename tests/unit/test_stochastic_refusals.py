"""What cannot be simulated molecule by molecule is refused by name; what fails on the way says where."""

from dataclasses import replace

import numpy as np
import pytest

from amoeboid.errors import FormatError, NumericsError, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats.sbml import read_antimony
from amoeboid.signalling import network, stochastic
from amoeboid.signalling.from_sbml import from_sbml
from amoeboid.signalling.network import Network

BASE = "compartment V = 1; substanceOnly species A in V, B in V; A = 10; B = 0; k = 0.1; "


def files(text: str) -> Network:
    return from_sbml(read_antimony("model m()\n" + BASE + text + "\nend\n"))


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("J: A => B; k*A; x = 1; x' = -x;", "AMB-N61", "`x` changes continuously"),
        ("J: A => 1.5 B; k*A;", "AMB-N62", "by 1.5"),
        ("n = 2; at (time > 5): n = 3; J: A => n B; k*A;", "AMB-N62", "can change"),
        ("J: A => B; k*A*(1 + sin(time));", "AMB-N64", "reaction `J`"),
        ("J: A => B; k*A*piecewise(1, time^2 > 4, 2);", "AMB-N65", "not linear"),
        ("J: A => B; k*A; at (sin(time)): A = 3;", "AMB-N65", "trigger"),
    ],
)
def test_a_model_without_meaning_molecule_by_molecule_is_refused_by_name(text: str, code: str, told: str) -> None:
    with pytest.raises(FormatError) as caught:
        stochastic.model(files(text))
    assert code in {fault.code for fault in caught.value.faults}
    assert told in str(caught.value)


def test_all_reasons_are_told_at_once() -> None:
    with pytest.raises(FormatError) as caught:
        stochastic.model(files("J: A => 1.5 B; k*A*time; x = 1; x' = -x;"))
    assert {fault.code for fault in caught.value.faults} == {"AMB-N61", "AMB-N62", "AMB-N64"}


def test_our_own_network_is_refused_for_its_continuous_states() -> None:
    with pytest.raises(FormatError, match="tension") as caught:
        stochastic.model(network(), Parameters(catalogue()), molecules=1505.0)
    assert caught.value.faults[0].code == "AMB-N61"


def test_grams_are_no_molecules_unless_one_says_how_many() -> None:
    found = files("J: A => B; k*A;")
    assert found.model is not None
    heavy = replace(found, model=replace(found.model, unit_of={"substance": "g"}))
    with pytest.raises(FormatError, match="AMB-N60"):
        stochastic.model(heavy)
    assert stochastic.model(heavy, molecules=1.0).reading.molecules == 1.0


def test_moles_become_molecules_rounded_to_whole_ones() -> None:
    found = files("J: A => B; k*A;")
    assert found.model is not None
    moles = replace(found, model=replace(found.model, unit_of={"substance": "mol"}), given={**found.given})
    ready = stochastic.model(replace(moles, given={**moles.given, "start of A": 1.0001e-21}))
    cells = stochastic.begin(ready, np.ones((0, 2)))
    assert cells.counts[0].tolist() == [602.0, 602.0]


def test_a_fraction_of_a_molecule_at_the_start_or_by_an_event_is_refused() -> None:
    with pytest.raises(NumericsError, match="molecules of A would be 10.5") as caught:
        stochastic.simulate(files("J: A => B; k*A; A = 10.5;"), [1.0], 1, 1)
    assert caught.value.faults[0].code == "AMB-N68"
    with pytest.raises(NumericsError, match="time 2: molecules of B would be 0.25"):
        stochastic.simulate(files("J: A => A; k*A; at (time >= 2): B = 0.25;"), [3.0], 1, 1)


def test_a_propensity_below_zero_names_reaction_time_and_cell() -> None:
    with pytest.raises(NumericsError, match=r"cell 7: reaction `J` has the propensity -") as caught:
        stochastic.simulate(files("J: A => B; k*(A - 4.5);"), [1000.0], 1, 1, first=7)
    assert caught.value.faults[0].code == "AMB-N69"


@pytest.mark.parametrize("method", ["exact", "tau"])
def test_a_reaction_that_uses_what_is_not_there_names_the_species(method: str) -> None:
    with pytest.raises(NumericsError, match="`molecules of A` fell to -1"):
        stochastic.simulate(files("J: A => B; k;"), [10_000.0], 1, 1, method)


def test_unknown_methods_quantities_and_falling_times_are_told() -> None:
    found = files("J: A => B; k*A;")
    with pytest.raises(ScenarioError, match="AMB-N67"):
        stochastic.model(found, method="taw")
    with pytest.raises(ScenarioError, match="AMB-N67"):
        stochastic.model(found, method="tau", epsilon=1.5)
    with pytest.raises(ScenarioError, match="unknown quantity `C`"):
        stochastic.simulate(found, [1.0], 1, 1, quantities=("C",))
    for times in ([2.0, 1.0], [-1.0], [], [np.nan]):
        with pytest.raises(ScenarioError, match="AMB-N63"):
            stochastic.simulate(found, times, 1, 1)


def test_rounding_below_zero_is_no_negative_propensity() -> None:
    # in a volume of 49, one molecule is 49 times the concentration 1/49, which rounds to a little less than 1
    text = "model m()\ncompartment V = 49; species A in V; A = 7/49; k = 0.1; J: 2 A => ; k*(A*V)*(A*V - 1);\nend\n"
    course = stochastic.simulate(from_sbml(read_antimony(text)), [0.0, 1e4], 50, 1)
    assert course.quantity("A")[0].tolist() == [7.0] * 50
    assert course.quantity("A")[1].tolist() == [1.0] * 50
