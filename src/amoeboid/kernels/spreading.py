"""Colonies that tumours found: a Poisson process in time with marks, every draw keyed by lineage.

A tumour founds colonies at the rate mu N(t)^alpha m(t), m what treatment leaves of it. Control and treated arms must
have *the same* colonies but for those that treatment takes or adds. So events of rate mu N^alpha carry a level,
uniform on (0, 1], and one is real when its level lies below m; for m above 1 there are further strata of levels, (1,
2], (2, 4], ..., each a process of its own. Which strata are looked at changes none of the others.

Keys. An event has the Philox counter (low, high half of the key of its parent, stream, stratum and index), and two
of the four words are the key of the colony, from which all its own draws come. A primary has the number of its
patient as key. So a colony draws the same in every arm in which it lives. Two of n colonies share a key with chance
n^2 / 2^65.

Tables: ``patients`` decay [1/day], seeding [1/day], cut [day], scaled age that a colony must reach by then (0: none).
``parents`` row of the patient, key, origin (day of one cell), since (day from which it grows, and sheds, and treatment
acts on it), until (day on which it is out), source (0 the primary, else 1 + organ). ``course`` edges [day], levels (2,
rows, pieces), bounds (rows, 2: logarithm of the highest level, most days of growth added), excess of killing and growth
over 1 (2, rows, pieces) and their integrals [day] (2, rows, pieces + 1). ``law`` numbers in the order of the constants
below, cumulated shares by class and organ for each source, the table of what is shed by scaled age, and seeding by
source as a multiple of the primary's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from amoeboid.kernels.compiling import kernel, scalar
from amoeboid.kernels.random import philox, uniforms

EXPONENT, LOG_CAPACITY, DORMANT, WAKE, KILL, EXTINCT, SINGLE, CLUSTER, SPACING, RELEASE = range(10)
"""Places in the numbers of the law."""

KILLING, GROWTH = range(2)
"""Places in the excesses of a course."""

MOST_EVENTS = 1 << 22
"""Events of one tumour in one stratum that keys can tell apart."""

MOST_STRATA = 1 << 10
"""Strata that keys can tell apart."""

OUT_OF_KEYS = -1
"""Status instead of a count: a tumour has more events than keys, or more strata."""

Tables = tuple[Any, ...]
Key = Any

_STEP = 2.0**-32
_LUCKIEST = 20.0  # founders' worth of luck that one founder has once in 5e8
_STREAMS = (21, 22, 23, 24, 26)  # colony count, colony, waking, founder, imaging, as in `amoeboid.seeds`
_COUNT, _COLONY, _WAKING, _FOUNDER, _IMAGING = _STREAMS
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


@scalar
def shed_by(scaled: float, law: Tables) -> float:
    """Give what was shed by a scaled age, from the table; exponential between nodes, straight beyond."""
    numbers, table = law[0], law[2]
    if scaled <= 0.0:
        return 0.0
    c = numbers[EXPONENT] * numbers[LOG_CAPACITY]
    h = numbers[SPACING]
    last = table.size - 1
    x = scaled / h
    if x >= last:
        return float(table[last] + (scaled - last * h) * math.exp(c))
    k = np.uint64(x)
    rise = c * (math.exp(-h * k) - math.exp(-h * (k + np.uint64(1))))
    part = x - k
    share = math.expm1(part * rise) / math.expm1(rise) if rise > 1e-9 else part
    return float(table[k] + share * (table[k + np.uint64(1)] - table[k]))


@scalar
def shed_at(total: float, law: Tables) -> float:
    """Give the scaled age by which so much was shed: the inverse of `shed_by`."""
    numbers, table = law[0], law[2]
    c = numbers[EXPONENT] * numbers[LOG_CAPACITY]
    h = numbers[SPACING]
    low, high = np.uint64(0), np.uint64(table.size - 1)
    if total >= table[high]:
        return float(high * h + (total - table[high]) * math.exp(-c))
    while high - low > np.uint64(1):
        middle = (low + high) >> np.uint64(1)
        if table[middle] <= total:
            low = middle
        else:
            high = middle
    rise = c * (math.exp(-h * low) - math.exp(-h * high))
    share = (total - table[low]) / (table[high] - table[low])
    part = math.log1p(share * math.expm1(rise)) / rise if rise > 1e-9 else share
    return float((low + part) * h)


@scalar
def piece_of(day: float, edges: np.ndarray) -> int:
    """Give the piece of a course in which a day lies: -1 before all, their number after all."""
    low, high = 0, edges.size
    while low < high:
        middle = (low + high) >> 1
        if edges[np.uint64(middle)] <= day:
            low = middle + 1
        else:
            high = middle
    return low - 1


@scalar
def excess_by(day: float, which: int, row: Key, course: Tables) -> float:
    """Give the integral [day] of a multiplier less 1, up to a day: exactly 0 where nothing is changed."""
    edges, _, _, excess, total = course
    p = piece_of(day, edges)
    if p < 0:
        return 0.0
    q, r, k = np.uint64(p), np.uint64(row), np.uint64(which)
    if p >= edges.size - 1:
        return float(total[k, r, np.uint64(edges.size - 1)])
    return float(total[k, r, q] + excess[k, r, q] * (day - edges[q]))


@scalar
def multiplier(day: float, is_cluster: int, row: Key, course: Tables) -> float:
    """Give what treatment leaves of the founding of a class on a day."""
    edges, levels, _, _, _ = course
    p = piece_of(day, edges)
    if p < 0 or p >= edges.size - 1:
        return 1.0
    return float(levels[np.uint64(is_cluster), np.uint64(row), np.uint64(p)])


@scalar
def founder_age(low: Key, high: Key, is_cluster: int, law: Tables, seed: int) -> float:
    """Give the head start, ln A / ln K in scaled age, that its founders' luck gives to a colony.

    Birth and death of one founder's line: given that it lives on, cells / e^{rt} -> W / (1 - q), W ~ Exp(1). Of n
    founders m live on, binomial without 0.
    """
    numbers = law[0]
    q = numbers[EXTINCT]
    n = int(numbers[CLUSTER] if is_cluster else numbers[SINGLE])
    words = uniforms(low, high, _FOUNDER, 0, seed)
    m = n
    if n > 1 and q > 0.0:
        left = words[0] * (1.0 - q**n)
        m = 1
        chance = n * (1.0 - q) * q ** (n - 1)
        while left > chance and m < n:
            left -= chance
            chance *= (n - m) / (m + 1.0) * (1.0 - q) / q
            m += 1
    amplitude = -math.log(words[1])
    for k in range(1, m):
        place = k + 1
        if place % 4 == 0:
            words = uniforms(low, high, _FOUNDER, place // 4, seed)
        spot = place % 4
        u = words[0] if spot == 0 else words[1] if spot == 1 else words[2] if spot == 2 else words[3]
        amplitude -= math.log(u)
    return float(math.log(amplitude / (1.0 - q)) / numbers[LOG_CAPACITY])


@scalar
def rest_of(low: Key, high: Key, law: Tables, seed: int) -> tuple[float, float]:
    """Give the fewest days that a dormant colony rests, and the exponential threshold at which NK cells kill it."""
    numbers = law[0]
    fastest = numbers[WAKE] + numbers[RELEASE]
    if fastest == 0.0:
        return math.inf, 0.0
    words = uniforms(low, high, _WAKING, 0, seed)
    return float(-math.log(words[0]) / fastest), -math.log(words[1])


@scalar
def resting(born: float, fewest: float, row: Key, course: Tables, law: Tables) -> float:
    """Give the days that a colony rests when what NK cells lose lets it wake sooner: omega + rho (1 - u(t))."""
    numbers = law[0]
    if numbers[RELEASE] == 0.0 or fewest == 0.0:  # who does not sleep has nothing to wake from
        return fewest
    edges, _, _, excess, _ = course
    left, day = fewest * (numbers[WAKE] + numbers[RELEASE]), born
    for p in range(piece_of(born, edges), edges.size):
        inside = 0 <= p < edges.size - 1
        lost = max(-excess[np.uint64(KILLING), np.uint64(row), np.uint64(p)], 0.0) if inside else 0.0
        rate = numbers[WAKE] + numbers[RELEASE] * lost
        until = edges[np.uint64(p + 1)] if p + 1 < edges.size else math.inf
        if rate > 0.0 and day + left / rate <= until:
            return float(day + left / rate - born)
        left -= rate * (until - day) if rate > 0.0 else 0.0
        day = until
    return math.inf


@scalar
def is_killed(born: float, rest: float, threshold: float, row: Key, course: Tables, law: Tables) -> bool:
    """Tell whether NK cells kill a colony before it wakes: the clock of killing runs at kappa u(t)."""
    run = rest + (excess_by(born + rest, KILLING, row, course) - excess_by(born, KILLING, row, course))
    return bool(law[0][KILL] * run > threshold)


@scalar
def landed(u: float, landing: np.ndarray) -> int:
    """Give the place, class and organ, of a number uniform on (0, 1)."""
    place = 0
    while landing[np.uint64(place)] <= u and place < landing.size - 1:
        place += 1
    return place


@scalar
def conspicuous(low: Key, high: Key, seed: int) -> float:
    """Give a lesion's own place on the logistic curve of being seen, ln(U / (1 - U))."""
    u = uniforms(low, high, _IMAGING, 0, seed)[0]
    return math.log(u / (1.0 - u))


