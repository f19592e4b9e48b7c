"""The report of a run with a pathway file: whose it is, with a link; how it is mapped; what it cannot say."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from amoeboid import report, scenario, workflow
from amoeboid.formats.sbml import parse_antimony, write_sbml
from amoeboid.report.material import Material
from amoeboid.report.tuning import is_tuned_measure

HOSTILE = "<script>alert('x')</script>"
MODEL = """
model relay
  compartment cell = 1;
  species R in cell, A in cell, S in cell, P in cell;
  R = 10; A = 0; S = 1000; P = 0;
  ligand = 0; kon = 0.01; koff = 0.0005; kp = 0.002; kd = 0.002; block = 0.001;
  J1: R -> A; kon*ligand*R - koff*A;
  J2: S -> P; kp*A*S - kd*P;
  J3: A -> ; block*A;
end
"""
DOCUMENT = """\
name = "small"
question = "Does it move?"
duration = "90 min"
seed = 1
medium = "serum-free"
explore = ["jak1_rock_link", "mlc_switch"]
pathway.file = "relay.xml"
pathway.time = "1 s"
pathway.concentration = "1 nM"
pathway.inputs = { ligand = "cytokine", kp = "kp*target_JAK1" }
pathway.outputs = { pSTAT3 = "P", pMLC2 = "0.1 + 0.3*target_ROCK1*P/(P + 100)" }
pathway.start = "file"
tissue.size = ["300 um", "300 um", "300 um"]
tissue.matrix = { collagen = "2 mg/ml" }
tissue.cells = [{ type = "melanoma", count = 20, place = { shape = "sphere" } }]
output = { frames_every = "5 min", cells_every = "5 min", checkpoint_every = "30 min" }
parameters = { "pathway.kd" = { value = 0.003, reason = "<b>faster</b>" } }
arms = [
  { name = "OSM", fields = { OSM = "10 ng/ml" } },
  { name = "OSM, no JAK2", fields = { OSM = "10 ng/ml" }, knockouts = ["JAK2"] },
]
[[comparisons]]
name = "JAK2 matters"
arm = "OSM, no JAK2"
against = "OSM"
measure = "pSTAT3_mean"
statement = "Without JAK2 there is less STAT3-P."
"""


@pytest.fixture(scope="module")
def material(tmp_path_factory) -> Material:
    place = tmp_path_factory.mktemp("report")
    address = ("http://identifiers.org/pubmed/16752369", "javascript:alert(1)")
    model = replace(parse_antimony(MODEL, "relay.ant"), name=HOSTILE, annotations={"": address})
    (place / "relay.xml").write_text(write_sbml(model))
    (place / "small.toml").write_text(DOCUMENT)
    done = workflow.run(place / "small.toml", folder=place / "runs", processes=1)
    return Material.of(done.path)


@pytest.fixture(scope="module")
def page(material) -> str:
    return (material.run.path / "report.html").read_text()


@pytest.fixture(scope="module")
def section(page) -> str:
    begin = page.index('id="pathway"')
    return page[begin : page.index("</section", begin)]


def plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_report_says_whose_pathway_it_was_with_a_link(section, page):
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/16752369/"' in section
    assert "have not been reviewed by us" in plain(section)
    assert "not ours" in plain(page[: page.index('id="pathway"')])


def test_what_a_file_says_of_itself_is_shown_and_never_run(page):
    assert HOSTILE not in page
    assert html.escape(HOSTILE, quote=False).replace("'", "&#39;") in page
    assert 'href="javascript' not in page
    assert "<b>faster</b>" not in page


def test_the_mapping_is_told_with_what_follows_from_our_laws(section):
    text = plain(section)
    assert "kp*target_JAK1" in text
    assert "0.1 + 0.3*target_ROCK1*P/(P + 100)" in text
    assert "by the law of our own network" in text
    assert 'href="#value-signalling.tension_rest"' in section


def test_what_the_pathway_cannot_say_is_said(section):
    text = plain(section)
    assert "“OSM, no JAK2” blocks JAK2, which the mapping does not use" in text
    assert "A block of ROCK1 acts only in the scenario’s own formulas" in text
    assert "Contraction does not feed back on it" in text
    assert "jak1_rock_link are parts of our own network and were not run" in text


def test_a_peak_that_has_fallen_is_told(section):
    text = plain(section)
    assert re.search(r"STAT3-P peaked and had fallen again by the end in “OSM” \(\S+ nM after \S+ min, \S+ nM", text)
    assert "what is read at the end is not its peak" in text


def test_numbers_of_the_file_are_listed_with_their_changes(section):
    text = plain(section)
    assert "11 numbers of the file, from the file, not reviewed by us" in text
    assert re.search(r"kd parameter 0.002 0.003 assumed <b>faster</b>", text)


def test_nothing_is_said_to_be_tuned_of_a_pathway_that_is_not_ours(material, page):
    assert not is_tuned_measure(material, "pSTAT3_mean")
    assert "about what the pathway was tuned to" not in page
    assert "with the pathway file of this run nothing was tuned" in plain(page)
    assert "pathway was tuned" not in " ".join(report.answer(material.run))


def test_a_run_of_our_own_network_has_no_such_section(tmp_path):
    text = scenario.to_toml(scenario.load("quick-look")).replace("2 h", "30 min").replace("count = 200", "count = 20")
    (tmp_path / "own.toml").write_text(text)
    done = workflow.run(tmp_path / "own.toml", folder=tmp_path / "runs", processes=1)
    page = (done.path / "report.html").read_text()
    assert 'id="pathway"' not in page
    assert "not ours" not in page
