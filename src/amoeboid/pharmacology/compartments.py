"""Closed forms of one and two compartments: what a dose leaves in plasma, in tissue and outside, at any time.

A compartment answers a unit dose put into plasma with a sum of exponentials, ``sum of w exp(-r t)``. The
way in (at once, at first order, at a constant rate, through a chain of transit compartments) is a
convolution of each exponential, and each has a closed form. Doses add, since all is linear.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from amoeboid.errors import Fault, NumericsError

Times = NDArray[np.float64]

NEARLY_EQUAL = 1e-6
"""Share by which two rates are set apart where a formula divides by their difference; the error it makes."""


@dataclass(frozen=True)
class Modes:
    """An answer to a unit dose into plasma, ``sum of weight exp(-rate t)``; a rate of 0 stays."""

    rate: tuple[float, ...]
    weight: tuple[float, ...]


@dataclass(frozen=True)
class Disposition:
    """One or two compartments with linear elimination from the first.

    Parameters
    ----------
    clearance : float [um^3/s]
        Apparent clearance.
    central, peripheral : float [um^3]
        Apparent volumes; a peripheral volume of 0 means one compartment.
    exchange : float [um^3/s]
        Flow between the two.

    Examples
    --------
    >>> one = Disposition(clearance=2.0, central=10.0)
    >>> one.plasma
    Modes(rate=(0.2,), weight=(1.0,))
    """

    clearance: float
    central: float
    exchange: float = 0.0
    peripheral: float = 0.0

    @cached_property
    def rates(self) -> tuple[float, ...]:
        """Rates of decline [1/s], the fastest first."""
        if not self.peripheral or not self.exchange:
            return (self.clearance / self.central,)
        # alpha + beta = k10 + k12 + k21 and alpha beta = k10 k21; the smaller root from the product, since
        # the difference of near numbers would lose its digits
        out, back = self.clearance / self.central, self.exchange / self.peripheral
        total = out + self.exchange / self.central + back
        fast = 0.5 * (total + math.sqrt(total * total - 4.0 * out * back))
        slow = out * back / fast
        return (fast, slow) if slow else (out,)  # an exchange so slow that it rounds to none is none

    @cached_property
    def plasma(self) -> Modes:
        """Share of a unit dose that is in the central compartment."""
        if len(self.rates) == 1:
            return Modes(self.rates, (1.0,))
        fast, slow = self.rates
        back = self.exchange / self.peripheral
        return Modes(self.rates, ((fast - back) / (fast - slow), (back - slow) / (fast - slow)))

    @cached_property
    def tissue(self) -> Modes:
        """Share of a unit dose that is in the peripheral compartment."""
        if len(self.rates) == 1:
            return Modes(self.rates, (0.0,))
        fast, slow = self.rates
        weight = self.exchange / self.central / (fast - slow)
        return Modes(self.rates, (-weight, weight))

    @cached_property
    def eliminated(self) -> Modes:
        """Share of a unit dose that has left the body."""
        out = self.clearance / self.central
        parts = tuple(out * w / r for r, w in zip(self.plasma.rate, self.plasma.weight, strict=True))
        return Modes((0.0, *self.plasma.rate), (sum(parts), *(-part for part in parts)))

    @property
    def steady_volume(self) -> float:
        """Volume [um^3] of both compartments, as it counts at steady state."""
        return self.central + (self.peripheral if self.exchange else 0.0)


@dataclass(frozen=True)
class Absorption:
    """The way of a dose into plasma.

    Parameters
    ----------
    rate : float [1/s]
        First-order rate; 0 when there is no first-order part.
    duration : float [s]
        Length of input at a constant rate; 0 when there is none.
    zero_order_share : float
        Share of the dose that enters at the constant rate; the rest enters at first order.
    lag : float [s]
        Delay of everything.
    transit_rate : float [1/s]
        Rate of each of `transit_count` compartments before the first-order part; must exceed every other
        rate.
    bioavailability : float
        Share of the dose that arrives, relative to the doses behind the clearance.

    Without rate and duration the dose enters at once.
    """

    rate: float = 0.0
    duration: float = 0.0
    zero_order_share: float = 0.0
    lag: float = 0.0
    transit_rate: float = 0.0
    transit_count: int = 0
    bioavailability: float = 1.0

    def amount(self, modes: Modes, times: Times) -> Times:
        """Give the amount in a compartment, per unit dose taken at time 0.

        Parameters
        ----------
        modes : Modes
            The compartment's answer to a unit dose into plasma.
        times : (n,) float64 [s]
            Any order; before the lag the amount is 0.
        """
        since = np.asarray(times, dtype=np.float64) - self.lag
        elapsed = np.maximum(since, 0.0)
        total = np.zeros_like(elapsed)
        for rate, weight in zip(modes.rate, modes.weight, strict=True):
            total += weight * self._entered(rate, elapsed)
        return np.where(since < 0.0, 0.0, self.bioavailability * total)

    def waiting(self, times: Times) -> Times:
        """Give the amount not yet in plasma, per unit dose taken at time 0, of what will arrive."""
        return self.bioavailability - self.amount(Modes((0.0,), (1.0,)), times)

    @property
    def mean_time(self) -> float:
        """Mean time [s] from taking a dose to its arrival in plasma."""
        first = (1.0 / self.rate if self.rate else 0.0) + (
            self.transit_count / self.transit_rate if self.transit_rate else 0.0
        )
        share = self.zero_order_share
        return self.lag + share * self.duration / 2.0 + (1.0 - share) * first

    def _entered(self, rate: float, elapsed: Times) -> Times:
        """Convolve the input with ``exp(-rate t)``."""
        share = self.zero_order_share
        total = np.zeros_like(elapsed)
        if share > 0.0:
            total += share * _constant_input(rate, self.duration, elapsed)
        if share < 1.0:
            total += (1.0 - share) * self._first_order(rate, elapsed)
        return total

    def _first_order(self, rate: float, elapsed: Times) -> Times:
        if not self.rate:
            return self._delayed(rate, elapsed)
        if not self.transit_count:
            return _first_order_input(rate, self.rate, elapsed)
        absorbed = self.rate
        if abs(absorbed - rate) < NEARLY_EQUAL * absorbed:
            absorbed = rate * (1.0 + NEARLY_EQUAL)
        difference = self._delayed(rate, elapsed) - self._delayed(absorbed, elapsed)
        return absorbed * difference / (absorbed - rate)

    def _delayed(self, rate: float, elapsed: Times) -> Times:
        """Convolve ``exp(-rate t)`` with the gamma density of the transit chain."""
        if not self.transit_count:
            return np.exp(-rate * elapsed)
        # int_0^t g(s) exp(-r (t-s)) ds = (k / (k-r))^n exp(-r t) P(n, (k-r) t), g the density of n steps of
        # rate k
        left = self.transit_rate - rate
        if left <= 0.0:
            what = f"transit rate `{self.transit_rate:g}` 1/s is not above the rate `{rate:g}` 1/s"
            raise NumericsError(
                Fault("pharmacology", what, "a transit rate above absorption and decline", "",
                      "use a lag instead of the chain", "AMB-N80")
            )  # fmt: skip
        arrived = np.asarray(special.gammainc(self.transit_count, left * elapsed), dtype=np.float64)
        return (self.transit_rate / left) ** self.transit_count * np.exp(-rate * elapsed) * arrived


def _first_order_input(rate: float, absorption: float, elapsed: Times) -> Times:
    """Convolve ``exp(-rate t)`` with first-order input; exact also when both rates are equal."""
    # a (exp(-r t) - exp(-a t)) / (a - r) = a t exp(-min t) phi(d t), phi(x) = (1 - exp(-x)) / x, d = |a - r|
    gap = abs(absorption - rate) * elapsed
    safe = np.where(gap > 0.0, gap, 1.0)
    phi = np.where(gap > 0.0, -np.expm1(-safe) / safe, 1.0)
    return np.asarray(absorption * elapsed * np.exp(-min(rate, absorption) * elapsed) * phi)


def _constant_input(rate: float, duration: float, elapsed: Times) -> Times:
    """Convolve ``exp(-rate t)`` with an input of ``1 / duration`` that lasts `duration`."""
    inside, after = np.minimum(elapsed, duration), np.maximum(elapsed - duration, 0.0)
    if rate == 0.0:
        return np.asarray(inside / duration)
    return np.asarray(-np.expm1(-rate * inside) / (rate * duration) * np.exp(-rate * after))
