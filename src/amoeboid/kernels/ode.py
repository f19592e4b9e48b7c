"""Kernels made from text: stiff equations of many cells, eight cells to a block, compiled once and cached.

Method: RODAS3, an L-stable Rosenbrock method of order 3 with an error estimate of order 2 and four stages
(Sandu and others, Atmospheric Environment 31 (1997) 3459). Each step factors W = 2/h - J once, as
straight-line code in a fixed order of least fill (Markowitz) without pivoting. Each cell has its own step, kept
between calls. A cell's arithmetic does not depend on its neighbours in the block, so neither threads nor the way
cells are packed change a bit of the result.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

LANES = 8
"""Cells per block: one register of eight doubles."""

STATUS = ("done", "a value is not finite", "the step became too small", "too many steps")
"""What the status code of a cell means."""

_LOCK = threading.Lock()


@dataclass(frozen=True)
class Equations:
    """Statements of a system: unknowns ``y``, per-cell numbers ``u``, shared numbers ``p``.

    ``rates`` ends by assigning ``f0 ...``; ``both`` these and the slopes ``j<row>_<column>`` of `pattern`.
    """

    n: int
    n_feeds: int
    n_constants: int
    rates: tuple[str, ...]
    both: tuple[str, ...]
    pattern: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Elimination:
    """Order of elimination, and the places of a matrix that hold a number then, row by row."""

    order: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


def elimination(n: int, pattern: Iterable[tuple[int, int]]) -> Elimination:
    """Find an order of pivots on the diagonal with little fill, after Markowitz.

    Examples
    --------
    >>> elimination(3, [(0, 1), (0, 2), (1, 0), (2, 0)]).order  # an arrow matrix: its tip goes last
    (1, 0, 2)
    """
    filled = set(pattern) | {(i, i) for i in range(n)}
    left, order = set(range(n)), []
    while left:
        rows = {k: [i for i in left if i != k and (i, k) in filled] for k in left}
        columns = {k: [j for j in left if j != k and (k, j) in filled] for k in left}
        pivot = min(left, key=lambda k: (len(rows[k]) * len(columns[k]), k))
        filled |= {(i, j) for i in rows[pivot] for j in columns[pivot]}
        left.remove(pivot)
        order.append(pivot)
    return Elimination(tuple(order), tuple(sorted(filled)))


def _loop(
    reads: Mapping[str, Iterable[int]], body: Sequence[str], writes: Mapping[str, Mapping[int, str]]
) -> list[str]:
    """Write a loop over lanes: load rows into names, do the statements, store names into rows."""
    rows = sorted({row for used in (*reads.values(), *writes.values()) for row in used})
    head = [f"    r{row} = uintp({row * LANES})" for row in rows]
    load = [f"{name}{row} = {name}[r{row} + l]" for name, used in reads.items() for row in used]
    store = [f"{name}[r{row} + l] = {value}" for name, used in writes.items() for row, value in used.items()]
    return [*head, f"    for lane in range({LANES}):", "        l = uintp(lane)"] + [
        "        " + line for line in (*load, *body, *store)
    ]


def _rates(equations: Equations) -> list[str]:
    reads = {"y": range(equations.n), "u": range(equations.n_feeds)}
    writes = {"f": {i: f"f{i}" for i in range(equations.n)}}
    return [
        "@lanes",
        "def rates(y, u, p, f):",
        *_constants(equations),
        *_loop(reads, equations.rates, writes),
        "",
    ]


def _constants(equations: Equations) -> list[str]:
    return [f"    p{k} = p[{k}]" for k in range(equations.n_constants)]


def _both(equations: Equations, plan: Elimination) -> list[str]:
    """Write rates and W = 2/h - J, where row i of `w` is place i of the plan."""
    known = set(equations.pattern)
    entries = {}
    for place, (i, j) in enumerate(plan.places):
        slope = f"-j{i}_{j}" if (i, j) in known else "0.0"
        entries[place] = f"2.0*h[l]{slope}" if (i, j) in known and i == j else ("2.0*h[l]" if i == j else slope)
    reads = {"y": range(equations.n), "u": range(equations.n_feeds)}
    writes = {"f": {i: f"f{i}" for i in range(equations.n)}, "w": entries}
    return [
        "@lanes",
        "def both(y, u, p, h, f, w):",
        *_constants(equations),
        *_loop(reads, equations.both, writes),
        "",
    ]


def _factor(plan: Elimination) -> list[str]:
    """Write the factorisation in place; the diagonal then holds the reciprocals of the pivots."""
    place = {entry: f"w{k}" for k, entry in enumerate(plan.places)}
    later = {pivot: plan.order[k + 1 :] for k, pivot in enumerate(plan.order)}
    body = []
    for k in plan.order:
        body.append(f"{place[k, k]} = 1.0/{place[k, k]}")
        for i in (i for i in later[k] if (i, k) in place):
            body.append(f"{place[i, k]} = {place[i, k]}*{place[k, k]}")
            columns = [j for j in later[k] if (k, j) in place]
            body += [f"{place[i, j]} = {place[i, j]} - {place[i, k]}*{place[k, j]}" for j in columns]
    everything = range(len(plan.places))
    return [
        "@lanes",
        "def factor(w):",
        *_loop({"w": everything}, body, {"w": {k: f"w{k}" for k in everything}}),
        "",
    ]


def _solve(n: int, plan: Elimination) -> list[str]:
    """Write one stage: solve W k = f + (a1 k1 + a2 k2 + a3 k3) / h for a factored W; h holds 1 / step."""
    place = {entry: f"w{k}" for k, entry in enumerate(plan.places)}
    body = [f"b{i} = f{i} + h[l]*(a1*x{i} + a2*y{i} + a3*z{i})" for i in range(n)]
    for k, i in enumerate(plan.order):
        terms = "".join(f" - {place[i, j]}*b{j}" for j in plan.order[:k] if (i, j) in place)
        body += [f"b{i} = b{i}{terms}"] if terms else []
    for k in reversed(range(n)):
        i = plan.order[k]
        terms = "".join(f" - {place[i, j]}*b{j}" for j in plan.order[k + 1 :] if (i, j) in place)
        body.append(f"b{i} = (b{i}{terms})*{place[i, i]}")
    rows = range(n)
    reads = {"w": range(len(plan.places)), "f": rows, "x": rows, "y": rows, "z": rows}
    loop = _loop(reads, body, {"k": {i: f"b{i}" for i in rows}})
    return ["@lanes", "def stage(w, f, h, x, y, z, a1, a2, a3, k):", *loop, ""]


def _estimate(n: int) -> list[str]:
    """Write the error of a step: root mean square of e / (absolute + relative |y|) over the unknowns."""
    body = ["total = 0.0"]
    for i in range(n):
        body += [
            f"old{i} = abs(y{i})",
            f"new{i} = abs(z{i})",
            f"part{i} = e{i}/(t{i} + relative*(old{i} if old{i} > new{i} else new{i}))",
            # a clear step below zero is an error of the step, however small the estimate
            f"total = total + part{i}*part{i} + (1e6 if z{i} < -10.0*t{i} else 0.0)",
        ]
    rows = range(n)
    loop = _loop({"y": rows, "z": rows, "e": rows}, body, {})
    head = [f"    t{i} = tolerance[{i}]" for i in rows]
    tail = f"        error[l] = math.sqrt(total*{1.0 / n!r})"
    return ["@lanes", "def estimate(y, z, e, tolerance, relative, error):", *head, *loop, tail, ""]


def source(equations: Equations) -> str:
    """Write the module whose function ``advance(low, high, ...)`` integrates a range of cells.

    The kernel is
    ``advance(low, high, species, step, feeds, constants, tolerance, control, status, reached)``:
    species (n, n_cells) and step (n_cells,) [s] are moved on in place; feeds (n_feeds, n_cells) stay fixed;
    control is (duration, relative tolerance, fixed step or 0, most steps); status (n_cells,) int64 is a
    place in `STATUS`, and reached (n_cells,) the time up to which a cell came.
    """
    plan = elimination(equations.n, equations.pattern)
    parts = [_HEAD, *_rates(equations), *_both(equations, plan), *_factor(plan)]
    parts += [*_solve(equations.n, plan), *_estimate(equations.n)]
    numbers = {
        "{n}": equations.n,
        "{n_feeds}": equations.n_feeds,
        "{n_places}": len(plan.places),
        "{lanes}": LANES,
    }
    text = "\n".join([*parts, _DRIVER])
    for mark, number in numbers.items():
        text = text.replace(mark, str(number))
    return text


_HEAD = '''"""Generated by amoeboid; the name is the hash of the text. May be deleted at any time."""
import math

import numpy as np
from numba import njit, uintp

scalar = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
lanes = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"}, inline="never")


@scalar
def _clip(a):
    a = a if a > 0.0 else 0.0
    return a if a < 1.0 else 1.0


@scalar
def _inside(a):
    return (1.0 if a > 0.0 else 0.0) * (1.0 if a < 1.0 else 0.0)

'''

_DRIVER = '''
@lanes
def combine(z, y, k1, a1):
    for i in range({n} * {lanes}):
        r = uintp(i)
        z[r] = y[r] + a1 * k1[r]


@lanes
def trial(y, z, u, p, h, f, w, k1, k2, k3, k4, tolerance, relative, error):
    """Try one step of RODAS3 in all lanes; h holds 1 / step."""
    both(y, u, p, h, f, w)
    factor(w)
    stage(w, f, h, f, f, f, 0.0, 0.0, 0.0, k1)
    stage(w, f, h, k1, k1, k1, 4.0, 0.0, 0.0, k2)
    combine(z, y, k1, 2.0)
    rates(z, u, p, f)
    stage(w, f, h, k1, k2, k2, 1.0, -1.0, 0.0, k3)
    combine(z, z, k3, 1.0)
    rates(z, u, p, f)
    stage(w, f, h, k1, k2, k3, 1.0, -1.0, -8.0 / 3.0, k4)
    combine(z, z, k4, 1.0)
    estimate(y, z, k4, tolerance, relative, error)


@scalar
def judge(l, duration, fixed, last, error, time, taken, wanted, accepted, state):
    """Accept or reject the step of one lane and choose the next; tell whether it has more to do."""
    finite = error[l] < np.inf
    if finite and (error[l] <= 1.0 or fixed > 0.0):
        accepted[l] = 1.0
        time[l] = time[l] + taken[l]
        grown = taken[l] * (6.0 if error[l] < 0.003375 else max(0.2, 0.9 * error[l] ** (-1.0 / 3.0)))
        # a step cut short by the end of the interval must not shrink the memory
        wanted[l] = max(grown, wanted[l]) if taken[l] < wanted[l] else grown
        if time[l] >= duration * (1.0 - 1e-12):
            state[l] = 0
            return 0
    elif finite:
        wanted[l] = taken[l] * max(0.1, 0.9 * error[l] ** (-1.0 / 3.0))
    else:
        wanted[l] = 0.1 * taken[l]
    if wanted[l] < 1e-12 * duration:
        state[l] = 2 if finite else 1
    elif last:
        state[l] = 3
    return 1 if state[l] < 0 else 0


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def advance(low, high, species, step, feeds, constants, tolerance, control, status, reached):
    duration, relative, fixed, most = control[0], control[1], control[2], control[3]
    y = np.empty({n} * {lanes})
    z = np.empty({n} * {lanes})
    f = np.empty({n} * {lanes})
    k1 = np.empty({n} * {lanes})
    k2 = np.empty({n} * {lanes})
    k3 = np.empty({n} * {lanes})
    k4 = np.empty({n} * {lanes})
    w = np.empty({n_places} * {lanes})
    u = np.empty({n_feeds} * {lanes})
    wanted = np.empty({lanes})
    taken = np.empty({lanes})
    inverse = np.empty({lanes})
    time = np.empty({lanes})
    error = np.empty({lanes})
    state = np.empty({lanes}, np.int64)
    accepted = np.empty({lanes})
    for first in range(low, high, {lanes}):
        for lane in range({lanes}):
            cell = uintp(min(first + lane, high - 1))  # spare lanes repeat the last cell
            l = uintp(lane)
            for i in range({n}):
                y[uintp(i * {lanes}) + l] = species[uintp(i), cell]
            for i in range({n_feeds}):
                u[uintp(i * {lanes}) + l] = feeds[uintp(i), cell]
            wanted[l] = step[cell]
            time[l] = 0.0
            state[l] = -1
        n_steps = 0
        busy = {lanes}
        while busy > 0:
            n_steps += 1
            for lane in range({lanes}):
                l = uintp(lane)
                rest = duration - time[l]
                if state[l] >= 0:
                    taken[l] = duration
                elif fixed > 0.0:
                    taken[l] = min(fixed, rest)
                elif wanted[l] >= rest:
                    taken[l] = rest
                else:  # two equal steps rather than a whole one and a sliver
                    taken[l] = 0.5 * rest if 2.0 * wanted[l] > rest else wanted[l]
                inverse[l] = 1.0 / taken[l]
            trial(y, z, u, constants, inverse, f, w, k1, k2, k3, k4, tolerance, relative, error)
            busy = 0
            for lane in range({lanes}):
                l = uintp(lane)
                accepted[l] = 0.0
                if state[l] < 0:
                    last = n_steps >= most
                    busy += judge(l, duration, fixed, last, error, time, taken, wanted, accepted, state)
            for i in range({n}):
                for lane in range({lanes}):
                    l = uintp(lane)
                    r = uintp(i * {lanes}) + l
                    y[r] = z[r] if accepted[l] > 0.0 else y[r]
        for lane in range(min({lanes}, high - first)):
            l = uintp(lane)
            cell = uintp(first + lane)
            for i in range({n}):
                species[uintp(i), cell] = y[uintp(i * {lanes}) + l]
            step[cell] = wanted[l]
            status[cell] = state[l]
            reached[cell] = time[l]
'''


def cache_folder() -> Path:
    """Give the folder of generated kernels: ``AMOEBOID_CACHE``, the user's cache, or a temporary folder."""
    asked = os.environ.get("AMOEBOID_CACHE") or os.environ.get("XDG_CACHE_HOME")
    folder = (Path(asked) if asked else Path.home() / ".cache") / "amoeboid" / "kernels"
    return folder if _writable(folder) else _temporary()


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="amoeboid-kernels-"))


def load(text: str) -> ModuleType:
    """Give the module of a generated text; its file is named by the hash of the text.

    The file is rewritten when its content is not the text, so that nothing foreign is ever run.
    """
    name = "amoeboid_ode_" + hashlib.sha256(text.encode()).hexdigest()[:24]
    with _LOCK:
        if name in sys.modules:
            return sys.modules[name]
        path = cache_folder() / f"{name}.py"
        _write(path, text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
        return module


def _write(path: Path, text: str) -> None:
    """Put the text at the path in one move, unless it is there (by its age numba knows what is stale)."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    print("compiling the kernels of a pathway, once: this start takes about 20 s longer", file=sys.stderr, flush=True)
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=".tmp", delete=False) as file:
        file.write(text.encode())
    os.replace(file.name, path)
