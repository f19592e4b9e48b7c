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
from fit import DAY, FIRST_DAY

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
    """Give rows of day, outer, inhibited and necrotic radius [um], cells, living cells."""
    moving = simulation.build(doc, scenario.members(doc)[0])
    if quick:
        moving.processes = tuple(one for one in moving.processes if one.name not in LEFT_OUT)
        for one in moving.processes:
            one.interval = SLOW.get(one.name, one.interval)
    rows = []
    started = time.perf_counter()
    for day in np.arange(0.0, days + 1e-9, every):
        simulation.advance(moving, day * DAY)
        names = ("cell.position", "cell.radius", "cell.phase")
        seen = measures.spheroid(*(moving.state[name] for name in names))
        full = float((moving.state["cell.radius"] ** 3).sum() / seen.outer_radius**3)
        rows.append(
            (day, seen.outer_radius, seen.inhibited_radius, seen.necrotic_radius, seen.n_cells, seen.n_living, full)
        )
        print(*(f"{value:.4g}" for value in rows[-1]), f"{time.perf_counter() - started:.0f} s", flush=True)
    return np.array(rows), moving


def main(line: str, count: int, days: float, seed: int) -> None:
    seen = measured(line, count)
    first = FIRST_DAY[line] if count > 1250 else 5.0
    begin = float(np.interp(first, seen.day, seen.radius))
    rows, _ = simulate(document(begin, f"melanoma_wm{line}", LONGER, seed), days)
    rows[:, 0] += first
    HERE.mkdir(parents=True, exist_ok=True)
    np.savetxt(
        HERE / f"{line}-{count}-{seed}.txt", rows, fmt="%.5g", header="day outer inhibited necrotic cells living"
    )


def check() -> None:
    for longer, quick in ((1.0, False), (LONGER, True)):
        rows, _ = simulate(document(60.0, "melanoma_wm983b", longer), 5.0, quick=quick)


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check()
    else:
        main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1)
