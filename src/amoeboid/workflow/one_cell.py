"""One cell's pathway: what it does after cytokine and drug are added, and how that depends on the dose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from amoeboid import pharmacology, plots, signalling, units
from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.scenario import CYTOKINES
from amoeboid.workflow.figures import check_figure, save_figure
from amoeboid.workflow.tables import Answer

Row = tuple[str, ...]

_READOUTS = {"pSTAT3": "pSTAT3 [nM]", "pMLC2": "pMLC2 [share]", "drive": "drive c", "tension": "tension [nN/um]"}
_MINUTE = 60.0
_N_TIMES, _N_DOSES = 121, 13
# what a scenario allows too: its duration [s], its cytokines [nM] and its drugs [nM]
_SPAN, _CYTOKINE, _DRUG = (1.0, 30 * 86400.0), (0.0, 1e6), (0.0, 1e7)
_SHOWN = (0.0, 5.0, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 1440.0)  # minutes that a laboratory samples


@dataclass(frozen=True)
class Condition:
    """What is done to a cell, in words: ``"OSM 10 ng/ml"``, ``("ruxolitinib 500 nM",)``, knock-outs, medium."""

    cytokine: str = "none"
    drugs: tuple[str, ...] = ()
    knockouts: tuple[str, ...] = ()
    medium: str = "serum-free"
    duration: str = "4 h"
    hypotheses: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Setting:
    network: signalling.Network
    parameters: Parameters
    cytokine: float
    free: dict[str, float]
    knockouts: tuple[str, ...]
    options: dict[str, str]

    def inputs(self, free: dict[str, float] | None = None) -> dict[str, float]:
        """Give the network's inputs at free drug concentrations [nM]."""
        used = self.free if free is None else free
        left = pharmacology.targets_left(used, self.knockouts, self.options, self.parameters)
        named = {f"target_{name}": float(value) for name, value in left.items()}
        known = {entry.name for entry in self.network.inputs}
        return {"cytokine": self.cytokine, **{name: value for name, value in named.items() if name in known}}

    def before(self) -> dict[str, float]:
        """Give the inputs before the medium is changed: knock-outs hold for good."""
        return {f"target_{name}": 0.0 for name in self.knockouts}


def cell(condition: Condition) -> signalling.Course:
    """Follow one cell after the medium is changed at time 0.

    Raises
    ------
    ScenarioError, UnitError
        When a cytokine, drug, knock-out, hypothesis or unit is not known.

    Examples
    --------
    >>> course = cell(Condition(cytokine="OSM 10 ng/ml", duration="1 h"))
    >>> bool(course.readouts["pMLC2"][-1] > course.readouts["pMLC2"][0])
    True
    """
    setting = _read(condition)
    end = _amount(condition.duration, "time", "--duration", _SPAN)
    return _course(setting, np.linspace(0.0, end, _N_TIMES), setting.inputs())


def cell_course(condition: Condition, plot: Path | None = None) -> Answer:
    """Tabulate readouts over time, and at rest when all has settled."""
    check_figure(plot)
    setting = _read(condition)
    end = _amount(condition.duration, "time", "--duration", _SPAN)
    times = np.array([*(t * _MINUTE for t in _SHOWN if t * _MINUTE < end), end])
    course = _course(setting, times, setting.inputs())
    rows = [
        (f"{time / _MINUTE:g}", *(f"{course.readouts[name][k]:.4g}" for name in _READOUTS))
        for k, time in enumerate(times)
    ]
    rest = signalling.steady(setting.network, setting.parameters, setting.inputs())
    rows.append(("at rest", *(f"{rest[name]:.4g}" for name in _READOUTS)))
    if plot is not None:
        _plot_course(setting, end, plot)
    return Answer(("time [min]", *_READOUTS.values()), rows, _notes(setting))


def cell_dose_response(condition: Condition, plot: Path | None = None) -> Answer:
    """Tabulate readouts at the end against the dose of the first drug, as shares of the value without it.

    Raises
    ------
    ScenarioError
        When no drug is named.
    """
    check_figure(plot)
    setting = _read(condition)
    if not setting.free:
        raise _refused("--drug", "a dose-response needs a drug", 'such as `--drug "ruxolitinib 500 nM"`', "AMB-S60")
    end = _amount(condition.duration, "time", "--duration", _SPAN)
    name, top = next(iter(setting.free.items()))
    if top <= 0.0:
        raise _refused("--drug", f"the dose of `{name}` is 0", "a dose above 0 to vary", "AMB-S60")
    share = top / _total(condition.drugs[0])[1]
    doses = np.geomspace(top / 1000.0, top * 10.0, _N_DOSES)
    series = [setting.inputs({**setting.free, name: dose}) for dose in (0.0, *doses)]
    found = signalling.dose_response(setting.network, setting.parameters, series, end, setting.before())
    shares = {readout: found[readout][1:] / found[readout][0] for readout in _READOUTS if found[readout][0] > 0}
    if plot is not None:
        figure = plots.plot_dose_response(doses / share, shares, f"{name}, total in the medium [nM]")
        save_figure(figure, plot)
    rows = [
        (f"{dose / share:.4g}", f"{dose:.4g}", *(f"{values[k]:.3f}" for values in shares.values()))
        for k, dose in enumerate(doses)
    ]
    half = [f"{readout}: {_half(doses / share, values)}" for readout, values in shares.items()]
    header = ("total [nM]", "free [nM]", *(f"{readout}, share" for readout in shares))
    return Answer(header, rows, (*_notes(setting), *half))


def _course(setting: _Setting, times: NDArray[np.float64], inputs: dict[str, float]) -> signalling.Course:
    return signalling.time_course(setting.network, setting.parameters, inputs, times, setting.before())


