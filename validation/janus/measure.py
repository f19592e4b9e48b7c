"""JANUS 1 simulated 400 times from its document, and readings of its null weighed; prints what stands behind."""

import numpy as np

from amoeboid import scenario, trials
from amoeboid.measures.survival import kaplan_meier

PATIENTS, REPLICATES = 4000, 400


def measure() -> dict[str, float]:
    document = scenario.load_trial("janus-1")
    design = document.trial.model_copy(update={"population": PATIENTS})
    study = trials.simulate(document.model_copy(update={"trial": design, "replicates": REPLICATES}))
    truths = [study.contrasts[case, 1, "OS"].hazard_ratio.value for case in range(len(study.cases))]
    chief = study.headline(1)
    for case, ratio in zip(study.cases, truths, strict=True):
        print(f"NK loss {case.nk_loss:g}: true hazard ratio of survival {ratio:.4f}")
    print(f"events {chief.events:.0f}, benefit {chief.benefit.value:.3f}, power {chief.power:.3f}, link {chief.link}")
    seen = study.shown.observed["PFS"]
    control = study.shown.enrolment.arm[0] == study.reference
    weighed = trials.rivals(document, trials.published("trial.janus1.os_hazard_ratio"), candidates=1500)
    for one in weighed:
        print(f"{one.name:48s} ratio {one.ratios[0]:.3f} ({one.ratios.min():.3f}-{one.ratios.max():.3f}) "
              f"likelihood {one.likelihood:.3f} share {one.share:.3f}")  # fmt: skip
    results = study.results[0, 1]
    return {
        "os_ratio": truths[0],
        "os_ratio_worst": max(truths, key=lambda ratio: abs(np.log(ratio))),
        "benefit_excess": 100.0 * (chief.benefit.value - chief.power),
        "published_place": float(np.mean(results.log_hazard_ratio < np.log(0.969))),
        "pfs_control": kaplan_meier(seen.time[control], seen.event[control]).median.value,
        "full_block": float(weighed[2].ratios[0]),
    }
