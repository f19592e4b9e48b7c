"""Unit definitions of SBML against the texts of `amoeboid.units`, there and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from amoeboid.formats.sbml import read_sbml
from amoeboid.formats.sbml.unit_texts import BASE, UnitPart, unit_parts, unit_text
from amoeboid.units import convert

DATA = Path(__file__).parents[3] / "shared" / "data" / "biomodels-sbml"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([("mole", 1, 1.0, -9), ("litre", -1, 1.0, 0)], "nmol/L"),
        ([("mole", 1, 1e-9, 0), ("litre", -1, 1.0, 0)], "nmol/L"),
        ([("second", -1, 60.0, 0)], "1/min"),
        ([("second", 1, 3600.0, 0)], "hour"),
        ([("second", 1, 8.64, 4)], "day"),
        ([("metre", 3, 1.0, -6)], "um^3"),
        ([("item", 1, 1.0, 0), ("metre", -2, 1.0, -6)], "molecule/um^2"),
        ([("litre", 1, 1.0, 0), ("mole", -1, 1.0, -6), ("second", -1, 1.0, 0)], "L/umol/s"),
        ([("dimensionless", 1, 1.0, 0)], "dimensionless"),
        ([("dimensionless", 1, 1.0, -9), ("mole", 1, 1.0, 0)], "nmol"),
        ([("second", 1, 1.0, 0), ("second", -1, 1.0, 0)], "dimensionless"),
        ([("mole", 1, 1.0, -9), ("mole", -1, 1.0, 0)], "nmol/mol"),
        ([("gram", 1, 1000.0, 0)], "kg"),
        ([("pascal", 1, 1.0, 3)], "kPa"),
        ([("litre", 1, 60.0, -15)], ""),
        ([("second", 0.5, 1.0, 0)], ""),
        ([("offset", 1, 1.0, 0)], ""),
        ([("item", 1, 1.0, 3)], ""),
        ([("metre", 1, 0.0, 0)], ""),
        ([("metre", 1, 1.0, 400)], ""),
        ([], ""),
    ],
)
def test_definitions_become_texts_only_where_that_is_exact(parts: list[UnitPart], text: str) -> None:
    assert unit_text(parts) == text


def meaning(parts: tuple[UnitPart, ...]) -> dict[str, object]:
    """Give the factor and the powers of a definition."""
    factor, powers = 1.0, dict[str, float]()
    for kind, exponent, multiplier, scale in parts:
        factor *= (multiplier * 10.0**scale) ** exponent
        powers[kind] = powers.get(kind, 0.0) + exponent
    return {"factor": pytest.approx(factor), **powers}


TEXTS = ["nmol/L", "1/min", "um^3", "L/umol/s", "kPa", "molecule/um^2", "hour", "1/hour", "kg*m/s^2", "dimensionless"]


@pytest.mark.parametrize("text", [*TEXTS, *BASE.values()])
def test_texts_become_definitions_and_texts_again(text: str) -> None:
    parts = unit_parts(text)
    assert parts
    assert meaning(unit_parts(unit_text(parts))) == meaning(parts)


@pytest.mark.parametrize(
    ("text", "same"), [("nM", "nmol/L"), ("uM/s", "umol/L/s"), ("1/nM/s", "L/nmol/s"), ("h", "hour")]
)
def test_words_of_the_laboratory_become_definitions(text: str, same: str) -> None:
    assert unit_text(unit_parts(text)) == same


@pytest.mark.parametrize("text", ["nonsense", "m^", "2 m", "m^1.5", "", "/", "a/b", "m^22"])
def test_what_is_no_unit_gives_no_definition(text: str) -> None:
    assert unit_parts(text) == ()


@pytest.mark.parametrize("prefix", ["a", "f", "p", "n", "u", "m", "c", "d", "", "k", "M", "G", "T"])
@pytest.mark.parametrize("kind", ["mole", "litre", "metre", "second", "gram", "pascal", "newton", "volt"])
def test_every_text_is_one_that_units_can_read(prefix: str, kind: str) -> None:
    scale = dict(zip("afpnumcd", (-18, -15, -12, -9, -6, -3, -2, -1), strict=True)) | dict(kMGT=0)
    power = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12}.get(prefix, scale.get(prefix, 0))
    base = BASE[kind]
    text = unit_text([(kind, 1, 1.0, power)])
    assert convert(1.0, text, base) == pytest.approx(10.0**power, rel=1e-9)


@pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data/biomodels-sbml")
def test_units_of_real_files_can_be_read() -> None:
    for file in sorted(DATA.glob("*.xml")):
        model = read_sbml(file)
        for text in {*model.units.values(), *model.unit_of.values()} - {""}:
            assert convert(1.0, text, text) == 1.0
            assert convert(1.0, f"{text}*m", f"m*{text}") == pytest.approx(1.0)
