"""The kernel of spreading against its twin in plain Python: same colonies, same marks, under odd treatments too."""

import numpy as np
import pytest
from early_breast import changed

from amoeboid import seeds
from amoeboid.body import draw_disease
from amoeboid.body.course import course
from amoeboid.body.generations import Patients, as_tumours, counted, founded, law_of, primaries
from amoeboid.body.plan import Plan
from amoeboid.kernels import spreading, threads
from amoeboid.kernels.reference import spreading as twin
from amoeboid.process.treatment import Treatment, untreated

CANCER = changed(seeding=(2e-6, 1.0), extinct=0.6, founders_cluster=6, cluster_share=0.2, nk_kill_rate=1e-3)


def odd_treatment(n):
    """Multipliers from 0 to 5 in pieces before and after diagnosis, another for each patient."""
    u = seeds.uniform(np.arange(n), 0, seeds.Stream.TRIAL, 5, 24)
    edges = np.array([-900.0, -300.0, 10.0, 400.0, 2000.0])
    low = np.where(u < 0.2, 0.0, u)
    return Treatment(
        edges,
        single=5.0 * low[:, :4],
        cluster=2.0 * low[:, 4:8],
        extravasation=0.5 + low[:, 8:12],
        killing=low[:, 12:16],
        growth=1.2 * low[:, 16:20],
    )


@pytest.mark.parametrize("treatment", [untreated(), odd_treatment(40)], ids=["untreated", "odd"])
@pytest.mark.parametrize(("exponent", "release"), [(0.0, 0.0), (1 / 3, 0.0), (1.0, 0.0), (1 / 3, 0.02)])
def test_colonies_equal_those_of_the_twin(treatment, exponent, release):
    # seeding per cell^exponent, so that there are as many colonies with each exponent
    seeding = (2e-6 * 5e9 ** (1 / 3 - exponent), 1.0)
    cancer = changed(**{**vars(CANCER), "exponent": exponent, "seeding": seeding, "release_rate": release})
    disease = draw_disease(cancer, 40, seed=11)
    cut = np.full(40, 3000.0 if exponent < 1.0 else 600.0)
    least = np.where(np.arange(40) % 2 == 0, 50.0, 0.0)  # of every other patient the small are left out
    patients = Patients(disease, cut, least).tables(cut, 1e12)
    told = (patients, course(treatment, 40), law_of(cancer), 77)
    tumours = primaries(disease, cancer, Plan(3000.0, np.linspace(-100.0, 900.0, 40)))
    n_seen = 0
    for _ in range(2):
        found = founded(tumours, counted(tumours, told), told, 4)
        n_seen += len(found)
        at = 0
        for p in range(min(len(tumours.index), 40)):
            for key, born, awake, origin, logit, place in twin.founded(p, tumours.tables, *told):
                assert int(found.key[at]) == key
                assert found.organ[at] == place % 4
                assert found.cluster[at] == (place >= 4)
                got = (found.born[at], found.awake[at], found.origin[at], found.logit[at])
                np.testing.assert_allclose(got, (born, awake, origin, logit), rtol=1e-6, atol=2e-3)
                at += 1
            assert at == len(found) or tumours.patient[p] <= found.patient[at]
        tumours = as_tumours(found, 0)
    assert n_seen > 40


def test_streams_of_the_kernel_are_those_of_the_register():
    assert tuple(twin.STREAMS.values()) == spreading._STREAMS


@pytest.mark.parametrize("exponent", [0.0, 1 / 3, 2 / 3, 1.0])
def test_table_of_shedding_equals_its_closed_form_and_its_inverse(exponent):
    law = law_of(changed(exponent=exponent))
    for scaled in (1e-6, 0.01, 0.3, 1.0, 2.345, 7.0, 23.9, 24.1, 40.0):
        total = spreading.shed_by(scaled, law)
        assert total == pytest.approx(twin.shed_by(scaled, law), rel=1e-6 if scaled > 0.005 else 1e-4)
        assert spreading.shed_at(total, law) == pytest.approx(scaled, rel=1e-9)


def test_number_of_threads_changes_no_byte():
    disease = draw_disease(CANCER, 5000, seed=3)
    told = (
        (disease.decay, disease.seeding, np.full(5000, 3000.0), np.zeros(5000)),
        course(untreated(), 5000),
        law_of(CANCER),
        5,
    )
    tumours = primaries(disease, CANCER, Plan(3000.0))
    before = threads.threads()
    parts = []
    for n in (1, 3):
        threads.set_threads(n)
        parts.append(founded(tumours, counted(tumours, told), told, 4))
    threads.set_threads(before)
    assert len(parts[0]) > 3000
    assert all(np.array_equal(a, b) for a, b in zip(vars(parts[0]).values(), vars(parts[1]).values(), strict=True))
