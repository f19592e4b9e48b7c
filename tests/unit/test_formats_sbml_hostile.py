"""Hostile and broken files: an error in four parts, in bounded time, and the next file is read as ever."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from amoeboid.errors import ExecutionError, FormatError
from amoeboid.formats.sbml import confinement, parse_sbml, read_model, read_sbml
from amoeboid.formats.sbml.child import Reader

pytest.importorskip("libsbml")

MATHML = 'xmlns="http://www.w3.org/1998/Math/MathML"'
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
PARAMETER = '<parameter id="x" value="1" constant="false"/>'


def level3(body: str, before: str = "") -> str:
    space = 'xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<sbml {space}>\n<model id="m">\n{body}\n</model></sbml>'


def parameters(*ids: str) -> str:
    return (
        "<listOfParameters>\n"
        + "\n".join(PARAMETER.replace('"x"', f'"{name}"') for name in ids)
        + "</listOfParameters>"
    )


def rule(math: str, variable: str = "x") -> str:
    return f'<assignmentRule variable="{variable}"><math {MATHML}>{math}</math></assignmentRule>'


def ruled(*rules: str) -> str:
    return level3(parameters("x", "y") + f"<listOfRules>\n{''.join(rules)}</listOfRules>")


def function(name: str, body: str) -> str:
    inner = f"<lambda><bvar><ci>a</ci></bvar>{body}</lambda>"
    return f'<functionDefinition id="{name}"><math {MATHML}>{inner}</math></functionDefinition>'


def functions(*definitions: str) -> str:
    listed = f"<listOfFunctionDefinitions>{''.join(definitions)}</listOfFunctionDefinitions>"
    return level3(
        listed + parameters("x") + f"<listOfRules>{rule('<apply><ci>f0</ci><cn>1</cn></apply>')}</listOfRules>"
    )


def call(name: str) -> str:
    return f"<apply><ci>{name}</ci><ci>a</ci></apply>"


def nested(count: int) -> str:
    return "<apply><plus/><cn>1</cn>" * count + "<cn>1</cn>" + "</apply>" * count


def entities() -> str:
    lines = ['<!ENTITY e0 "aaaaaaaaaaaaaaaa">']
    lines += [f'<!ENTITY e{i} "{f"&e{i - 1};" * 16}">' for i in range(1, 16)]
    return f"<!DOCTYPE sbml [{''.join(lines)}]>"


OTHERWISE = "<otherwise><cn>1</cn></otherwise>"
LOGBASE = "<logbase><cn>2</cn></logbase>"
NOTES = "<notes><p {}>{}</p></notes>"
OUTSIDE = '<!DOCTYPE sbml [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
REFUSED: dict[str, tuple[str, str]] = {
    "entity bomb": (level3(NOTES.format(XHTML, "&e15;"), entities()), "document type"),
    "quadratic entity": (
        level3(NOTES.format(XHTML, "&e;" * 1000), f'<!DOCTYPE sbml [<!ENTITY e "{"a" * 100_000}">]>'),
        "document type",
    ),
    "external entity": (level3(NOTES.format(XHTML, "&e;"), OUTSIDE), "document type"),
    "parameter entity": (level3("", '<!DOCTYPE s [<!ENTITY % p SYSTEM "http://a.org/x"> %p;]>'), "document type"),
    "undeclared entity": (level3(NOTES.format(XHTML, "&nbsp;")), "not whole XML"),
    "deep notes": (level3(NOTES.format(XHTML, "<b>" * 10_000 + "</b>" * 10_000)), "more than 256 deep"),
    "deep mathematics": (ruled(rule(nested(10_000))), "more than 256 deep"),
    "many parameters": (level3(parameters(*(f"p{i}" for i in range(200_001)))), "more than 200,000 elements"),
    "long identifier": (level3(parameters("x" * 257)), "identifier of 257 characters"),
    "duplicate identifier": (level3(parameters("x", "x")), "Duplicate 'id'"),
    "large": (level3(f"<!--{'a' * 20_000_000}-->"), "more than 20,000,000 bytes"),
    "truncated": (level3(parameters("x"))[:-40], "not whole XML"),
    "empty": ("", "not whole XML"),
    "no XML": ("model m\nend", "not whole XML"),
    "NUL": (level3(parameters("x")).replace("model", "mo\0del", 1), "not whole XML"),
    "lone surrogate": (level3(parameters("x")).replace("model", "mo\ud800del", 1), "not whole XML"),
    "other character set": (level3("").replace("UTF-8", "ISO-8859-1"), "character set"),
    "other root": ("<html/>", "first element is `html`"),
    "other level": (level3("").replace("level3", "level4"), "Level 1, 2 or 3"),
    "no model": (level3("").replace('<model id="m">', "").replace("</model>", ""), "no model"),
    "recursive function": (functions(function("f0", call("f0"))), "Recursive function"),
    "functions in a circle": (functions(function("f0", call("f1")), function("f1", call("f0"))), "Recursive function"),
    "circular rules": (ruled(rule("<ci>y</ci>"), rule("<ci>x</ci>", "y")), "Circular"),
    "unknown symbol": (ruled(rule("<ci>absent</ci>")), "uses 'absent'"),
    "unknown function": (ruled(rule("<apply><ci>g</ci><cn>1</cn></apply>")), "function"),
    "no number": (ruled(rule("<cn>1.2.3</cn>")), "`1.2.3` in `cn` is no number of type `real`"),
    "integer with a part": (ruled(rule('<cn type="integer">2.5</cn>')), "no number of type `integer`"),
    "rational over zero": (ruled(rule('<cn type="rational">1<sep/>0</cn>')), "no number of type `rational`"),
    "two exponents": (ruled(rule('<cn type="e-notation">1<sep/>2<sep/>3</cn>')), "no number of type `e-notation`"),
    "exponent with a part": (ruled(rule('<cn type="e-notation">1<sep/>2.5</cn>')), "no number of type `e-notation`"),
    "other base": (ruled(rule('<cn base="16">10</cn>')), "another base"),
    "two otherwise": (ruled(rule(f"<piecewise>{OTHERWISE * 2}</piecewise>")), "`otherwise` is not the last"),
    "base behind its operand": (ruled(rule(f"<apply><log/><cn>8</cn>{LOGBASE}</apply>")), "right behind the operator"),
    "logarithm of nothing": (ruled(rule(f"<apply><log/>{LOGBASE}</apply>")), "applied to 0 things"),
    "root of two": (ruled(rule("<apply><root/><cn>1</cn><cn>2</cn></apply>")), "applied to 2 things"),
    "degree of a sum": (ruled(rule(f"<apply><plus/>{LOGBASE}<cn>2</cn></apply>")), "right behind the operator"),
    "text beside elements": (ruled(rule("<apply><plus/>2<cn>1</cn></apply>")), "text `2` stands in `apply`"),
    "empty apply": (ruled(rule("<apply/>")), "`apply` is empty"),
    "two formulas": (ruled(rule("<cn>1</cn><cn>2</cn>")), "more than one formula"),
    "no mathematics": (ruled(rule("<apply><nonsense/></apply>")), "rule"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_model_is_refused_in_four_parts(name: str) -> None:
    text, telling = REFUSED[name]
    started = time.monotonic()
    with pytest.raises(FormatError) as caught:
        parse_sbml(text, "hostile.xml")
    assert time.monotonic() - started < 10.0
    fault = caught.value.faults[0]
    assert telling in str(caught.value)
    assert fault.where.startswith("hostile.xml")
    assert fault.what
    assert fault.expected
    assert fault.do
    assert fault.code.startswith("AMB-F")


def test_faults_come_with_their_lines_and_all_at_once() -> None:
    with pytest.raises(FormatError) as caught:
        parse_sbml(ruled(rule("<ci>one</ci>"), "\n", rule("<ci>two</ci>", "y")), "two.xml")
    assert [fault.where for fault in caught.value.faults] == ["two.xml, line 7", "two.xml, line 8"]


def test_faults_beyond_measure_are_counted() -> None:
    wrong = [f"<algebraicRule><math {MATHML}><ci>q{i}</ci></math></algebraicRule>" for i in range(100)]
    with pytest.raises(FormatError) as caught:
        parse_sbml(ruled(*wrong), "many.xml")
    assert len(caught.value.faults) == 31
    assert "more faults" in caught.value.faults[-1].what


def test_deep_but_bounded_notes_and_mathematics_are_read() -> None:
    notes = NOTES.format(XHTML, "<b>" * 240 + "deep" + "</b>" * 240)
    text = ruled(rule(nested(245))).replace('<model id="m">', f'<model id="m">{notes}')
    assert parse_sbml(text, "deep.xml").notes == "deep"


def test_functions_that_double_each_other_cost_only_the_check_of_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amoeboid.formats.sbml.reading._UNIT_SECONDS", 0.5)
    twice = [function(f"f{i}", f"<apply><plus/>{call(f'f{i + 1}')}{call(f'f{i + 1}')}</apply>") for i in range(40)]
    model = parse_sbml(functions(*reversed(twice), function("f40", "<ci>a</ci>")), "double.xml")
    assert len(model.functions) == 41
    assert model.notices == ("units were not checked: the check took too long",)


def test_a_large_sparse_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "sparse.xml").open("wb") as file:
        file.truncate(200_000_000)
    started = time.monotonic()
    with pytest.raises(FormatError, match="20,000,000 bytes"):
        read_sbml(tmp_path / "sparse.xml")
    assert time.monotonic() - started < 1.0


@pytest.mark.parametrize("data", [b"\xff\xfe<\0", b'<sbml name="\xe9"/>', b"\xed\xa0\x80"])
def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bytes.xml").write_bytes(data)
    with pytest.raises(FormatError, match="UTF-8"):
        read_sbml(tmp_path / "bytes.xml")


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    for path in (tmp_path / "pipe.xml", tmp_path, Path(os.devnull)):
        with pytest.raises(FormatError, match="no regular file"):
            read_model(path)
    with pytest.raises(FormatError, match="cannot be read"):
        read_model(tmp_path / "absent.xml")


def test_a_mark_of_byte_order_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "marked.xml").write_text("\ufeff" + level3(parameters("x")), encoding="utf-8")
    assert read_model(tmp_path / "marked.xml").parameters[0].id == "x"


def test_a_child_that_dies_is_replaced() -> None:
    good = level3(parameters("x"))
    parse_sbml(good, "good.xml")
    process = confinement._child()
    process.kill()
    process.wait()
    assert parse_sbml(good, "good.xml").parameters[0].id == "x"
    assert confinement._child().pid != process.pid


def test_a_child_is_kept_for_many_files() -> None:
    parse_sbml(level3(parameters("x")), "good.xml")
    process = confinement._child()
    parse_sbml(level3(parameters("x")), "good.xml")
    assert confinement._child().pid == process.pid


def test_a_child_that_dies_while_reading_is_told_as_a_bad_file(monkeypatch: pytest.MonkeyPatch) -> None:
    long = (
        level3(parameters("x")).replace("level3/version2/core", "level1").replace('"3" version="2"', '"1" version="2"')
    )
    formula = f'<listOfRules><parameterRule name="x" formula="{"+".join(["1"] * 300_000)}"/></listOfRules>'
    places = '<listOfCompartments><compartment name="c"/></listOfCompartments>'
    values = '<listOfParameters><parameter name="x" value="1"/></listOfParameters>'
    space = long[: long.index("<model")]
    with pytest.raises(FormatError, match="broke down") as caught:
        parse_sbml(f'{space}<model name="m">{places}{values}{formula}</model></sbml>', "long.xml")
    assert caught.value.faults[0].code == "AMB-F71"
    assert parse_sbml(level3(parameters("x")), "good.xml").parameters


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    process = confinement._child()
    monkeypatch.setattr(confinement, "_talk", lambda *_: time.sleep(3.0))
    with pytest.raises(confinement.ChildDiedError, match="too long"):
        confinement.ask({"do": "units"}, 0.05)
    assert process.poll() is not None


def test_a_missing_library_names_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amoeboid.formats.sbml.reading.ask", lambda *_: {"missing": "libsbml"})
    with pytest.raises(ExecutionError, match=r"amoeboid\[sbml\]"):
        parse_sbml(level3(""), "any.xml")


def test_a_missing_library_is_noticed_by_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libsbml", None)
    answer = Reader().answer({"do": "read", "text": "", "where": "", "others": {}})
    assert answer == '{"missing": "libsbml"}'


@pytest.mark.parametrize(("problem", "code"), [({"memory": True}, "AMB-F73"), ({"broken": "E"}, "AMB-F77")])
def test_other_ends_are_faults_of_the_file(
    monkeypatch: pytest.MonkeyPatch, problem: dict[str, object], code: str
) -> None:
    monkeypatch.setattr("amoeboid.formats.sbml.reading.ask", lambda *_: problem)
    with pytest.raises(FormatError) as caught:
        parse_sbml(level3(""), "any.xml")
    assert caught.value.faults[0].code == code


def test_reading_imports_no_library_into_this_process(tmp_path: Path) -> None:
    (tmp_path / "good.xml").write_text(level3(parameters("x")))
    code = f"""
