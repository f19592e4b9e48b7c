"""A document in, a scenario or all its faults out: places, parts and order of what is told."""

from __future__ import annotations

import pytest

from amoeboid.errors import ScenarioError
from amoeboid.scenario import check, library, load, loads, migrate

HEAD = """\
name = "small"
question = "Does it move?"
duration = "2 h"
seed = 1
medium = "serum-free"

[tissue]
size = ["300 um", "300 um", "300 um"]
matrix = { collagen = "2 mg/ml" }
[[tissue.cells]]
type = "melanoma"
count = 20
place = { shape = "box", size = ["120 um", "90 um", "60 um"] }

[[arms]]
name = "OSM"
"""


def faults(text: str, where: str = "small.toml"):
    with pytest.raises(ScenarioError) as caught:
        loads(text, where)
    return caught.value.faults


def test_text_with_units_becomes_floats_in_internal_units():
    arm = 'fields = { OSM = "10 ng/ml" }\ndrugs = [{ name = "Y-27632", concentration = "10 uM" }]\n'
    scenario = loads(HEAD + arm)
    assert scenario.duration == 7200.0
    assert scenario.tissue.size == (300.0, 300.0, 300.0)
    assert scenario.tissue.shape == (15, 15, 15)
    assert scenario.arms[0].drugs[0].concentration == 10_000.0
    assert scenario.arms[0].fields["OSM"] == pytest.approx(0.45, rel=0.01)


def test_a_misspelt_drug_is_told_in_four_parts_with_its_line():
    text = HEAD + '[[arms]]\nname = "b"\ndrugs = [\n  { name = "ruxolitnib", concentration = "500 nM" },\n]\n'
    (fault,) = faults(text, "invasion.toml")
    assert str(fault) == (
        "invasion.toml, line 20, arms[1].drugs[0].name: unknown drug `ruxolitnib`\n"
        "  expected: an id in the drug library (`amoeboid drugs` lists them)\n"
        "  nearest:  `ruxolitinib`\n"
        "  do:       correct the name   [AMB-S03]"
    )


