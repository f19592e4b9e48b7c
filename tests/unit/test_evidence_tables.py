"""Tables of evidence that are malformed are refused with file and record; well-formed ones are read as written."""

import datetime
import pickle
from pathlib import Path

import pytest

from amoeboid.errors import EvidenceError
from amoeboid.evidence import catalogue, load

GOOD = """
[[value]]
id = "demo.length"
value = 20
unit = "um"
low = 10.0
high = 30.0
spread = 0.3
applies_to = "cells"
sources = [{ key = "wolf-2013", place = "abstract", reason = "size" }]
relation = "measured"
derivation = ""
status = "entered"
entered_on = 2026-11-22
reviewed_on = ""
note = "two\\n  lines"
"""


def write(folder: Path, text: str, name: str = "values/demo.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def faults_of(folder: Path) -> tuple:
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    return caught.value.faults


def test_a_record_is_read_as_written(tmp_path):
    value = load(write(tmp_path, GOOD)).value("demo.length")
    assert (value.value, value.unit, value.low, value.high, value.spread) == (20.0, "um", 10.0, 30.0, 0.3)
    assert value.sources[0].key == "wolf-2013"
    assert value.sources[0].place == "abstract"
    assert value.entered_on == datetime.date(2026, 11, 22)
    assert value.reviewed_on is None
    assert value.note == "two lines"
    assert value.where == "demo.toml"


def test_missing_tables_count_as_empty(tmp_path):
    empty = load(tmp_path)
    assert empty.ids() == ()
    assert not empty.sources
    assert not empty.drugs


def test_a_list_of_numbers_is_kept_as_a_tuple(tmp_path):
    value = load(write(tmp_path, GOOD.replace("value = 20", "value = [20, 25.5]"))).value("demo.length")
    assert value.value == (20.0, 25.5)
    assert value.internal == (20.0, 25.5)


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ('id = "demo.length"', "id = ", "AMB-E01", "demo.toml"),
        ("value = 20", "", "AMB-E02", "`value` is missing"),
        ("value = 20", 'value = "20"', "AMB-E02", "`value` cannot be `20`"),
        ("value = 20", "value = true", "AMB-E02", "`value` cannot be"),
        ("value = 20", "value = []", "AMB-E02", "`value` cannot be"),
        ("value = 20", "value = nan", "AMB-E02", "`value` cannot be `nan`"),
        ("value = 20", "value = inf", "AMB-E02", "`value` cannot be `inf`"),
        ("spread = 0.3", "spread = -0.3", "AMB-E02", "`spread` cannot be"),
        ('unit = "um"', "unit = 3", "AMB-E02", "`unit` cannot be"),
        ('relation = "measured"', 'relation = "guessed"', "AMB-E02", "`relation` cannot be `guessed`"),
        ('status = "entered"', 'status = "fine"', "AMB-E02", "`status` cannot be `fine`"),
        ("entered_on = 2026-11-22", 'entered_on = "soon"', "AMB-E02", "`entered_on` cannot be"),
        ("entered_on = 2026-11-22", "", "AMB-E02", "`entered_on` is missing"),
        ('key = "wolf-2013", ', "", "AMB-E02", "`sources` cannot be"),
        ("note =", "nota =", "AMB-E02", "unknown key `nota`"),
    ],
)
def test_a_malformed_record_is_refused_with_file_and_record(tmp_path, old, new, code, says):
    assert old in GOOD
    faults = faults_of(write(tmp_path, GOOD.replace(old, new)))
    assert faults[0].code == code
    assert says in str(faults[0])
    assert "demo.toml" in faults[0].where
    if code == "AMB-E02":
        assert "`demo.length`" in faults[0].where
        assert faults[0].expected
        assert faults[0].do


def test_a_wrong_key_is_answered_with_the_nearest(tmp_path):
    (fault,) = faults_of(write(tmp_path, GOOD.replace("note =", "nota =")))
    assert fault.nearest == "`note`"


def test_all_faults_of_all_tables_are_told_at_once(tmp_path):
    write(tmp_path, GOOD.replace("value = 20", "").replace('unit = "um"', "unit = 1"))
    write(tmp_path, "[[source]]\nkey = 'a-2000'\n", "sources.toml")
    text = "\n".join(str(fault) for fault in faults_of(tmp_path))
    for part in (
        "`value` is missing",
        "`unit` cannot be",
        "sources.toml",
        "`title` is missing",
        "`authors` is missing",
    ):
        assert part in text


def test_one_id_in_two_tables_is_refused(tmp_path):
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "values/other.toml")
    (fault,) = faults_of(tmp_path)
    assert fault.code == "AMB-E03"
    assert fault.where == "other.toml"


@pytest.mark.parametrize(
    "text", ["[value]\nid = 'a'\n", "value = 3\n", "value = [3]\n", "[[valeu]]\nid = 'a'\n", "\x00"]
)
def test_a_document_of_another_shape_is_refused(tmp_path, text):
    assert faults_of(write(tmp_path, text))[0].code in ("AMB-E01", "AMB-E02")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    write(tmp_path, "")
    (tmp_path / "values" / "demo.toml").write_bytes(b"\xff\xfe\x80")
    assert faults_of(tmp_path)[0].code == "AMB-E01"


def test_an_unknown_id_is_answered_with_the_nearest():
    with pytest.raises(EvidenceError) as caught:
        catalogue().value("cell.melanoma.radus")
    (fault,) = caught.value.faults
    assert fault.nearest == "`cell.melanoma.radius`"
    assert fault.code == "AMB-E04"
    assert fault.expected
    assert fault.do


def test_the_shipped_catalogue_is_loaded_once_and_can_travel_between_processes():
    assert catalogue() is catalogue()
    copied = pickle.loads(pickle.dumps(catalogue()))
    assert copied.fingerprint() == catalogue().fingerprint()


def test_the_fingerprint_follows_the_numbers_and_not_the_notes(tmp_path):
    first = load(write(tmp_path / "a", GOOD)).fingerprint()
    assert load(write(tmp_path / "b", GOOD.replace("two", "three"))).fingerprint() == first
    assert load(write(tmp_path / "c", GOOD.replace("value = 20", "value = 21"))).fingerprint() != first
    assert load(write(tmp_path / "d", GOOD.replace('"um"', '"mm"'))).fingerprint() != first


@pytest.mark.parametrize(
    ("unit", "number", "internal", "internal_unit"),
    [("um/min", 6.0, 0.1, "um/s"), ("Pa", 40.0, 0.04, "kPa"), ("mN/m", 0.2, 0.2, "nN/um"), ("pL", 2.5, 2500.0, "um^3")],
)
def test_values_are_converted_to_internal_units(tmp_path, unit, number, internal, internal_unit):
    text = GOOD.replace("value = 20", f"value = {number}").replace('"um"', f'"{unit}"')
    value = load(write(tmp_path, text)).value("demo.length")
    assert value.internal == pytest.approx(internal, rel=1e-12)
    assert value.internal_unit == internal_unit
