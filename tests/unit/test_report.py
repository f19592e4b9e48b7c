"""The report of a run as a document: whole, offline, walkable from number to study and back."""

import html
import html.parser
import json
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from amoeboid import analysis, execution, report, scenario, store
from amoeboid.errors import StoreError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats import Tracks, write_tracks
from amoeboid.measures import wilson
from amoeboid.report import document
from amoeboid.report.material import Material
from amoeboid.report.references import References
from amoeboid.report.tuning import BESIDES, OF_OPTION

HOSTILE = "<script>alert('x')</script> & <b>bold</b>"
VOID = {"meta", "br", "img", "link", "input", "hr", "wbr"}

TINY = """
format = 1
name = "tiny"
question = "Is {hostile} escaped?"
duration = "30 min"
seed = 1
replicates = {replicates}
medium = "10 % serum"
explore = {explore}

[tissue]
size = ["300 um", "300 um", "300 um"]
matrix = {{ collagen = "2 mg/ml" }}
[[tissue.cells]]
type = "melanoma"
count = 30
place = {{ shape = "sphere" }}

[output]
frames_every = "5 min"
cells_every = "10 min"
checkpoint_every = "30 min"

[[arms]]
name = "none"
reference = true
autocrine = "0.05 nM"
[[arms]]
name = "{arm}"
autocrine = "0.05 nM"
fields = {{ OSM = "10 ng/ml" }}
drugs = [{{ name = "ruxolitinib", concentration = "500 nM" }}]
parameters = {{ "mechanics.drag" = {{ value = "900 nN*s/um", reason = "{hostile}" }} }}

[[comparisons]]
name = "a {hostile}"
arm = "{arm}"
against = "none"
measure = "pSTAT3_mean"
expected = "lower"
statement = "Less STAT3-P {hostile}."
[[comparisons]]
name = "b"
arm = "{arm}"
against = "none"
expected = "different"
statement = "Another share leaves."
"""

LATTICES = """
format = 1
name = "lattices"
question = "Where do cells stop?"
duration = "20 min"
seed = 1
replicates = 1
medium = "serum-free"
[tissue]
size = ["600 um", "600 um", "600 um"]
voxel = "50 um"
matrix = { kind = "rigid", pore_area = "70 um^2" }
[[tissue.cells]]
type = "melanoma"
count = 8
place = { shape = "grid", spacing = "200 um" }
[output]
frames_every = "2 min"
cells_every = "10 min"
checkpoint_every = "20 min"
"""


