"""What the documents say is run: Python blocks and what they print, TOML blocks, commands, links.

Python blocks of one document share a namespace, from top to bottom, in an empty folder. A block marked ``text`` right
after one is what it prints. A block marked ``toml`` is a whole scenario; ``toml fragment`` is set into `quick-look`.
"""

import contextlib
import io
import re
import shlex
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomli_w
import typer

import amoeboid
from amoeboid import scenario
from amoeboid.cli.application import application
from amoeboid.evidence import catalogue
from amoeboid.process import PORTS
from amoeboid.process.ports import drug_port, field_port, species_port, target_port

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
OURS = ["README.md", "CHANGELOG.md", *(name for name in NAMES if name.startswith("docs/"))]
COMMAND = typer.main.get_command(application)


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is marked as, its text, the line it begins on, and whether a block came just before."""

    mark: str
    text: str
    line: int
    follows: bool


def blocks(name):
    """Give the fenced blocks of a document in order."""
    found, opened, start, last_end = [], None, 0, -9
    lines = (ROOT / name).read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.startswith("```"):
            continue
        if opened is None:
            opened, start = line.removeprefix("```").strip(), number
        else:
            text = "\n".join(lines[start : number - 1]) + "\n"
            found.append(Block(opened, text, start + 1, start - last_end <= 2))
            opened, last_end = None, number
    assert opened is None, f"{name}: the block of line {start} is not closed"
    return found


def prose(name):
    """Give the lines outside fenced and indented blocks, with their numbers."""
    inside, kept = False, []
    for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
        if line.startswith("```"):
            inside = not inside
        elif not inside and not line.startswith("    "):
            kept.append((number, line))
    return kept


def check_python(name):
    """Run the Python blocks of a document, and compare what they print."""
    found = blocks(name)
    namespace = {"__name__": "document"}
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.mark != "python":
            continue
        told = io.StringIO()
        code = compile("\n" * (block.line - 1) + block.text, name, "exec")
        with contextlib.redirect_stdout(told):
            exec(code, namespace)
        if after is not None and after.mark == "text" and after.follows:
            assert told.getvalue() == after.text, f"{name}, line {after.line}"


def merged(below, above):
    """Set one table into another; lists and values of the upper replace those of the lower."""
    both = dict(below)
    for key, value in above.items():
        inner = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = merged(both[key], value) if inner else value
    return both


def whole(fragment):
    """Give a fragment as a whole scenario; what it replaces of `quick-look` goes."""
    base = tomllib.loads(scenario.to_toml(scenario.load("quick-look")))
    given = tomllib.loads(fragment)
    if "arms" in given and "comparisons" not in given:
        del base["comparisons"]
    if "comparisons" in given and "arms" not in given:
        sides = {one[side] for one in given["comparisons"] for side in ("arm", "against")}
        base["arms"] = [{"name": arm} for arm in sorted(sides)]
    if "matrix" in given.get("tissue", {}):
        del base["tissue"]["matrix"]
    return tomli_w.dumps(merged(base, given))


def commands(name):
    """Give every command line of ours that a document names, as lists of words."""
    text = "\n".join(line for _, line in prose(name))
    spans = re.findall(r"`(amoeboid(?: [^`]*)?)`", text)
    for block in blocks(name):
        if block.mark == "sh":
            spans += [line for line in block.text.splitlines() if line.startswith("amoeboid")]
    return [shlex.split(line, comments=True)[1:] for line in spans]


def check_command(words):
    """Parse a command line without carrying it out; raises what the program would say."""
    group, rest, context = COMMAND, list(words), None
    while rest and hasattr(group, "commands") and not rest[0].startswith("-"):
        assert rest[0] in group.commands, f"no command `{' '.join(words)}`"
        group, rest = group.commands[rest[0]], rest[1:]
    if rest:
        context = group.make_context(words[0], rest)
    return context


def anchors(path):
    """Give the names of the headings of a document, as web pages make them."""
    lines = [line for _, line in prose(str(path.relative_to(ROOT))) if line.startswith("#")]
    titles = [line.lstrip("#").strip().lower() for line in lines]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def table_of_ports():
    """Give the page's table of ports from the register."""
    made = [field_port("<substance>"), species_port("<substance>"), drug_port("<drug>"), target_port("<target>")]
    rows = ["| port | unit | shape | type | meaning |", "|---|---|---|---|---|"]
    rows += [
        f"| `{port.name}` | {port.unit} | {', '.join(port.shape)} | {port.dtype} | {port.meaning} |"
        for port in (*PORTS.values(), *made)
    ]
    return "\n".join(rows)


