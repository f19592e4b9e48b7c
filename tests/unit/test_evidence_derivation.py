"""Formulas of derived values allow arithmetic and nothing else."""

import math

import pytest

from amoeboid.errors import EvidenceError
from amoeboid.evidence import derivation

NUMBERS = {"a.b": 2.0, "c": 5.0, "zero": 0.0}


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("2 * {a.b} / {c}", 0.8),
        ("({a.b} + 1) ** 2", 9.0),
        ("-{a.b} - -1", -1.0),
        ("sqrt({a.b} * 2) + log(exp({c}))", 7.0),
        ("4 * pi * { a.b } ** 2", 16 * math.pi),
        ("{c} ** (1 / 3)", 5 ** (1 / 3)),
    ],
)
def test_a_formula_is_evaluated(formula, result):
    assert derivation.evaluate(formula, NUMBERS.__getitem__) == pytest.approx(result)


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "2 *",
        "__import__('os').system('true')",
        "{a.b}.__class__",
        "[1, 2][0]",
        "(lambda: 1)()",
        "max(1, 2)",
        "sqrt(1, 2)",
        "1 if 2 else 3",
        "c + 1",
        "{a.b} // 2",
        "'a' * 3",
        "True + 1",
        "1j",
        "f'{1}'",
        "x := 2",
        "(" * 3000 + "1" + ")" * 3000,
        "-" * 20000 + "1",
    ],
)
def test_anything_else_is_refused(formula):
    with pytest.raises(EvidenceError) as caught:
        derivation.evaluate(formula, NUMBERS.__getitem__, "demo.x")
    assert caught.value.faults[0].code == "AMB-E16"
    assert caught.value.faults[0].where == "demo.x"


@pytest.mark.parametrize(
    "formula", ["1 / {zero}", "log({zero})", "sqrt(-1)", "exp(1e6)", "10.0 ** 400", "9e307 * 10", "(-8) ** 0.5"]
)
def test_a_result_that_is_not_finite_is_refused(formula):
    with pytest.raises(EvidenceError, match="no finite result"):
        derivation.evaluate(formula, NUMBERS.__getitem__)


def test_a_registered_function_gets_the_lookup(monkeypatch):
    monkeypatch.setattr(derivation, "_REGISTER", {})

    @derivation.register("demo:twice")
    def twice(lookup):
        return 2 * lookup("a.b")

    assert derivation.is_named("demo:twice")
    assert derivation.is_registered("demo:twice")
    assert derivation.evaluate("demo:twice", NUMBERS.__getitem__) == 4.0


def test_a_function_that_nobody_registered_is_refused():
    assert not derivation.is_registered("demo:nonsense")
    with pytest.raises(EvidenceError, match="not registered"):
        derivation.evaluate("demo:nonsense", NUMBERS.__getitem__)
