"""SBML and Antimony files read into the record, in a child process with bounded time and memory."""

from __future__ import annotations

import dataclasses
import re
import stat
from pathlib import Path
from typing import Any, NoReturn

from amoeboid.errors import ExecutionError, Fault, FormatError
from amoeboid.formats.sbml.confinement import SECONDS, ChildDiedError, ask
from amoeboid.formats.sbml.encoding import from_plain
from amoeboid.formats.sbml.record import SbmlModel
from amoeboid.formats.sbml.scan import MAX_BYTES, Scan, refuse_size, scan

MAX_ANTIMONY = 2_000_000
MAX_OTHERS = 20
_UNIT_SECONDS = 5.0
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_SUFFIXES = {".xml": "sbml", ".sbml": "sbml", ".ant": "antimony", ".antimony": "antimony"}


def read_sbml(path: str | Path) -> SbmlModel:
    """Read an SBML file of any level, Level 1 Version 1 to Level 3 Version 2.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    FormatError
        When the file cannot be read, is no valid SBML, or passes a bound of size, depth, time or memory.
    ExecutionError
        When python-libsbml is not installed.
    """
    file = Path(path)
    return _parse(_text(file), file.name, file.parent)


def parse_sbml(text: str, where: str) -> SbmlModel:
    """Read an SBML text; `where` names it in errors. See `read_sbml`.

    Examples
    --------
    >>> head = '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
    >>> parse_sbml(head + '<model id="empty"/></sbml>', "empty.xml").id
    'empty'
    """
    return _parse(text, where, None)


def read_antimony(source: str | Path) -> SbmlModel:
    """Read an Antimony file, or Antimony text when given text of more than one line.

    Raises
    ------
    FormatError
        When it is no Antimony, imports another file, or passes a bound.
    ExecutionError
        When antimony or python-libsbml is not installed.
    """
    if isinstance(source, str) and ("\n" in source or ";" in source):
        return parse_antimony(source, "antimony text")
    file = Path(source)
    return parse_antimony(_text(file), file.name)


def read_model(path: str | Path) -> SbmlModel:
    """Read a file of SBML or Antimony, told apart by what it begins with.

    Raises
    ------
    FormatError
        See `read_sbml` and `read_antimony`.
    """
    file = Path(path)
    text = _text(file)
    kind = _SUFFIXES.get(file.suffix.lower(), "")
    if text.lstrip("\ufeff \t\r\n").startswith("<") or kind == "sbml":
        return _parse(text, file.name, file.parent)
    return parse_antimony(text, file.name)


