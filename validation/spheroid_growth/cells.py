"""The shipped scenario itself, cell by cell: from the measured first radius of a line and initial number of cells on.

Days of growth move cells by micrometres an hour, so mechanics may go in longer steps when drag is longer in proportion
(their ratio decides the relaxation; active force keeps its size, so vigour falls). The pathway, pores and shape change
nothing in medium without a matrix and are left out. `python cells.py check` compares with the scenario as shipped.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from data import measured
from fit import DAY, FIRST_DAY, SMALL_DAY

from amoeboid import measures, scenario, simulation
from amoeboid.evidence import catalogue

LONGER = 4.0
SLOW = {"diffusion of oxygen": 3600.0, "sampling of fields": 600.0, "rest of the dead": 600.0, "polarity": 600.0}
LEFT_OUT = ("exposure", "occupancy", "signalling", "sampling of pores", "shape", "writing of tracks")
HERE = Path(__file__).parents[2] / "runs" / "spheroid-growth"


def document(begin: float, cell_type: str, longer: float = 1.0, seed: int = 1):
    """Give the shipped scenario with another first radius [um], and mechanics in longer steps."""
    base = scenario.load("spheroid-growth").model_dump()
    group = {"type": cell_type, "place": {"shape": "sphere", "radius": begin}}
    numbers = dict(base["parameters"])
    changed = {"mechanics.step": longer, "mechanics.drag": longer, f"cell.{cell_type}.vigour": 1.0 / longer}
    for id, factor in changed.items():
        record = catalogue().value(id)
        numbers[id] = {"value": record.value * factor, "unit": record.unit, "reason": "slow growth"}
    tissue = {**base["tissue"], "cells": [group]}
    return scenario.Scenario.model_validate({**base, "tissue": tissue, "parameters": numbers, "seed": seed})


def simulate(doc, days: float, every: float = 0.5, quick: bool = True):
    """Give day, outer, inhibited, necrotic radius [um], cells, living, volume of cells over that of the ball."""
    moving = simulation.build(doc, scenario.members(doc)[0])
    if quick:
        moving.processes = tuple(one for one in moving.processes if one.name not in LEFT_OUT)
        for one in moving.processes:
            one.interval = SLOW.get(one.name, one.interval)
    for day in np.arange(0.0, days + 1e-9, every):
        simulation.advance(moving, day * DAY)
        seen = measures.spheroid(*(moving.state[name] for name in ("cell.position", "cell.radius", "cell.phase")))
        full = float((moving.state["cell.radius"] ** 3).sum() / seen.outer_radius**3)
        yield (day, seen.outer_radius, seen.inhibited_radius, seen.necrotic_radius, seen.n_cells, seen.n_living, full)


def begin_of(line: str, count: int) -> tuple[float, float]:
    """Give the day on which spheroids of a line and initial number of cells begin, and their radius then [um]."""
    seen = measured(line, count)
    first = FIRST_DAY[line] if count > 1250 else SMALL_DAY
    return first, float(np.interp(first, seen.day, seen.radius))


def simulated(line: str, count: int, days: float, seed: int = 1):
    """Give the rows of a spheroid with the day of the measurement, from disk where they were simulated before."""
    file = HERE / f"{line}-{count}-{seed}.txt"
    first, begin = begin_of(line, count)
    kept = np.loadtxt(file, ndmin=2) if file.exists() else np.empty((0, 7))
    if len(kept) and kept[-1, 0] >= first + days - 1e-9:
        return kept[kept[:, 0] <= first + days + 1e-9]
    HERE.mkdir(parents=True, exist_ok=True)
    rows, started = [], time.perf_counter()
    for row in simulate(document(begin, f"melanoma_wm{line}", LONGER, seed), days):
        rows.append((first + row[0], *row[1:]))
        np.savetxt(file, rows, fmt="%.6g")
        print(*(f"{value:.4g}" for value in rows[-1]), f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    return np.array(rows)


def check() -> None:
    """Compare the shortened simulation with the scenario as shipped, for three days from 60 um on in 400 um."""
    for longer, quick in ((1.0, False), (LONGER, True)):
        doc = document(60.0, "melanoma_wm983b", longer)
        doc = doc.model_copy(update={"tissue": doc.tissue.model_copy(update={"size": (400.0,) * 3})})
        for row in simulate(doc, 3.0, quick=quick):
            print(*(f"{value:.4g}" for value in row), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check()
    else:
        simulated(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
