"""Stochastic cases in the layout of the SBML Test Suite: means and deviations of many repeats against known ones.

With n repeats, mean m and variance v, expected mean M and deviation S, a time point is an excursion when
Z = sqrt(n) (m - M) / S leaves ``meanRange`` or Y = sqrt(n/2) (v / S^2 - 1) leaves ``sdRange`` (formulas of the suite's
own description; Evans, Gillespie, Wilkinson 2008, Bioinformatics 24:285). Some excursions come by chance,
and those of one case come together, since neighbouring times show the same repeats. How many are to be expected is
found by weighing the repeats anew with random weights: that keeps the correlation of times and the heavy tails of a
variance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from amoeboid import seeds
from amoeboid.errors import Fault, FormatError
from amoeboid.formats.sbml import read_sbml
from amoeboid.signalling import stochastic
from amoeboid.signalling.from_sbml import from_sbml
from amoeboid.workflow.suite_files import Case, Settings, column, find_cases, read_results, read_settings

Floats = NDArray[np.float64]

QUANTILE = 0.999
"""A case passes when it has no more excursions than this quantile of what chance gives."""

_WEIGHINGS = 2000
_TOGETHER = 500
_EXACT = 1e-9
_APART = 10_000_000


@dataclass(frozen=True)
class Judgement:
    """What many repeats of one case showed.

    Parameters
    ----------
    case : str
        Number.
    points : int
        Comparisons made, of means and of deviations.
    excursions : int
        Comparisons out of range.
    wrong : tuple of str
        Quantities that should not scatter and do, or that are not the number they should be.
    scatter : tuple of (array, range)
        For all comparisons of one kind what each repeat adds to their Z or Y (n_points, n_repeats), and their range.
    """

    case: str
    points: int
    excursions: int
    wrong: tuple[str, ...] = ()
    scatter: tuple[tuple[Floats, tuple[float, float]], ...] = field(default=(), repr=False)

    @cached_property
    def chance(self) -> NDArray[np.int64]:
        """Numbers of excursions that chance gives, (2000,): repeats weighed with Poisson numbers of mean 1."""
        generator = np.random.Generator(np.random.Philox(key=[int(self.case), int(seeds.Stream.REACTION)]))
        counts = np.zeros(_WEIGHINGS, np.int64)
        repeats = self.scatter[0][0].shape[1] if self.scatter else 0
        for low in range(0, _WEIGHINGS, _TOGETHER):
            weights = generator.poisson(1.0, (_TOGETHER, repeats)).astype(np.float32) - np.float32(1.0)
            for parts, allowed in self.scatter:
                drawn = np.asarray(weights @ parts.T.astype(np.float32), dtype=np.float64)
                counts[low : low + _TOGETHER] += _outside(drawn, allowed).sum(axis=1)
        return counts

    @property
    def expected(self) -> float:
        """Excursions expected by chance."""
        return float(self.chance.mean())

    @property
    def allowed(self) -> int:
        """Excursions that chance exceeds once in a thousand."""
        return int(np.quantile(self.chance, QUANTILE, method="higher"))

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong and excursions are no more than allowed."""
        return not self.wrong and (self.excursions == 0 or self.excursions <= self.allowed)

    def __str__(self) -> str:
        told = f"{self.excursions} of {self.points} out of range"
        if self.excursions:
            told += f", {self.expected:.1f} expected, {self.allowed} allowed"
        return "; ".join([told, *self.wrong])


def judge(folder: str | Path, number: int | str, repeats: int = 10_000, seed: int = 1) -> Judgement:
    """Simulate a stochastic case many times and compare it with its expected means and deviations.

    Parameters
    ----------
    folder : str or Path
        With ``NNNNN-sbml-l3v2.xml``, ``NNNNN-settings.txt`` and ``NNNNN-results.csv``.
    number : int or str
        Number of the case.
    repeats : int
        Repeats; their draws do not depend on those of other cases.
    seed : int
        Seed.

    Raises
    ------
    FormatError
        When files are missing or are not what they should be, or the model has no meaning reaction by reaction.
    """
    wanted = int(number)
    found = [case for case in find_cases(Path(folder)) if int(case.number) == wanted]
    if not found:
        raise FormatError(Fault(str(folder), f"no case {wanted}", "a number of a case", "", "correct it", "AMB-F109"))
    return judge_case(found[0], repeats, seed)