def parse_antimony(text: str, where: str) -> SbmlModel:
    """Read an Antimony text; `where` names it in errors. See `read_antimony`."""
    if len(text) > MAX_ANTIMONY:
        what, expected = f"more than {MAX_ANTIMONY:,} characters", f"at most {MAX_ANTIMONY:,}"
        raise FormatError(Fault(where, what, expected, "", "write the model as SBML", "AMB-F66"))
    odd = "" if text.strip() else "nothing in it"
    odd = odd or ("control characters in it" if re.search(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]", text) else "")
    if odd:
        raise FormatError(Fault(where, odd, "a model in Antimony", "", "write it as plain text", "AMB-F78"))
    _refuse_import(text, where)
    answer = _ask({"do": "antimony", "text": text}, where)
    if "antimony" in answer:
        _refuse_antimony(answer["antimony"], where)
    model = _parse(answer["sbml"], where, None)
    return dataclasses.replace(model, lines={})  # its lines are those of the SBML that nobody sees


def _text(file: Path) -> str:
    """Give the text of a regular file that is not too large."""
    try:
        facts = file.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise FormatError(Fault(str(file), "no regular file", "a file", "", "correct the path", "AMB-F67"))
        if facts.st_size > MAX_BYTES:
            refuse_size(file.name)
        with file.open("rb") as source:
            data = source.read(MAX_BYTES + 1)
        return data.decode("utf-8")
    except OSError as cause:
        what = f"cannot be read: {cause.strerror}"
        raise FormatError(Fault(str(file), what, "a file", "", "correct the path", "AMB-F68")) from cause
    except UnicodeDecodeError as cause:
        what = f"byte {cause.start:,} is not UTF-8"
        raise FormatError(Fault(file.name, what, "UTF-8", "", "save it as UTF-8", "AMB-F69")) from cause


def _parse(text: str, where: str, folder: Path | None) -> SbmlModel:
    text = text.removeprefix("\ufeff")
    if not text.startswith("<?xml"):  # libSBML would put it on a line of its own, and all lines told would be wrong
        text = _DECLARATION + text
    first = scan(text, where)
    others, refused = _others(first, where, folder)
    answer = _ask({"do": "read", "text": text, "where": where, "others": others}, where)
    if "faults" in answer:
        unread = (_refused_package(what, where, line) for what, _, line in refused)
        raise FormatError(*unread, *(Fault(**fault) for fault in answer["faults"]))
    model = from_plain(answer["model"])
    return dataclasses.replace(
        model,
        refused=refused + model.refused,
        notices=model.notices + tuple(answer["odd"]) + _unit_notices(),
    )


def _refused_package(what: str, where: str, line: int) -> Fault:
    do = "export the model without the package"
    return Fault(f"{where}, line {line}", f"{what} is not understood", "SBML core or comp", "", do, "AMB-F76")


def _unit_notices() -> tuple[str, ...]:
    """Check units apart from the rest: functions of functions can make that check endless."""
    try:
        return tuple(ask({"do": "units"}, _UNIT_SECONDS).get("notices", ("units were not checked",)))
    except ChildDiedError as cause:
        return (f"units were not checked: the check {cause}",)


Refused = tuple[tuple[str, str, int], ...]


def _others(first: Scan, where: str, folder: Path | None) -> tuple[dict[str, str], Refused]:
    """Read the files that submodels live in: beside the file only, and each bounded as the file itself.

    Also give what is refused in any of them.
    """
    found: dict[str, str] = {}
    waiting, refused = list(first.sources), list(first.refused)
    while waiting:
        source, line = waiting.pop()
        name = source.removeprefix("./")
        if name in found:
            continue
        file = _beside(name, folder)
        if file is None or len(found) >= MAX_OTHERS:
            what = f"a submodel lives in `{source[:100]}`, which is not beside this file"
            do = f"put the files into one folder and name them without a path ({MAX_OTHERS} at most)"
            raise FormatError(Fault(f"{where}, line {line}", what, "a file of the same folder", "", do, "AMB-F70"))
        found[name] = _text(file)
        other = scan(found[name], name)
        waiting += [(further, line) for further, _ in other.sources]
        refused += [(what, f"{name}, line {place}", line) for what, _, place in other.refused]
        if sum(map(len, found.values())) > MAX_BYTES:
            refuse_size(where)
    return found, tuple(refused)


def _beside(name: str, folder: Path | None) -> Path | None:
    if folder is None or not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.\- ]{0,200}", name):
        return None
    file = folder / name
    return file if file.is_file() and file.resolve().parent == folder.resolve() else None


def _ask(request: dict[str, Any], where: str) -> dict[str, Any]:
    try:
        answer = ask(request)
    except ChildDiedError as cause:
        what = (
            f"reading it took more than {SECONDS:.0f} s" if cause.overtime else "the library that reads it broke down"
        )
        do = "look for formulas or notes of unusual size in it"
        raise FormatError(Fault(where, what, "a file that can be read in bounded time", "", do, "AMB-F71")) from None
    if "missing" in answer:
        what = f"{answer['missing']} is not installed, which reads such files"
        do = 'run `pip install "amoeboid[sbml]"`'
        raise ExecutionError(Fault(where, what, "the extra `sbml`", "", do, "AMB-F72"))
    if "memory" in answer:
        what, do = "reading it took more than 4 GiB of memory", "split the model"
        raise FormatError(Fault(where, what, "a file that can be read in bounded memory", "", do, "AMB-F73"))
    if "broken" in answer:
        what, do = f"our reader broke down: {answer['broken'][:200]}", "report it, with the file"
        raise FormatError(Fault(where, what, "", "", do, "AMB-F77"))
    return answer


_COMMENT_OR_STRING = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|//[^\n]*|\#[^\n]*|/\*[\s\S]*?\*/')


def _refuse_import(text: str, where: str) -> None:
    bare = _COMMENT_OR_STRING.sub(lambda match: "\n" * match[0].count("\n") or " ", text)
    if match := re.search(r"\bimport\b", bare):
        line = bare.count("\n", 0, match.start()) + 1
        what, do = "`import` of another file", "copy the imported model into the text"
        raise FormatError(Fault(f"{where}, line {line}", what, "one whole text", "", do, "AMB-F74"))


def _refuse_antimony(message: str, where: str) -> NoReturn:
    match = re.search(r"line (\d+)", message)
    place = f"{where}, line {match[1]}" if match else where
    what = re.sub(r"^Error in model string, line \d+:\s*", "", " ".join(message.split()))[:400]
    raise FormatError(Fault(place, what, "Antimony", "", "correct the line", "AMB-F75"))
