"""Whether MathML has the form that it should, while it streams by: libSBML reads some wrong forms and says nothing.

It takes ``<cn>1.2.3</cn>`` for 1.2, a second ``otherwise`` for a condition, a ``logbase`` behind its operand for the
operand, and leaves out text beside elements. Each would be a wrong number, so each is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_MATHML = "http://www.w3.org/1998/Math/MathML "
_REAL = r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*"
_WHOLE = r"\s*[+-]?\d+(?:\.0*)?\s*"
_NUMBERS = {
    "real": re.compile(_REAL, re.ASCII),
    "integer": re.compile(_WHOLE, re.ASCII),
    "rational": re.compile(rf"{_WHOLE}\|(?!\s*[+-]?0+\s*$){_WHOLE}", re.ASCII),
    "e-notation": re.compile(rf"{_REAL}\|\s*[+-]?\d+\s*", re.ASCII),
}
"""What each type of number may say; a bar stands for the separator."""
_PARTS = {"piece": 2, "otherwise": 1, "bvar": 1, "logbase": 1, "degree": 1}
_QUALIFIED = {"log": "logbase", "root": "degree"}
_SILENT = {"math", "apply", "lambda", "piecewise", *_PARTS}


class ShapeError(Exception):
    """MathML has a form that no reader should guess about; carries what is wrong."""


@dataclass
class _Open:
    name: str
    kind: str = ""
    children: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


@dataclass
class MathShape:
    """Watches the elements of a file; those that are no MathML pass."""

    stack: list[_Open] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element, with its namespace before its name."""
        if not name.startswith(_MATHML):
            if self.stack:
                self.stack.append(_Open("foreign"))
            return
        local = name[len(_MATHML) :]
        if self.stack:
            self.stack[-1].children.append(local)
            if local == "sep":
                self.stack[-1].text.append("|")
        self.stack.append(_Open(local, attributes.get("type", "real")))
        if local == "cn" and attributes.get("base", "10") != "10":
            raise ShapeError("a number in `cn` has another base than 10")

    def text(self, text: str) -> None:
        """Take characters."""
        if self.stack and self.stack[-1].name != "foreign":
            self.stack[-1].text.append(text)

    def end(self) -> None:
        """Take the end of an element and judge it."""
        if not self.stack:
            return
        element = self.stack.pop()
        if element.name == "cn":
            _judge_number(element)
        elif element.name in _SILENT:
            _judge_children(element)


def _judge_number(element: _Open) -> None:
    text, rule = "".join(element.text), _NUMBERS.get(element.kind)
    if rule and not rule.fullmatch(text):
        raise ShapeError(f"`{text.strip()[:40]}` in `cn` is no number of type `{element.kind}`")


def _judge_children(element: _Open) -> None:
    name, children = element.name, element.children
    if text := "".join(element.text).strip():
        raise ShapeError(f"text `{text[:40]}` stands in `{name}`, beside its elements")
    if name in _PARTS and len(children) != _PARTS[name]:
        raise ShapeError(f"`{name}` holds {len(children)} elements, not {_PARTS[name]}")
    if name == "piecewise" and "otherwise" in children[:-1]:
        raise ShapeError("`otherwise` is not the last, or not the only one, in `piecewise`")
    if name == "math" and len(children) > 1:
        raise ShapeError("`math` holds more than one formula")
    if name == "apply":
        _judge_apply(children)


def _judge_apply(children: list[str]) -> None:
    if not children:
        raise ShapeError("`apply` is empty")
    qualifier = _QUALIFIED.get(children[0], "")
    given = [place for place, child in enumerate(children) if child in _QUALIFIED.values()]
    if given and (given != [1] or children[1] != qualifier):
        raise ShapeError(f"`{children[given[0]]}` does not stand right behind the operator that it belongs to")
    if qualifier and len(children) != 2 + len(given):
        raise ShapeError(f"`{children[0]}` is applied to {len(children) - 1 - len(given)} things, not to one")
