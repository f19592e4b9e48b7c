"""Reactions one by one, exactly, for many cells: Gillespie's direct method over propensities compiled from a graph.

Between two reactions nothing changes, so the waiting time is exponential with the sum of the propensities, and the
reaction that happens is drawn in proportion to them (Gillespie 1977, doi:10.1021/j100540a008). After a reaction only
the propensities that depend on what it changed are computed anew, and only the sums of their groups. Sums are always
taken afresh in a fixed order, never updated by differences, so they do not drift.

Draw number ``n`` of a cell is Philox of (cell, high half of n, stream, low half of n): its first half gives the waiting
time, its second half the choice. The cell keeps ``n`` and the moment at which the next reaction is due; where the
results are looked at, how cells are split among calls and threads, and where a run was interrupted change no bit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from amoeboid.kernels.compiling import kernel, scalar
from amoeboid.kernels.random import philox

GROUP = 8
"""Propensities per group; sums are kept per group."""

RUNNING = -1
DONE, CHANGED, UNFIT, NEGATIVE, TOO_MANY, LIMIT = range(6)
STATUS = (
    "done",
    "a condition changed",
    "a propensity is negative or not a number",
    "an amount became negative",
    "too many reactions",
    "a limit was reached",
)
"""What the status of a cell means; `RUNNING` is that of a cell that has more to do."""

BUFFER = 64
"""Most draws made ahead."""

_TINY = 1e-9
_LN2 = math.log(2.0)
_UNIT = 2.0**-52
_HALF = np.uint64(32)
_DROP = np.uint64(12)
_FRACTION = np.int64(0x000FFFFFFFFFFFFF)
_ONE = np.int64(0x3FF0000000000000)


@intrinsic  # type: ignore[untyped-decorator]
def call(typing_context: Any, address: Any, which: Any, pointers: Any, time: Any) -> Any:
    """Call the compiled function at an address: which, four pointers, time; it gives a number."""
    signature = types.float64(types.int64, types.int64, types.UniTuple(types.intp, 4), types.float64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from llvmlite import ir

        place, which, pointers, time = arguments
        integer = ir.IntType(64)
        kind = ir.FunctionType(ir.DoubleType(), [integer] * 5 + [ir.DoubleType()])
        function = builder.inttoptr(place, kind.as_pointer())
        return builder.call(function, [which, *(builder.extract_value(pointers, k) for k in range(4)), time])

    return signature, generate


@scalar
def logarithm(u: float) -> float:
    """Give log(u) for a normal positive u: exponent and the series of atanh, relative error below 1e-15.

    Written out so that the compiler takes several at once, and that no mathematics library decides the bits.
    """
    bits = np.float64(u).view(np.int64)
    exponent = (bits >> np.int64(52)) - np.int64(1023)
    m = np.int64((bits & _FRACTION) | _ONE).view(np.float64)
    large = m > 1.4142135623730951
    m = 0.5 * m if large else m
    e = np.float64(exponent) + (1.0 if large else 0.0)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    series = 1.0 / 3.0 + z * (
        1.0 / 5.0
        + z
        * (
            1.0 / 7.0
            + z
            * (
                1.0 / 9.0
                + z
                * (
                    1.0 / 11.0
                    + z * (1.0 / 13.0 + z * (1.0 / 15.0 + z * (1.0 / 17.0 + z * (1.0 / 19.0 + z * (1.0 / 21.0)))))
                )
            )
        )
    )
    return e * _LN2 + 2.0 * (s + s * z * series)


@scalar
def fill(individual: int, draw: int, key: Any, n: int, waits: np.ndarray, picks: np.ndarray) -> None:
    """Make draws `draw` to draw + n: a unit exponential and a uniform on (0, 1) each."""
    for i in range(n):
        number: Any = np.uint64(draw) + np.uint64(i)
        a, b, c, d = philox(individual, number >> _HALF, key[0], number, key[1])
        u = (np.float64(((a << _HALF) | b) >> _DROP) + 0.5) * _UNIT
        picks[i] = (np.float64(((c << _HALF) | d) >> _DROP) + 0.5) * _UNIT
        waits[i] = -logarithm(u)


@scalar
def group_sum(a: np.ndarray, group: int, n_reactions: int) -> float:
    """Sum one group of propensities; not a number where one is below zero."""
    total = 0.0
    for j in range(group * GROUP, min(group * GROUP + GROUP, n_reactions)):
        if not a[j] >= 0.0:
            return np.nan
        total += a[j]
    return total


@scalar
def mend(code: Any, pointers: Any, time: float, a: np.ndarray, room: np.ndarray) -> bool:
    """Set to zero what is below zero by rounding alone; tell whether nothing else is amiss.

    Rounding is measured against what the propensity changes by when its amounts change by themselves.
    """
    call(code[1], 0, (pointers[0], pointers[1], pointers[2], room.ctypes.data), time)
    fit = True
    for j in range(code[2]):
        if not a[j] >= 0.0:
            if a[j] >= -_TINY * room[j]:
                a[j] = 0.0
            else:
                fit = False
    return fit


@scalar
def choose(target: float, found: np.ndarray, code: Any) -> int:
    """Give the reaction in which the running sum of propensities passes the target."""
    n: int = code[2]
    place: int = code[4]
    last = found.size - 1
    while place < last and target >= found[place]:
        target -= found[place]
        place += 1
    j: int = (place - code[4]) * GROUP
    end = min(j + GROUP, n) - 1
    while j < end and target >= found[j]:
        target -= found[j]
        j += 1
    if found[j] > 0.0:
        return j
    for k in range(n):  # rounding led past the last reaction that can happen
        if found[k] > 0.0:
            j = k
    return j


@scalar
def next_stop(found: np.ndarray, code: Any, time: float) -> float:
    """Give the earliest moment after `time` at which a comparison with time changes."""
    stop = np.inf
    for k in range(code[2] + code[3], code[4]):
        if found[k] > time:
            stop = min(stop, found[k])
        elif found[k] == time:  # `>` becomes true just after
            stop = min(stop, time + 4.0 * np.spacing(time))
    return stop


@scalar
def turned(found: np.ndarray, first: int, truth: np.ndarray, cell: int) -> bool:
    """Tell whether a condition is not what it was, and remember what all are now."""
    changed = False
    for k in range(truth.shape[0]):
        value = found[first + k]
        now = 1 if value != 0.0 and value == value else 0
        changed = changed or now != truth[k, cell]
        truth[k, cell] = now
    return changed


@scalar
def compute(which: int, code: Any, pointers: Any, time: float, arrays: Any) -> float:
    """Let a reaction happen, or none (-1), and compute what depends on it; give the sum of propensities.

    Not a number where a propensity is amiss beyond rounding, below zero where an amount is.
    """
    found, room = arrays
    total: float = call(code[0], which, pointers, time)
    if total == total or not mend(code, pointers, time, found, room):
        return total
    total = 0.0
    for group in range(found.size - code[4]):
        found[code[4] + group] = group_sum(found, group, code[2])
        total += found[code[4] + group]
    return total


@scalar
def judge(total: float, code: Any, found: np.ndarray, truth: np.ndarray, cell: int) -> int:
    """Give the state of a cell after its propensities and conditions were computed."""
    if not total >= 0.0:
        return NEGATIVE if total < 0.0 else UNFIT
    return CHANGED if turned(found, code[2], truth, cell) else RUNNING


@scalar
def record(x: np.ndarray, output: Any, grid: int, cell: int) -> None:
    """Keep the amounts at one time of the output."""
    for i in range(output[1].size):
        output[2][i, grid, cell] = x[output[1][i]]


@kernel
def exact(low: int, high: int, code: Any, tables: Any, cells: Any, output: Any, key: Any) -> None:
    """Move cells that are `RUNNING` to the last time of the output, reaction by reaction, in place.

    Parameters
    ----------
    low, high : int
        Range of cells.
    code : tuple of int
        Addresses of two functions: one lets a reaction happen and computes what depends on it, one gives the room that
        propensities have for rounding. Numbers of propensities, of conditions, and of all that is computed (these two
        and the moments at which comparisons with time change; behind them stand the sums of groups).
    tables : tuple of arrays
        Not used here; see `amoeboid.kernels.leaping.leaping`.
    cells : tuple of arrays
        amounts (n_states, n_cells); clock (3, n_cells): time, moment at which the next reaction is due, sum of
        propensities then (below zero: not drawn yet); place (2, n_cells) int64: draw, next time of the output;
        truth of conditions (n_conditions, n_cells) uint8; limit (n_cells): time at which to stop with `LIMIT`;
        status (n_cells) int64; individual (n_cells) int64; feeds (n_feeds, n_cells); constants (n_constants).
    output : tuple of arrays
        Times, ascending; rows that are kept; what is kept (n_rows, n_times, n_cells). A moment shows what is after
        all that happens in it.
    key : tuple of int
        Stream, seed, most reactions of one cell.
    """
    counts, clock, place, truth, limit, status, individual, feeds, constants = cells
    times = output[0]
    x, u = np.empty(counts.shape[0]), np.empty(feeds.shape[0])
    arrays = (np.zeros(code[4] + (code[2] + GROUP - 1) // GROUP), np.zeros(code[2]))
    found = arrays[0]
    waits, picks = np.empty(BUFFER), np.empty(BUFFER)
    pointers = (x.ctypes.data, u.ctypes.data, constants.ctypes.data, found.ctypes.data)
    for cell in range(low, high):
        if status[cell] != RUNNING:
            continue
        x[:] = counts[:, cell]
        u[:] = feeds[:, cell]
        time, due, before = clock[0, cell], clock[1, cell], clock[2, cell]
        draw, grid = place[0, cell], place[1, cell]
        origin, full, ahead, n_done = draw, 0, 2, 0
        total = compute(-1, code, pointers, time, arrays)
        drawn = total == before
        draw += 0 if drawn or before < 0.0 else 1  # rates were changed from outside: nothing remembers the wait
        state = judge(total, code, found, truth, cell)
        while state == RUNNING:
            if draw - origin >= full:
                ahead = min(2 * ahead, BUFFER)
                fill(individual[cell], draw, key, ahead, waits, picks)
                origin, full = draw, ahead
            if not drawn:
                due = time + waits[draw - origin] / total if total > 0.0 else np.inf
                drawn = True
            bound = min(due, next_stop(found, code, time), limit[cell])
            while grid < times.size and times[grid] < bound:
                record(x, output, grid, cell)
                grid += 1
            if grid == times.size:
                time, state = max(time, times[grid - 1]), DONE
                break
            time = bound
            if time == limit[cell]:
                state = LIMIT
            elif time == due:
                total = compute(choose(picks[draw - origin] * total, found, code), code, pointers, time, arrays)
                draw, drawn, n_done = draw + 1, False, n_done + 1
                state = judge(total, code, found, truth, cell)
                if n_done >= key[2] and state == RUNNING:
                    state = TOO_MANY
            else:
                before = total
                total = compute(-1, code, pointers, time, arrays)
                drawn = total == before
                draw += 0 if drawn else 1
                state = judge(total, code, found, truth, cell)
        counts[:, cell] = x
        clock[0, cell], clock[1, cell], clock[2, cell] = time, due, total if drawn else -1.0
        place[0, cell], place[1, cell] = draw, grid
        status[cell] = state