class Reader(html.parser.HTMLParser):
    """Tags with attributes, in order, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.unbalanced = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)


def measured(text, folder):
    described = scenario.loads(text, "test")
    run = execution.run(described, folder=folder, means=execution.Means(processes=1, threads=1))
    thresholds = analysis.Thresholds.of(Parameters(catalogue()))
    tables = analysis.measure_run(run.members(), analysis.Conventions(thresholds, described.reference_arm.name))
    run.write_table("measures", tables.measures)
    run.write_table("events", tables.events)
    return run


def tiny(replicates=1, explore="[]", hostile=HOSTILE):
    return TINY.format(replicates=replicates, explore=explore, hostile=hostile, arm=f"OSM {hostile}")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two arms, one replicate, two contested mechanisms, names that would break a careless page."""
    text = tiny(explore='["jak1_rock_link", "ruxolitinib_rock"]')
    return measured(text, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def page(run):
    return report.write(run).read_text("utf-8")


@pytest.fixture(scope="module")
def tags(page):
    return Reader(page).tags


def test_every_tag_is_closed(page):
    reader = Reader(page)
    assert (reader.unbalanced, reader.open) == ([], [])


def test_the_notice_stands_first_and_a_frame_without_it_is_refused(run, page, tmp_path, monkeypatch):
    assert page.split("<body>")[1].lstrip().startswith('<div class="notice"')
    assert "not medical advice" in page
    assets = tmp_path / "assets"
    shutil.copytree(str(document.files("amoeboid.report") / "assets"), assets)
    monkeypatch.setattr(document, "files", lambda package: tmp_path)
    frame = assets / "frame.html.jinja"
    whole = frame.read_text("utf-8")
    frame.write_text(whole.replace("{{ notice }}", ""), "utf-8")
    with pytest.raises(RuntimeError, match="notice"):
        report.write(run)
    frame.write_text(whole.replace("{{ notice }}", "<!-- {{ notice }} -->"), "utf-8")
    with pytest.raises(RuntimeError, match="notice"):
        report.write(run)


def test_every_inner_link_has_its_place_and_no_place_is_named_twice(tags):
    names = [attrs["id"] for _, attrs in tags if "id" in attrs]
    links = [attrs["href"][1:] for tag, attrs in tags if tag == "a" and attrs["href"].startswith("#")]
    assert len(names) == len(set(names))
    assert len(links) > 100
    assert set(links) <= set(names)


def test_every_reference_resolves_from_the_text_and_back(page, tags):
    text, listed = page.split('<ol class="references">')
    cites = dict(re.findall(r'<a class="cite" id="(cite-\d+)" href="#ref-(\d+)">', text))
    entries = re.findall(r'<li id="ref-(\d+)">(.*?)</li>', listed, flags=re.DOTALL)
    backs = {place: number for number, body in entries for place in re.findall(r'href="#(cite-\d+)"', body)}
    assert len(cites) > 20
    assert backs == cites
    assert [int(number) for number, _ in entries] == list(range(1, len(entries) + 1))
    for number, body in entries:
        assert re.search(r'<a href="https?://', body) or "No address" in body, f"reference {number} leads nowhere"
    lost = sum("No address" in body for _, body in entries)
    assert f"{lost} of {len(entries)} studies have no address" in page


def test_the_number_in_the_brackets_is_that_of_its_entry(page):
    marks = re.findall(r'href="#ref-(\d+)">\[(\d+)\]', page)
    assert marks
    assert all(target == shown for target, shown in marks)


def test_nothing_is_loaded_from_a_network(page, tags):
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    for tag, attrs in tags:
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        for name in ("src", "srcset", "poster", "data", "action", "xlink:href"):
            value = attrs.get(name) or ""
            assert not value or value.startswith(("data:", "#")), f"{tag} {name}={value[:60]}"
        if "href" in attrs and tag != "a":
            assert attrs["href"].startswith("#")
    styles = "".join(re.findall(r"<style.*?</style>", page, flags=re.DOTALL))
    assert "@import" not in styles
    assert not re.search(r"url\((?!#)", page)
    script = page[page.rindex("<script>") :]
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|WebSocket|sendBeacon", script)


def test_what_a_scenario_says_is_shown_as_text_and_never_run(page, tags):
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(" in page
    kinds = [attributes.get("type", "run") for tag, attributes in tags if tag == "script"]
    assert sorted(kinds) == ["application/json", "run", "text/plain"]  # the data of the view are not run


def test_each_number_used_is_in_the_appendix_with_its_mark(run, page):
    used = Material.of(run).used
    appendix = page[page.index('<section id="numbers">') : page.index('<section id="references">')]
    assert len(used) > 80
    for id, record in used.items():
        row = appendix[appendix.index(f'id="value-{id}"') :].split("</tr>")[0]
        assert f'<span class="mark {record["status"]}">' in row, id
    assert sum(record["status"] == "assumed" for record in used.values()) > 0
    assert sum(record["status"] == "disputed" for record in used.values()) > 0


def test_the_facts_count_the_numbers_and_warn_that_they_are_unread(run, page):
    used = Material.of(run).used
    unread = sum(record["status"] != "reviewed" for record in used.values())
    assert f"{len(used)} numbers used" in page
    assert f"{unread} numbers have not been read by a second person" in page


def test_an_override_is_told_with_its_reason_and_its_default(page):
    changed = page[page.index("Changed by the scenario") :].split("</table>")[0]
    assert "mechanics.drag" in changed
    assert "900 nN·s/µm" in changed
    assert "1000 nN·s/µm" in changed
    assert "&lt;b&gt;bold" in changed


def test_the_free_share_of_a_drug_follows_its_medium(page):
    section = page[page.index('<section id="medium">') :].split("</section>")[0]
    assert "0.236" in section
    assert "118.1 nM" in section


def test_the_answer_is_two_plain_sentences_that_the_page_begins_with(run, page):
    first, second = report.answer(run)
    assert first.endswith(".")
    assert second.endswith(".")
    assert "one replicate" in first
    assert "tuned" in second
    assert "one replicate decides nothing" in second
    lead = html.unescape(page[page.index('id="answer"') :].split("</div>")[0])
    assert f"<p>{first}</p><p>{second}</p>" in lead


def test_a_comparison_of_what_was_tuned_is_called_no_test(page):
    section = page[page.index('<section id="comparisons">') :].split("</section>")[0]
    assert section.count("tuned to this measure") == 1
    assert section.count("undecided") >= 2


def test_the_values_said_to_be_tuned_are_so_by_their_records():
    values = catalogue().values
    assert all(values[id].relation == "fitted" for ids in OF_OPTION.values() for id in ids)
    assert all(re.search(r"[Ss]et (so|at)|Lowered", values[id].note) for id in BESIDES)


def test_a_report_written_twice_is_the_same_and_leaves_nothing_behind(run, page):
    assert report.write(run).read_text("utf-8") == page
    assert [path.name for path in run.path.glob(".*tmp")] == []


def test_two_replicates_give_intervals_and_verdicts(tmp_path):
    made = measured(tiny(replicates=2, hostile="x"), tmp_path)
    text = report.write(made).read_text("utf-8")
    assert "2 paired replicates" in report.answer(made)[0]
    assert "one replicate" not in text.split('<section id="reproduce">')[0]
    assert '<span class="mark supported">' in text
    # nobody escapes in half an hour: 0 of 60 cells has an upper end by Wilson, where Student's interval has no width
    material = Material.of(made)
    none = material.means("fraction_escaped")["none"]
    assert (none.value, none.low, none.n) == (0.0, 0.0, 60)
    assert none.high == pytest.approx(wilson(0, 60).high)
    assert "0.0 to 6.0*" in text
    rate = material.means("escape_rate_per_day")["none"]
    assert (rate.value, rate.high) == (0.0, pytest.approx(3.689 / (60 / 48), rel=1e-3))


def test_one_arm_without_comparisons_still_makes_a_page(tmp_path):
    text = tiny(hostile="x").split("[[comparisons]]")[0]
    head, arm, _ = text.split("[[arms]]")
    made = measured(f"{head}[[arms]]{arm}", tmp_path)
    page = report.write(made).read_text("utf-8")
    assert "states no comparison" in report.answer(made)[1]
    assert "No measured tracks were given" in page
    assert 'id="comparisons"' not in page


def test_rigid_lattices_bring_the_pore_law_with_its_expectation_cited(tmp_path):
    arms = "".join(
        f'[[arms]]\nname = "{area}"\nmatrix = {{ kind = "rigid", pore_area = "{area} um^2" }}\n'
        for area in (3, 20, 40, 60)
    )
    made = measured(LATTICES + arms, tmp_path)
    page = report.write(made).read_text("utf-8")
    section = page[page.index('<section id="pores">') :].split("</section>")[0]
    assert "3 of 4" in section
    assert "#ref-" in section
    assert "meets zero" in report.answer(made)[0]


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """A run that names tracks, which are those of the same cells moved a little."""
    folder = tmp_path_factory.mktemp("tracked")
    file = folder / "film.csv"
    rng = np.random.default_rng(3)
    time = np.arange(0.0, 5401.0, 300.0)
    walk = np.cumsum(rng.normal(0.0, 1.0, (time.size, 12, 3)), axis=0) + rng.normal(0.0, 50.0, (12, 3))
    write_tracks(Tracks.of_frames(time, walk), file)
    text = tiny(hostile="x").replace('"30 min"', '"90 min"', 1).split("[[comparisons]]")[0]
    text = text.replace("[output]", f'[tracks]\npath = "{file}"\n[output]')
    return measured(text, folder), file


def test_measured_tracks_are_laid_over_simulated_ones(tracked):
    made, _ = tracked
    page = report.write(made).read_text("utf-8")
    section = page[page.index('<section id="tracks">') :].split("</section>")[0]
    assert "Measured: film.csv" in section
    assert "No motility was fitted" in section
    assert section.count("<svg") == 1
    assert "Kolmogorov" in report.answer(made)[0]
    assert "bias is not judged" in report.answer(made)[0]
    assert "sign</th>" not in section
    assert str(made.path.parent) not in page, "a path of the machine is shown"


def test_tracks_that_changed_or_went_are_told_and_not_drawn(tracked):
    made, file = tracked
    kept = file.read_text()
    file.write_text(kept.replace("300", "301", 1))
    try:
        assert "has changed since the run" in report.answer(made)[1]
        file.unlink()
        assert "could not be compared" in report.answer(made)[1]
    finally:
        file.write_text(kept)


def test_an_option_that_changes_nothing_does_not_count_as_survived(run):
    material = Material.of(run)
    arm = material.readings.arms[1]
    assert material.touches(arm, "jak1_rock_link=slow")
    assert not material.touches("none", "ruxolitinib_rock=off")
    same = {("a", ""): SimpleNamespace(state_hash="1"), ("a", "h=o"): SimpleNamespace(state_hash="1")}
    assert not Material.touches(SimpleNamespace(members=same), "a", "h=o")


def test_a_run_that_is_not_measured_is_refused(run, tmp_path):
    copy = tmp_path / run.path.name
    shutil.copytree(run.path, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    assert "measures.parquet" in manifest["files"]
    (copy / "measures.parquet").unlink()
    with pytest.raises(StoreError):
        report.write(store.Run(copy))


def test_a_source_that_the_bibliography_has_lost_is_told_and_not_fatal():
    references = References(catalogue())
    assert "#ref-1" in references.cite(["nobody-1900"])
    assert "no longer in the bibliography" in references.entries()[0].text
