"""The shipped scenario is run, cells are tracked, and a line is fitted to step speed against pore area."""

import numpy as np

from amoeboid import analysis, measures, scenario
from tissue import measured

NAMES = {"melanoma": "tumour", "t_cell": "t_cell", "neutrophil": "neutrophil"}


def measure() -> dict[str, float]:
    document = scenario.load("pore-law")
    speeds = analysis.values_at_end(measured(document), "speed_mean")
    points: dict[str, list[tuple[float, float]]] = {}
    for arm in document.arms:
        speed = np.mean(list(speeds[arm.name].values()))
        points.setdefault(NAMES[arm.cell_type], []).append((arm.matrix.pore_area, float(speed)))
    found, squares = {}, []
    for name, pairs in points.items():
        area, speed = np.array(sorted(pairs)).T
        fit = measures.pore_law_fit(area, speed)
        found[f"intercept_{name}"] = fit.intercept
        squares.append(fit.r_squared)
    return found | {"r_squared_least": min(squares)}
