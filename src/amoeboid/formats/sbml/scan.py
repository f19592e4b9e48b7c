"""A first look at an SBML text by our own parser, before any library sees it.

libSBML is written in C++ and recursive: deep nesting, entities and endless files end its process. So size, depth,
number of elements, length of identifiers, the character set and document types are judged here, by an iterative
parser with bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from amoeboid.errors import Fault, FormatError
from amoeboid.formats.sbml.shape import MathShape, ShapeError

MAX_BYTES = 20_000_000
MAX_DEPTH = 256
MAX_ELEMENTS = 200_000
MAX_IDENTIFIER = 256
_IDENTIFIERS = {"id", "metaid", "variable", "symbol", "species", "specie", "compartment"}
_CORE = ("http://www.sbml.org/sbml/level1", "http://www.sbml.org/sbml/level2", "http://www.sbml.org/sbml/level3")
_PACKAGE = "http://www.sbml.org/sbml/level3/version1/"
_READ = {"comp", "l3v2extendedmath", "core"}


@dataclass(frozen=True)
class Scan:
    """What a first look tells: the refused packages with their line, and the files that submodels live in."""

    refused: tuple[tuple[str, str, int], ...] = ()
    sources: tuple[tuple[str, int], ...] = ()


def scan(text: str, where: str) -> Scan:
    """Judge an SBML text before a library reads it.

    Raises
    ------
    FormatError
        When the text is no whole XML with root ``sbml``, declares a document type, or passes a bound.

    Examples
    --------
    >>> scan('<sbml xmlns="http://www.sbml.org/sbml/level2" level="2" version="1"><model/></sbml>', "a.xml")
    Scan(refused=(), sources=())
    """
    if len(text) > MAX_BYTES or len(data := text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        refuse_size(where)
    looker = _Looker(where)
    parser = expat.ParserCreate(encoding="UTF-8", namespace_separator=" ")
    looker.attach(parser)
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as cause:
        what = f"not whole XML: {expat.ErrorString(cause.code)}"
        do = "export it again from the tool that made it; the file may have been cut"
        raise FormatError(Fault(_at(where, cause.lineno), what, "well-formed XML", "", do, "AMB-F60")) from cause
    return Scan(tuple(looker.refused), tuple(looker.sources))


def refuse_size(where: str) -> NoReturn:
    """Refuse a file for its size."""
    what = f"more than {MAX_BYTES:,} bytes"
    do = "drop layout, notes and annotation, or split the model"
    raise FormatError(Fault(where, what, f"at most {MAX_BYTES:,} bytes", "", do, "AMB-F61"))


def _at(where: str, line: int) -> str:
    return f"{where}, line {line}"


@dataclass
class _Looker:
    where: str
    depth: int = 0
    elements: int = 0
    refused: list[tuple[str, str, int]] = field(default_factory=list)
    sources: list[tuple[str, int]] = field(default_factory=list)
    parser: expat.XMLParserType | None = None
    aside: int = 0
    """How deep in notes or annotation, where formulas are only shown."""
    shape: MathShape = field(default_factory=MathShape)

    def attach(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.shape.text
        parser.StartDoctypeDeclHandler = self.doctype
        parser.EntityDeclHandler = self.doctype
        parser.XmlDeclHandler = self.declaration

    def line(self) -> int:
        return self.parser.CurrentLineNumber if self.parser else 0

    def fail(self, what: str, expected: str, do: str) -> NoReturn:
        raise FormatError(Fault(_at(self.where, self.line()), what, expected, "", do, "AMB-F62"))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            expected = f"at most {MAX_DEPTH} levels"
            self.fail(f"elements nested more than {MAX_DEPTH} deep", expected, "flatten the nested notes or formula")
        if self.elements > MAX_ELEMENTS:
            expected = f"at most {MAX_ELEMENTS:,}"
            self.fail(
                f"more than {MAX_ELEMENTS:,} elements", expected, "drop layout and annotation, or split the model"
            )
        if self.depth == 1:
            self.root(name, attributes)
        if self.aside:
            self.aside += 1
        elif name.rpartition(" ")[2] in {"notes", "annotation"} and name.startswith(_CORE):
            self.aside = 1
        else:
            self.judge(lambda: self.shape.start(name, attributes))
        for key, value in attributes.items():
            if len(value) > MAX_IDENTIFIER and key in _IDENTIFIERS:
                what = f"attribute `{key}` is an identifier of {len(value):,} characters: `{value[:40]}...`"
                self.fail(what, f"at most {MAX_IDENTIFIER} characters", "shorten it")
        if name.endswith(" externalModelDefinition") and "/comp/" in name:
            named = [attributes[key] for key in (f"{name.rpartition(' ')[0]} source", "source") if key in attributes]
            self.sources += [(source, self.line()) for source in named or [""]]

    def end(self, _name: str) -> None:
        self.depth -= 1
        if self.aside:
            self.aside -= 1
        else:
            self.judge(self.shape.end)

    def judge(self, look: Callable[[], None]) -> None:
        try:
            look()
        except ShapeError as cause:
            self.fail(str(cause), "MathML as SBML defines it", "correct the formula")

    def root(self, name: str, attributes: dict[str, str]) -> None:
        uri, _, local = name.rpartition(" ")
        if local != "sbml" or not uri.startswith(_CORE):
            what = f"its first element is `{local[:60]}` and not `sbml` of Level 1, 2 or 3"
            self.fail(what, "an SBML file", "export it as SBML (Level 3 Version 2 is best)")
        for key, value in attributes.items():
            package, _, word = key.rpartition(" ")
            if word == "required" and package:
                self.package(package, value.strip() in {"true", "1"})

    def package(self, uri: str, required: bool) -> None:  # noqa: FBT001 - one attribute of the file
        name = uri.removeprefix(_PACKAGE).partition("/")[0] if uri.startswith(_PACKAGE) else uri[:100]
        if name == "fbc" or (required and name not in _READ):
            self.refused.append((f"package {name}", "sbml", self.line()))

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() not in {"UTF-8", "UTF8", "ASCII", "US-ASCII"}:
            self.fail(f"its character set is `{encoding[:40]}`", "UTF-8, as SBML asks for", "save it as UTF-8")

    def doctype(self, *_parts: object) -> None:
        what = "a document type or entity is declared, which can make a file grow without bound"
        self.fail(what, "no `<!DOCTYPE`", "remove the `<!DOCTYPE` part; SBML has none")
