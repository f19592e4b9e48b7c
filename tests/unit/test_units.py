"""Text with a unit becomes an internal float, and nothing else does."""

import pytest

from amoeboid.errors import UnitError
from amoeboid.units import INTERNAL, convert, internal_unit, parse, split, to_internal


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("20 um", "length", 20.0),
        ("24 h", "time", 86400.0),
        ("10 uM", "concentration", 10000.0),
        ("500 nM", "concentration", 500.0),
        ("2 mg/ml", "density", 2.0),
        ("80 Pa", "stress", 0.08),
        ("0.2 mN/m", "tension", 0.2),
        ("1 um/min", "speed", 1 / 60),
        ("0.5", "number", 0.5),
        ("1e-3 m", "length", 1000.0),
    ],
)
def test_laboratory_units_become_internal_ones(text, kind, value):
    assert parse(text, kind) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("20", "length"),
        ("20 s", "length"),
        ("nan um", "length"),
        ("inf um", "length"),
        ("", "length"),
        ("um", "length"),
        ("20 flurb", "length"),
        ("1e999 um", "length"),
        ("9" * 200 + " um", "length"),
        ("1 mg/ml", "concentration"),
    ],
)
def test_nonsense_is_refused_in_our_words(text, kind):
    with pytest.raises(UnitError) as caught:
        parse(text, kind, "here")
    assert "here" in str(caught.value)
    assert caught.value.faults[0].code.startswith("AMB-U")


def test_mechanics_needs_no_factor():
    # nN/um^2 is kPa, and tension over length is a stress
    assert convert(1.0, "nN/um^2", "kPa") == pytest.approx(1.0)
    assert convert(1.0, "mN/m", "nN/um") == pytest.approx(1.0)
    assert convert(1.0, "g*um/s^2", "nN") == pytest.approx(1.0)


@pytest.mark.parametrize("kind", sorted(INTERNAL))
def test_each_internal_unit_is_its_own_counterpart(kind):
    assert to_internal(3.0, INTERNAL[kind]) == pytest.approx(3.0)
    assert convert(1.0, INTERNAL[kind], internal_unit(INTERNAL[kind])) == pytest.approx(1.0)


def test_a_number_and_its_unit_are_split():
    assert split("  1.5e2 nN*s/um ") == (150.0, "nN*s/um")
