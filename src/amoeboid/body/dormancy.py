"""Dormancy: the race between waking and being killed by NK cells, in closed form.

A dormant colony wakes at the rate omega and is killed at kappa u(t), u what is left of NK killing. What relapses say of
untreated patients is the sum of the two rates and the number that wake, not either rate alone.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.errors import Fault, ScenarioError

Floats = NDArray[np.float64]


def waking(ratio: ArrayLike, loss: ArrayLike = 0.0, release: ArrayLike = 0.0) -> Floats:
    """Give the chance that a dormant colony wakes before it is killed, at a constant loss of NK killing.

    Parameters
    ----------
    ratio : array_like of float [1]
        Rate of being killed over rate of waking, untreated.
    loss : array_like of float [1]
        Share of killing that treatment takes away, 0 to 1.
    release : array_like of float [1]
        By how much waking speeds up where all of it is lost, over its untreated rate.

    Examples
    --------
    >>> float(waking(5.0, 0.5).round(3)), float(waking(5.0, 0.5, 3.0).round(3))
    (0.286, 0.5)
    """
    # P(wake first) = omega' / (omega' + kappa (1 - delta)), omega' = omega + rho delta
    faster = 1.0 + np.multiply(release, loss)
    return np.asarray(faster / (faster + np.multiply(ratio, np.subtract(1.0, loss))))


def break_even(ratio: ArrayLike, loss: ArrayLike) -> Floats:
    """Give the multiplier of seeding below which treatment helps although it takes away NK killing.

    For colonies that are dormant first, and treatment that lasts from their arrest until they wake or die.

    Parameters as those of `waking`.

    Examples
    --------
    >>> break_even(5.0, [0.25, 0.5, 0.9]).round(2)
    array([0.79, 0.58, 0.25])
    """
    # f (omega + kappa) / (omega + kappa (1 - delta)) < 1  <=>  f < (1 + k (1 - delta)) / (1 + k)
    return np.asarray(waking(ratio) / waking(ratio, loss))


def with_killing(cancer: Cancer, ratio: float) -> Cancer:
    """Give a cancer with another ratio of killing to waking, and the same relapses of untreated patients.

    Relapses cannot tell a few dormant colonies that all wake from many of which most are killed. This goes along that
    line: rates of waking and killing keep their sum, and so many more colonies are founded as are killed.

    Parameters
    ----------
    cancer : Cancer
    ratio : float [1]
        Rate of being killed over rate of waking, 0 and more.

    Raises
    ------
    ScenarioError
        When the ratio is negative or not finite.
    """
    if not 0.0 <= ratio < np.inf:
        what = f"ratio of killing to waking `{ratio}`"
        raise ScenarioError(Fault("cancer", what, "a number, 0 or more", "", "give a ratio such as 5", "AMB-S606"))
    both = cancer.wake_rate + cancer.nk_kill_rate
    if both == 0.0:
        return cancer
    # mu' (1 - d') = mu (1 - d);  mu' d' omega'/(omega' + kappa') = mu d omega/(omega + kappa)
    active = 1.0 - cancer.dormant_share
    dormant = cancer.dormant_share * cancer.wake_rate / both * (1.0 + ratio)
    return dataclasses.replace(
        cancer,
        seeding=(cancer.seeding[0] * (active + dormant), cancer.seeding[1]),
        dormant_share=dormant / (active + dormant),
        wake_rate=both / (1.0 + ratio),
        nk_kill_rate=both * ratio / (1.0 + ratio),
    )
