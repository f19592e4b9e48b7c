"""What is written loads to an equal scenario, for generated scenarios and for every float of every kind."""

from __future__ import annotations

import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from amoeboid.evidence import catalogue
from amoeboid.scenario import library, load, loads, to_toml
from amoeboid.scenario.faults import Log, Spot
from amoeboid.scenario.quantities import UNITS, to_float, to_text

NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=30)
PAIRS = {"jak1_rock_link": ("fast", "slow"), "mlc_switch": ("graded", "bistable"), "junction_loosening": ("off", "on")}


def quantity(low: float, high: float, units: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Give text with a unit whose number is within bounds."""
    numbers = st.floats(low, high, allow_nan=False)
    return st.builds(lambda number, unit: f"{number!r} {unit}", numbers, st.sampled_from(units))


def optional(**entries: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=entries)


MATRICES = st.one_of(
    st.builds(lambda text: {"kind": "collagen", "collagen": text}, quantity(0.1, 20, ("mg/ml",))),
    st.builds(lambda text: {"kind": "rigid", "pore_area": text}, quantity(0.1, 90, ("um^2",))),
    st.just({"kind": "none"}),
)
HYPOTHESES = optional(**{name: st.sampled_from(options) for name, options in PAIRS.items()})
BOUND = sorted(name for name in catalogue().drugs if f"drug.{name}.fu_plasma" in catalogue().values)
DRUGS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(BOUND),
                "concentration": quantity(0.1, 900, ("nM", "uM", "ng/ml")),
            }
        ),
        st.fixed_dictionaries(
            {"name": st.just("ruxolitinib"), "dose": quantity(0.5, 50, ("mg",)), "interval": quantity(1, 24, ("h",))},
            optional={"start": quantity(-48, 48, ("h",))},
        ),
    ),
    max_size=3,
    unique_by=lambda drug: drug["name"],
)
ARMS = optional(
    autocrine=quantity(0, 10, ("nM", "pM")),
    fields=optional(OSM=quantity(0, 100, ("ng/ml", "nM")), LIF=quantity(0, 100, ("ng/ml", "nM"))),
    drugs=DRUGS,
    knockouts=st.lists(st.sampled_from(("JAK1", "TYK2", "ROCK2")), unique=True),
    hypotheses=HYPOTHESES,
    matrix=MATRICES,
    cell_type=st.sampled_from(("melanoma", "t_cell")),
)
PLACES = st.one_of(
    st.just({"shape": "sphere"}),
    st.builds(lambda text: {"shape": "grid", "spacing": text}, quantity(10, 100, ("um",))),
    st.builds(lambda text: {"shape": "box", "size": [text] * 3}, quantity(120, 300, ("um",))),
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, object]:
    """Give raw documents that are valid."""
    arms = [{**draw(ARMS), "name": f"arm {index}"} for index in range(draw(st.integers(1, 3)))]
    return {
        "name": "generated",
        "question": "Is " + "".join(draw(NAMES).split()) + " so?",
        "duration": f"{draw(st.integers(1, 40_000))} min",
        "seed": draw(st.integers(0, 2**63 - 1)),
        "replicates": draw(st.integers(1, 50)),
        "medium": draw(st.sampled_from(("serum-free", "10 % serum", "plasma", "whole blood"))),
        "hypotheses": draw(HYPOTHESES),
        "explore": draw(st.one_of(st.just("all"), st.lists(st.sampled_from(sorted(PAIRS)), unique=True))),
        "output": {"frames_every": "1 min", "cells_every": "1 min"},
        "parameters": {"mechanics.drag": {"value": draw(quantity(1, 1e4, ("nN*s/um",))), "reason": "generated"}},
        "tissue": {
            "size": ["400 um", "500 um", "600 um"],
            "matrix": draw(MATRICES),
            "cells": [{"type": "melanoma", "count": draw(st.integers(1, 64)), "place": draw(PLACES)}],
        },
        "arms": arms,
    }


@settings(max_examples=150, deadline=None)
@given(documents())
def test_a_written_scenario_loads_to_an_equal_one(document):
    scenario = loads(tomli_w.dumps(document))
    written = to_toml(scenario)
    again = loads(written)
    assert again == scenario
    assert to_toml(again) == written


def test_shipped_scenarios_and_the_template_survive_writing():
    for scenario in (*map(load, library.names()), loads(library.template())):
        assert loads(to_toml(scenario)) == scenario


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(UNITS)), st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_of_every_kind_survives_writing_bit_for_bit(kind, value):
    log = Log("x")
    assert to_float(to_text(value, kind), kind, Spot((), log)) == value
    assert not log.faults()
