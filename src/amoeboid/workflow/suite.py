"""Run the cases of a folder in the layout of the SBML Test Suite and say which pass."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import AmoeboidError, Fault, FormatError, ScenarioError, nearest_name
from amoeboid.signalling import Network, constants, from_sbml, translate
from amoeboid.workflow.suite_files import Case, Settings, column, find_cases, read_results, read_settings

Floats = NDArray[np.float64]

VERDICTS = ("pass", "fail", "unsupported")
ENGINES = ("plain", "kernel")
_SECONDS = 300
"""Time after which one case has failed."""
_KERNEL_RELATIVE = 1e-8
_SECONDS_OF_MANY = 900
"""The same for all repeats of a stochastic case."""
_FEW = 6
"""Up to so many cases are run in this process."""
_FBC = "/level3/version1/fbc/"


@dataclass(frozen=True)
class Verdict:
    """What became of a case: "pass", "fail" or "unsupported", and why."""

    case: str
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class Wanted:
    """How a folder is run: engine, preferred level, repeats and seed of stochastic cases, processes."""

    engine: str = "plain"
    level: str = "l3v2"
    repeats: int = 10_000
    seed: int = 1
    processes: int = 0


def run(
    directory: str | Path,
    wanted: Wanted | None = None,
    only: Sequence[str] = (),
    told: Callable[[Verdict], None] | None = None,
) -> list[Verdict]:
    """Run all cases of a folder; a case that fails never stops the others.

    Parameters
    ----------
    directory : str or Path
        Folder with ``NNNNN-sbml-l3v2.xml``, ``NNNNN-settings.txt``, ``NNNNN-results.csv``, flat or a folder each.
    wanted : Wanted, optional
        Engine and more.
    only : sequence of str
        Numbers of cases; all where empty.
    told : callable, optional
        Called with each verdict as it comes.

    Returns
    -------
    verdicts : list of Verdict
        In the order of the case numbers.

    Raises
    ------
    FormatError
        When the folder holds no case.
    ScenarioError
        When the engine is unknown.
    """
    chosen = wanted or Wanted()
    _check_engine(chosen.engine)
    cases = find_cases(Path(directory), chosen.level)
    if only:
        asked = {number.zfill(5) for number in only}
        cases = [case for case in cases if case.number in asked]
    processes = chosen.processes or min(4, os.cpu_count() or 1)
    verdicts = {}
    for place, verdict in _judged(cases, chosen, processes if len(cases) > _FEW else 1):
        verdicts[place] = verdict
        if told is not None:
            told(verdict)
    return [verdicts[place] for place in range(len(cases))]


def _check_engine(engine: str) -> None:
    if engine not in ENGINES:
        raise ScenarioError(
            Fault("--engine", f"unknown engine `{engine}`", ", ".join(ENGINES), nearest_name(engine, ENGINES),
                  "correct the name", "AMB-F107")
        )  # fmt: skip


def summary(verdicts: Sequence[Verdict]) -> str:
    """Give the last line: how many passed, failed, were not supported.

    Examples
    --------
    >>> summary([Verdict("00001", "pass"), Verdict("00002", "unsupported", "delay")])
    '1 passed, 0 failed, 1 unsupported'
    """
    n = {kind: sum(one.verdict == kind for one in verdicts) for kind in VERDICTS}
    return f"{n['pass']} passed, {n['fail']} failed, {n['unsupported']} unsupported"


def _judged(cases: list[Case], wanted: Wanted, processes: int) -> Iterator[tuple[int, Verdict]]:
    """Judge cases on one or several processes; a process that dies costs the case at which it died."""
    if processes == 1:
        for place, case in enumerate(cases):
            yield place, judge(case, wanted)
        return
    left = dict(enumerate(cases))
    while left:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_deafen) as pool:
            futures: dict[Future[Verdict], int] = {pool.submit(judge, case, wanted): k for k, case in left.items()}
            try:
                for future in as_completed(futures):
                    verdict = future.result()
                    del left[futures[future]]
                    yield futures[future], verdict
            except BrokenProcessPool:
                pool.shutdown(cancel_futures=True)
        if left:  # a process died: the first of those left may be to blame, and is judged by a process of its own
            place = next(iter(left))
            yield place, _alone(left.pop(place), wanted)


def _alone(case: Case, wanted: Wanted) -> Verdict:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_deafen) as pool:
        try:
            return pool.submit(judge, case, wanted).result()
        except BrokenProcessPool:
            return Verdict(case.number, "fail", "the process died")


def _deafen() -> None:
    """Leave Ctrl-C to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def judge(case: Case, wanted: Wanted) -> Verdict:
    """Run one case and compare it with its expected results; whatever goes wrong is a verdict, not an error."""
    try:
        with _time_limit(_SECONDS):
            return _compared(case, wanted)
    except FormatError as error:
        # F100 and on tell of the case's own settings or results, all else of the model
        broken = error.faults[0].code.removeprefix("AMB-F").startswith("10")
        return Verdict(case.number, "fail" if broken else "unsupported", _short(error))
    except AmoeboidError as error:
        return Verdict(case.number, "fail", _short(error))
    except _TooLongError:
        return Verdict(case.number, "fail", f"not done within {_SECONDS} s")
    except Exception as error:  # a fault of ours in one case must not hide the verdicts of all others
        return Verdict(case.number, "fail", f"{type(error).__name__}: {error}"[:300])


def _short(error: AmoeboidError) -> str:
    fault = error.faults[0]
    more = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
    return f"{fault.where}: {fault.what} [{fault.code}]{more}"


