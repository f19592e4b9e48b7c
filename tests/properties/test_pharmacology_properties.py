"""What holds for any dose, concentration and mixture of drugs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amoeboid.pharmacology import (
    KNOCKOUTS,
    Absorption,
    Disposition,
    Kinetics,
    Regimen,
    free_fraction,
    library,
    plasma,
    targets_left,
)

POSITIVE = st.floats(1e-2, 1e2)
LEVEL = st.floats(0.0, 1e6)
MIXTURES = st.dictionaries(st.sampled_from(sorted(library())), LEVEL, max_size=4)
TIMES = np.linspace(0.0, 50.0, 120)


@st.composite
def records(draw):
    body = Disposition(draw(POSITIVE), draw(POSITIVE), draw(st.floats(0.0, 10.0)), draw(POSITIVE))
    share = draw(st.sampled_from([0.0, 0.4, 1.0]))
    way = Absorption(draw(POSITIVE), draw(POSITIVE), share, draw(st.floats(0.0, 5.0)))
    return Kinetics("x", "", body, way, 300.0)


@settings(max_examples=60, deadline=None)
@given(records())
def test_nothing_is_negative_lost_or_made(record):
    way, body = record.absorption, record.disposition
    parts = [
        way.waiting(TIMES),
        *(way.amount(modes, TIMES) for modes in (body.plasma, body.tissue, body.eliminated)),
    ]
    assert sum(parts) == pytest.approx(np.ones_like(TIMES), rel=1e-8)
    assert min(part.min() for part in parts) > -1e-9


@settings(max_examples=40, deadline=None)
@given(records(), st.floats(0.0, 1e3), st.floats(1.0, 20.0))
def test_exposure_is_linear_in_the_dose(record, dose, interval):
    one = plasma(Regimen("x", 1.0, interval), TIMES, record)
    assert plasma(Regimen("x", dose, interval), TIMES, record) == pytest.approx(dose * one, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(MIXTURES, st.sets(st.sampled_from(KNOCKOUTS)), st.sampled_from(["off", "shifted", "unshifted"]))
def test_activity_left_is_a_share_that_more_drug_never_raises(mixture, missing, level):
    switch = {"ruxolitinib_rock": level}
    left = targets_left(mixture, missing, switch)
    more = targets_left({name: 2.0 * c + 1.0 for name, c in mixture.items()}, missing, switch)
    for target, share in left.items():
        assert 0.0 <= more[target] <= share <= 1.0
        assert (share == 0.0) == (target in missing)


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_more_serum_never_frees_drug(low, high):
    low, high = sorted((low, high))
    fewer, more = (free_fraction("ruxolitinib", f"{share:.3f} % serum") for share in (low, high))
    assert 0.03 - 1e-12 <= more <= fewer <= 1.0
