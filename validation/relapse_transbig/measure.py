"""Distant relapse of TRANSBIG: what was fitted, what follows without a knob, and what patients held back say.

The patients come with scikit-survival (GPL, at test time only); without it every row reads `data absent`.
"""

import dataclasses
import functools

import numpy as np

from amoeboid import body
from amoeboid.evidence import Parameters, catalogue
from amoeboid.inference import (
    RelapseNumbers,
    Search,
    breast_model,
    calibration,
    cohort,
    fit_cohort,
    foretold_held_back,
    held_back,
)
from amoeboid.measures.survival import concordance
from amoeboid.process import untreated

YEAR = 365.25
STRATA_YEARS = (2, 5, 10)
GROWTH = "ER-negative"
SEARCH = Search(5, processes=1)


@functools.cache
def patients():
    """Give the cohort with receptors, or None where the data are absent."""
    try:
        from sksurv.datasets import load_breast_cancer
    except ImportError:
        return None
    table, outcome = load_breast_cancer()
    negative = (table["er"] == "negative").to_numpy().astype(float)
    return cohort(outcome["t.tdm"], outcome["e.tdm"], 10.0 * table["size"].to_numpy(), {GROWTH: negative})


def settings():
    """Give what is held: the clock of dormancy as in the preset, growth by receptors as ultrasound saw it."""
    preset = body.cancer("breast")
    parameters = Parameters(catalogue())
    return {"wake_rate": preset.wake_rate + preset.nk_kill_rate}, parameters["cancer.breast.growth_without_receptors"]


def model(coupling, *, receptors, **changes):
    clock, faster = settings()
    held = changes.pop("held", {}) | clock | ({GROWTH: faster} if receptors else {})
    return breast_model(coupling=coupling, held=held, **changes)


def of_size(everybody):
    return dataclasses.replace(everybody, growth={})


def simulated(everybody):
    """Simulate the preset on primaries of these sizes; give shares free of visible metastases, and of carriers."""
    cancer, n = body.cancer("breast"), 20_000
    drawn = body.draw_disease(cancer, n, seed=2026)
    sizes = body.cells_of(np.resize(everybody.diameter, n), cancer.density)
    disease = dataclasses.replace(drawn, cells=sizes, age=np.full(n, 18.0))  # hardly any death of other causes
    colonies = body.spread(disease, cancer, untreated(), body.Plan(15.1 * YEAR, generations=1), seed=2026)
    limit = np.maximum(cancer.detection[0] + cancer.detection[1] * colonies.logit, 0.01 * cancer.detection[0])
    decay = disease.decay[colonies.patient]
    seen = colonies.origin + body.age_at(body.cells_of(limit, cancer.density), decay, cancer.capacity)
    first = np.full(n, np.inf)
    np.minimum.at(first, colonies.patient, seen)
    met = first[first > 0.0]  # the cohort had no metastasis that was seen at diagnosis
    found = {f"preset_{year}": float((met > year * YEAR).mean()) for year in (1, 2, 3, 5, 10, 15)}
    return found | {"carriers": carriers(disease, cancer, 12.0 * YEAR)}


def carriers(disease, cancer, day):
    """Give the share of those free of relapse who have a colony that still rests: a Poisson number, in closed form."""
    tau = body.scaled_age(disease.cells, cancer.capacity)
    founded = disease.seeding / disease.decay * body.shed(tau, cancer.exponent, cancer.capacity)
    clock = cancer.wake_rate + cancer.nk_kill_rate
    resting = founded * cancer.dormant_share * np.exp(-clock * day)  # most are founded shortly before surgery
    free = body.relapse_free(body.relapse_law(cancer), disease.decay, disease.seeding, disease.cells, day)
    return float((free * -np.expm1(-resting)).sum() / free.sum())