@scalar
def left_of_growth(day: float, parent: Tables, decay: float, row: Key, course: Tables, law: Tables) -> float:
    """Give (treated cells / untreated cells)^alpha of the parent on a day."""
    origin, since = parent[2], parent[3]
    shift = excess_by(day, GROWTH, row, course) - excess_by(since, GROWTH, row, course)
    if shift == 0.0:
        return 1.0
    c = law[0][EXPONENT] * law[0][LOG_CAPACITY]
    # N^alpha = exp(c (1 - e^-tau))
    return math.exp(-c * math.exp(-decay * (day - origin)) * math.expm1(-decay * shift))


@scalar
def last_day(i: Key, row: Key, patients: Tables, course: Tables, law: Tables) -> float:
    """Give the day after which no colony of a patient is awake in time, with room for luck once in 10^9 colonies."""
    cut, least = patients[2][i], patients[3][i]
    if least <= 0.0:
        return float(cut)
    numbers = law[0]
    luck = (
        math.log(_LUCKIEST * max(numbers[SINGLE], numbers[CLUSTER]) / (1.0 - numbers[EXTINCT])) / numbers[LOG_CAPACITY]
    )
    return float(cut + course[2][row, np.uint64(1)] - (least - luck) / patients[0][i])


@scalar
def is_small(start: float, awake: float, i: Key, row: Key, patients: Tables, course: Tables) -> bool:
    """Tell whether a colony is left out, because it is not large enough at the cut of its patient."""
    cut, least = patients[2][i], patients[3][i]
    if least <= 0.0:
        return False
    shift = excess_by(cut, GROWTH, row, course) - excess_by(awake, GROWTH, row, course)
    return bool(patients[0][i] * ((cut - start) + shift) < least)


