"""A record written as SBML and read again is the same record, and libSBML finds no fault in the text."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    parse_sbml,
    write_sbml,
)

pytest.importorskip("libsbml")

UNITS = {"nM": "nmol/L", "per_s": "1/s", "volume": "fL", "odd": "um^2/s", "energy": "kJ/mol"}
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=12).map(lambda t: " ".join(t.split()))
NAMES = ("c", "A", "B", "k", "q", "fixed", "free", "R", "ref")
ONE = ("negate", "not", "abs", "floor", "ceiling", "factorial", "exp", "ln", "arcsinh", "sec", "tanh")
TWO = ("subtract", "divide", "power", "quotient", "rem", "implies", "log", "root", "neq")
MANY = ("add", "multiply", "min", "max", "and", "or", "xor")
CHAINS = ("lt", "leq", "gt", "geq", "eq")


def formulas(names: tuple[str, ...] = NAMES) -> st.SearchStrategy[Math]:
    leaves: st.SearchStrategy[Math] = st.one_of(
        NUMBERS.map(lambda value: ("number", value)),
        st.sampled_from(names).map(lambda name: ("name", name)),
        st.sampled_from([("time",), ("true",), ("false",), ("rate_of", ("name", "k"))]),
    )
    return st.recursive(leaves, branches, max_leaves=8).map(joined)


def joined(tree: Math) -> Math:
    """Write sums of sums and products of products as the reader does: a + b + c has three parts."""
    parts = [joined(part) if isinstance(part, tuple) else part for part in tree[1:]]
    if tree[0] in {"add", "multiply"} and len(parts) > 1 and parts[0][0] == tree[0] and len(parts[0]) > 2:
        parts[:1] = parts[0][1:]
    return (tree[0], *parts)


def branches(inner: st.SearchStrategy[Math]) -> st.SearchStrategy[Math]:
    return st.one_of(
        st.tuples(st.sampled_from(ONE), inner),
        st.tuples(st.sampled_from(TWO), inner, inner),
        st.tuples(st.sampled_from(MANY), st.lists(inner, max_size=3)).map(lambda pair: (pair[0], *pair[1])),
        st.tuples(st.sampled_from(CHAINS), st.lists(inner, min_size=2, max_size=4)).map(lambda p: (p[0], *p[1])),
        st.lists(inner, min_size=1, max_size=5).map(lambda parts: ("piecewise", *parts)),
        st.tuples(inner, inner).map(lambda pair: ("call", "f", *pair)),
        st.tuples(inner, inner).map(lambda pair: ("delay", *pair)),
    )


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


@st.composite
def records(draw: st.DrawFn) -> SbmlModel:
    only = draw(st.booleans())
    start = {"amount": draw(maybe(NUMBERS))} if only else {"concentration": draw(maybe(NUMBERS))}
    ids = ["", "c", "A", "k", "R", "e1", "f"]
    addresses = st.lists(
        st.sampled_from(
            ["https://identifiers.org/chebi/CHEBI:1", "https://identifiers.org/pubmed/1", "https://a.org/x"]
        ),
        min_size=1,
        unique=True,
    ).map(tuple)
    reference = SpeciesReference("A", draw(maybe(st.floats(0.5, 9.0))), None, "ref", draw(st.booleans()))
    law = draw(formulas(("c", "A", "k", "q", "free", "local")))
    free = ("name", "free")  # an algebraic rule must have an unknown
    return SbmlModel(
        id=draw(st.sampled_from(["", "m"])),
        name=draw(WORDS),
        compartments=(Compartment("c", draw(maybe(st.floats(0.1, 9.0))), unit="volume", name=draw(WORDS)),),
        species=(
            Species("A", "c", **start, only_substance=only, conversion_factor="k", unit="nM", name=draw(WORDS)),
            Species("B", "c", boundary=True, constant=draw(st.booleans()), unit="mole"),
        ),
        parameters=(
            Parameter("k", draw(maybe(NUMBERS)), unit="per_s", name=draw(WORDS)),
            Parameter("q", 1.0, constant=False, unit="dimensionless"),
            Parameter("fixed", None, constant=False),
            Parameter("free", 2.5, constant=False),
        ),
        functions=(Function("f", ("a", "b"), draw(formulas(("a", "b")).filter(closed))),),
        initial_assignments=(InitialAssignment("fixed", draw(formulas(("k",)))),),
        rules=(
            Rule("rate", "q", draw(formulas())),
            Rule("algebraic", "", ("add", free, draw(formulas(("k",))))),
        ),
        reactions=(
            Reaction(
                "R",
                (reference,),
                (SpeciesReference("B"),),
                ("A",),
                law,
                (Parameter("local", draw(maybe(NUMBERS)), unit="per_s"),),
                draw(st.booleans()),
                name=draw(WORDS),
            ),
            Reaction("empty"),
        ),
        events=(
            Event(
                "e1",
                draw(maybe(formulas())),
                (("A", draw(formulas())),),
                draw(maybe(formulas())),
                draw(maybe(formulas())),
                draw(st.booleans()),
                draw(st.booleans()),
                draw(st.booleans()),
            ),
            Event("", ("true",), (("q", ("number", 1.0)),)),
        ),
        conversion_factor=draw(st.sampled_from(["", "k"])),
        unit_of={"substance": "nmol/L", "time": "s", "volume": "fL", "area": "um^2/s", "length": "m", "extent": "mol"},
        units={**UNITS, "mole": "mol", "dimensionless": "dimensionless"},
        annotations=draw(st.dictionaries(st.sampled_from(ids), addresses, max_size=4)),
        terms=draw(
            st.dictionaries(st.sampled_from([*ids, "event 2", "rateRule 1"]), st.just("SBO:0000009"), max_size=4)
        ),
        notes=draw(WORDS),
    )


def closed(tree: Math) -> bool:
    """A function's body may use its arguments only, and call no other."""
    if tree[0] in {"rate_of", "delay", "time", "call"}:
        return False
    return all(closed(part) for part in tree[1:] if isinstance(part, tuple))


def comparable(model: SbmlModel) -> SbmlModel:
    units = {name: text for name, text in model.units.items() if name != "unit_m2"}
    return dataclasses.replace(model, lines={}, notices=(), where="", units=units)


def check_survival(model: SbmlModel) -> None:
    read = parse_sbml(write_sbml(model), "written.xml")
    assert comparable(read) == comparable(model)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(records())
def test_a_record_survives_being_written_and_read(model: SbmlModel) -> None:
    check_survival(model)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(records())
def test_many_records_survive_being_written_and_read(model: SbmlModel) -> None:
    check_survival(model)
