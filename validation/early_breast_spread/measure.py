"""Small breast cancers by the closed form of relapse, and what they send into blood."""

import numpy as np
from scipy.optimize import brentq

from amoeboid import body

FIVE_YEARS = 5 * 365.25
MONTH = 365.25 / 12.0
SAMPLE = 30e-3  # L


def risk(kind: body.Cancer, diameter: np.ndarray) -> np.ndarray:
    """Give the share with a visible metastasis five years after a primary of a diameter [mm] was removed."""
    cells = body.cells_of(diameter, kind.density)
    return 1.0 - body.population_relapse_free(body.relapse_law(kind), kind.decay, kind.seeding, cells, FIVE_YEARS)


def measure() -> dict[str, float]:
    kind, blood = body.cancer("breast"), body.blood()
    patients = body.draw_disease(kind, 20_000, seed=1)
    diameter = body.diameter(patients.cells, kind.density)
    small = body.entering(kind, blood, patients.seeding, body.cells_of(2.7, kind.density))
    tube = body.circulating(blood, body.entering(kind, blood, patients.seeding, patients.cells)).sum(axis=1)
    return {
        "doubling_time_12mm": float(
            body.doubling_time(body.cells_of(12.0, kind.density), kind.decay[0], kind.capacity) / MONTH
        ),
        "diameter_of_one_percent": brentq(lambda d: float(risk(kind, np.array(d))) - 0.01, 0.5, 20.0),
        "risk_at_2_7mm": 100.0 * float(risk(kind, np.array(2.7))),
        "cells_per_litre_2_7mm": float(body.circulating(blood, small).sum(axis=1).mean() / blood.volume),
        "risk_of_cohort": 100.0 * float(risk(kind, np.quantile(diameter, np.arange(0.025, 1.0, 0.05))).mean()),
        "prevalence_30ml": float((1.0 - np.exp(-tube * SAMPLE / blood.volume)).mean()),
    }
