"""Draw `relapse.png`: relapse of the TRANSBIG cohort foretold and observed, all, by size and by receptors.

Needs scikit-survival for the patients; takes some minutes, nearly all of it for the bands.
"""

import sys
from pathlib import Path

from amoeboid.inference import RelapseModel, fit_cohort, resampled
from amoeboid.plots import RelapsePanel, plot_relapse, to_png
from amoeboid.workflow.relapse import YEAR, foretell

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "validation" / "relapse_transbig"))

import measure  # noqa: E402

N_SAMPLES = 100


def panel(title: str, model: RelapseModel, groups: dict) -> RelapsePanel:
    """Fit all patients, and give the curves of the groups with their bands."""
    everybody = next(iter(groups.values()))[0]
    fit = fit_cohort(everybody, model, measure.SEARCH)
    samples = resampled(everybody, fit, N_SAMPLES)
    foretold = {name: foretell(fit, samples, who.take(rows), 15.0 * YEAR) for name, (who, rows) in groups.items()}
    return RelapsePanel(title, "calibration" if len(groups) == 1 else "validation", foretold)


if __name__ == "__main__":
    everybody = measure.patients()
    size = measure.of_size(everybody)
    plain, by_receptors = measure.model(0.0, receptors=False), measure.model(1.0, receptors=True)
    small, without = size.diameter <= 20.0, everybody.growth[measure.GROWTH] > 0.5
    panels = [
        panel("all patients", plain, {"model": (size, size.time >= 0.0)}),
        panel("by size of the primary", plain, {"to 20 mm": (size, small), "above 20 mm": (size, ~small)}),
        panel("by estrogen receptors", by_receptors, {"with": (everybody, ~without), "without": (everybody, without)}),
    ]
    (HERE / "relapse.png").write_bytes(to_png(plot_relapse(panels)))
