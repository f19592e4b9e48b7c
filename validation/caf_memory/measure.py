"""Fibroblasts and melanoma cells in one gel: a day of LIF, five days without, four days of inhibitors, five without."""

import numpy as np

from amoeboid import scenario, simulation

DAY = 86400.0
TEXT = """
format = 1
name = "caf-memory"
question = "Does a day of LIF keep fibroblasts pulling, and what undoes it?"
duration = "15 d"
seed = 11
medium = "serum-free"

[tissue]
size = ["200 um", "200 um", "100 um"]
voxel = "20 um"
matrix = { kind = "collagen", collagen = "2 mg/ml" }

[[tissue.cells]]
type = "fibroblast"
count = 16
place = { shape = "box", size = ["160 um", "160 um", "60 um"] }

[[tissue.cells]]
type = "melanoma"
count = 16
place = { shape = "box", size = ["160 um", "160 um", "60 um"] }

[[arms]]
name = "no pulse"
reference = true
autocrine = "0.05 nM"
"""
PULSE = """
[[arms]]
name = "%s"
autocrine = "0.05 nM"
fields = { LIF = "10 ng/ml" }
pulse = "24 h"
drugs = [%s]
"""
WHEN = 'start = "6 d", stop = "10 d"'
JAK, DNMT = (f'{{ name = "{name}", concentration = "1 uM", {WHEN} }}' for name in ("ruxolitinib", "decitabine"))
ARMS = {"pulse": [], "JAK": [JAK], "DNMT": [DNMT], "both": [JAK, DNMT]}


def means(document, arm, days):
    """Give mean pSTAT3 and tension of both types at the end of each of `days`."""
    one = simulation.build(document, next(m for m in scenario.members(document) if m.arm.name == arm))
    found = []
    for day in days:
        simulation.advance(one, day * DAY)
        kind = one.state["cell.type"]
        found.append(
            {
                (name, which): float(np.mean(one.state[f"cell.{name}"][kind == which]))
                for name in ("pSTAT3", "tension")
                for which in (0, 1)
            }
        )
    return found


def measure() -> dict[str, float]:
    text = TEXT + "".join(PULSE % (name, ", ".join(drugs)) for name, drugs in ARMS.items())
    document = scenario.loads(text)
    (rest,) = means(document, "no pulse", [6])
    _, later, end = means(document, "pulse", [1, 6, 15])
    result = {
        f"{name}_{kind}": later[name, which] / rest[name, which]
        for name in ("pSTAT3", "tension")
        for which, kind in enumerate(("fibroblast", "melanoma"))
    }
    tension = ("tension", 0)
    effect = later[tension] - rest[tension]
    for arm in ("JAK", "DNMT", "both"):
        under, after = means(document, arm, [10, 15])
        result[f"under_{arm}"] = (under[tension] - rest[tension]) / effect
        result[f"after_{arm}"] = (after[tension] - rest[tension]) / effect
    return result | {"fifteen_days": (end[tension] - rest[tension]) / effect}
