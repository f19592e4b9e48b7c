"""Twin of `amoeboid.kernels.spreading` in plain Python: one tumour after the other, with roots instead of tables."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import exp1

from amoeboid import seeds

Tables = tuple[Any, ...]

STREAMS = {name: int(seeds.Stream[name]) for name in ("COLONY_COUNT", "COLONY", "WAKING", "FOUNDER", "IMAGING")}
"""The kernel cannot read the register of streams, so it has their numbers; these are the register's."""


def shed_by(scaled: float, law: Tables) -> float:
    """Give what was shed by a scaled age, in closed form."""
    c = law[0][0] * law[0][1]
    if scaled <= 0.0 or c == 0.0:
        return max(scaled, 0.0)
    # F(tau) = e^c [ E1(c e^-tau) - E1(c) ]; far out E1(x) = -gamma - ln x
    late = c * math.exp(-scaled)
    tail = -np.euler_gamma - math.log(c) + scaled if late < 1e-14 else exp1(late)
    return float(math.exp(c) * (tail - exp1(c)))


def shed_at(total: float, law: Tables) -> float:
    """Give the scaled age by which so much was shed, as a root."""
    top = 1.0
    while shed_by(top, law) < total:
        top *= 2.0
    return float(brentq(lambda scaled: shed_by(scaled, law) - total, 0.0, top, xtol=1e-13, rtol=1e-14))


def multiplier(day: float, row: np.ndarray, edges: np.ndarray) -> float:
    """Give the number of the piece in which a day lies; 1 before and after all pieces."""
    piece = int(np.searchsorted(edges, day, side="right")) - 1
    return float(row[piece]) if 0 <= piece < len(edges) - 1 else 1.0


def excess_by(day: float, row: np.ndarray, edges: np.ndarray) -> float:
    """Give the integral [day] of an excess up to a day, piece by piece."""
    parts = np.clip(day, edges[:-1], edges[1:]) - edges[:-1]
    return float(np.sum(parts * row))


def uniforms(key: int, stream: str, n: int, seed: int) -> np.ndarray:
    """Draw the first numbers of a colony in a stream."""
    return seeds.uniform(key & 0xFFFFFFFF, key >> 32, STREAMS[stream], seed, n)


def founder_age(key: int, is_cluster: bool, law: Tables, seed: int) -> float:  # noqa: FBT001 - as in the kernel
    """Give the head start in scaled age that its founders' luck gives to a colony."""
    numbers = law[0]
    q, n = float(numbers[5]), int(numbers[7] if is_cluster else numbers[6])
    u = uniforms(key, "FOUNDER", n + 1, seed)
    alive = [math.comb(n, m) * (1.0 - q) ** m * q ** (n - m) for m in range(1, n + 1)]
    m = n if n == 1 or q == 0.0 else min(1 + int(np.sum(np.cumsum(alive) < u[0] * (1.0 - q**n))), n)
    return float(math.log(-np.sum(np.log(u[1 : m + 1])) / (1.0 - q)) / numbers[1])


def wakes(key: int, born: float, killing: np.ndarray, edges: np.ndarray, law: Tables, seed: int) -> float:
    """Give the day on which a dormant colony wakes; infinite when NK cells kill it before."""
    u = uniforms(key, "WAKING", 2, seed)
    wake, release = float(law[0][3]), float(law[0][9])
    if wake + release == 0.0:
        return math.inf
    # H(t) = omega (t - born) + rho int (1 - u): rises, straight between edges; from the last edge on at omega
    days = np.concatenate([[born], edges[edges > born]])
    lost = np.minimum(killing, 0.0)
    hazard = [wake * (d - born) - release * (excess_by(d, lost, edges) - excess_by(born, lost, edges)) for d in days]
    wanted = -math.log(u[0])
    if wanted >= hazard[-1]:
        day = days[-1] + (wanted - hazard[-1]) / wake if wake > 0.0 else math.inf
    else:
        day = float(np.interp(wanted, hazard, days))
    if day == math.inf:
        return math.inf
    run = day - born + excess_by(day, killing, edges) - excess_by(born, killing, edges)
    return math.inf if law[0][4] * run > -math.log(u[1]) else float(day)


def founded(p: int, parents: Tables, patients: Tables, course: Tables, law: Tables, seed: int) -> list[Tables]:
    """Give key, born, awake, origin, logit and place of each colony that one tumour founds."""
    i, key, origin, since, until, source = (column[p] for column in parents)
    decay, seeding, cut = patients[0][i], patients[1][i] * law[3][source], patients[2][i]
    edges, levels, bounds, excess, _ = course
    row = i if levels.shape[1] > 1 else 0
    killing, growth = excess[:, row]
    end = min(until, cut)
    if seeding <= 0.0 or end <= max(origin, since):
        return []
    kept: list[Tables] = []
    c = law[0][0] * law[0][1]
    first, last = (seeding / decay * shed_by(decay * (day - origin), law) for day in (since, end))
    gain = math.exp(bounds[row, 0] + c * (1.0 - math.exp(-decay * bounds[row, 1])))
    for stratum in range(1 + max(0, math.ceil(math.log2(gain)))):
        floor, width = (0.0, 1.0) if stratum == 0 else (2.0 ** (stratum - 1), 2.0 ** (stratum - 1))
        passed, event = first, 0
        while True:
            block = stratum * 2**22 + event
            words = seeds.philox(int(key) & 0xFFFFFFFF, int(key) >> 32, STREAMS["COLONY_COUNT"], block, seed)
            passed -= math.log((float(words[0]) + 0.5) * 2.0**-32) / width
            event += 1
            if passed >= last:
                break
            level, child = floor + width * (float(words[1]) + 0.5) * 2.0**-32, int(words[2]) | int(words[3]) << 32
            born = origin + shed_at(passed * decay / seeding, law) / decay
            most = bounds[row, 0] + c * math.exp(-decay * (born - origin)) * (1.0 - math.exp(-decay * bounds[row, 1]))
            if math.exp(most) <= floor:
                break  # it only falls from here on, and all levels of the stratum lie above it
            u = uniforms(child, "COLONY", 2, seed)
            place = int(np.searchsorted(law[1][source], u[0], side="right"))
            is_cluster = place >= len(law[1][source]) // 2
            ages = [decay * (born - origin)]
            ages.append(ages[0] + decay * (excess_by(born, growth, edges) - excess_by(since, growth, edges)))
            taller = math.exp(c * (math.exp(-ages[0]) - math.exp(-ages[1])))
            if level >= multiplier(born, levels[int(is_cluster), row], edges) * taller:
                continue
            awake = wakes(child, born, killing, edges, law, seed) if u[1] < law[0][2] else born
            start = awake - founder_age(child, is_cluster, law, seed) / decay if awake < cut else math.inf
            added = excess_by(cut, growth, edges) - excess_by(awake, growth, edges) if awake < cut else 0.0
            if awake < cut and (patients[3][i] <= 0.0 or decay * (cut - start + added) >= patients[3][i]):
                seen = uniforms(child, "IMAGING", 1, seed)[0]
                kept.append((child, born, awake, start, math.log(seen / (1.0 - seen)), place))
    return kept