@scalar
def tumour(p: Key, parents: Tables) -> Tables:
    """Give one tumour: row of its patient, key, origin, since, until [day], and source."""
    row, key, origin, since, until, source = parents
    return np.uint64(row[p]), key[p], origin[p], since[p], until[p], np.uint64(source[p])


@scalar
def found(
    parent: Tables, patients: Tables, course: Tables, law: Tables, key: int, index: int, ints: Tables, out: Tables
) -> int:
    """Walk through the events of one tumour; give how many colonies live, and write them from `index` on when asked."""
    i, parent_key, origin, since, until, source = parent
    decay, seeding, cut = patients[0][i], patients[1][i] * law[3][source], patients[2][i]
    row = i if course[1].shape[1] > 1 else np.uint64(0)
    latest = min(cut, last_day(i, row, patients, course, law))
    end = min(until, latest)
    begin = max(origin, since)
    if seeding <= 0.0 or end <= begin:
        return 0
    before = seeding / decay * shed_by(decay * (since - origin), law)
    mean = seeding / decay * shed_by(decay * (end - origin), law)
    landing = law[1][source]
    low, high = parent_key & _LOW, parent_key >> _SHIFT
    highest = course[2][row, np.uint64(0)]
    # (N_treated / N)^alpha = exp(c e^-tau (1 - e^{-a D})), D the days that treatment adds: c times this at tau = 0
    taller = -law[0][EXPONENT] * law[0][LOG_CAPACITY] * math.expm1(-decay * course[2][row, np.uint64(1)])
    ceiling = math.exp(highest + taller)
    n_kept = 0
    stratum, floor, width, last = 0, 0.0, 1.0, mean
    while floor < ceiling:
        # a Poisson number is never twice so large a mean
        if (last - before) * width > MOST_EVENTS // 2 or stratum >= MOST_STRATA:
            return OUT_OF_KEYS
        passed, event = before, 0
        while True:
            words: Tables = philox(low, high, _COUNT, stratum * MOST_EVENTS + event, key)
            a, b, c, d = words
            event += 1
            passed -= math.log((np.float64(a) + 0.5) * _STEP) / width
            if passed >= last:
                break
            level = floor + width * (np.float64(b) + 0.5) * _STEP
            if level >= ceiling:
                continue
            mark = uniforms(c, d, _COLONY, 0, key)
            is_dormant = mark[1] < law[0][DORMANT]
            rest, threshold = rest_of(c, d, law, key) if is_dormant else (0.0, math.inf)
            if begin + rest >= latest:
                continue
            born = origin + shed_at(passed * decay / seeding, law) / decay
            rest = resting(born, rest, row, course, law)
            awake = born + rest
            place = landed(mark[0], landing)
            is_cluster = 1 if place >= landing.size // 2 else 0
            left = multiplier(born, is_cluster, row, course)
            left *= left_of_growth(born, parent, decay, row, course, law)
            if level >= left or awake >= latest or is_killed(born, rest, threshold, row, course, law):
                continue
            start = awake - founder_age(c, d, is_cluster, law, key) / decay
            if is_small(start, awake, i, row, patients, course):
                continue
            if ints[0]:
                at = np.uint64(index + n_kept)
                out[0][at] = c | (d << _SHIFT)
                out[1][at] = born
                out[2][at] = awake
                out[3][at] = start
                out[4][at] = conspicuous(c, d, key)
                out[5][at] = place
            n_kept += 1
        stratum += 1
        floor, width = 2.0 ** (stratum - 1), 2.0 ** (stratum - 1)
        # a younger tumour has more to win: above its floor a stratum matters up to an age only
        if math.log(floor) > highest and floor < ceiling:
            age = -math.log((math.log(floor) - highest) / taller)
            last = max(min(mean, seeding / decay * shed_by(age, law)), before)
    return n_kept


@kernel
def count(
    low: int, high: int, parents: Tables, patients: Tables, course: Tables, law: Tables, key: int, out: Tables
) -> None:
    """Count into ``out[6]`` (n,) int64 the colonies of each tumour that live and wake before their patient's cut."""
    for p in range(np.uint64(low), np.uint64(high)):
        out[6][p] = found(tumour(p, parents), patients, course, law, key, 0, (0,), out)


@kernel
def fill(
    low: int, high: int, parents: Tables, patients: Tables, course: Tables, law: Tables, key: int, out: Tables
) -> None:
    """Write the colonies of tumour p from ``out[7][p]`` on: key, born, awake, origin [day], logit, class and organ."""
    for p in range(np.uint64(low), np.uint64(high)):
        if out[6][p] > 0:
            parent = tumour(p, parents)
            found(parent, patients, course, law, key, out[7][p], (1,), out)
