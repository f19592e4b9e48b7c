"""The network as data: texts, units, stoichiometry, variants, and what is said when they are wrong."""

import dataclasses

import numpy as np
import pytest

from amoeboid.errors import EvidenceError, FormatError, UnitError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.signalling import network, translate
from amoeboid.signalling.dimension import dimension
from amoeboid.signalling.expression import Graph
from amoeboid.signalling.network import Network, Reaction, Rule, read, stoichiometry
from amoeboid.signalling.rate_text import build, parse

VARIANTS = [
    {},
    {"jak1_rock_link": "slow"},
    {"tension_feedback": "jak2"},
    {"mlc_switch": "bistable"},
    {"jak1_rock_link": "slow", "tension_feedback": "jak2", "mlc_switch": "bistable"},
    {"caf_memory": "on"},
    {"stiffness_sensing": "on"},
    {"jak1_rock_link": "slow", "tension_feedback": "jak2", "caf_memory": "on", "stiffness_sensing": "on"},
]


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return Parameters(catalogue())


def with_rate(name: str, rate: str) -> Network:
    """The shipped network with another rate for one reaction."""
    base = network()
    changed = tuple(dataclasses.replace(entry, rate=rate) if entry.name == name else entry for entry in base.reactions)
    return dataclasses.replace(base, reactions=changed)


@pytest.mark.parametrize("hypotheses", VARIANTS, ids=str)
def test_every_variant_passes_the_dimension_check(hypotheses: dict[str, str], parameters: Parameters) -> None:
    system = translate(network(hypotheses), parameters)
    assert 18 <= len(system.species) <= 30
    assert network(hypotheses).hypotheses == hypotheses


@pytest.mark.parametrize("hypotheses", VARIANTS, ids=str)
def test_declared_units_are_those_of_the_evidence(hypotheses: dict[str, str], parameters: Parameters) -> None:
    chosen = network(hypotheses)
    for name, unit in chosen.parameters.items():
        record = parameters.value(chosen.evidence + name)
        assert dimension(record.internal_unit) == dimension(unit), name


def test_every_hypothesis_of_the_network_is_in_the_catalogue() -> None:
    for chosen in VARIANTS:
        for hypothesis, option in chosen.items():
            assert option in [entry.name for entry in catalogue().hypotheses[hypothesis].options]


def test_every_number_of_the_evidence_is_used_by_some_variant(parameters: Parameters) -> None:
    used = {"signalling.cell_volume", "signalling.autocrine"}
    for chosen in map(network, VARIANTS):
        used |= {chosen.evidence + name for name in (*chosen.parameters, *chosen.exponents.values())}
    assert used == set(catalogue().ids("signalling."))


def test_fitted_and_assumed_numbers_say_so_with_a_range_and_a_reason() -> None:
    for id in catalogue().ids("signalling."):
        value = catalogue().value(id)
        assert value.relation in ("cited", "fitted", "assumed"), id
        if value.relation != "cited":
            assert value.status == "assumed", id
            assert value.note, id
            assert value.low is not None, id
            assert value.high is not None, id
            assert value.low <= value.numbers[0] <= value.high, id


def test_a_rate_of_the_wrong_unit_names_the_reaction(parameters: Parameters) -> None:
    with pytest.raises(UnitError, match=r"reaction `receptor recovery`: the rate has the unit `nM\^2/s`"):
        translate(with_rate("receptor recovery", "jak_deactivation*active_receptor^2"), parameters)


def test_a_sum_of_unlike_units_names_the_reaction(parameters: Parameters) -> None:
    with pytest.raises(UnitError, match=r"reaction `SOCS3 decay`: `socs3_decay \+ SOCS3` joins `1/s` with `nM`"):
        translate(with_rate("SOCS3 decay", "(socs3_decay + SOCS3)*SOCS3"), parameters)


def test_an_unknown_name_is_told_with_the_nearest(parameters: Parameters) -> None:
    with pytest.raises(FormatError, match="(?s)unknown name `SOCS4`.*nearest:  `SOCS3`"):
        translate(with_rate("SOCS3 decay", "socs3_decay*SOCS4"), parameters)


@pytest.mark.parametrize("text", ["", "a +", "f(x)", "a if b else c", "a.b", "__import__('os')", "a % b", "clip(a, b)",
                                  "'a'", "a and b", "[a]", "lambda: a", "a // b", "True"])  # fmt: skip
