"""Severe anaemia and thrombocytopenia: fitted on one trial, predicted on the other."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from courses import CYCLE, ROUTINE, capecitabine, routine, severe

from amoeboid.evidence import Parameters, catalogue


def measure() -> dict[str, float]:
    p = Parameters(catalogue())
    lasting = routine(p, "myelofibrosis", None).haemoglobin
    return {
        "recap_treated": severe(capecitabine(p, "pancreas", 15.0, "trial.recap.treatment"), "haemoglobin", CYCLE),
        "recap_control": severe(
            capecitabine(p, "pancreas", 0.0, "trial.recap.treatment_control"), "haemoglobin", CYCLE
        ),
        "her2_treated": severe(capecitabine(p, "breast", 15.0, "trial.her2_negative.treatment"), "haemoglobin", CYCLE),
        "her2_control": severe(
            capecitabine(p, "breast", 0.0, "trial.her2_negative.treatment_control"), "haemoglobin", CYCLE
        ),
        "platelets_normal": severe(routine(p, "myelofibrosis", None), "platelets", ROUTINE),
        "platelets_low_label": severe(routine(p, "thrombocytopenic", None), "platelets", ROUTINE),
        "platelets_low_15": severe(routine(p, "thrombocytopenic", 15.0), "platelets", ROUTINE),
        "haemoglobin_lowest": float(np.argmin(np.mean(lasting / lasting[:, :1], axis=0))),
    }
