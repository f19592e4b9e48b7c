"""A pathway file in a scenario: what is read, what is mapped, and everything that is refused with its line."""

from __future__ import annotations

import hashlib

import pytest

from amoeboid.errors import ScenarioError
from amoeboid.scenario import Beside, attached, check, loads, to_toml

RELAY = """
model relay
  compartment cell = 1;
  species R in cell, A in cell, S in cell, P in cell;
  R = 10; A = 0; S = 1000; P = 0;
  ligand = 0; kon = 0.001; koff = 0.005; kp = 0.0002; kd = 0.002; tension = 3;
  shadow := 2*kon;
  J1: R -> A; kon*ligand*R - koff*A;
  J2: S -> P; kp*A*S - kd*P;
end
"""
FILES = {"relay.ant": RELAY.encode()}

HEAD = """\
name = "small"
question = "Does it move?"
duration = "2 h"
seed = 1
medium = "serum-free"
{more}
[tissue]
size = ["300 um", "300 um", "300 um"]
matrix = {{ collagen = "2 mg/ml" }}
[[tissue.cells]]
type = "melanoma"
count = 20
place = {{ shape = "box", size = ["120 um", "90 um", "60 um"] }}

[[arms]]
name = "OSM"
fields = {{ OSM = "10 ng/ml" }}
{arm}
[[arms]]
name = "none"
{tail}
"""
GOOD = """\
[pathway]
file = "relay.ant"
time = "1 s"
concentration = "1 nM"
inputs = { ligand = "cytokine", kp = "kp*target_JAK1" }
outputs = { pSTAT3 = "P", pMLC2 = "0.1 + 0.3*P/(P + 100)" }
"""


def scenario(pathway: str = GOOD, more: str = "", arm: str = "", tail: str = "", files=None):
    text = HEAD.format(more=more, arm=arm, tail=tail) + pathway
    return loads(text, "small.toml", Beside(contents=FILES if files is None else files))


def faults(*parts: str, **named):
    with pytest.raises(ScenarioError) as caught:
        scenario(*parts, **named)
    return caught.value.faults


def with_pathway(**entries: str) -> str:
    """Give the good table with some lines changed; an empty one is left out."""
    lines = dict(line.split(" = ", 1) for line in GOOD.splitlines()[1:])
    lines |= entries
    return "[pathway]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items() if value)


def test_a_pathway_file_is_read_and_its_content_hashed():
    found = scenario().pathway
    assert (found.name, found.file) == (None, "relay.ant")
    assert found.sha256 == hashlib.sha256(RELAY.encode()).hexdigest()
    assert (found.time, found.concentration) == (1.0, 1.0)
    assert found.inputs == {"ligand": "cytokine", "kp": "kp*target_JAK1"}


def test_a_resolved_scenario_with_a_pathway_file_loads_to_an_equal_one():
    found = scenario()
    again = loads(to_toml(found), "again", Beside(contents=attached(found)))
    assert again == found
    assert attached(again) == FILES


def test_the_shipped_network_stays_the_default_and_may_be_named_as_bare_text():
    plain, named = scenario(""), scenario("", more='pathway = "jak1_rock"')
    assert plain == named
    assert plain.pathway.name == "jak1_rock"
    assert attached(plain) == {}


def test_a_file_named_as_bare_text_is_mapped_by_names():
    text = RELAY.replace("ligand", "cytokine").replace("tension = 3", "pMLC2 := 0.1 + 0.3*P/(P + 100)")
    text = text.replace("model relay", "model relay\n  unit nanomole = 1e-9 mole; unit substance = nanomole;")
    found = scenario("", more='pathway = "own.ant"', files={"own.ant": _in_nanomoles(text)})
    assert found.pathway.inputs == {"cytokine": "tissue.cytokine"}
    assert found.pathway.outputs == {"pMLC2": "model.pMLC2"}


