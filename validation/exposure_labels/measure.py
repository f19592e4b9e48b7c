"""Typical people of the records, by the functions that populations use."""

import math
from dataclasses import replace

import numpy as np

from amoeboid.pharmacology import course_summary, kinetics, population, usual_person
from amoeboid.pharmacology.superposition import profile

HOUR, LITRE = 3600.0, 1e15  # s, um^3


def typical(name: str, variant: str = "", sex: str = "M"):
    """Give one row of the record's own person: of its clearance and volumes, not of a usual patient's."""
    rows = population(name, usual_person(sex), None, variant)
    body = kinetics(name, variant or ("woman" if name == "ruxolitinib" and sex == "F" else "")).disposition
    ones = {
        "clearance": body.clearance,
        "central": body.central,
        "peripheral": body.peripheral,
        "exchange": body.exchange,
    }
    return replace(rows, **{field: np.array([value]) for field, value in ones.items()})


def area(rows, dose: float) -> float:
    """Give the area of one dose [nM h]."""
    return (rows.amount(dose) * rows.bioavailability / rows.clearance)[0] / HOUR


def mass(rows, dose: float) -> float:
    """Give the area of one dose [ng h/ml]."""
    return area(rows, dose) * rows.molar_mass / 1000.0


def measure() -> dict[str, float]:
    man, woman = typical("ruxolitinib"), typical("ruxolitinib", sex="F")
    fine = np.arange(0.0, 6.0, 1.0 / 120.0) * HOUR
    peak = float(profile(man, 5.0, None, fine).max())
    large = float(profile(man, 200.0, None, fine).max())
    fedratinib, tofacitinib = typical("fedratinib"), typical("tofacitinib")
    his, hers = (course_summary(rows, 15.0, 12 * HOUR) for rows in (man, woman))
    return {
        "ruxolitinib_cmax_5": peak,
        "ruxolitinib_cmax_200": large,
        "ruxolitinib_auc_5": area(man, 5.0),
        "ruxolitinib_auc_5_woman": area(woman, 5.0),
        "ruxolitinib_auc_200": area(man, 200.0),
        "ruxolitinib_auc_200_woman": area(woman, 200.0),
        "ruxolitinib_volume": float((man.central + man.peripheral)[0]) / LITRE,
        "fedratinib_auc": mass(fedratinib, 400.0),
        "fedratinib_half_life": float(course_summary(fedratinib, 400.0, 24 * HOUR).terminal_half_life[0]) / HOUR,
        "tofacitinib_half_life": math.log(2.0) * (tofacitinib.central / tofacitinib.clearance)[0] / HOUR,
        "baricitinib_auc": mass(typical("baricitinib"), 4.0),
        "upadacitinib_auc": mass(typical("upadacitinib", "extended_release"), 15.0),
        "inhibition_man": float(his.inhibition[0]),
        "inhibition_woman": float(hers.inhibition[0]),
        "above_man": float(his.above[0]) / HOUR,
        "above_woman": float(hers.above[0]) / HOUR,
    }
