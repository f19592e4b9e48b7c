"""Methods of integration as tables of numbers.

A Rosenbrock method (`gamma` > 0) solves in stage i, for an autonomous system y' = f(y) with Jacobian J,

    (1 / (gamma h) - J) k_i = f(y + sum_j a_ij k_j) + sum_j c_ij k_j / h,

an explicit one (`gamma` = 0) has k_i = h f(y + sum_j a_ij k_j). Then the new state is y + sum_j m_j k_j, and its
error is estimated as sum_j e_j k_j.

Sources
-------
RODAS3: Sandu and others, Atmospheric Environment 31 (1997) 3459. RODAS4: Hairer and Wanner, Solving Ordinary
Differential Equations II (1996), IV.7 and the authors' program. DOPRI5: Dormand and Prince, Journal of Computational
and Applied Mathematics 6 (1980) 19.
"""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[float, ...]


@dataclass(frozen=True)
class Tableau:
    """A one-step method with an error estimate whose order is one below its own."""

    name: str
    order: int
    gamma: float
    a: tuple[Row, ...]
    c: tuple[Row, ...]
    m: Row
    e: Row

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(self.a)

    @property
    def last_is_first(self) -> bool:
        """Whether the last stage of an accepted step is the first of the next."""
        return self.gamma == 0.0 and self.a[-1] == self.m[: len(self.a[-1])] and self.m[-1] == 0.0


RODAS3 = Tableau(
    "rodas3",
    3,
    0.5,
    ((), (0.0,), (2.0, 0.0), (2.0, 0.0, 1.0)),
    ((), (4.0,), (1.0, -1.0), (1.0, -1.0, -8.0 / 3.0)),
    (2.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 0.0, 1.0),
)

_RODAS4_LAST = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)

RODAS4 = Tableau(
    "rodas4",
    4,
    0.25,
    (
        (),
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        _RODAS4_LAST,
        (*_RODAS4_LAST, 1.0),
    ),
    (
        (),
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
        (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
    ),
    (*_RODAS4_LAST, 1.0, 1.0),
    (0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
)

_DOPRI5_LAST = (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)

DOPRI5 = Tableau(
    "dopri5",
    5,
    0.0,
    (
        (),
        (1 / 5,),
        (3 / 40, 9 / 40),
        (44 / 45, -56 / 15, 32 / 9),
        (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
        (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
        _DOPRI5_LAST,
    ),
    ((),) * 7,
    (*_DOPRI5_LAST, 0.0),
    (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40),
)

METHODS = {method.name: method for method in (RODAS3, RODAS4, DOPRI5)}
"""Methods by name."""