import sys
from amoeboid.formats.sbml import read_model
assert read_model({str(tmp_path / "good.xml")!r}).parameters
assert not {{"libsbml", "antimony"}} & set(sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _ask_in_threads(count: int) -> list[str]:
    import threading

    found: list[str] = []

    def read(name: str) -> None:
        found.append(parse_sbml(level3(parameters(name)), name).parameters[0].id)

    threads = [threading.Thread(target=read, args=(f"x{i}",)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_threads_share_the_child_without_mixing_answers() -> None:
    ask: Callable[[int], list[str]] = _ask_in_threads
    assert ask(8) == [f"x{i}" for i in range(8)]


def test_a_forked_process_has_a_child_of_its_own() -> None:
    code = f"""
import os
from amoeboid.formats.sbml import confinement, parse_sbml
text = {level3(parameters("x"))!r}
parse_sbml(text, "before.xml")
first = confinement._child().pid
if (fork := os.fork()) == 0:
    same = parse_sbml(text, "forked.xml").parameters and confinement._child().pid == first
    confinement.close()
    os._exit(1 if same else 0)
assert os.waitpid(fork, 0)[1] == 0
assert parse_sbml(text, "after.xml").parameters and confinement._child().pid == first
"""
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0


LEVEL1 = """<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model name="m">
<listOfCompartments><compartment name="c"/></listOfCompartments>
<listOfParameters><parameter name="k" value="1"/><parameter name="q" value="1"/></listOfParameters>
<listOfRules><parameterRule name="q" formula="{}"/></listOfRules></model></sbml>"""


@pytest.mark.parametrize("formula", ["1.2.3", "2k", "k*", "k k", "1e", "k==1", "k%2", "k,3", "!k"])
def test_a_formula_of_level_1_that_is_none_is_refused(formula: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_sbml(LEVEL1.format(formula), "one.xml")
    assert caught.value.faults[0].where == "one.xml, line 4, q"
    assert caught.value.faults[0].code == "AMB-F64"


@pytest.mark.parametrize("formula", ["sin(k,k)", "pow(k)", "log(2,k)", "mass(k,k)"])
def test_what_level_1_does_not_know_is_refused_by_name(formula: str) -> None:
    assert parse_sbml(LEVEL1.format(formula), "one.xml").refused[0][1:] == ("q", 4)
