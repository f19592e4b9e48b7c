"""How well parameters explain the measurements, and how that changes with them.

An objective is a function of one vector: the estimated parameters on their scales. It gives the negative log of the
likelihood (times the prior, where there is one), its gradient through the slopes of the states, and the expected
second derivatives in the form that solvers of least squares take.
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
        value, f, jacobian = self.factors(theta)
        return value, jacobian.T @ f

    def factors(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give the value, and f and J with J'f the gradient and J'J the expected second derivatives.

        Rows are the measured values (how their location moves), the same again (how their noise moves), and the
        priors. J'J is Fisher's information where a row deviates by less than its noise, and more where it deviates
        by more, as the true second derivatives are.

        Raises
        ------
        NumericsError
            When the model cannot be simulated there.
        """
        read = self._read_slopes(theta)
        assert read.value_slope is not None
        assert read.sigma_slope is not None
        measured, sigma = self.problem.data.value, read.sigma[0]
        r = likelihood.deviations(self.noise, measured, read.value[0], sigma)
        _, _, r_by_value = likelihood.slopes(self.noise, measured, read.value[0], sigma)
        by_r = np.where(self.noise.is_laplace, np.sign(r), r)
        width = np.where(self.noise.is_laplace, 1.0, np.sqrt(2.0)) * np.sqrt(np.maximum(1.0, by_r * r))
        relative = read.sigma_slope / sigma[:, None]
        prior, slope, bend = self._prior(theta)
        root = np.sqrt(np.where(bend > 0.0, bend, 1.0))
        told = np.flatnonzero(slope)
        f = np.concatenate([by_r, (1.0 - by_r * r) / width, slope[told] / root[told]])
        jacobian = np.concatenate(
            [r_by_value[:, None] * read.value_slope, width[:, None] * relative, np.diag(root)[told]]
        )
        return float(self._likelihood(read)[0]) + prior, f, jacobian

    def _read_slopes(self, theta: Floats) -> Read:
        values = self.numbering.values(theta)
        return self.readings.read(values[None, :], self.simulator.states_and_slopes(values, self.readings.times))

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


def _settable(system: System) -> tuple[str, ...]:
    """Give the states that an experiment may set by the name that they have in mathematics."""
    return tuple(name for name in (system.setters or system.species) if name not in system.constants)