def _in_nanomoles(text: str) -> bytes:
    units = "unit substance = 1e-9 mole; unit time_unit = second; unit volume = litre;"
    return text.replace("unit nanomole = 1e-9 mole; unit substance = nanomole;", units).encode()


BAD = {
    "both a name and a file": (with_pathway(name='"jak1_rock"'), "both `name` and `file`"),
    "neither": (with_pathway(file=""), "neither `name` nor `file`"),
    "an unknown name": ('[pathway]\nname = "jak1-rock"\n', "unknown pathway `jak1-rock`"),
    "keys beside a name": ('[pathway]\nname = "jak1_rock"\nstart = "file"\n', "`start` has no meaning beside `name`"),
    "an unknown key": (with_pathway(output="{}"), "unknown key `output`"),
    "a missing file": (with_pathway(file='"relais.ant"'), "cannot be read"),
    "a hidden file": (with_pathway(file='"/tmp/.xml"'), "out of range"),
    "another ending": (with_pathway(file='"relay.txt"'), "out of range"),
    "no text": (with_pathway(file="3"), "is a whole number"),
    "a hidden letter": (with_pathway(file='"re\\u202elay.ant"'), "out of range"),
    "another content": (with_pathway(sha256=f'"{"0" * 64}"'), "not the one that was meant"),
    "no digest": (with_pathway(sha256='"abc"'), "is text"),
    "an unknown id that is fed": (with_pathway(inputs='{ ligant = "cytokine" }'), "the file has no `ligant`"),
    "a state that is fed": (with_pathway(inputs='{ A = "cytokine" }'), "`A` cannot be fed: reaction `J1` changes it"),
    "a rule that is fed": (with_pathway(inputs='{ shadow = "cytokine" }'), "an assignment rule gives it"),
    "a reaction that is fed": (with_pathway(inputs='{ J1 = "cytokine" }'), "`J1` cannot be fed: it is a reaction"),
    "an unknown word": (
        with_pathway(inputs='{ ligand = "cytokin" }'),
        "nor the tissue has a `cytokin`",
    ),
    "a word of two": (with_pathway(inputs='{ kp = "kp*tension" }'), "a parameter of the file and a word of the tissue"),
    "a formula that is none": (with_pathway(inputs='{ ligand = "cytokine +" }'), "is not a formula"),
    "code": (with_pathway(inputs="{ ligand = \"__import__('os')\" }"), "is no function of a formula"),
    "an index": (with_pathway(inputs='{ ligand = "cytokine[0]" }'), "is not a formula"),
    "an unknown function": (with_pathway(inputs='{ ligand = "mix(cytokine)" }'), "`mix` is no function"),
    "too many arguments": (with_pathway(inputs='{ ligand = "exp(cytokine, 2)" }'), "`exp` with 2 arguments"),
    "a deep formula": (with_pathway(inputs=f'{{ ligand = "{"-" * 100}cytokine" }}'), "nested too deep"),
    "a long formula": (with_pathway(inputs=f'{{ ligand = "{"1+" * 1500}cytokine" }}'), "a formula of 3,008 characters"),
    "a bare number": (with_pathway(inputs="{ ligand = 3 }"), "is a whole number"),
    "a list": (with_pathway(inputs='["ligand"]'), "found a list"),
    "a bad id": (with_pathway(inputs='{ "li gand" = "cytokine" }'), "out of range"),
    "an unknown output": (with_pathway(outputs='{ pSTAT = "P", pMLC2 = "0.1" }'), "the tissue reads no `pSTAT`"),
    "an output of what is not": (with_pathway(outputs='{ pMLC2 = "Q/(Q + 1)" }'), "has a `Q`"),
    "no contraction": (with_pathway(outputs='{ pSTAT3 = "P" }'), "no output says how the pathway contracts a cell"),
    "outputs in a circle": (with_pathway(outputs='{ pMLC2 = "drive", drive = "pMLC2" }'), "in a circle"),
    "units that clash in a sum": (with_pathway(outputs='{ pMLC2 = "cytokine + radius" }'), "joins `nM` with `um`"),
    "an output of another unit": (with_pathway(outputs='{ pMLC2 = "radius" }'), "gives `um`"),
    "an output that is none": (
        with_pathway(outputs='{ pMLC2 = "0.1/ligand" }', inputs="{}"),
        "is `inf`",
    ),
    "a definition with a taken name": (with_pathway(define='{ kp = "2" }'), "`kp` is already a parameter of the file"),
    "a definition of what is not": (with_pathway(define='{ jak = "kinase" }'), "has a `kinase`"),
    "a definition before its parts": (with_pathway(define='{ a = "b", b = "2" }'), "has a `b`"),
    "a share above one": (with_pathway(outputs='{ pMLC2 = "3" }'), "`pMLC2` is `3` at the beginning"),
    "a negative tension": (with_pathway(outputs='{ tension = "-0.1" }'), "`tension` is `-0.1` at the beginning"),
    "no unit of time": (with_pathway(time=""), "does not say in what unit its time is"),
    "no unit of concentration": (with_pathway(concentration=""), "does not say in what unit its concentration is"),
    "a time without unit": (with_pathway(time="60"), "has no unit"),
    "a time that is a length": (with_pathway(time='"1 um"'), "`um`"),
    "a concentration of none": (with_pathway(concentration='"0 nM"'), "out of range"),
    "spread of a rule": (with_pathway(spread="{ shadow = 0.2 }"), "`shadow` cannot be spread"),
    "spread of an unknown id": (with_pathway(spread="{ konn = 0.2 }"), "the file has no `konn`"),
    "a negative spread": (with_pathway(spread="{ kon = -0.2 }"), "is a number"),
    "a spread of words": (with_pathway(spread='{ kon = "wide" }'), "is text"),
    "an unknown start": (with_pathway(start='"calm"'), "unknown start `calm`"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_pathway_is_refused_in_four_parts(name):
    text, expected = BAD[name]
    found = faults(text)
    assert any(expected in fault.what for fault in found), [fault.what for fault in found]
    for fault in found:
        assert fault.where.startswith("small.toml, line ")
        assert fault.expected
        assert fault.code.startswith("AMB-")


def test_a_fault_of_the_mapping_names_its_line_and_the_nearest_id():
    text = HEAD.format(more="", arm="", tail="") + with_pathway(inputs='{ ligant = "cytokine" }')
    line = next(k for k, one in enumerate(text.splitlines(), 1) if "ligant" in one)
    (fault,) = faults(with_pathway(inputs='{ ligant = "cytokine" }'))
    assert fault.where == f"small.toml, line {line}, pathway.inputs.ligant"
    assert fault.nearest == "`ligand`"


FILES_THAT_ARE_NONE = {
    "nothing": (b"", "small.xml"),
    "bytes": (b"\xff\xfe\x00", "small.xml"),
    "no XML": (b"<sbml", "small.xml"),
    "another XML": (b"<html/>", "small.xml"),
    "no Antimony": (b"model x; J: -> ; ((", "small.ant"),
    "a bomb": (b'<!DOCTYPE a [<!ENTITY b "bbbb">]><sbml>&b;</sbml>', "small.xml"),
    "a value that is missing": (b"model m\n x = 1; x' = -k*x; end\n", "small.ant"),
    "division by zero at the start": (b"model m\n x = 0; k = 1; x' = k/x; end\n", "small.ant"),
    "a circle": (b"model m\n a := b; b := a; x = 1; x' = -a*x; end\n", "small.ant"),
    "a delay": (b"model m\n x = 1; x' = -delay(x, 2); end\n", "small.ant"),
}


@pytest.mark.parametrize("name", FILES_THAT_ARE_NONE)
def test_a_pathway_file_that_cannot_be_simulated_is_refused_at_the_line_that_names_it(name):
    content, file = FILES_THAT_ARE_NONE[name]
    text = with_pathway(file=f'"{file}"', inputs="{}", outputs='{ pMLC2 = "0.2" }')
    found = faults(text, files={file: content})
    assert found[0].where.startswith("small.toml, line ")
    assert "pathway.file" in found[0].where
    assert found[0].expected


def test_a_pathway_file_that_is_too_large_is_refused_without_being_read_whole(tmp_path):
    (tmp_path / "huge.xml").touch()
    with (tmp_path / "huge.xml").open("wb") as file:
        file.truncate(200_000_000)
    text = with_pathway(file='"huge.xml"')
    with pytest.raises(ScenarioError, match="more than 20,000,000 bytes"):
        loads(HEAD.format(more="", arm="", tail="") + text, "small.toml", Beside(tmp_path))


def test_a_pathway_file_is_found_beside_the_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    (tmp_path / "relay.ant").write_text(RELAY)
    place = tmp_path / "small.toml"
    place.write_text(HEAD.format(more="", arm="", tail="") + GOOD)
    assert check(place) == []
    (tmp_path / "relay.ant").unlink()
    assert [fault.code for fault in check(place)] == ["AMB-S18"]


OVERRIDES = {
    '{ "pathway.kon" = { value = 0.002, reason = "faster" } }': "",
    '{ "pathway.kon" = { value = "0.002", reason = "faster" } }': "",
    '{ "pathway.S" = { value = 500, reason = "less" } }': "",
    '{ "pathway.kom" = { value = 0.002, reason = "faster" } }': "the file has no number `kom`",
    '{ "pathway.shadow" = { value = 0.002, reason = "faster" } }': "follows from a rule",
    '{ "pathway.kon" = { value = "0.002 1/s", reason = "faster" } }': "cannot be given in `1/s`",
    '{ "pathway.kon" = { value = true, reason = "faster" } }': "is true or false",
    '{ "pathway.kon" = { value = nan, reason = "faster" } }': "out of range",
    '{ "pathway.kon" = { value = 0.002 } }': "`reason` is missing",
    '{ "pathway.kon" = { reason = "faster" } }': "`value` is missing",
    '{ "pathway.kon" = 0.002 }': "is a number",
    '{ "pathway.kon" = { value = 1, reason = "x", spread = 0.1 } }': "unknown key `spread`",
    '{ "pathway.ligand" = { value = 1, reason = "x" } }': "is fed by the mapping",
    '{ "pathway.kp" = { value = 0.0004, reason = "x" } }': "",
}


@pytest.mark.parametrize("text", OVERRIDES)
@pytest.mark.parametrize("place", ["more", "arm"])
def test_numbers_of_the_file_may_be_replaced_with_a_reason(text, place):
    line = f"parameters = {text}"
    if not OVERRIDES[text]:
        found = scenario(**{place: line})
        assert loads(to_toml(found), "again", Beside(contents=attached(found))) == found
    else:
        assert any(OVERRIDES[text] in fault.what for fault in faults(**{place: line}))


def test_numbers_of_a_file_cannot_be_replaced_where_there_is_none():
    line = 'parameters = { "pathway.kon" = { value = 1, reason = "x" } }'
    (fault,) = faults("", more=line)
    assert "the pathway is a shipped network" in fault.what


def test_a_comparison_of_what_the_pathway_does_not_give_is_refused():
    tail = """
[[comparisons]]
name = "more STAT3"
arm = "OSM"
against = "none"
measure = "pSTAT3_mean"
statement = "OSM raises STAT3."
"""
    (fault,) = faults(with_pathway(outputs='{ pMLC2 = "0.1 + 0.3*P/(P + 100)" }'), tail=tail)
    assert "gives no `pSTAT3`" in fault.what
    assert "comparisons[0].measure" in fault.where