def strata(fit, everybody, groups):
    """Give foretold shares by name of the stratum and year."""
    found = {}
    for name, rows in groups.items():
        share = fit.predict(everybody.take(rows), np.multiply(STRATA_YEARS, YEAR)).mean(axis=0)
        found |= {f"{name}_{year}": float(x) for year, x in zip(STRATA_YEARS, share, strict=True)}
    return found


def inside(fit, everybody, groups):
    days = np.multiply(STRATA_YEARS, YEAR)
    return float(sum(calibration(fit, everybody.take(rows), days).inside.sum() for rows in groups.values()))


def folds(everybody, asked):
    """Give how many places of held-back parts lie inside, the mean deviation at 5 years, and the c-index."""
    days = np.multiply(STRATA_YEARS, YEAR)
    held = list(held_back(everybody, asked, 5, SEARCH))
    judged = [calibration(one.fit, everybody.take(one.rows), days) for one in held]
    for one in judged:
        print(
            "  part",
            one.n,
            "foretold",
            one.foretold.round(3),
            "observed",
            one.observed.round(3),
            one.missed_by.round(3),
        )
    risk = 1.0 - foretold_held_back(everybody, held, [10.0 * YEAR])[:, 0]
    bias = np.mean([one.foretold[1] - one.observed[1] for one in judged])
    ranked = concordance(everybody.time, everybody.event, risk)
    return float(sum(one.inside.sum() for one in judged)), float(bias), ranked


def likelihoods(size, everybody):
    """Give differences of log-likelihood between laws."""
    narrow = {"seeding_spread": float(np.sqrt(np.log1p(1.9**2)))}
    best = {
        (exponent, bool(held)): fit_cohort(size, model(0.0, receptors=False, exponent=exponent, held=held), SEARCH)
        for exponent in (1 / 3, 1.0)
        for held in ({}, narrow)
    }
    per_day, per_doubling = (fit_cohort(everybody, model(c, receptors=True), SEARCH) for c in (0.0, 1.0))
    for (exponent, held), fit in best.items():
        print(f"  exponent {exponent:.2f}, spread held {held}: {fit.log_likelihood:.2f}", fit.numbers)
    return {
        "exponent_likelihood": best[1 / 3, False].log_likelihood - best[1.0, False].log_likelihood,
        "exponent_likelihood_held": best[1 / 3, True].log_likelihood - best[1.0, True].log_likelihood,
        "coupling_likelihood": per_doubling.log_likelihood - per_day.log_likelihood,
    }


def measure() -> dict[str, float]:
    everybody = patients()
    if everybody is None:
        return {}
    size = of_size(everybody)
    plain, by_receptors = model(0.0, receptors=False), model(1.0, receptors=True)
    fit, fit_receptors = fit_cohort(size, plain, SEARCH), fit_cohort(everybody, by_receptors, SEARCH)
    numbers: RelapseNumbers = fit.numbers
    print(
        "size alone:", fit.log_likelihood, numbers, "\nreceptors:", fit_receptors.log_likelihood, fit_receptors.numbers
    )
    negative = everybody.growth[GROWTH] > 0.5
    sizes = {"small": size.diameter <= 20.0, "large": size.diameter > 20.0}
    receptors = {"positive": ~negative, "negative": negative}
    years = (1, 2, 3, 5, 10, 15)
    whole = fit.predict(size, np.multiply(years, YEAR)).mean(axis=0)
    found = {f"all_{year}": float(x) for year, x in zip(years, whole, strict=True)} | simulated(everybody)
    found |= strata(fit, size, sizes) | strata(fit_receptors, everybody, receptors)
    per_day = fit_cohort(everybody, model(0.0, receptors=True), SEARCH)
    found["day_receptors"] = inside(per_day, everybody, receptors)
    found["folds_inside"], found["folds_bias"], found["c_size"] = folds(size, plain)
    found["folds_inside_receptors"], _, found["c_receptors"] = folds(everybody, by_receptors)
    return found | likelihoods(size, everybody) | {"doubling": fit.doubling_time(12.0) / (YEAR / 12.0)}
