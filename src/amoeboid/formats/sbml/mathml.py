"""Tuples of `record` written as MathML elements."""

from __future__ import annotations

import math
from decimal import Decimal
from xml.etree import ElementTree as ET

from amoeboid.formats.sbml.record import Math

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_SYMBOLS = "http://www.sbml.org/sbml/symbols/"
_RENAMED = {"add": "plus", "multiply": "times", "subtract": "minus", "negate": "minus"}
_WORDS = {"true", "false"}


def math_element(tree: Math) -> ET.Element:
    """Write a formula as a ``math`` element.

    Examples
    --------
    >>> ET.tostring(math_element(("add", ("name", "k"), ("number", 2.0))), encoding="unicode")[49:]
    '<apply><plus /><ci>k</ci><cn>2.0</cn></apply></math>'
    """
    top = ET.Element("math", {"xmlns": NAMESPACE})
    top.append(_tree(tree))
    return top


def lambda_element(arguments: tuple[str, ...], body: Math) -> ET.Element:
    """Write the body of a function as a ``math`` element that holds a ``lambda``."""
    top = ET.Element("math", {"xmlns": NAMESPACE})
    inner = ET.SubElement(top, "lambda")
    for argument in arguments:
        ET.SubElement(ET.SubElement(inner, "bvar"), "ci").text = argument
    inner.append(_tree(body))
    return top


def _tree(tree: Math) -> ET.Element:
    kind = tree[0]
    if kind == "number":
        return _number(float(tree[1]))
    if kind == "name":
        return _text("ci", tree[1])
    if kind in _WORDS:
        return ET.Element(kind)
    if kind == "time":
        return _symbol("time")
    if kind == "piecewise":
        return _piecewise(tree[1:])
    return _apply(kind, tree[1:])


def _apply(kind: str, parts: Math) -> ET.Element:
    apply = ET.Element("apply")
    if kind == "call":
        apply.append(_text("ci", parts[0]))
        parts = parts[1:]
    elif kind in {"delay", "rate_of"}:
        apply.append(_symbol({"delay": "delay", "rate_of": "rateOf"}[kind]))
    else:
        ET.SubElement(apply, _RENAMED.get(kind, kind))
    if kind in {"log", "root"}:
        ET.SubElement(apply, "logbase" if kind == "log" else "degree").append(_tree(parts[0]))
        parts = parts[1:]
    apply.extend([_tree(part) for part in parts])
    return apply


def _piecewise(parts: Math) -> ET.Element:
    top = ET.Element("piecewise")
    for value, condition in zip(parts[0 : len(parts) - 1 : 2], parts[1::2], strict=True):
        ET.SubElement(top, "piece").extend([_tree(value), _tree(condition)])
    if len(parts) % 2:
        ET.SubElement(top, "otherwise").append(_tree(parts[-1]))
    return top


def _number(value: float) -> ET.Element:
    if math.isnan(value):
        return ET.Element("notanumber")
    if math.isinf(value):
        infinity = ET.Element("infinity")
        return infinity if value > 0 else _minus(infinity)
    mantissa, mark, exponent = repr(value).partition("e")
    if not mark or repr(float(mantissa)) != mantissa:  # a mantissa of 17 digits would be rounded on its own
        return _text("cn", format(Decimal(repr(value)), "f"))
    number = _text("cn", mantissa)
    number.set("type", "e-notation")
    ET.SubElement(number, "sep").tail = str(int(exponent))
    return number


def _minus(part: ET.Element) -> ET.Element:
    apply = ET.Element("apply")
    ET.SubElement(apply, "minus")
    apply.append(part)
    return apply


def _text(name: str, text: str) -> ET.Element:
    element = ET.Element(name)
    element.text = str(text)
    return element


def _symbol(name: str) -> ET.Element:
    symbol = _text("csymbol", name)
    symbol.attrib.update({"encoding": "text", "definitionURL": f"{_SYMBOLS}{name}"})
    return symbol