def judge_case(case: Case, repeats: int, seed: int) -> Judgement:
    """Judge a case that was found; see `judge`."""
    settings = read_settings(case.settings)
    names, expected = read_results(case.results)
    ready = stochastic.model(from_sbml(read_sbml(case.model)))
    feeds = np.ones((len(ready.system.feeds), repeats))
    first = int(case.number) * _APART
    course = stochastic.simulate(
        ready, settings.times, repeats, seed, quantities=settings.variables, feeds=feeds, first=first
    )
    pieces = [_compare(course.quantity(name), _columns(case, (names, expected), name), settings)
              for name in settings.variables]  # fmt: skip
    wrong = tuple(f"{n}: {p.wrong}" for n, p in zip(settings.variables, pieces, strict=True) if p.wrong)
    return Judgement(
        case=case.number,
        points=sum(piece.points for piece in pieces),
        excursions=sum(piece.excursions for piece in pieces),
        wrong=wrong,
        scatter=tuple(parts for piece in pieces for parts in piece.parts),
    )


def _columns(case: Case, results: tuple[tuple[str, ...], Floats], name: str) -> tuple[Floats, Floats]:
    """Give expected means and deviations of a quantity."""
    names, expected = results
    places = [column(names, f"{name}-{what}") for what in ("mean", "sd")]
    if places[0] is None or places[1] is None:
        what = f"no columns `{name}-mean` and `{name}-sd`"
        raise FormatError(Fault(case.results.name, what, "means and deviations", "", "correct the file", "AMB-F109"))
    return expected[:, places[0]], expected[:, places[1]]


@dataclass(frozen=True)
class _Piece:
    """One quantity: how far each repeat is from the mean (n_points, n_repeats), as parts of Z and of Y; and counts."""

    points: int
    excursions: int
    parts: tuple[tuple[Floats, tuple[float, float]], ...]
    wrong: str = ""


def _compare(found: Floats, expected: tuple[Floats, Floats], settings: Settings) -> _Piece:
    """Compare one quantity (n_times, n_repeats) with expected means and deviations."""
    mean, deviation = expected
    n = found.shape[1]
    still = deviation == 0.0
    slack = _EXACT * np.maximum(1.0, np.abs(mean[still]))
    steady = np.abs(found[still] - mean[still, None]).max(axis=1, initial=0.0) <= slack
    moving, mean, deviation = found[~still], mean[~still, None], deviation[~still, None]
    z = (moving - mean) / deviation
    own = (moving - moving.mean(axis=1, keepdims=True)) / deviation
    mean_range, deviation_range = settings.mean_range or (-3.0, 3.0), settings.deviation_range or (-5.0, 5.0)
    all_z = np.sqrt(n) * z.mean(axis=1)
    all_y = np.sqrt(n / 2.0) * (own.var(axis=1, ddof=1) - 1.0)
    outside = _outside(all_z, mean_range) + _outside(all_y, deviation_range)
    square = own**2 - (own**2).mean(axis=1, keepdims=True)
    parts = ((own / np.sqrt(n), mean_range), (square / np.sqrt(2.0 * n), deviation_range))
    wrong = "" if steady.all() else "should not scatter, and be as expected"
    return _Piece(2 * int((~still).sum()), int(outside.sum()), parts, wrong)


def _outside(values: Floats, allowed: tuple[float, float]) -> NDArray[np.int64]:
    return ((values < allowed[0]) | (values > allowed[1])).astype(np.int64)