def test_the_lists_of_this_file_are_not_empty():
    marks = [block.mark for name in NAMES for block in blocks(name)]
    assert marks.count("python") >= 8
    assert marks.count("toml") >= 2
    assert marks.count("toml fragment") >= 5
    assert len(commands("README.md")) >= 12


@pytest.mark.parametrize("name", [name for name in NAMES if any(block.mark == "python" for block in blocks(name))])
def test_python_blocks_run_and_print_what_stands_below_them(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_python(name)
    assert not (ROOT / "tracks.csv").exists()


TOML = [(name, block) for name in NAMES for block in blocks(name) if block.mark.startswith("toml")]


@pytest.mark.parametrize(("name", "block"), TOML, ids=[f"{name}:{block.line}" for name, block in TOML])
def test_toml_blocks_are_scenarios_or_fit_into_one(name, block):
    text = whole(block.text) if block.mark == "toml fragment" else block.text
    if "\n[trial]\n" in text:
        assert scenario.loads_trial(text, name).arms
        return
    assert scenario.loads(text, f"{name}, line {block.line}").arms


@pytest.mark.parametrize("name", NAMES)
def test_blocks_are_marked_as_what_they_are(name):
    assert {block.mark for block in blocks(name)} <= {"python", "text", "sh", "toml", "toml fragment"}


@pytest.mark.parametrize("name", NAMES)
def test_commands_exist_and_take_the_options_that_are_named(name):
    for words in commands(name):
        check_command(words)
    assert all(words == [] or words[0].startswith("-") or words[0] in COMMAND.commands for words in commands(name))


def test_readme_names_every_command():
    assert {words[0] for words in commands("README.md") if words} >= set(COMMAND.commands)


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    for name in NAMES:
        text = (ROOT / name).read_text("utf-8")
        named = re.findall(r"`make ([a-z-]+)`", text) + re.findall(r"^make ([a-z-]+)", text, flags=re.MULTILINE)
        assert set(named) <= targets, name


@pytest.mark.parametrize("name", NAMES)
def test_relative_links_lead_somewhere(name):
    for number, line in prose(name):
        for link in re.findall(r"\]\(([^)\s]+)\)", line):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            path = (ROOT / name).parent / file if file else ROOT / name
            assert path.exists(), f"{name}, line {number}: no file {file}"
            assert not anchor or anchor in anchors(path.resolve()), f"{name}, line {number}: no heading #{anchor}"


@pytest.mark.parametrize("name", OURS)
def test_prose_keeps_to_its_width(name):
    long = [number for number, line in prose(name) if len(line) > 140 and not line.startswith("|")]
    assert long == []


def test_counts_of_numbers_are_those_of_the_catalogue():
    values = catalogue().values.values()
    status = Counter(value.status for value in values)
    assert status["reviewed"] == 0, "README says that nothing has been reviewed"
    counted = {"assumed": status["assumed"], "disputed": status["disputed"]}
    for name in ("README.md", "CHANGELOG.md"):
        text = " ".join((ROOT / name).read_text("utf-8").split())
        assert re.search(rf"\b{len(values)} (numbers|values)", text), name
        assert re.search(rf"\b{counted['assumed']} are assumed, {counted['disputed']} disputed", text), name


def test_misses_are_told_as_the_table_of_validation_has_them():
    rows = (ROOT / "docs" / "validation.md").read_text("utf-8").splitlines()
    missed = sum("| MISSED |" in row for row in rows)
    judged = missed + sum("| inside |" in row for row in rows)
    assert judged > 0
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"Of the {judged} quantities of its [table](docs/validation.md), {missed} are missed" in readme
    assert f"- {missed} of the {judged} quantities" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_changelog_opens_with_this_version():
    first = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE)
    assert first is not None
    assert first[1] in (amoeboid.__version__, "Unreleased")


def test_the_page_of_ports_is_that_of_the_register():
    page = (ROOT / "docs" / "ports.md").read_text("utf-8")
    assert table_of_ports() in page, f"write this table into docs/ports.md:\n{table_of_ports()}"
