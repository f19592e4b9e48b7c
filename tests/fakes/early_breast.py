"""A cancer with the numbers of the untreated node-negative cohort of our reference, one organ or several."""

import dataclasses

import numpy as np

from amoeboid.body import Cancer

PLAIN = Cancer(
    name="early breast",
    decay=(1.6e-3, 0.5),
    capacity=1e12,
    exponent=1 / 3,
    seeding=(5.5e-7, 1.236),
    cluster_share=0.03,
    cluster_potency=40.0,
    diameter=(20.0, 0.4),
    dormant_share=0.77,
    wake_rate=3.5e-4,
    nk_kill_rate=0.0,
    extinct=0.0,
    founders_single=1,
    founders_cluster=1,
    organs=("lung", "liver", "bone", "brain"),
    arrest=np.array([[0.6, 0.2, 0.1, 0.1], [0.9, 0.05, 0.03, 0.02]]),
    soil=np.array([1.0, 4.0, 6.0, 1.0]),
    hazard=5e-3,
    burden_half=2e11,
    steepness=1.5,
    weights=np.array([1.0, 2.0, 1.0, 4.0]),
    other_death=(1e-7, 0.09),
    age=(55.0, 10.0),
    detection=(7.5, 1.0),
    density=1e6,
)


def changed(**fields):
    return dataclasses.replace(PLAIN, **fields)
