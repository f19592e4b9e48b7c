"""Sums of amounts that no reaction changes, found from the stoichiometry of a file and kept as a check."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

_MOST_STATES = 1_000
_LARGEST = 1_000_000
"""Largest whole number in a sum; larger ones say that the elimination found nothing plain."""

Row = dict[int, int]


def conserved(changes: Sequence[Mapping[int, float]], states: Sequence[int]) -> list[dict[int, int]]:
    """Give whole-number sums that reactions leave as they are.

    Parameters
    ----------
    changes : sequence of mapping
        Of every reaction, by state, how many of it one extent makes.
    states : sequence of int
        States that reactions alone change.

    Returns
    -------
    sums : list of dict
        By state its whole number; together they span all such sums, unless there are too many states or the numbers
        are not plain fractions, when there are none.

    Examples
    --------
    >>> conserved([{0: -2.0, 1: 1.0}], [0, 1])
    [{0: 1, 1: 2}]
    """
    if len(states) > _MOST_STATES:
        return []
    rows: dict[int, tuple[Row, Row]] = {state: ({}, {state: 1}) for state in states}
    for column, change in enumerate(changes):
        whole = _whole(change)
        if whole is None:
            return []
        for state, count in whole.items():
            if state in rows and count:
                rows[state][0][column] = count
    waiting = list(rows.values())
    for column in range(len(changes)):
        waiting = _eliminated(waiting, column)
    found = [_signed(total) for _, total in waiting]
    return [total for total in found if max(map(abs, total.values())) <= _LARGEST]


def _whole(change: Mapping[int, float]) -> Row | None:
    """Give the counts of one reaction times what makes them whole."""
    exact = {state: Fraction(count).limit_denominator(1000) for state, count in change.items() if math.isfinite(count)}
    if len(exact) < len(change) or any(float(exact[state]) != count for state, count in change.items()):
        return None
    scale = math.lcm(*(count.denominator for count in exact.values()))
    return {state: int(count * scale) for state, count in exact.items()}


def _eliminated(rows: list[tuple[Row, Row]], column: int) -> list[tuple[Row, Row]]:
    """Take a column out of all rows with the shortest row that has it, which is then given up."""
    having = [row for row in rows if column in row[0]]
    if not having:
        return rows
    pivot = min(having, key=lambda row: len(row[0]) + len(row[1]))
    kept = []
    for row in rows:
        if row is not pivot:
            kept.append(_joined(row, pivot, column) if column in row[0] else row)
    return kept


def _joined(row: tuple[Row, Row], pivot: tuple[Row, Row], column: int) -> tuple[Row, Row]:
    a, b = pivot[0][column], row[0][column]
    shared = math.gcd(a, b)
    a, b = a // shared, b // shared
    left, right = (_combined(part, a, other, -b) for part, other in zip(row, pivot, strict=True))
    shared = math.gcd(*left.values(), *right.values())
    return {k: v // shared for k, v in left.items()}, {k: v // shared for k, v in right.items()}


def _combined(row: Row, a: int, other: Row, b: int) -> Row:
    total = {k: a * row.get(k, 0) + b * other.get(k, 0) for k in row.keys() | other.keys()}
    return {k: total[k] for k in sorted(total) if total[k]}


def _signed(total: Row) -> Row:
    """Give a sum with more plus than minus."""
    return total if sum(total.values()) >= 0 else {k: -v for k, v in total.items()}
