"""Published pathways through the compiled kernels against libroadrunner, every species at 100 times."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from amoeboid.formats.sbml import SbmlModel, read_sbml
from amoeboid.signalling import integrate
from amoeboid.signalling.from_sbml import from_sbml

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "biomodels-sbml"
HORIZONS = {
    # in the file's own time: long enough for what the model is about, past each of its events
    88: 500.0, 93: 100.0, 94: 100.0, 151: 7200.0, 163: 1000.0, 167: 100.0, 234: 10.0, 313: 120.0, 314: 120.0,
    342: 1000.0, 347: 240.0, 402: 100.0, 403: 100.0, 500: 100.0, 521: 100.0, 543: 7200.0, 544: 7200.0, 591: 1000.0,
    619: 100.0, 671: 100.0, 765: 100.0, 838: 100.0, 861: 240.0, 946: 100.0,
}  # fmt: skip


def path(number: int) -> Path:
    found = FOLDER / f"BIOMD{number:010d}.xml"
    if not found.exists():
        pytest.skip("the shared models are not here")
    return found


def by_roadrunner(file: Path, model: SbmlModel, grid: np.ndarray) -> np.ndarray:
    """Concentrations of all species (amounts where a file asks for them), (n_species, n_times)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import roadrunner
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_CRITICAL)
    runner = roadrunner.RoadRunner(str(file))
    settings = {"relative_tolerance": 1e-11, "absolute_tolerance": 1e-14, "maximum_num_steps": 1_000_000}
    for name, value in settings.items():
        runner.getIntegrator().setValue(name, value)
    names = [one.id if one.only_substance else f"[{one.id}]" for one in model.species]
    runner.timeCourseSelections = ["time", *names]
    return np.array(runner.simulate(0.0, grid[-1], len(grid)))[:, 1:].T


def by_kernel(model: SbmlModel, grid: np.ndarray) -> np.ndarray:
    compiled = integrate.model(from_sbml(model), None, 1e-9, absolute=1e-18, method="rodas4")
    feeds = integrate.feeds(compiled, {}, 1)
    species, step = integrate.start(compiled, feeds), np.full(1, grid[1] * 1e-4)
    state = integrate.event_state(compiled, 1) if compiled.system.events else None
    nodes = tuple(compiled.system.quantities[one.id] for one in model.species)
    told = [compiled.system.compute(nodes, species, feeds, compiled.constants)]
    for begin, end in zip(grid[:-1], grid[1:], strict=True):
        integrate.advance(compiled, species, step, feeds, (begin, end - begin), state)
        told.append(compiled.system.compute(nodes, species, feeds, compiled.constants))
    return np.concatenate(told, axis=1)


@pytest.mark.parametrize("number", list(HORIZONS))
def test_a_published_model_agrees_with_libroadrunner_in_every_species(number: int) -> None:
    file = path(number)
    model, grid = read_sbml(file), np.linspace(0.0, HORIZONS[number], 101)
    exact, got = by_roadrunner(file, model, grid), by_kernel(model, grid)
    bound = np.maximum(1e-5 * np.abs(exact), 1e-9 * np.abs(exact).max())
    worst = np.unravel_index(np.argmax(np.abs(got - exact) / (bound + 1e-300)), exact.shape)
    assert (np.abs(got - exact) <= bound).all(), (
        f"{model.species[worst[0]].id} at {grid[worst[1]]:g}: {got[worst]:.10g}, libroadrunner {exact[worst]:.10g}"
    )
    assert not np.allclose(exact[:, 0], exact[:, -1], rtol=1e-3, atol=0.0), "nothing moves in this time"