def _plot_course(setting: _Setting, end: float, plot: Path) -> None:
    times = np.linspace(0.0, end, _N_TIMES)
    treated = _course(setting, times, setting.inputs()).readouts
    lines = {"as asked": treated}
    if setting.free:
        lines = {"without drug": _course(setting, times, setting.inputs({})).readouts, "with drug": treated}
    panels = {label: {name: line[key] for name, line in lines.items()} for key, label in _READOUTS.items()}
    save_figure(plots.plot_time_course(times / _MINUTE, panels), plot)


def _half(doses: NDArray[np.float64], shares: NDArray[np.float64]) -> str:
    """Tell the dose at which a falling share is one half, by interpolation in the logarithm."""
    below = np.flatnonzero(shares < 0.5)
    if below.size == 0:
        return f"above half up to {doses[-1]:.3g} nM total"
    if below[0] == 0:
        return f"below half from {doses[0]:.3g} nM total on"
    k = int(below[0])
    part = (shares[k - 1] - 0.5) / (shares[k - 1] - shares[k])
    return f"half at {np.exp(np.log(doses[k - 1]) + part * np.log(doses[k] / doses[k - 1])):.3g} nM total"


def _read(condition: Condition) -> _Setting:
    parameters = Parameters(catalogue())
    options = chosen_options(condition.hypotheses)
    pharmacology.serum_share(condition.medium, "--medium")
    free: dict[str, float] = {}
    for text in condition.drugs:
        name, total = _total(text)
        if name in free:
            raise _refused("--drug", f"`{name}` comes twice", "each drug once", "AMB-S65")
        free[name] = float(pharmacology.free_from_total(total, name, condition.medium, parameters))
    knockouts = tuple(sorted(pharmacology.check_knockouts(condition.knockouts)))
    cytokine = parameters["signalling.autocrine"] + _cytokine(condition.cytokine, parameters)
    return _Setting(signalling.network(options), parameters, cytokine, free, knockouts, options)


def chosen_options(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read ``("jak1_rock_link=slow",)`` into options by hypothesis."""
    known = catalogue().hypotheses
    options = {}
    for pair in pairs:
        id, _, option = pair.partition("=")
        if id in options:
            raise _refused("--hypothesis", f"`{id}` comes twice", "each hypothesis once", "AMB-S65")
        if id not in known or not known[id].in_use or known[id].option(option) is None:
            allowed = {f"{key}={one.name}" for key, entry in known.items() if entry.in_use for one in entry.options}
            raise ScenarioError(
                Fault("--hypothesis", f"unknown choice `{pair}`", "a hypothesis and one of its options",
                      nearest_name(pair, allowed), "`amoeboid evidence hypotheses` lists them", "AMB-S62")
            )  # fmt: skip
        options[id] = option
    return options


def _total(text: str) -> tuple[str, float]:
    """Read ``"ruxolitinib 500 nM"`` into the drug's id and its total concentration [nM]."""
    name, amount = _pair(text, "--drug", "ruxolitinib 500 nM")
    record = pharmacology.drug(name, "--drug")
    return record.id, _amount(amount, "concentration", f"--drug {name}", _DRUG)


def _cytokine(text: str, parameters: Parameters) -> float:
    """Read ``"OSM 10 ng/ml"`` into nM; ``none`` adds nothing."""
    if text.strip().lower() in ("", "none"):
        return 0.0
    name, amount = _pair(text, "--cytokine", "OSM 10 ng/ml")
    if name not in CYTOKINES:
        raise ScenarioError(
            Fault("--cytokine", f"unknown cytokine `{name}`", ", ".join(CYTOKINES), nearest_name(name, CYTOKINES),
                  "correct the name", "AMB-S63")
        )  # fmt: skip
    value, unit = units.split(amount, "--cytokine")
    if unit and units.is_mass_concentration(unit):
        mass = units.convert(value, unit, "ng/ml", "--cytokine")
        # ng/ml over g/mol is 1e-6 mol/m^3 = 1000 nM
        return _bounded(1000.0 * mass / parameters[f"cytokine.{name}.molar_mass"], amount, "--cytokine", _CYTOKINE)
    return _amount(amount, "concentration", "--cytokine", _CYTOKINE)


def _amount(text: str, kind: str, where: str, limits: tuple[float, float]) -> float:
    return _bounded(units.parse(text, kind, where), text, where, limits)


def _bounded(value: float, text: str, where: str, limits: tuple[float, float]) -> float:
    low, high = limits
    if not low <= value <= high:
        unit = "s" if limits == _SPAN else "nM"
        raise _refused(where, f"`{text}` is out of range", f"from {low:g} to {high:g} {unit}", "AMB-S66")
    return value


def _refused(where: str, what: str, expected: str, code: str) -> ScenarioError:
    return ScenarioError(Fault(where, what, expected, "", "correct the command", code))


def _pair(text: str, where: str, example: str) -> tuple[str, str]:
    name, _, amount = text.strip().partition(" ")
    if not amount:
        raise ScenarioError(
            Fault(where, f"`{text}` is not a name and an amount", f'such as `"{example}"`', "", "add the amount",
                  "AMB-S64")
        )  # fmt: skip
    return name, amount


def _notes(setting: _Setting) -> tuple[str, ...]:
    notes = [f"cytokine at the cell: {setting.cytokine:.3g} nM, autocrine included"]
    for name, free in setting.free.items():
        left = pharmacology.targets_left({name: free}, (), setting.options, setting.parameters)
        hit = ", ".join(f"{target} {float(share):.0%}" for target, share in left.items() if float(share) < 0.995)
        notes.append(f"{name}: {free:.3g} nM free; activity left: {hit or 'all'}")
        notes.extend(pharmacology.remarks(name, free, setting.parameters))
    return (*notes, "research tool, not medical advice")
