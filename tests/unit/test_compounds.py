"""Hypothetical compounds: read like a scenario, told wrong all at once, and put in the library's empty vessel."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from amoeboid import pharmacology, scenario
from amoeboid.errors import ScenarioError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.scenario import EXAMPLE, Compound, load_compounds, loads_compounds
from amoeboid.trials.candidates import VESSEL, document_of, settings
from amoeboid.trials.screening import pareto_front

GOOD = """
[[compounds]]
name = "one"
potency = { JAK1 = "2 nM", JAK3 = "0.2 uM" }
free_fraction = 0.1
uptake = { clearance = "20 L/h", volume = "60 L" }
[[regimens]]
name = "daily"
dose = "0.1 g"
interval = "1 day"
stop = "12 week"
"""


def _parameters(compound: Compound) -> Parameters:
    given_by = {id: setting.override("test") for id, setting in settings(compound).items()}
    assert all(isinstance(one, Override) for one in given_by.values())
    return Parameters(catalogue(), given_by)


def _named(name: str) -> Compound:
    return next(one for one in load_compounds(EXAMPLE).compounds if one.name == name)


def test_units_are_read_at_the_border():
    library = loads_compounds(GOOD)
    (compound,), (regimen,) = library.compounds, library.regimens
    assert compound.potency == {"JAK1": 2.0, "JAK3": 200.0}
    assert (compound.uptake.clearance, compound.uptake.volume) == (20.0, 60.0)
    assert (regimen.dose, regimen.interval, regimen.stop) == (100.0, 1.0, 84.0)
    assert loads_compounds(GOOD.replace('"20 L/h"', '"333.3333333333333 ml/min"')).compounds[
        0
    ].uptake.clearance == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"2 nM"', "2", "AMB-U07"),
        ('"2 nM"', '"2 mg"', "AMB-U02"),
        ('"2 nM"', '"0 nM"', "AMB-S06"),
        ("JAK1 =", "JAK9 =", "AMB-S03"),
        ("free_fraction = 0.1", "", "AMB-S04"),
        ("free_fraction = 0.1", "free_fraction = 0", "AMB-S06"),
        ("free_fraction = 0.1", "free_fraction = 1.5", "AMB-S06"),
        ('"20 L/h"', '"-20 L/h"', "AMB-S06"),
        ('volume = "60 L"', 'volume = "60 L", exchange_flow = "2 L/h"', "AMB-S08"),
        ('stop = "12 week"', 'start = "13 week"\nstop = "12 week"', "AMB-S08"),
        ('dose = "0.1 g"', 'dose = "-1 mg"', "AMB-S06"),
        ('interval = "1 day"', 'interval = "1 min"', "AMB-S06"),
        ('name = "daily"', 'name = "daily"\ncompounds = ["two"]', "AMB-S03"),
        ('name = "daily"', 'name = "daily"\ncolour = "red"', "AMB-S02"),
        ("[[regimens]]", GOOD[: GOOD.index("[[regimens]]")] + "[[regimens]]", "AMB-S07"),
    ],
)
def test_what_is_wrong_with_a_compound_is_told_in_four_parts(old, new, code):
    assert old in GOOD
    with pytest.raises(ScenarioError) as told:
        loads_compounds(GOOD.replace(old, new, 1))
    assert [fault.code for fault in told.value.faults] == [code]
    (fault,) = told.value.faults
    assert "line" in fault.where
    assert fault.what
    assert fault.expected
    assert fault.do


def test_several_faults_are_told_together_and_by_line():
    bad = GOOD.replace("JAK1", "JAK9").replace('"0.1 g"', '"0.1 l"').replace("free_fraction = 0.1", "free_fraction = 2")
    with pytest.raises(ScenarioError) as told:
        loads_compounds(bad)
    assert len(told.value.faults) == 3


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ScenarioError):
        load_compounds(tmp_path / "none.toml")
    place = tmp_path / "mine.toml"
    place.write_text(GOOD)
    assert load_compounds(place) == loads_compounds(GOOD)


def test_regimens_may_be_for_some_compounds_only():
    text = GOOD + '[[regimens]]\nname = "other"\ndose = "1 mg"\ninterval = "1 day"\ncompounds = ["one"]\n'
    two = GOOD[: GOOD.index("[[regimens]]")].replace('"one"', '"two"')
    pairs = loads_compounds(two + text).pairs()
    assert [(c.name, r.name) for c, r in pairs] == [("two", "daily"), ("one", "daily"), ("one", "other")]


def test_the_vessel_alone_acts_on_nothing():
    total = np.geomspace(1.0, 1e6, 7)
    for cytokine in pharmacology.CYTOKINES:
        assert pharmacology.inhibition(VESSEL, total, cytokine).max() < 1e-5
    assert min(pharmacology.apparent_constants(VESSEL).values()) > 1e10


def test_a_compound_with_the_numbers_of_ruxolitinib_is_ruxolitinib():
    p = _parameters(_named("ruxolitinib-like"))
    like, real = pharmacology.apparent_constants(VESSEL, None, p), pharmacology.apparent_constants("ruxolitinib")
    for kinase in ("JAK1", "JAK2", "TYK2"):
        assert like[kinase] == pytest.approx(real[kinase], rel=2e-3)
    for cytokine in pharmacology.CYTOKINES:
        mine, its = (
            pharmacology.half_inhibition(name, cytokine, q) for name, q in ((VESSEL, p), ("ruxolitinib", None))
        )
        assert mine == pytest.approx(its, rel=2e-3), cytokine


def test_its_concentrations_in_men_are_those_of_ruxolitinib():
    p = _parameters(_named("ruxolitinib-like"))
    people = pharmacology.draw_people(400, seed=3)
    times = np.linspace(0.0, 43200.0, 13)
    profiles = [
        pharmacology.steady_profile(pharmacology.population(name, people, 3, parameters=q), 15.0, 43200.0, times)
        for name, q in ((VESSEL, p), ("ruxolitinib", Parameters(catalogue())))
    ]
    men = ~people.woman
    # ruxolitinib's clearance varies as clearance in the vessel does, by the same draws of the same patients
    assert np.allclose(profiles[0][men], profiles[1][men], rtol=2e-3)


def test_a_potency_in_blood_goes_before_that_of_the_kinases():
    ideal = _named("ideal-jak1")
    assert pharmacology.half_inhibition(VESSEL, "IL-15", _parameters(ideal)) == pytest.approx(500_000.0)
    both = ideal.model_copy(update={"potency": {"JAK1": 2.0, "JAK3": 200.0}, "blood": {}})
    # C with (1 + C/K1)(1 + C/K3) = 2, by bisection
    k1, k3 = (k / ideal.free_fraction * catalogue().value("potency.blood_to_plasma").value for k in (2.0, 200.0))
    low, high = 0.0, k1
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if (1 + middle / k1) * (1 + middle / k3) < 2.0 else (low, middle)
    assert pharmacology.half_inhibition(VESSEL, "IL-15", _parameters(both)) == pytest.approx(low, rel=1e-9)
    assert pharmacology.half_inhibition(VESSEL, "TPO", _parameters(both)) > 1e11


def test_only_the_reference_arm_and_all_else_of_a_document_is_kept():
    document = scenario.load_trial("neoadjuvant-melanoma")
    library = load_compounds(EXAMPLE)
    made = document_of(document, library.compounds[0], library.regimens[1])
    assert [arm.reference for arm in made.arms] == [True, False]
    assert made.arms[0].drugs[-1].dose == 0.0
    assert (made.arms[1].drugs[0].dose, made.arms[1].drugs[0].stop) == (100.0, 84.0)
    assert (made.trial, made.seed, made.hypotheses) == (document.trial, document.seed, document.hypotheses)
    assert scenario.loads_trial(scenario.trial_to_toml(made)) == made


def test_every_number_of_a_compound_says_whose_it_is():
    for compound in load_compounds(EXAMPLE).compounds:
        for id, setting in settings(compound).items():
            assert id in catalogue().values
            assert compound.name in setting.reason
            assert math.isfinite(setting.value)


MARKS = arrays(np.float64, st.tuples(st.integers(1, 12), st.just(3)), elements=st.integers(0, 4).map(float))


@given(MARKS)
def test_whoever_is_off_the_front_is_dominated_by_one_on_it(marks):
    front = pareto_front(marks)
    assert front.any()
    for row, on in zip(marks, front, strict=True):
        dominated = ((marks[front] <= row).all(axis=1) & (marks[front] < row).any(axis=1)).any()
        assert dominated == (not on)