def test_all_faults_are_told_at_once_in_order_of_line():
    text = HEAD.replace('"2 h"', "2").replace("count = 20", "count = -1").replace('"2 mg/ml"', '"2 um"') + "drgs = []\n"
    found = faults(text)
    assert [fault.where.split(", ")[1] for fault in found] == ["line 3", "line 9", "line 12", "line 17"]
    assert [fault.code for fault in found] == ["AMB-U07", "AMB-U02", "AMB-S06", "AMB-S02"]
    assert '`"2 h"`' in found[0].expected
    assert found[3].nearest == "`drugs`"


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ('"300 um", "300', '"310 um", "300', "AMB-S11", "`320 um`"),
        ("count = 20", "count = 1000000000", "AMB-S06", "2,000,000"),
        ("count = 20", "count = 900", "AMB-S11", "at most 3"),
        ('"60 um"', '"320 um"', "AMB-S11", "10 um beyond"),
        ('shape = "box", size = ["120 um", "90 um", "60 um"]', 'shape = "sphere", radius = "60 um"', "AMB-S08", "both"),
        (
            'count = 20\nplace = { shape = "box", size = ["120 um", "90 um", "60 um"]',
            'place = { shape = "sphere"',
            "AMB-S08",
            "missing",
        ),
        (
            'count = 20\nplace = { shape = "box", size = ["120 um", "90 um", "60 um"]',
            'count = 20000\nplace = { shape = "sphere"',
            "AMB-S11",
            "beyond",
        ),
        ('["300 um", "300 um", "300 um"]', '["30 mm", "30 mm", "30 mm"]', "AMB-S12", "3,375,000,000 voxels"),
        ("seed = 1", "seed = 1\nreplicates = 10_000\nexplore = ['jak1_rock_link']", "AMB-S12", "10,001 members"),
        ("seed = 1", "seed = true", "AMB-S05", "true or false"),
        ('"2 h"', '"90 s"', "AMB-S06", "`2 min`"),
        ('"2 h"', '"nan h"', "AMB-U01", "finite"),
        ('"60 um"', '"-60 um"', "AMB-S06", "above 0 um"),
        ('"serum-free"', '"serum free"', "AMB-S82", "serum-free"),
        ('medium = "serum-free"', "", "AMB-S04", "medium"),
        ('"small"', '"../small"', "AMB-S06", "`small`"),
        ('"60 um"', '"6０ um"', "AMB-U06", "plain Latin"),
        ('"60 um"', '"60 um**(9**9**9)"', "AMB-U05", "not a unit"),
        ("seed = 1", "seed = 1\nseed = 2", "AMB-S14", "line 5"),
        ("seed = 1", "seed = ", "AMB-S14", "line 4"),
        ("seed = 1", "seed = 1\nformat = 7", "AMB-S10", "newer amoeboid"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_numbers(old, new, code, says):
    assert old in HEAD
    (fault,) = faults(HEAD.replace(old, new))
    assert fault.code == code
    assert says in str(fault)
    assert fault.expected
    assert fault.do


def test_arms_need_names_that_differ_as_folders():
    (fault,) = faults(HEAD + '[[arms]]\nname = "osm!"\n')
    assert fault.code == "AMB-S07"
    assert "`osm`" in fault.what


def test_a_comparison_needs_two_arms_of_the_scenario():
    entry = '[[comparisons]]\nname = "c"\narm = "OSM"\nagainst = "control"\nstatement = "s"\n'
    (fault,) = faults(HEAD + entry)
    assert fault.where == "small.toml, line 20, comparisons[0].against"


def test_doses_are_refused_for_a_drug_without_kinetics():
    dosed = 'drugs = [{ name = "NAME", dose = "15 mg", interval = "12 h" }]\n'
    assert loads(HEAD + dosed.replace("NAME", "ruxolitinib")).arms[0].drugs[0].dose == 15.0
    (fault,) = faults(HEAD + dosed.replace("NAME", "Y-27632"))
    assert "no pharmacokinetic record" in fault.what


def test_a_drug_of_unknown_binding_is_refused_in_a_medium_with_protein():
    entry = 'drugs = [{ name = "blebbistatin", concentration = "25 uM" }]\n'
    assert loads(HEAD + entry).arms[0].drugs[0].concentration == 25_000.0
    (fault,) = faults(HEAD.replace("serum-free", "10 % serum") + entry)
    assert fault.nearest == ""
    assert "free in `10 % serum`" in fault.what


def test_another_name_of_a_drug_becomes_its_id():
    entry = 'drugs = [{ name = "INCB018424", concentration = "1 nM" }]\n'
    assert loads(HEAD + entry).arms[0].drugs[0].name == "ruxolitinib"


def test_an_override_needs_the_dimension_of_its_value_and_a_reason():
    entry = 'parameters = { "mechanics.drag" = { value = "VALUE", reason = "r" } }\n'
    setting = loads(HEAD + entry.replace("VALUE", "2000 nN*s/um")).arms[0].parameters["mechanics.drag"]
    assert (setting.override().value, setting.override().unit) == (2000.0, "nN*s/um")
    (fault,) = faults(HEAD + entry.replace("VALUE", "2000 um"))
    assert fault.where.endswith('arms[0].parameters."mechanics.drag".value')
    (fault,) = faults(HEAD + entry.replace("VALUE", "-5 nN*s/um"))
    assert fault.code == "AMB-S06"


def test_a_document_of_format_0_loads_like_its_successor():
    old = "format = 0\n" + HEAD.replace("duration", "length")
    new = "format = 1\n" + HEAD
    drug = '[{ name = "ruxolitinib", concentration = "1 nM" }]\n'
    assert loads(old + "inhibitors = " + drug) == loads(new + "drugs = " + drug)
    assert migrate({"format": 0, "arms": [{"inhibitors": []}]})[0] == {"format": 1, "arms": [{"drugs": []}]}


def test_a_fault_in_an_old_document_points_at_the_line_as_written():
    (fault,) = faults("format = 0\n" + HEAD.replace("duration", "length").replace('"2 h"', '"2 um"'))
    assert "line 4" in fault.where


def test_keys_of_format_0_are_unknown_in_format_1():
    assert {fault.code for fault in faults(HEAD.replace("duration", "length"))} == {"AMB-S02", "AMB-S04"}


def test_a_missing_file_names_the_nearest_shipped_scenario():
    (fault,) = check("melanoma-escap")
    assert fault.nearest == "`melanoma-escape`"


def test_a_file_is_bounded_and_must_be_text(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"#" * 1_000_002)
    assert check(path)[0].code == "AMB-S09"
    path.write_bytes(b"a = 1\n\xff")
    assert check(path)[0].where.endswith("line 2")
    assert check(tmp_path)[0].code == "AMB-S17"
    path.write_text(HEAD.replace("\n", "\r\n"), newline="")
    assert check(path) == []


def test_shipped_scenarios_and_the_template_check(tmp_path):
    assert {"melanoma-escape", "pore-law", "glioma-spheroid", "quick-look"} <= set(library.names())
    for name in library.names():
        assert check(name) == []
        assert load(name).name == name
    path = tmp_path / "new.toml"
    path.write_text(library.template())
    assert check(path) == []


def test_the_demo_holds_what_the_design_promises():
    demo = load("melanoma-escape")
    assert [arm.name for arm in demo.arms] == [
        "no added cytokine", "OSM", "OSM + ruxolitinib", "OSM + tofacitinib", "OSM + Y-27632", "OSM + blebbistatin",
        "OSM, JAK1 knock-out",
    ]  # fmt: skip
    assert {arm.autocrine for arm in demo.arms} == {0.05}
    assert demo.reference_arm.name == "OSM"
    assert demo.arm("osm-jak1-knock-out").knockouts == ("JAK1",)


def test_the_pore_law_has_eight_passable_lattices_for_each_nucleus():
    scenario = load("pore-law")
    for kind, arrest in (("melanoma", 7.0), ("t_cell", 4.0), ("neutrophil", 2.0)):
        areas = [arm.matrix.pore_area for arm in scenario.arms if arm.cell_type == kind and arm.matrix]
        assert sum(area > arrest for area in areas) >= 8
        assert min(areas) < arrest
    assert scenario.tissue.cells[0].count >= 200


def test_a_scenario_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load("quick-look").seed = 2
