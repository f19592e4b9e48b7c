"""How well parameters explain the measurements, and how that changes with them.

An objective is a function of one vector: the estimated parameters on their scales. It gives the negative log of the
likelihood (times the prior, where there is one), its gradient through the slopes of the states, and the residuals
whose squares it is a sum of, for solvers of least squares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from amoeboid.errors import NumericsError
from amoeboid.inference import likelihood
from amoeboid.inference.likelihood import Noise
from amoeboid.inference.mapping import Numbering, courses
from amoeboid.inference.problem import FitProblem, Floats, to_scale
from amoeboid.inference.readings import Read, Readings
from amoeboid.inference.simulation import Precision, Simulator
from amoeboid.signalling.system import System

_SHIFT = 25.0
"""Added to ln(sigma) so that the square root of its double is real: sigma above e-25 of the readout's unit."""


@dataclass(frozen=True)
class Engine:
    """A model ready for a fit: equations, all constants and inputs by name, and how exactly to integrate."""

    system: System
    numbers: Mapping[str, float]
    precision: Precision


class Objective:
    """The negative log-likelihood of a problem on a model, and its derivatives.

    Parameters
    ----------
    problem : FitProblem
        What was measured and what may move.
    engine : Engine
        The model.

    Raises
    ------
    FormatError
        When the problem names what the model does not have.
    """

    def __init__(self, problem: FitProblem, engine: Engine) -> None:
        self.problem, self.engine = problem, engine
        self.numbering = Numbering.of(problem)
        found = courses(problem, self.numbering, engine.numbers, _settable(engine.system))
        self.simulator = Simulator(engine.system, engine.numbers, found, self.numbering, engine.precision)
        self.readings = Readings(problem, engine.system, engine.numbers, found, self.numbering)
        kinds = [problem.observables[k] for k in problem.data.observable]
        self.noise = Noise(
            np.array([one.transformation for one in kinds]), np.array([one.distribution == "laplace" for one in kinds])
        )
        self.constant = likelihood.constant(self.noise, problem.data.value)

    def __reduce__(self) -> tuple[type[Objective], tuple[FitProblem, Engine]]:
        """Travel to other processes as problem and engine; compiled code is made or loaded there."""
        return (Objective, (self.problem, self.engine))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the estimated parameters."""
        return tuple(one.name for one in self.problem.estimated)

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds on the scales, (n_parameters,) each."""
        moved = self.problem.estimated
        return (
            np.array([float(to_scale(np.array(one.lower), one.scale)) for one in moved]),
            np.array([float(to_scale(np.array(one.upper), one.scale)) for one in moved]),
        )

    @property
    def nominal(self) -> Floats:
        """Nominal values on the scales, (n_parameters,)."""
        return np.array([float(to_scale(np.array(one.nominal), one.scale)) for one in self.problem.estimated])

    def read(self, theta: Floats) -> Read:
        """Simulate every row for one vector (n_parameters,) or several (n_vectors, n_parameters)."""
        values = self.numbering.values(np.atleast_2d(theta))
        return self.readings.read(values, self.simulator.states(values, self.readings.times))

    def log_likelihood(self, theta: Floats) -> float:
        """Give the log-likelihood of one vector, without the prior.

        Raises
        ------
        NumericsError
            When the model cannot be simulated there.
        """
        read = self.read(theta)
        return -float(self._likelihood(read)[0])

    def _likelihood(self, read: Read) -> Floats:
        return likelihood.negative_log_likelihood(self.noise, self.problem.data.value, read.value, read.sigma)

    def value(self, theta: Floats) -> float:
        """Give the negative log-likelihood and prior of one vector; infinite where it cannot be simulated."""
        return float(self.values(np.atleast_2d(theta))[0])

    def values(self, thetas: Floats) -> Floats:
        """Give the same for several vectors (n_vectors, n_parameters) at once."""
        try:
            found = self._likelihood(self.read(thetas))
        except NumericsError:
            if len(thetas) == 1:
                return np.full(1, np.inf)
            return np.concatenate([self.values(theta[None, :]) for theta in thetas])
        return np.asarray(found + np.array([self._prior(theta)[0] for theta in thetas]))

    def gradient(self, theta: Floats) -> tuple[float, Floats]:
        """Give value and gradient by the scaled parameters, (n_parameters,).

        Raises
        ------
        NumericsError
            When the model cannot be simulated there.
        """
        read = self._read_slopes(theta)
        assert read.value_slope is not None
        assert read.sigma_slope is not None
        measured = self.problem.data.value
        by_value, by_sigma, _ = likelihood.slopes(self.noise, measured, read.value[0], read.sigma[0])
        prior, slope, _ = self._prior(theta)
        gradient = by_value @ read.value_slope + by_sigma @ read.sigma_slope + slope
        return float(self._likelihood(read)[0]) + prior, gradient

    def _read_slopes(self, theta: Floats) -> Read:
        values = self.numbering.values(theta)
        return self.readings.read(values[None, :], self.simulator.states_and_slopes(values, self.readings.times))

    def residuals(self, theta: Floats) -> tuple[Floats, Floats]:
        """Give residuals whose half square sum is the objective up to a constant, and their Jacobian.

        The deviations come first, (n_rows,), then sqrt(2 (ln sigma + shift)) of every row, then the prior's.
        Only for normal noise and priors.

        Raises
        ------
        NumericsError
            When the model cannot be simulated there.
        """
        read = self._read_slopes(theta)
        value, sigma = read.value[0], read.sigma[0]
        measured = self.problem.data.value
        r, width = self._deviations(read)
        _, _, by_value = likelihood.slopes(self.noise, measured, value, sigma)
        assert read.value_slope is not None
        assert read.sigma_slope is not None
        relative = read.sigma_slope / sigma[:, None]
        r_slope = by_value[:, None] * read.value_slope - r[:, None] * relative
        parts = [(r, r_slope), (width, relative / width[:, None]), self._prior_residuals(theta)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def residual_values(self, theta: Floats) -> Floats:
        """Give the residuals alone, by a plain simulation.

        Raises
        ------
        NumericsError
            When the model cannot be simulated there.
        """
        return np.concatenate([*self._deviations(self.read(theta)), self._prior_residuals(theta)[0]])

    def _deviations(self, read: Read) -> tuple[Floats, Floats]:
        """Give r of every row, and sqrt(2 (ln sigma + shift))."""
        value, sigma = read.value[0], read.sigma[0]
        r = likelihood.deviations(self.noise, self.problem.data.value, value, sigma)
        with np.errstate(all="ignore"):
            return r, np.sqrt(2.0 * np.maximum(np.log(sigma) + _SHIFT, 1e-9))

    @property
    def is_least_squares(self) -> bool:
        """Whether noise and priors are all normal (or uniform), so that `residuals` tell the whole objective."""
        kinds = {one.prior.kind for one in self.problem.estimated if one.prior is not None}
        return not self.noise.is_laplace.any() and kinds <= {"normal", "uniform"}

    def _prior(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give the negative log prior, its gradient and its second slopes by the scaled parameters."""
        values = self.numbering.values(theta)
        by_scale = self.numbering.slopes(values)
        total, slope, bend = 0.0, np.zeros(theta.size), np.zeros(theta.size)
        for k, one in enumerate(self.problem.estimated):
            if one.prior is not None:
                part, first, second = likelihood.negative_log_prior(one.prior, float(values[k]), float(theta[k]))
                factor = 1.0 if one.prior.on_scale else float(by_scale[k])
                total, slope[k], bend[k] = total + part, first * factor, second * factor**2
        return total, slope, bend

    def _prior_residuals(self, theta: Floats) -> tuple[Floats, Floats]:
        """Give z = (x - location) / width of every normal prior, and its Jacobian."""
        _, slope, bend = self._prior(theta)
        rows = np.flatnonzero(bend > 0.0)
        root = np.sqrt(bend[rows])  # z = slope / root, dz = root
        jacobian = np.zeros((rows.size, theta.size))
        jacobian[np.arange(rows.size), rows] = root
        return slope[rows] / root, jacobian


def _settable(system: System) -> tuple[str, ...]:
    """Give the states that an experiment may set by the name that they have in mathematics."""
    setters = getattr(system, "setters", None)
    return tuple(name for name in (setters or system.species) if name not in system.constants)
