"""For any rate text: slopes are slopes, and the written code computes what the graph computes."""

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from amoeboid.signalling.expression import Graph
from amoeboid.signalling.rate_text import build, parse

NAMES = ("x", "y", "k")
leaves = st.sampled_from([*NAMES, "2", "0.5", "1"])
joined = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("({})^{}".format, inner, st.integers(1, 4)),
        st.builds("clip({})".format, inner),
        st.builds("(-{})".format, inner),
    ),
    max_leaves=8,
)
numbers = st.lists(st.floats(0.2, 2.0), min_size=3, max_size=3)


def built(text: str) -> tuple[Graph, int]:
    graph = Graph()
    return graph, build(graph, parse(text, "here"), {name: graph.symbol(name) for name in NAMES}, "here")


def by_python(text: str, values: dict[str, float]) -> float:
    scope = {**values, "clip": lambda a: min(max(a, 0.0), 1.0)}
    return float(eval(text.replace("^", "**"), {"__builtins__": {}}, scope))


@given(joined, numbers)
@settings(max_examples=200, deadline=None)
def test_the_graph_computes_the_text(text: str, given: list[float]) -> None:
    values = dict(zip(NAMES, given, strict=True))
    try:
        wanted = by_python(text, values)
    except (ZeroDivisionError, OverflowError):
        reject()
    assume(abs(wanted) < 1e8)
    graph, node = built(text)
    with np.errstate(all="ignore"):
        assert graph.evaluate([node], values)[0] == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@given(joined, numbers)
@settings(max_examples=200, deadline=None)
def test_slopes_are_those_of_differences(text: str, given: list[float]) -> None:
    graph, node = built(text)
    slope = graph.derivative(node, "x")
    values = dict(zip(NAMES, given, strict=True))

    def at(shift: float) -> float:
        return float(graph.evaluate([node], {**values, "x": values["x"] + shift})[0])

    with np.errstate(all="ignore"):
        try:
            coarse, fine = ((at(h) - at(-h)) / (2.0 * h) for h in (2e-5, 1e-5))
            found = float(graph.evaluate([slope], values)[0])
        except ZeroDivisionError:
            reject()
    # away from the kinks of clip and from poles the two differences agree
    assume(np.isfinite([coarse, fine]).all())
    assume(abs(coarse - fine) < 1e-5 * max(1.0, abs(fine)))
    assume(max(abs(at(0.0)), abs(fine)) < 1e4)
    kink = [graph.evaluate([part], values)[0] for kind, part in (n[:2] for n in graph.nodes if n[0] == "clip")]
    assume(all(abs(k) > 1e-3 and abs(k - 1.0) > 1e-3 for k in kink))
    assert found == pytest.approx(fine, rel=1e-3, abs=1e-3)
