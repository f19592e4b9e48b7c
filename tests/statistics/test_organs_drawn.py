"""Organs and classes of drawn colonies are those that circulation and soil give."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import chi2

from amoeboid.body import Plan, cancer, draw_disease, spread
from amoeboid.process import untreated

FALSE_ALARM = 1e-4
"""Chance that a test below fails although all is right; four of them: 1 in 2,500."""

EVEN = {"hazard": 0.0, "dormant_share": 0.0, "diameter": (20.0, 0.1), "decay": (2e-3, 0.1)}
"""Nobody dies of metastases and none rests, so that every colony that is founded is there to be counted."""


def drawn(name, generations, seeding, horizon):
    kind = dataclasses.replace(cancer(name), seeding=(seeding, 0.2), **EVEN)
    patients = draw_disease(kind, 2000, seed=7)
    return kind, spread(patients, kind, untreated(), Plan(horizon, np.inf, generations), seed=7)


def agrees(found, share):
    expected = found.sum() * share
    rare = expected < 10.0
    # categories too rare for the law of large numbers go together
    pairs = [*zip(found[~rare], expected[~rare], strict=True), (found[rare].sum(), expected[rare].sum())]
    kept = np.array([pair for pair in pairs if pair[1] > 0.0])
    statistic = (((kept[:, 0] - kept[:, 1]) ** 2) / kept[:, 1]).sum()
    return statistic < chi2.ppf(1.0 - FALSE_ALARM, len(kept) - 1)


@pytest.mark.parametrize("name", ["melanoma", "pancreas"])
def test_colonies_of_the_primary_land_as_circulation_and_soil_say(name):
    kind, colonies = drawn(name, 1, 8e-6, 0.0)
    place = colonies.cluster * len(kind.organs) + colonies.organ
    found = np.bincount(place, minlength=2 * len(kind.organs))
    assert found.sum() > 3000
    assert agrees(found, kind.landing.ravel())
    # the test can tell: by flow alone it would not pass
    flow = dataclasses.replace(kind, soil=np.ones(len(kind.organs)))
    assert not agrees(found, flow.landing.ravel())


def test_colonies_of_colonies_in_lung_and_in_liver_land_each_by_their_own_way_round():
    kind, colonies = drawn("melanoma", 2, 8e-6, 600.0)
    child = np.flatnonzero(colonies.generation == 2)
    mother = colonies.organ[colonies.parent[child]]
    place = colonies.cluster[child] * len(kind.organs) + colonies.organ[child]
    for organ in ("lung", "liver"):
        row = kind.organs.index(organ)
        found = np.bincount(place[mother == row], minlength=2 * len(kind.organs))
        share = kind.onward_landing[row].ravel()
        assert found.sum() > 300
        assert agrees(found, share / share.sum())
    lung = np.bincount(place[mother == kind.organs.index("lung")], minlength=2 * len(kind.organs))
    assert not agrees(lung, kind.landing.ravel())
