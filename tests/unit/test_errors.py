"""The error family says four things, and is what callers catch anyway."""

import pickle

import pytest

from amoeboid import errors
from amoeboid.errors import AmoeboidError, Fault, ScenarioError, StoreError, nearest_name


def test_a_message_has_its_four_parts_and_its_code():
    fault = Fault("a.toml, line 3", "unknown drug `x`", "an id", "`y`", "correct it", "AMB-S03")
    assert str(fault).splitlines() == [
        "a.toml, line 3: unknown drug `x`",
        "  expected: an id",
        "  nearest:  `y`",
        "  do:       correct it   [AMB-S03]",
    ]


def test_all_faults_are_told_at_once():
    error = ScenarioError(Fault("a", "one"), Fault("b", "two"))
    assert "one" in str(error)
    assert "two" in str(error)


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("ScenarioError", ValueError),
        ("UnitError", ValueError),
        ("EvidenceError", LookupError),
        ("FormatError", ValueError),
        ("NumericsError", ArithmeticError),
        ("StoreError", OSError),
        ("ExecutionError", RuntimeError),
    ],
)
def test_each_class_is_also_the_builtin_that_callers_catch(name, builtin):
    cls = getattr(errors, name)
    assert issubclass(cls, AmoeboidError)
    assert issubclass(cls, builtin)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_errors_survive_the_way_between_processes(n):
    error = StoreError(*(Fault(f"place {k}", "what") for k in range(n)))
    again = pickle.loads(pickle.dumps(error))
    assert again.faults == error.faults
    assert str(again) == str(error)


def test_a_distant_name_is_not_offered():
    assert nearest_name("zzzz", ["ruxolitinib"]) == ""
