"""Properties of formulas and overrides over generated cases."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from amoeboid.errors import EvidenceError
from amoeboid.evidence import Override, Parameters, catalogue, derivation

NUMBERS = {"a.b": 2.5, "c": 0.75}
leaf = st.one_of(st.sampled_from(["{a.b}", "{c}", "pi"]), st.integers(1, 9).map(str))
formulas = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"sqrt(1 + {text} * {text})"),
    ),
    max_leaves=12,
)


@given(formulas)
def test_a_formula_means_what_python_means_by_it(formula):
    text = formula.replace("{a.b}", "2.5").replace("{c}", "0.75")
    try:
        expected = eval(text, {"sqrt": math.sqrt, "pi": math.pi})
    except (ZeroDivisionError, OverflowError):
        expected = math.inf
    try:
        found = derivation.evaluate(formula, NUMBERS.__getitem__)
    except EvidenceError:
        assert not math.isfinite(expected)
    else:
        assert math.isclose(found, expected, rel_tol=1e-12)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_our_error(text):
    try:
        result = derivation.evaluate(text, lambda id: 1.0)
    except EvidenceError:
        return
    assert math.isfinite(result)


@settings(deadline=None)
@given(st.floats(1e-6, 1e6), st.sampled_from([("um", 1.0), ("mm", 1e3), ("nm", 1e-3), ("m", 1e6)]))
def test_an_override_in_any_unit_of_length_gives_the_same_length(number, unit):
    name, factor = unit
    p = Parameters(catalogue(), {"cell.t_cell.radius": Override(number, name)})
    assert math.isclose(p["cell.t_cell.radius"], number * factor, rel_tol=1e-12)
