"""Net rates taken apart by sign, and those that must stay whole."""

import pytest

from amoeboid.signalling.expression import Graph, Node
from amoeboid.signalling.splitting import Sides, Splitter

NAMES = ("A", "B", "C", "k1", "k2", "V", "free")
NUMBERS = {"A": 7.0, "B": 3.0, "C": 4.0, "k1": 0.5, "k2": 0.25, "V": 2.0, "free": -1.0}


class Laws:
    def __init__(self) -> None:
        self.graph = Graph()
        self.of = {name: self.graph.symbol(name) for name in NAMES}
        self.splitter = Splitter(self.graph, {name: 1 for name in NAMES if name != "free"})

    def product(self, *names: str) -> Node:
        found = self.of[names[0]]
        for name in names[1:]:
            found = self.graph.multiply(found, self.of[name])
        return found

    def split(self, law: Node, used: str, made: str) -> list[float]:
        parts = self.splitter.split(law, Sides(tuple(used), tuple(made)))
        return [float(number) for number in self.graph.evaluate(parts, NUMBERS)]


def test_mass_action_both_ways_comes_apart_also_inside_a_compartment() -> None:
    laws = Laws()
    net = laws.graph.subtract(laws.product("k1", "A", "B"), laws.product("k2", "C"))
    assert laws.split(net, "AB", "C") == [10.5, 1.0]
    assert laws.split(laws.graph.multiply(laws.of["V"], net), "AB", "C") == [21.0, 2.0]


def test_a_saturated_law_both_ways_comes_apart_with_its_denominator() -> None:
    laws = Laws()
    net = laws.graph.subtract(laws.product("k1", "A"), laws.product("k2", "C"))
    below = laws.graph.add(laws.graph.constant(1.0), laws.graph.add(laws.of["A"], laws.of["C"]))
    assert laws.split(laws.graph.divide(net, below), "A", "C") == pytest.approx([3.5 / 12.0, 1.0 / 12.0])


def test_a_pair_stays_whole_with_products_and_without() -> None:
    laws = Laws()
    less = laws.graph.add(laws.of["A"], laws.graph.constant(-1.0))
    pair = laws.graph.multiply(laws.product("k1", "A"), less)
    assert laws.split(pair, "A", "C") == [21.0]
    assert laws.split(pair, "A", "") == [21.0]


def test_exchange_with_a_bath_comes_apart() -> None:
    laws = Laws()
    law = laws.graph.subtract(laws.product("k1", "A"), laws.product("k1", "V"))
    assert laws.split(law, "A", "") == [3.5, 1.0]


def test_a_term_of_unknown_sign_or_a_backward_part_without_its_product_stays_whole() -> None:
    laws = Laws()
    unknown = laws.graph.subtract(laws.product("k1", "A"), laws.product("free", "C"))
    assert laws.split(unknown, "A", "C") == [7.5]
    foreign = laws.graph.subtract(laws.product("k1", "A"), laws.product("k2", "B"))
    assert laws.split(foreign, "A", "C") == [2.75]


def test_a_law_that_is_never_below_zero_stays_whole() -> None:
    laws = Laws()
    assert laws.split(laws.graph.add(laws.product("k1", "A"), laws.of["k2"]), "A", "C") == [3.75]
