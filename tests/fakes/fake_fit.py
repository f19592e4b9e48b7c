"""Small problems for tests of fits: a reversible binding of our own, and a decay as PEtab files."""

from pathlib import Path

import numpy as np

from amoeboid.formats.sbml import Compartment, Parameter, Reaction, SbmlModel, Species, SpeciesReference, write_sbml
from amoeboid.inference import (
    Engine,
    Experiment,
    FitParameter,
    FitProblem,
    Measurements,
    Objective,
    Observable,
    Precision,
    Prior,
)
from amoeboid.signalling import System, translate
from amoeboid.signalling.network import read

BINDING = """
name = "binding"
evidence = "binding."
[[input]]
name = "dose"
unit = "nM"
port = "cell.dose"
[[species]]
name = "A"
unit = "nM"
scale = "total"
start = "total"
[[species]]
name = "B"
unit = "nM"
scale = "total"
[parameters]
total = "nM"
k_on = "1/nM/s"
k_off = "1/s"
[[reaction]]
name = "on"
equation = "A -> B"
rate = "k_on*dose*A"
[[reaction]]
name = "off"
equation = "B -> A"
rate = "k_off*B"
"""


class NoValues(dict):
    """Parameters of a network that has no exponents."""


def binding() -> System:
    return translate(read(BINDING)[0], NoValues())


def bound(time, dose, k_on=0.3, k_off=0.2, total=2.0):
    """Closed form: B = total a / (a + b) (1 - exp(-(a + b) t)) with a = k_on dose."""
    a = k_on * dose
    return total * a / (a + k_off) * (1.0 - np.exp(-(a + k_off) * time))


def parameter(name, nominal, **more) -> FitParameter:
    return FitParameter(name, 1e-3, 1e3, nominal, **more)


def binding_problem(formula="scale*B/total", noise="noiseParameter1_y", transformation="lin", **more) -> FitProblem:
    """Three doses, five times, seven per cent noise from a fixed seed; one dose begins with B, one from rest."""
    random = np.random.default_rng(4)
    doses, times = np.repeat([1.0, 3.0, 2.0], 5), np.tile([0.5, 1.0, 2.0, 4.0, 8.0], 3)
    value = bound(times, doses) * np.exp(0.07 * random.standard_normal(15))
    experiments = (
        Experiment("one", {"dose": 1.0}),
        Experiment("three", {"dose": 3.0, "B": "start_b"}),
        Experiment("two", {"dose": 2.0}, {"dose": 0.5}),
    )
    parameters = (
        parameter("k_on", 0.3, prior=more.get("prior")),
        parameter("k_off", 0.2),
        parameter("scale", 2.0),
        parameter("sd", 0.1),
        parameter("start_b", 0.2),
    )
    observable = Observable("y", formula, noise, transformation, more.get("distribution", "normal"))
    rows = Measurements(np.repeat([0, 1, 2], 5), np.zeros(15, np.int64), times, value, ((),) * 15, (("sd",),) * 15)
    return FitProblem("binding", "binding test", parameters, (observable,), experiments, rows)


def binding_objective(relative=1e-9, **more) -> Objective:
    numbers = {"total": 2.0, "k_on": 1.0, "k_off": 1.0, "dose": 0.0}
    return Objective(binding_problem(**more), Engine(binding(), numbers, Precision(relative, np.full(2, 1e-12), 1e3)))


NORMAL_PRIOR = Prior("normal", -0.4, 0.2, on_scale=True)


def decay_model() -> str:
    """SBML of X -> nothing at rate k X in a compartment of size 2."""
    decay = ("multiply", ("multiply", ("name", "k"), ("name", "X")), ("name", "cell"))
    return write_sbml(
        SbmlModel(
            id="decay",
            compartments=(Compartment("cell", 2.0),),
            species=(Species("X", "cell", concentration=1.0),),
            parameters=(Parameter("k", 1.0),),
            reactions=(Reaction("loss", (SpeciesReference("X"),), law=decay, reversible=False),),
        )
    )


TABLES = {
    "problem.yaml": (
        "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n- sbml_files: [model.xml]\n"
        "  condition_files: [conditions.tsv]\n  measurement_files: [measurements.tsv]\n"
        "  observable_files: [observables.tsv]\n"
    ),
    "parameters.tsv": (
        "parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\n"
        "k\tlog10\t0.001\t1000\t0.5\t1\nx0\tlin\t0.1\t100\t3\t1\nfixed\tlin\t\t\t2\t0\n"
    ),
    "observables.tsv": (
        "observableId\tobservableFormula\tnoiseFormula\tobservableTransformation\tnoiseDistribution\n"
        "obs\tobservableParameter1_obs * X\tnoiseParameter1_obs\tlin\tnormal\n"
    ),
    "conditions.tsv": "conditionId\tX\nlow\tx0\nhigh\t10\n",
    "measurements.tsv": (
        "observableId\tsimulationConditionId\tmeasurement\ttime\tobservableParameters\tnoiseParameters\n"
        "obs\tlow\t6.1\t0\tfixed\t0.5\nobs\tlow\t3.5\t1\tfixed\t0.5\nobs\thigh\t11.9\t1\t2\t0.5\n"
    ),
}


def write_petab(folder: Path, **changes: str) -> Path:
    """Write the decay problem, with whole tables replaced by name (dots as underscores)."""
    (folder / "model.xml").write_text(decay_model(), "utf-8")
    for name, text in TABLES.items():
        (folder / name).write_text(changes.get(name.replace(".", "_"), text), "utf-8")
    return folder / "problem.yaml"
