"""Each thing that `check` is to find is found when it is there, and only then."""

from pathlib import Path

import pytest

from amoeboid.evidence import check, load

VALUES = """
[[value]]
id = "demo.a"
value = 20.0
unit = "um"
low = 10.0
high = 30.0
sources = [{ key = "one-2000", place = "p. 1" }]
relation = "measured"
status = "entered"
entered_on = 2026-11-22

[[value]]
id = "demo.b"
value = 40.0
unit = "um"
low = 1.0
high = 90.0
relation = "assumed"
status = "assumed"
entered_on = 2026-11-22
note = "chosen"

[[value]]
id = "demo.c"
value = 0.06
unit = "mm"
sources = []
relation = "derived"
derivation = "{demo.a} + {demo.b}"
status = "entered"
entered_on = 2026-11-22
"""
SOURCES = """
[[source]]
key = "one-2000"
title = "[one]"
authors = "One"
"""
HYPOTHESES = """
[[hypothesis]]
id = "switch"
question = "This or that?"
scale = "tissue"
default = "this"
option = [
  { name = "this", meaning = "m", evidence = "e", sources = [{ key = "one-2000", place = "p. 2" }] },
  { name = "that", meaning = "m", evidence = "none found" },
]
"""
CLAIMS = """
[[claim]]
id = "said"
text = "It is so."
verdict = "disputed"
explanation = "Two studies differ."
checked_on = 2026-11-22
sources = [{ key = "one-2000", place = "p. 3" }]
"""
TABLES = {"values/demo.toml": VALUES, "sources.toml": SOURCES, "hypotheses.toml": HYPOTHESES, "claims.toml": CLAIMS}


def codes(folder: Path, table: str = "", old: str = "", new: str = "") -> list[str]:
    for name, text in TABLES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        changed = text
        if name == table:
            assert old in text
            changed = text.replace(old, new, 1)
        path.write_text(changed, encoding="utf-8")
    return [fault.code for fault in check(load(folder))]


def test_a_complete_catalogue_has_no_faults(tmp_path):
    assert codes(tmp_path) == []


V = "values/demo.toml"


@pytest.mark.parametrize(
    ("table", "old", "new", "code"),
    [
        (V, 'sources = [{ key = "one-2000", place = "p. 1" }]', "", "AMB-E06"),
        (V, 'key = "one-2000"', 'key = "two-2000"', "AMB-E06"),
        (V, ', place = "p. 1"', "", "AMB-E06"),
        (V, 'status = "entered"', 'status = "reviewed"', "AMB-E06"),
        (V, "low = 1.0\n", "", "AMB-E07"),
        (V, "high = 90.0\n", "", "AMB-E07"),
        (V, 'note = "chosen"', "", "AMB-E07"),
        (V, 'unit = "um"', 'unit = "umm_x"', "AMB-E08"),
        (V, 'unit = "um"', 'unit = "tesla"', "AMB-E08"),
        (V, "value = 20.0", "value = 31.0", "AMB-E11"),
        (V, "value = 20.0", "value = [20.0, 9.0]", "AMB-E11"),
        (V, "low = 10.0", "low = 31.0", "AMB-E11"),
        (V, 'id = "demo.b"', 'id = "demo.0"', "AMB-E12"),
        (V, "0.06", "0.061", "AMB-E15"),
        (V, "{demo.a} +", "open +", "AMB-E16"),
        (V, 'derivation = "{demo.a} + {demo.b}"', "", "AMB-E15"),
        (V, "{demo.a} +", "{demo.x} +", "AMB-E04"),
        ("hypotheses.toml", 'evidence = "none found"', 'evidence = ""', "AMB-E14"),
        ("hypotheses.toml", 'default = "this"', 'default = "those"', "AMB-E14"),
        ("hypotheses.toml", 'name = "that"', 'name = "this"', "AMB-E14"),
        ("hypotheses.toml", 'key = "one-2000"', 'key = "two-2000"', "AMB-E06"),
        ("claims.toml", 'sources = [{ key = "one-2000", place = "p. 3" }]', "", "AMB-E06"),
        ("sources.toml", SOURCES, SOURCES + SOURCES.replace("one-2000", "two-2000"), "AMB-E13"),
    ],
)
def test_what_is_wrong_is_found(tmp_path, table, old, new, code):
    assert code in codes(tmp_path, table, old, new)


def test_a_derived_value_within_one_per_cent_passes(tmp_path):
    assert codes(tmp_path, V, "0.06", "0.0603") == []


def test_a_source_kept_for_background_need_not_be_cited(tmp_path):
    more = SOURCES + SOURCES.replace("one-2000", "two-2000") + 'background = "method"\n'
    assert codes(tmp_path, "sources.toml", SOURCES, more) == []