def test_what_is_not_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="AMB-F21"):
        parse(text, "reaction")


@pytest.mark.parametrize("text", ["x^0.5", "x^y", "2^x", "x^17"])
def test_only_whole_numbers_are_exponents(text: str) -> None:
    graph = Graph()
    with pytest.raises(FormatError, match="AMB-F22"):
        build(graph, parse(text, "here"), {"x": graph.symbol("x"), "y": graph.symbol("y")}, "here")


def test_a_named_exponent_stands_on_a_ratio_only(parameters: Parameters) -> None:
    rate = "sensor_on*tension^sensor_exponent - sensor_off*sensor"
    base = network()
    changed = tuple(
        dataclasses.replace(rule, rate=rate) if rule.species == "sensor" else rule for rule in base.rate_rules
    )
    with pytest.raises(UnitError, match="AMB-U24"):
        translate(dataclasses.replace(base, rate_rules=changed), parameters)


def test_a_written_negative_power_has_its_unit(parameters: Parameters) -> None:
    translate(with_rate("SOCS3 decay", "socs3_decay*SOCS3^2*SOCS3^-1"), parameters)
    with pytest.raises(UnitError, match="AMB-U22"):
        translate(with_rate("SOCS3 decay", "socs3_decay*SOCS3^-1"), parameters)


def test_an_exponent_that_is_no_whole_number_is_refused() -> None:
    odd = Parameters(catalogue(), {"signalling.sensor_exponent": Override(2.5, "1")})
    with pytest.raises(EvidenceError, match="(?s)`2.5`.*AMB-E22"):
        translate(network(), odd)


def test_rules_in_a_circle_are_refused(parameters: Parameters) -> None:
    base = network()
    circle = (*base.rules, Rule("p", "1", "q"), Rule("q", "1", "p"))
    changed = dataclasses.replace(base, rules=circle, reactions=(*base.reactions, Reaction("r", "SOCS3 ->", "p*SOCS3")))
    with pytest.raises(FormatError, match="p → q → p"):
        translate(changed, parameters)


def test_two_things_of_one_name_are_refused(parameters: Parameters) -> None:
    base = network()
    changed = dataclasses.replace(base, parameters={**base.parameters, "SOCS3": "nM"})
    with pytest.raises(FormatError, match="two things are called `SOCS3`"):
        translate(changed, parameters)


def test_stoichiometry_counts_both_sides() -> None:
    assert stoichiometry(Reaction("r", "A + 2 B -> 3 C + A", "k")) == {"A": 0, "B": -2, "C": 3}
    assert stoichiometry(Reaction("r", "->C", "k")) == {"C": 1}


@pytest.mark.parametrize("equation", ["A B", "A -> B -> C", "A + -> B", "2A -> B", "A => B", ""])
def test_what_is_no_equation_is_refused(equation: str) -> None:
    with pytest.raises(FormatError, match="reaction `r`"):
        stoichiometry(Reaction("r", equation, "k"), "network")


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(EvidenceError, match="(?s)unknown network `jak1_rok`.*nearest:  `jak1_rock`"):
        network({}, "jak1_rok")


@pytest.mark.parametrize("text", ["name = ", "name = 'x'", "name='x'\nevidence='x.'\ninput=[{nme='a'}]"])
def test_a_table_that_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="AMB-F25"):
        read(text)


def test_a_quotient_and_its_slope_share_one_division() -> None:
    graph = Graph()
    names = {name: graph.symbol(name) for name in ("v", "x", "k")}
    rate = build(graph, parse("v*x/(k + x)", "here"), names, "here")
    slope = graph.derivative(rate, "x")
    kinds = [graph.nodes[node][0] for node in graph.needed([rate, slope])]
    assert kinds.count("reciprocal") == 1
    assert graph.evaluate([slope], {"v": 3.0, "x": 2.0, "k": 4.0}) == pytest.approx([3.0 * 4.0 / 36.0])


def test_clip_holds_values_between_0_and_1_and_is_flat_outside() -> None:
    graph = Graph()
    node = build(graph, parse("clip(2*x)", "here"), {"x": graph.symbol("x")}, "here")
    value, slope = graph.evaluate([node, graph.derivative(node, "x")], {"x": np.array([-1.0, 0.3, 2.0])})
    assert value == pytest.approx([0.0, 0.6, 1.0])
    assert slope == pytest.approx([0.0, 2.0, 0.0])
