"""What a person asks for, as arrays: times, numbers that are set, and numbers that vary from cell to cell."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import seeds, units
from amoeboid.errors import Fault, ScenarioError, UnitError, nearest_name

Floats = NDArray[np.float64]
Number = float | str
Spread = float | tuple[str | float, ...] | ArrayLike
"""A log-normal spread, a law with its numbers such as ``("normal", 0.1)``, or one value per cell."""

DEFAULT_POINTS = 101
MOST_POINTS = 1_000_000
MOST_CELLS = 10_000_000

LAWS: dict[str, tuple[int, str]] = {
    "lognormal": (1, "the standard deviation of the logarithm; the median is the model's value"),
    "normal": (1, "the standard deviation, in the unit of the number"),
    "uniform": (2, "lowest and highest value"),
}
"""Law of a spread to the count of its numbers and their meaning."""


@dataclass(frozen=True)
class Names:
    """The numbers of a model that may be changed, by id.

    ``value`` gives each number, ``unit`` its unit where declared; ``computed`` maps ids that
    cannot be set to the reason.
    """

    model: str
    value: Mapping[str, float]
    unit: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, str] = field(default_factory=dict)

    def check(self, name: str, where: str) -> str:
        """Give a name back when it can be set.

        Raises
        ------
        ScenarioError
            When there is no such number, or the model computes it.
        """
        if name in self.value:
            return name
        if name in self.computed:
            raise ScenarioError(
                Fault(f"{self.model}, {where}", f"`{name}` cannot be set: {self.computed[name]}",
                      "a parameter, a size, or what a species begins with", "",
                      "set a number that it is computed from", "AMB-S55")
            )  # fmt: skip
        near = nearest_name(str(name), [*self.value, *self.computed])
        raise ScenarioError(
            Fault(f"{self.model}, {where}", f"the model has no number `{name!s:.80}`",
                  "a parameter, a size, or a species that it begins with", near,
                  "`amoeboid pathway show` lists them", "AMB-S52")
        )  # fmt: skip

    def number(self, name: str, value: Number, where: str) -> float:
        """Read a number, or text with a unit, in the unit of a name."""
        what = f"{self.model}, {where} {name}"
        return _finite(_read(value, self.unit.get(name, ""), what), value, what)


def _read(value: Number, unit: str, where: str) -> float:
    """Read ``3.0``, ``"3"`` or ``"3 nM"``; text with a unit is converted to the unit that the model declares."""
    if not isinstance(value, str):
        try:
            return float("" if isinstance(value, bool) else value)
        except (TypeError, ValueError):
            raise _bad(where, f"`{value!s:.60}` is no number", "a finite number") from None
    try:
        number, given = units.split(value.strip())
    except UnitError:
        raise _bad(where, f"`{value[:60]}` is no finite number", 'such as `5`, or `"5 nM"` with a unit') from None
    if not given:
        return number
    if not unit:
        raise _bad(where, f"`{value[:60]}` has a unit, but the model declares none for it", "a bare number")
    return units.convert(number, given, unit, where)


def _finite(number: float, told: object, where: str) -> float:
    if not math.isfinite(number):
        raise _bad(where, f"`{told!s:.60}` is not finite", "a finite number")
    return number


def _bad(where: str, what: str, expected: str, do: str = "correct it") -> ScenarioError:
    return ScenarioError(Fault(where, what, expected, "", do, "AMB-S53"))


def read_times(given: ArrayLike | Sequence[Number] | Number, unit: str, model: str) -> Floats:
    """Read times: rising numbers in the model's unit of time, texts with units, or one time to go to in 101 points.

    Parameters
    ----------
    given : array_like, sequence of str, or a single number or text
        Such as ``[0, 1, 2]``, ``["0 h", "2 h"]``, ``"2 h"``.
    unit : str
        The model's unit of time; empty where it declares none.
    model : str
        Name for messages.

    Returns
    -------
    times : (n_times,) float64 [the model's unit of time]

    Raises
    ------
    ScenarioError, UnitError
        When a time is no finite number from 0 on, times do not rise, or a unit is unknown or cannot be converted.

    Examples
    --------
    >>> read_times(["0 h", "0.5 h"], "min", "model").tolist()
    [0.0, 30.0]
    """
    where = f"{model}, times"
    if isinstance(given, (str, int, float)):
        return spread_times(given, DEFAULT_POINTS, unit, model)
    items = list(np.asarray(given, dtype=object).ravel()) if np.ndim(given) == 1 else []
    if not 1 <= len(items) <= MOST_POINTS:
        raise _bad(where, "times are not one list of numbers", f"1 to {MOST_POINTS:,} rising times")
    times = np.array([_read(item, unit, where) for item in items])
    if not np.isfinite(times).all() or times[0] < 0.0 or (np.diff(times) <= 0.0).any():
        raise _bad(where, "times are not rising finite numbers from 0 on", "such as `[0, 10, 20]`")
    return times


def spread_times(until: Number, n_points: int, unit: str, model: str) -> Floats:
    """Give evenly spread times from 0 to a number or text such as ``"2 h"``.

    Raises
    ------
    ScenarioError, UnitError
        When the end is not above 0, or there are fewer than 2 points or more than a million.
    """
    where = f"{model}, end of time"
    end = _finite(_read(until, unit, where), until, where)
    if end <= 0.0:
        raise _bad(where, f"`{until!s:.60}` is not above 0", 'a time above 0, such as `"2 h"` or `120`')
    if not 2 <= n_points <= MOST_POINTS:
        raise _bad(where, f"{n_points} points", f"2 to {MOST_POINTS:,} points")
    return np.linspace(0.0, end, n_points)


def check_cells(n_cells: int, model: str) -> int:
    """Give a number of cells back when it is one.

    Raises
    ------
    ScenarioError
        When it is below 1 or above ten million.
    """
    whole = isinstance(n_cells, (int, np.integer)) and not isinstance(n_cells, bool)
    if not whole or not 1 <= n_cells <= MOST_CELLS:
        raise _bad(f"{model}, cells", f"`{n_cells!s:.40}` cells", f"a whole number from 1 to {MOST_CELLS:,}")
    return int(n_cells)


def varied(
    names: Names, vary: Mapping[str, Spread], given: Mapping[str, float], who: tuple[int, int]
) -> dict[str, Floats]:
    """Draw the numbers that differ from cell to cell.

    A draw is keyed by seed, name and cell, so that it depends neither on what else varies nor on
    how many cells there are.

    Parameters
    ----------
    names : Names
        What may be changed.
    vary : mapping
        Id to spread.
    given : mapping
        Numbers that were set, which replace those of the model as medians.
    who : (n_cells, seed)

    Returns
    -------
    values : dict of id to (n_cells,) array

    Raises
    ------
    ScenarioError
        When a name, a law or the count of values is wrong.
    """
    return {name: _drawn(names, name, spread, (given.get(name), *who)) for name, spread in vary.items()}


def _drawn(names: Names, name: str, spread: Spread, who: tuple[float | None, int, int]) -> Floats:
    names.check(name, "vary")
    where = f"{names.model}, vary {name}"
    _, n_cells, seed = who
    middle = names.value[name] if who[0] is None else who[0]
    law, numbers = _law(spread, where)
    if law == "values":
        if len(numbers) != n_cells:
            raise _bad(where, f"{len(numbers)} values for {n_cells} cells", "one value per cell")
        return numbers
    if not math.isfinite(middle):
        raise _bad(where, "the model gives it no value to vary", "a value", "set it too")
    key = zlib.crc32(name.encode())
    cells = np.arange(n_cells)
    if law == "uniform":
        share = seeds.uniform(cells, key, seeds.Stream.PATHWAY_SPREAD, seed)[:, 0]
        return np.asarray(numbers[0] + (numbers[1] - numbers[0]) * share)
    normal = seeds.normal(cells, key, seeds.Stream.PATHWAY_SPREAD, seed)[:, 0]
    if law == "normal":
        return np.asarray(middle + numbers[0] * normal)
    return np.asarray(middle * np.exp(numbers[0] * normal))


def _law(spread: Spread, where: str) -> tuple[str, Floats]:
    """Give the name of a law, or ``values``, and its numbers."""
    if isinstance(spread, tuple) and spread and isinstance(spread[0], str):
        law, rest = spread[0], spread[1:]
        if law not in LAWS:
            raise ScenarioError(
                Fault(where, f"unknown law `{law[:60]}`", ", ".join(LAWS), nearest_name(law, LAWS), "correct the law",
                      "AMB-S54")
            )  # fmt: skip
        if len(rest) != LAWS[law][0]:
            raise _bad(where, f"`{law}` with {len(rest)} numbers", LAWS[law][1])
    else:
        law, rest = ("lognormal", (spread,)) if np.ndim(spread) == 0 else ("values", spread)  # type: ignore[assignment]
    try:
        numbers = np.asarray(rest, dtype=np.float64)
    except (TypeError, ValueError):
        raise _bad(where, f"`{spread!r:.60}` is no spread", "a number such as `0.2`") from None
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise _bad(where, "a value is not finite", "finite numbers")
    if law in ("lognormal", "normal") and not 0.0 <= numbers[0] <= (5.0 if law == "lognormal" else np.inf):
        raise _bad(where, f"a spread of {numbers[0]:g}", "from 0 on; of a log-normal up to 5")
    if law == "uniform" and not numbers[0] <= numbers[1]:
        raise _bad(where, f"lowest {numbers[0]:g} above highest {numbers[1]:g}", LAWS[law][1])
    return law, numbers


def read_pairs(texts: Sequence[str], option: str, read: Callable[[str], object]) -> dict[str, object]:
    """Read ``name=value`` words of a command line.

    Raises
    ------
    ScenarioError
        When a word is no such pair, or a name comes twice.
    """
    found: dict[str, object] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name or not value:
            raise _bad(option, f"`{text[:80]}` is no name with a value", f"such as `{option} k1=0.2`")
        if name in found:
            raise _bad(option, f"`{name}` comes twice", "each name once")
        found[name] = read(value)
    return found


def read_spread(text: str) -> Spread:
    """Read ``0.2``, ``normal:0.1`` or ``uniform:0.5:2`` as a spread.

    Examples
    --------
    >>> read_spread("0.2"), read_spread("uniform:0.5:2")
    (0.2, ('uniform', 0.5, 2.0))
    """
    head, *rest = text.split(":")
    numbers: list[str | float] = [_number(part) for part in rest]
    return (head, *numbers) if rest or head in LAWS else _number(head)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _bad("--vary", f"`{text[:60]}` is no number", "such as `0.2`, `normal:0.1` or `uniform:0.5:2`") from None


def check_values(values: ArrayLike, model: str) -> Floats:
    """Give the values of a scan as an array.

    Raises
    ------
    ScenarioError
        When they are not one list of finite numbers.
    """
    where = f"{model}, values"
    try:
        found = np.atleast_1d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError):
        raise _bad(where, "a value is no number", "finite numbers") from None
    if found.ndim != 1 or not 1 <= found.size <= MOST_POINTS or not np.isfinite(found).all():
        raise _bad(where, "values are not one list of finite numbers", f"1 to {MOST_POINTS:,} numbers")
    return found


def is_logarithmic(values: Floats) -> bool:
    """Say whether values are better drawn on a logarithmic axis: all above 0, and steps that grow with them.

    Examples
    --------
    >>> is_logarithmic(np.array([1.0, 10.0, 100.0])), is_logarithmic(np.array([1.0, 2.0, 3.0]))
    (True, False)
    """
    if len(values) < 3 or values.min() <= 0.0 or values.max() < 10.0 * values.min():
        return False
    ordered = np.sort(values)
    ratios, steps = ordered[1:] / ordered[:-1], np.diff(ordered)
    return bool(np.ptp(np.log(ratios)) * steps.mean() < np.ptp(steps) * np.log(ratios).mean())


def read_values(text: str, where: str = "values") -> Floats:
    """Read ``0.1:10:21``, ``0.1:10:21 log`` or ``0.1,1,10`` as values of a scan.

    Raises
    ------
    ScenarioError
        When the text is neither, or a logarithmic range touches 0.

    Examples
    --------
    >>> read_values("0.1:10:3 log").tolist()
    [0.1, 1.0, 10.0]
    """
    example = "`from:to:n`, `from:to:n log`, or values with commas"
    words = text.replace(":log", " log").split()
    logarithmic = words[-1:] == ["log"]
    body = "".join(words[:-1] if logarithmic else words)
    try:
        parts = body.split(":")
        listed = [float(part) for part in body.split(",")] if len(parts) == 1 else []
        first, last, n = (0.0, 0.0, 0) if listed else (float(parts[0]), float(parts[1]), int(*parts[2:]))
    except (ValueError, TypeError, IndexError):
        raise _bad(where, f"`{text[:60]}` is no list of values", example) from None
    if listed:
        return check_values(listed, where)
    if not (math.isfinite(first) and math.isfinite(last) and 2 <= n <= 100_000):
        raise _bad(where, f"`{text[:60]}` is no range", "finite ends and 2 to 100,000 values")
    if logarithmic and not (first > 0.0 and last > 0.0):
        raise _bad(where, f"`{text[:60]}` touches 0 on a logarithmic scale", "ends above 0")
    return np.geomspace(first, last, n) if logarithmic else np.linspace(first, last, n)