class _TooLongError(Exception):
    """A case took too long."""


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    """Bound the time of one case, where the platform and the thread allow it."""

    def stop(*_: Any) -> None:
        raise _TooLongError

    try:
        before = signal.signal(signal.SIGALRM, stop)
    except (ValueError, AttributeError):  # not the main thread, or no such signal here
        yield
        return
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _compared(case: Case, wanted: Wanted) -> Verdict:
    settings = read_settings(case.settings)
    if settings.stochastic:
        return _stochastic(case, wanted)
    if _FBC in case.model.read_text(encoding="utf-8", errors="replace"):
        return Verdict(case.number, "unsupported", "flux balance constraints (package fbc)")
    names, expected = read_results(case.results)
    times = _times(settings, names, expected)
    found = _simulated(case, settings, times, wanted.engine)
    return _verdict(case.number, settings, (names, expected), found)


def _times(settings: Settings, names: tuple[str, ...], expected: Floats) -> Floats:
    """Give output times as the results write them where they mean those of the settings."""
    times = settings.times
    if names[0].casefold() == "time" and len(expected) == len(times):
        written = expected[:, 0]
        if np.allclose(written, times, rtol=0.0, atol=1e-9 * max(settings.duration, 1e-300)):
            return np.asarray(written, dtype=np.float64)
    return times


def _simulated(case: Case, settings: Settings, times: Floats, engine: str) -> dict[str, Floats]:
    """Give the course of each variable of a case."""
    from amoeboid.formats.sbml import read_sbml

    found = from_sbml(read_sbml(case.model))
    course = (_by_kernel if engine == "kernel" else _plainly)(found, times)
    return {name: course(_meant(name, settings)) for name in settings.variables}


def _meant(name: str, settings: Settings) -> str:
    if name in settings.amount:
        return f"amount of {name}"
    return f"concentration of {name}" if name in settings.concentration else name


def _verdict(
    number: str, settings: Settings, results: tuple[tuple[str, ...], Floats], found: dict[str, Floats]
) -> Verdict:
    """Compare by the rule of the suite: |C - U| <= Ta + Tr |C| at every time for every variable."""
    names, expected = _courses(results)
    if len(expected) != len(settings.times):
        return Verdict(number, "fail", f"results have {len(expected)} rows, settings ask for {len(settings.times)}")
    worst = (0.0, "")
    for name, course in found.items():
        place = column(names, name)
        if place is None:
            return Verdict(number, "fail", f"no column `{name}` in the results")
        excess = _excess(expected[:, place], course, settings)
        k = int(np.argmax(excess))
        if excess[k] > worst[0]:
            at = f"{name} at {settings.times[k]:g}: {course[k]:.9g}, expected {expected[k, place]:.9g}"
            worst = (float(excess[k]), at)
    if worst[0] > 1.0:
        return Verdict(number, "fail", f"{worst[1]} ({worst[0]:.3g} x tolerance)")
    return Verdict(number, "pass", f"{worst[0]:.2g} x tolerance")


def _courses(results: tuple[tuple[str, ...], Floats]) -> tuple[tuple[str, ...], Floats]:
    """Leave the first column out where it is the time: an id of the model may be named `Time` or `time` too."""
    names, expected = results
    return (names[1:], expected[:, 1:]) if names[0].casefold() == "time" else results


def _excess(expected: Floats, found: Floats, settings: Settings) -> Floats:
    """Give the distance from the expected values in units of what is allowed."""
    with np.errstate(invalid="ignore", divide="ignore"):
        allowed = settings.absolute + settings.relative * np.abs(expected)
        excess = np.abs(expected - found) / allowed
    same = (expected == found) | (np.isnan(expected) & np.isnan(found))
    return np.where(same, 0.0, np.where(np.isfinite(excess), excess, np.inf))


def _plainly(network: Network, times: Floats) -> Callable[[str], Floats]:
    """Follow one cell with the plain engine; give the course of a quantity by name."""
    from amoeboid.signalling import trajectory

    system = translate(network)
    found = trajectory.simulate(system, constants(system), np.ones(len(system.feeds)), times)
    return found.quantity


def _by_kernel(network: Network, times: Floats) -> Callable[[str], Floats]:
    """Follow one cell with the compiled kernel; give the course of a quantity by name."""
    from amoeboid.signalling import integrate
    from amoeboid.signalling.mathematics import TIME
    from amoeboid.signalling.trajectory import Trajectory

    model = integrate.model(network, relative=_KERNEL_RELATIVE)
    feeds = integrate.feeds(model, {}, 1)
    species = integrate.start(model, feeds)
    step = np.full(1, max(1e-3 * float(times[-1]), 1e-30))
    waiting = integrate.event_state(model, 1) if model.system.events else None
    kept = np.empty((len(species), len(times)))
    now = 0.0
    for k, time in enumerate(times):
        if time > now or waiting is not None:
            integrate.advance(model, species, step, feeds, (now, float(time) - now), waiting)
        kept[:, k], now = species[:, 0], float(time)
    if TIME in model.system.species:  # steps add up to a time short of it by rounding, where a floor may turn
        kept[model.system.species.index(TIME)] = times
    return Trajectory(model.system, model.constants, feeds[:, 0], times, kept).quantity


def _stochastic(case: Case, wanted: Wanted) -> Verdict:
    """Judge a case of means and standard deviations."""
    from amoeboid.workflow.stochastic_cases import judge_case

    with _time_limit(_SECONDS_OF_MANY):  # it takes the place of the limit of one course
        found = judge_case(case, wanted.repeats, wanted.seed)
    return Verdict(case.number, "pass" if found.passed else "fail", str(found))
