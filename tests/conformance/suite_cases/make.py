"""Make the cases of this folder: models in Antimony with a course that is known in closed form.

Run as ``python tests/conformance/suite_cases/make.py`` after a change; the files that it writes are kept with it, so
that tests need no maker. The layout is that of the SBML Test Suite; models and numbers are our own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
Course = Mapping[str, object]


@dataclass(frozen=True)
class Made:
    """A model, its course as a function of the times, and which species are told as amounts or concentrations."""

    text: str
    course: Callable[[np.ndarray], Course]
    amount: tuple[str, ...] = ()
    concentration: tuple[str, ...] = ()
    duration: float = 5.0
    steps: int = 50
    level: str = "l3v2"
    changes: tuple[tuple[str, str], ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


def _after(t: np.ndarray, *steps: tuple[float, float]) -> np.ndarray:
    """Give a staircase: the value of the last step whose time is reached."""
    found = np.full(t.shape, steps[0][1])
    for begin, value in steps[1:]:
        found = np.where(t >= begin - 1e-12, value, found)
    return found


def _bounce(t: np.ndarray) -> np.ndarray:
    """Height of a ball let fall from 1 with g = 2 that keeps half its speed at each bounce."""
    height = 1.0 - t**2
    begin, speed = 1.0, 1.0
    for _ in range(40):
        height = np.where(t >= begin, speed * (t - begin) - (t - begin) ** 2, height)
        begin, speed = begin + speed, 0.5 * speed
    return height


CASES: dict[str, Made] = {
    # decay in a compartment of size 2, told as amount
    "00001": Made(
        "compartment c = 2; species A in c = 3; species B in c = 0; k = 0.7; J: A -> B; c*k*A;",
        lambda t: {"A": 6 * np.exp(-0.7 * t), "B": 6 * (1 - np.exp(-0.7 * t)), "k": 0.7},
        amount=("A", "B"),
    ),
    # forth and back, told as concentration, names of columns in another case and with blanks
    "00002": Made(
        "compartment c = 0.5; species A in c = 4; species B in c = 1; J: A -> B; c*(2*A - 0.5*B);",
        lambda t: {"A": 1 + 3 * np.exp(-2.5 * t), "B": 4 - 3 * np.exp(-2.5 * t)},
        concentration=("A", "B"),
        columns={"A": " A ", "B": "b"},
    ),
    # an event at an output time: `>=` shows there, `>` only after it
    "00003": Made(
        "x = 1; y = 1; E1: at time >= 2: x = 5; E2: at time > 2: y = 5;",
        lambda t: {"x": _after(t, (0, 1.0), (2, 5.0)), "y": np.where(t > 2 + 1e-9, 5.0, 1.0)},
    ),
    # a window that a long step would leap over
    "00004": Made(
        "x = 0; x' = 1; n = 0; E: at x > 2.23001 && x < 2.23002: n = n + 1;",
        lambda t: {"x": t, "n": _after(t, (0, 0.0), (2.23001, 1.0))},
    ),
    # three events at one moment, the highest priority first; a priority is that of the moment of its execution
    "00005": Made(
        "s = 0; p = 1; E1: at time >= 1, priority = 2: s = 10*s + 1;"
        " E2: at time >= 1, priority = 3*p: s = 10*s + 2, p = 0;"
        " E3: at time >= 1, priority = 1, fromTrigger = false: s = 10*s + 3;"
        " E4: at time >= 1, priority = 1.5*p, fromTrigger = false: s = 10*s + 4;",
        lambda t: {"s": _after(t, (0, 0.0), (1, 134.0))},
    ),
    # an execution takes the ground from another that is not persistent, and not from one that is
    "00006": Made(
        "on = 1; a = 0; b = 0; E1: at time >= 1 && on > 0, priority = 9: on = 0;"
        " E2: at time >= 1 && on > 0, priority = 5, persistent = false: a = 1;"
        " E3: at time >= 1 && on > 0, priority = 5, persistent = true: b = 1;",
        lambda t: {"on": _after(t, (0, 1.0), (1, 0.0)), "a": 0.0, "b": _after(t, (0, 0.0), (1, 1.0))},
    ),
    # delays: values of the trigger, values of the execution; the delay is that of the trigger
    "00007": Made(
        "x = 0; x' = 1; d = 1; a = -1; b = -1; E1: at d after x >= 1.25: a = x;"
        " E2: at d after x >= 1.25, fromTrigger = false:"
        " b = x; E3: at time >= 2: d = 9;",
        lambda t: {"a": _after(t, (0, -1.0), (2.25, 1.25)), "b": _after(t, (0, -1.0), (2.25, 2.25))},
    ),
    # a trigger that comes and goes: persistent or not, and twice waiting
    "00008": Made(
        "n = 0; m = 0; E1: at 2 after sin(pi*time) > 0.5, fromTrigger = false: n = n + 1;"
        " E2: at 2 after sin(pi*time) > 0.5, persistent = false: m = m + 1;",
        lambda t: {
            "n": _after(t, (0, 0.0), (2 + 1 / 6, 1.0), (4 + 1 / 6, 2.0)),
            "m": 0.0,
        },
    ),
    # one event calls up the next at the same moment, ten times over
    "00009": Made(
        "n = 0; a = 0; b = 0; E0: at time >= 1.5: a = 1; E1: at a > b: b = a, n = n + 1;"
        " E2: at b >= a && a > 0 && a < 10: a = a + 1;",
        lambda t: {"n": _after(t, (0, 0.0), (1.5, 10.0)), "a": _after(t, (0, 0.0), (1.5, 10.0))},
    ),
    # true at time 0 already: fires only where it was false before
    "00010": Made(
        "x = 1; y = 1; z = 1; E1: at x > 0, t0 = false: x = 2; E2: at y > 0, t0 = true: y = 2;"
        " E3: at 1 after z > 0, t0 = false: z = 2;",
        lambda t: {"x": 2.0, "y": 1.0, "z": _after(t, (0, 1.0), (1, 2.0))},
    ),
    # rates that depend on time
    "00011": Made(
        "x = 0; y = 1; x' = sin(2*time); y' = -y*time;",
        lambda t: {"x": 0.5 * (1 - np.cos(2 * t)), "y": np.exp(-(t**2) / 2)},
    ),
    # a compartment that grows thins what it holds; a concentration with a rate rule does not mind
    "00012": Made(
        "compartment c = 1; c' = 0.5; species A in c = 4; species $B in c = 4; B' = 1;",
        lambda t: {"A": 4 / (1 + 0.5 * t), "B": 4 + t, "c": 1 + 0.5 * t},
        concentration=("A", "B"),
    ),
    # an event sets a volume, a concentration in it, and leaves an amount in it
    "00013": Made(
        "compartment c = 2; var c; species A in c = 3; species B in c = 1; E: at time >= 1: c = 4, A = 10;",
        lambda t: {"A": _after(t, (0, 6.0), (1, 20.0)), "B": 2.0, "c": _after(t, (0, 2.0), (1, 4.0))},
        amount=("A", "B"),
    ),
    # a stoichiometry that a rule sets, and one that an event sets
    "00014": Made(
        "compartment c = 1; species A in c = 0; species B in c = 0; var n, m; n := 2*time; m = 1; J: -> n A + m B; 1;"
        " E: at time >= 2: m = 3;",
        lambda t: {"A": t**2, "B": np.where(t < 2, t, 3 * t - 4), "J": 1.0},
        amount=("A", "B"),
    ),
    # conversion factors, that of the model and that of a species
    "00015": Made(
        "compartment c = 1; species A in c = 100; species B in c = 0; f = 10; g = 2; J: A -> B; 1;",
        lambda t: {"A": 100 - 10 * t, "B": 2 * t},
        amount=("A", "B"),
        changes=(
            (' id="made"', ' id="made" conversionFactor="f"'),
            ('<species id="B"', '<species id="B" conversionFactor="g"'),
        ),
    ),
    # a rate that jumps in time and in a state
    "00016": Made(
        "x = 0; y = 0; x' = piecewise(1, time < 1.37, -2); y' = piecewise(2, y < 1.1, 0.25);",
        lambda t: {
            "x": np.where(t < 1.37, t, 1.37 - 2 * (t - 1.37)),
            "y": np.where(t < 0.55, 2 * t, 1.1 + 0.25 * (t - 0.55)),
        },
    ),
    # initial assignments that rest on each other, and on a function
    "00017": Made(
        "a = b + 1; b = product(c, 2); c = 3; compartment v = 2; species A in v = a; J: A -> ; v*A*b/6;",
        lambda t: {"a": 7.0, "b": 6.0, "A": 14 * np.exp(-t)},
        amount=("A",),
    ),
    # amounts in mathematics, a fixed species, a local number under a global name
    "00018": Made(
        "compartment c = 5; substanceOnly species A in c = 10; const species F in c; F = 2; k = 99; J: A -> ; 0.1*A*F;",
        lambda t: {"A": 10 * np.exp(-0.2 * t), "F": 2.0},
        amount=("A",),
        concentration=("F",),
    ),
    # numbers that are none
    "00019": Made(
        "x = 0; x' = 1; p := 1/(x - x); q := sqrt(-1 - x); r := -exp(1000 + x); u := u0; u0 = 1;",
        lambda t: {"x": t, "p": np.inf, "q": np.nan, "r": -np.inf, "u": np.nan},
        changes=(('<parameter id="u0" value="1"', '<parameter id="u0"'),),
    ),
    # a ball that bounces: its times crowd together
    "00020": Made(
        "h = 1; v = 0; h' = v; v' = -2; E: at h < 0: v = -v/2;",
        lambda t: {"h": _bounce(t)},
        duration=1.95,
        steps=39,
    ),
    # equality for a moment only
    "00021": Made(
        "x = 0; x' = 0.37; n = 0; E: at x == 1.0: n = n + 1; F: at x != 2.0: n = n + 10;",
        lambda t: {"n": _after(t, (0, 0.0), (1 / 0.37, 1.0), (2 / 0.37, 11.0))},
        duration=10.0,
    ),
    # rate of change as a number
    "00022": Made(
        "compartment c = 1; species A in c = 2; J: A -> ; 0.5*A; r := rateOf(A); x = 0; x' = 3*time; s := rateOf(x);",
        lambda t: {"r": -np.exp(-0.5 * t), "s": 3 * t, "A": 2 * np.exp(-0.5 * t)},
        amount=("A",),
    ),
    # an older level, where amounts and defaults are meant otherwise
    "00023": Made(
        "compartment c = 4; species A in c = 2; k = 0.25; J: A -> ; c*k*A; E: at time >= 2: k = 0;",
        lambda t: {"A": 8 * np.exp(-0.25 * np.minimum(t, 2)), "k": _after(t, (0, 0.25), (2, 0.0))},
        amount=("A",),
        level="l2v4",
    ),
    # stiff: a fast part that follows a slow one
    "00024": Made(
        "x = 2; y = 0; x' = -0.3*x; y' = 1e6*(x - y);",
        lambda t: {"x": 2 * np.exp(-0.3 * t), "y": 2e6 / (1e6 - 0.3) * (np.exp(-0.3 * t) - np.exp(-1e6 * t))},
    ),
    # a chain of logic over many relations
    "00025": Made(
        "x = 0; x' = 1; n = 0; E: at (x > 1 && !(x > 2)) || (x > 3 && x < 3.5) || x >= 4.45: n = n + 1;",
        lambda t: {"n": np.select([t > 4.45, t > 3 + 1e-9, t > 1 + 1e-9], [3.0, 2.0, 1.0], 0.0)},
    ),
}


def write(number: str, made: Made) -> None:
    """Write the three files of a case."""
    times = np.arange(made.steps + 1) * made.duration / made.steps
    course = {
        name: np.broadcast_to(np.asarray(values, float), times.shape) for name, values in made.course(times).items()
    }
    heads = ["time", *(made.columns.get(name, name) for name in course)]
    rows = [
        ",".join([f"{time:.15g}", *(_number(values[k]) for values in course.values())]) for k, time in enumerate(times)
    ]
    lines = {
        "start": "0",
        "duration": f"{made.duration:g}",
        "steps": str(made.steps),
        "variables": ", ".join(course),
        "absolute": "1e-7",
        "relative": "1e-6",
        "amount": ", ".join(made.amount),
        "concentration": ", ".join(made.concentration),
    }
    (HERE / f"{number}-results.csv").write_text("\n".join([",".join(heads), *rows]) + "\n")
    (HERE / f"{number}-settings.txt").write_text("\n".join(f"{key}: {value}" for key, value in lines.items()) + "\n")
    (HERE / f"{number}-sbml-{made.level}.xml").write_text(sbml(made))


def _number(value: float) -> str:
    if np.isnan(value):
        return "NaN"
    return ("INF" if value > 0 else "-INF") if np.isinf(value) else f"{value:.12g}"


def sbml(made: Made) -> str:
    """Translate Antimony into SBML of the level asked for."""
    import antimony
    import libsbml

    antimony.clearPreviousLoads()
    text = "function product(x, y)\n  x*y\nend\nmodel made\n" + made.text + "\nend\n"
    if antimony.loadAntimonyString(text) < 0:
        raise SystemExit(antimony.getLastError())
    found = antimony.getSBMLString("made")
    for old, new in made.changes:
        assert old in found, (old, found)
        found = found.replace(old, new)
    document = libsbml.readSBMLFromString(found)
    assert document.setLevelAndVersion(int(made.level[1]), int(made.level[3])) or made.level == "l3v2", made.level
    return str(libsbml.writeSBMLToString(document))


if __name__ == "__main__":
    for number, made in CASES.items():
        write(number, made)
