"""Texts of rate laws in our own network tables: read, check, put into the graph.

Only what those tables need: sums, products, quotients, whole-number powers, and ``clip(x)``, which holds a value
between 0 and 1.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from amoeboid.errors import Fault, FormatError, nearest_name
from amoeboid.signalling.expression import Graph, Node

_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
FUNCTIONS = ("clip",)
"""Names that a rate text may call."""


def parse(text: str, where: str) -> ast.expr:
    """Read the text of a rate law into a checked syntax tree; ``^`` is the power.

    Raises
    ------
    FormatError
        When the text is not arithmetic on names and numbers.

    Examples
    --------
    >>> type(parse("k * x^2 / (K + x)", "J1")).__name__
    'BinOp'
    """
    try:
        tree = ast.parse(text.replace("^", "**"), mode="eval").body
    except (SyntaxError, RecursionError, ValueError) as cause:
        raise FormatError(_unreadable(where, text)) from cause
    for part in ast.walk(tree):
        if isinstance(part, ast.Call):
            good = isinstance(part.func, ast.Name) and part.func.id in FUNCTIONS and len(part.args) == 1
            good = good and not part.keywords
        elif isinstance(part, ast.Constant):
            good = type(part.value) in (int, float)
        else:
            good = isinstance(part, (ast.BinOp, ast.UnaryOp, ast.Name, ast.Load, ast.USub, ast.UAdd, *_OPERATORS))
        if not good:
            raise FormatError(_unreadable(where, text))
    return tree


def _unreadable(where: str, text: str) -> Fault:
    return Fault(
        where,
        f"`{text[:80]}` is not a rate law",
        "names and numbers with + - * / ^ and clip(x)",
        "",
        "correct the text",
        "AMB-F21",
    )


def build(graph: Graph, tree: ast.expr, names: Mapping[str, Node], where: str) -> Node:
    """Put a syntax tree into the graph; `names` says what each name stands for.

    Raises
    ------
    FormatError
        When a name is unknown or an exponent is no whole number.
    """
    if isinstance(tree, ast.Constant):
        return graph.constant(float(tree.value))  # type: ignore[arg-type]
    if isinstance(tree, ast.Name):
        if tree.id not in names:
            raise FormatError(unknown_name(where, tree.id, names))
        return names[tree.id]
    if isinstance(tree, ast.UnaryOp):
        part = build(graph, tree.operand, names, where)
        return graph.negate(part) if isinstance(tree.op, ast.USub) else part
    if isinstance(tree, ast.Call):
        return graph.make("clip", build(graph, tree.args[0], names, where))
    assert isinstance(tree, ast.BinOp)
    left, right = build(graph, tree.left, names, where), build(graph, tree.right, names, where)
    return _combine(graph, _OPERATORS[type(tree.op)], (left, right), where)


def _combine(graph: Graph, operator: str, parts: tuple[Node, Node], where: str) -> Node:
    left, right = parts
    if operator == "add":
        return graph.add(left, right)
    if operator == "sub":
        return graph.subtract(left, right)
    if operator == "mul":
        return graph.multiply(left, right)
    if operator == "div":
        return graph.divide(left, right)
    exponent = graph.value(right)
    if exponent is not None and exponent == int(exponent) and abs(exponent) <= 16:
        return graph.power(left, int(exponent))
    raise FormatError(
        Fault(
            where,
            "an exponent that is no whole number up to 16",
            "a whole number",
            "",
            "write a whole number, or declare the name as an exponent",
            "AMB-F22",
        )
    )


def unknown_name(where: str, name: str, known: Iterable[str]) -> Fault:
    """Say that a text uses a name that the network does not have."""
    return Fault(
        where,
        f"unknown name `{name}`",
        "a species, parameter, input, exponent or rule of the network",
        nearest_name(name, known),
        "correct the name, or declare it",
        "AMB-F23",
    )
