"""Fit what capecitabine and ruxolitinib take from the marrow to one trial each; prints the values of the records.

python validation/marrow_toxicity/calibrate.py
"""

from __future__ import annotations

from courses import CYCLE, ROUTINE, capecitabine, routine, severe
from scipy.optimize import brentq

from amoeboid.evidence import Override, Parameters, catalogue


def with_value(found: dict[str, float], id: str, value: float) -> Parameters:
    return Parameters(catalogue(), {name: Override(x, "1") for name, x in {**found, id: value}.items()})


def main() -> None:
    found: dict[str, float] = {}

    def fit(id: str, low: float, high: float, target: float, share) -> None:
        found[id] = brentq(lambda x: share(with_value(found, id, x)) - target, low, high, xtol=1e-3)
        print(f"{id} = {found[id]:.4g}")

    fit(
        "marrow.platelets.slope", 0.2, 0.5, 100 * 16 / 107,
        lambda p: severe(routine(p, "myelofibrosis", None), "platelets", ROUTINE),
    )  # fmt: skip
    fit(
        "marrow.background.capecitabine", 0.02, 0.2, 100 / 60,
        lambda p: severe(capecitabine(p, "pancreas", 0.0, "trial.recap.treatment_control"), "haemoglobin", CYCLE),
    )  # fmt: skip
    fit(
        "marrow.red.slope", 0.3, 1.2, 100 * 9 / 59,
        lambda p: severe(capecitabine(p, "pancreas", 15.0, "trial.recap.treatment"), "haemoglobin", CYCLE),
    )  # fmt: skip


if __name__ == "__main__":
    main()
