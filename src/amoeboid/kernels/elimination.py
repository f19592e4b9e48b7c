"""In which order a sparse matrix is eliminated, and its factors and solutions as operations on a tape.

The unknowns fall into blocks: sets that influence one another both ways. Blocks are put in the order of influence, so
that only the square on the diagonal of each block is factored; what lies outside enters the solution as it stands.
A cascade costs no fill at all, and a system that holds copies of one block, such as sensitivities beside their
states, factors that block once, since equal operations on the tape are one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from amoeboid.kernels.equations import Tape

Place = tuple[int, int]


@dataclass(frozen=True)
class Elimination:
    """Order of pivots by block, and for each unknown the places of its row that hold a number then."""

    blocks: tuple[tuple[int, ...], ...]
    rows: tuple[frozenset[int], ...]

    @property
    def n_operations(self) -> int:
        """Multiplications and subtractions of the factorisation, were none of them equal."""
        total = 0
        for block in self.blocks:
            later = set(block)
            for pivot in block:
                later.remove(pivot)
                total += len(later & self.rows[pivot]) * sum(pivot in self.rows[i] for i in later)
        return total


def elimination(n: int, pattern: Iterable[Place]) -> Elimination:
    """Find an order of pivots on the diagonal with little fill: blocks of influence, after Markowitz inside each.

    Examples
    --------
    >>> elimination(3, [(0, 1), (0, 2), (1, 0), (2, 0)]).blocks  # an arrow matrix: its tip goes last
    ((1, 0, 2),)
    >>> elimination(3, [(1, 0), (2, 1)]).blocks  # a cascade
    ((0,), (1,), (2,))
    """
    rows: list[set[int]] = [{i} for i in range(n)]
    for i, j in pattern:
        rows[i].add(j)
    blocks = tuple(_markowitz(members, rows) for members in _blocks(rows))
    return Elimination(blocks, tuple(frozenset(row) for row in rows))


def _blocks(rows: list[set[int]]) -> list[list[int]]:
    """Give the strongly connected sets, what influences first (Tarjan's search without recursion)."""
    n = len(rows)
    number, low, on_stack = [-1] * n, [0] * n, [False] * n
    stack: list[int] = []
    found: list[list[int]] = []
    count = 0
    for root in range(n):
        if number[root] >= 0:
            continue
        work = [(root, iter(sorted(rows[root])))]
        while work:
            node, parts = work[-1]
            if number[node] < 0:
                number[node] = low[node] = count
                count += 1
                stack.append(node)
                on_stack[node] = True
            step = next((part for part in parts if number[part] < 0 or on_stack[part]), None)
            if step is not None and number[step] < 0:
                work.append((step, iter(sorted(rows[step]))))
            elif step is not None:
                low[node] = min(low[node], number[step])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    members = stack[stack.index(node) :]
                    del stack[-len(members) :]
                    for member in members:
                        on_stack[member] = False
                    found.append(sorted(members))
    return found


def _markowitz(members: list[int], rows: list[set[int]]) -> tuple[int, ...]:
    """Order the pivots of one block by least (row - 1)(column - 1); fill is added to the rows."""
    left = set(members)
    across = {i: rows[i] & left - {i} for i in members}
    down: dict[int, set[int]] = {i: set() for i in members}
    for i in members:
        for j in across[i]:
            down[j].add(i)
    heap = [(len(across[i]) * len(down[i]), i) for i in members]
    heapq.heapify(heap)
    order = []
    while heap:
        cost, pivot = heapq.heappop(heap)
        if pivot not in left or cost != len(across[pivot]) * len(down[pivot]):
            continue
        order.append(pivot)
        left.remove(pivot)
        touched = across[pivot] | down[pivot]
        for i in down[pivot]:
            new = across[pivot] - across[i] - {i}
            rows[i] |= new
            across[i] |= new
            for j in new:
                down[j].add(i)
            across[i].discard(pivot)
        for j in across[pivot]:
            down[j].discard(pivot)
        for i in touched:
            heapq.heappush(heap, (len(across[i]) * len(down[i]), i))
    return tuple(order)


def factor(tape: Tape, plan: Elimination, matrix: Mapping[Place, int]) -> dict[Place, int]:
    """Factor a matrix whose numbers are on the tape; the diagonal then holds the reciprocals of the pivots.

    Parameters
    ----------
    tape : Tape
        Receives the operations.
    plan : Elimination
        From `elimination` of the pattern of the matrix.
    matrix : mapping of (int, int) to int
        Place on the tape of each number that is not zero.

    Returns
    -------
    factors : dict of (int, int) to int
        Below the diagonal of a block the multipliers, above it the reduced rows, outside blocks the matrix itself.
    """
    found = dict(matrix)
    zero = tape.constant(0.0)
    for block in plan.blocks:
        for k, pivot in enumerate(block):
            inverse = found[pivot, pivot] = tape.put("reciprocal", found[pivot, pivot])
            columns = [j for j in block[k + 1 :] if j in plan.rows[pivot]]
            for i in block[k + 1 :]:
                if pivot in plan.rows[i]:
                    share = found[i, pivot] = tape.multiply(found[i, pivot], inverse)
                    for j in columns:
                        part = tape.put("multiply", *sorted((share, found[pivot, j])))
                        old = found.get((i, j), zero)
                        found[i, j] = tape.negate(part) if old == zero else tape.put("subtract", old, part)
    return found


def solution(tape: Tape, plan: Elimination, factors: Mapping[Place, int], right: list[int]) -> list[int]:
    """Solve the factored system for a right-hand side on the tape; give the place of each unknown."""
    found: list[int] = [-1] * len(right)
    for block in plan.blocks:
        inside = {pivot: k for k, pivot in enumerate(block)}
        forward: dict[int, int] = {}
        for k, i in enumerate(block):
            value = right[i]
            for j in sorted(plan.rows[i]):
                if j not in inside:
                    value = tape.subtract(value, tape.put("multiply", *sorted((factors[i, j], found[j]))))
                elif inside[j] < k:
                    value = tape.subtract(value, tape.put("multiply", *sorted((factors[i, j], forward[j]))))
            forward[i] = value
        for i in reversed(block):
            value = forward[i]
            for j in sorted(plan.rows[i]):
                if j in inside and inside[j] > inside[i]:
                    value = tape.subtract(value, tape.put("multiply", *sorted((factors[i, j], found[j]))))
            found[i] = tape.put("multiply", *sorted((factors[i, i], value)))
    return found


def dense(n: int, numbers: Mapping[Place, float]) -> np.ndarray:
    """Give a matrix by its places, for tests and for looking at.

    Examples
    --------
    >>> dense(2, {(0, 1): 3.0}).tolist()
    [[0.0, 3.0], [0.0, 0.0]]
    """
    matrix = np.zeros((n, n))
    for (i, j), number in numbers.items():
        matrix[i, j] = number
    return matrix
