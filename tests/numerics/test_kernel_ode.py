"""The generated kernel against its twin, against SciPy, against closed forms; order; same bytes."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from amoeboid.errors import NumericsError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.kernels import objects, ode, threads
from amoeboid.kernels.equations import Equations
from amoeboid.kernels.reference import ode as reference
from amoeboid.kernels.tableau import METHODS
from amoeboid.signalling import batch, compiled, integrate, network, rescue

OPTIONS = [{}, {"jak1_rock_link": "slow"}, {"tension_feedback": "jak2"}, {"mlc_switch": "bistable"}]


@pytest.fixture(scope="module")
def model() -> integrate.Model:
    return integrate.model(network(), Parameters(catalogue()))


@pytest.fixture
def keep_threads() -> Iterator[None]:
    before = threads.threads()
    yield
    threads.set_threads(before)


def varied_cells(model: integrate.Model, n_cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells with unlike inputs, factors and remembered steps, on their way after a stimulus."""
    rng = np.random.default_rng(5)
    inputs = {"cytokine": 0.05, "radius": rng.uniform(6.0, 11.0, n_cells)}
    feeds = integrate.feeds(model, inputs, n_cells, np.exp(0.3 * rng.standard_normal((4, n_cells))))
    species = integrate.start(model, feeds)
    step = np.exp(rng.uniform(-3.0, 4.0, n_cells))
    feeds[0] = 10.0 ** rng.uniform(-3.0, 1.0, n_cells)
    feeds[2:9] = rng.uniform(0.0, 1.0, (7, n_cells))
    return species, step, feeds


def run(model: integrate.Model, cells: tuple[np.ndarray, ...], n_ticks: int = 5) -> tuple[np.ndarray, np.ndarray]:
    species, step, feeds = (np.ascontiguousarray(array.copy()) for array in cells)
    for tick in range(n_ticks):
        integrate.advance(model, species, step, feeds, (60.0 * tick, 60.0))
    return species, step


def test_a_cell_does_not_depend_on_its_neighbours_in_the_block(model: integrate.Model) -> None:
    cells = varied_cells(model, 100)
    species, step = run(model, cells)
    order = np.random.default_rng(1).permutation(100)
    mixed_species, mixed_step = run(model, tuple(array[..., order] for array in cells))
    assert np.array_equal(mixed_species, species[:, order])
    assert np.array_equal(mixed_step, step[order])


@pytest.mark.parametrize("cut", [1, 3, 8, 57])
def test_a_batch_in_two_parts_gives_the_same_bytes(model: integrate.Model, cut: int) -> None:
    cells = varied_cells(model, 61)
    whole, _ = run(model, cells)
    parts = [run(model, tuple(array[..., part] for array in cells))[0] for part in (slice(0, cut), slice(cut, None))]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_two_threads_give_the_same_bytes_as_one(model: integrate.Model, keep_threads: None) -> None:
    cells = varied_cells(model, 5000)
    threads.set_threads(1)
    one = run(model, cells, 2)
    threads.set_threads(2)
    two = run(model, cells, 2)
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])


def problem_of(model: integrate.Model, feeds: np.ndarray) -> reference.Problem:
    column = feeds[:, 0]
    return reference.Problem(
        lambda y: model.system.rhs(y, column, model.constants),
        lambda y: model.system.jacobian(y, column, model.constants),
        model.tolerance,
        model.relative,
    )


@pytest.mark.parametrize("method", sorted(METHODS))
def test_the_kernel_equals_its_readable_twin(model: integrate.Model, method: str) -> None:
    model = dataclasses.replace(model, method=method)
    species, step, feeds = varied_cells(model, 3)
    got, remembered = run(model, (species, step, feeds), 3)
    for cell in range(3):
        problem = dataclasses.replace(problem_of(model, feeds[:, cell : cell + 1]), tableau=METHODS[method])
        y, h = species[:, cell], step[cell]
        for _ in range(3):
            y, h = reference.advance(problem, y, h, 60.0)
        assert got[:, cell] == pytest.approx(y, rel=1e-7, abs=1e-9)
        assert remembered[cell] == pytest.approx(h, rel=1e-5)


@pytest.mark.parametrize("hypotheses", OPTIONS, ids=str)
def test_the_kernel_equals_radau_under_every_hypothesis(hypotheses: dict[str, str]) -> None:
    model = integrate.model(network(hypotheses), Parameters(catalogue()))
    feeds = integrate.feeds(model, {"cytokine": 0.05, "radius": 8.4}, 1)
    species = integrate.rest(model, feeds, 5e6)
    feeds[0] = 0.45
    problem = problem_of(model, feeds)
    exact = solve_ivp(
        lambda t, y: problem.rate(y), (0.0, 3600.0), species[:, 0], "Radau", jac=lambda t, y: problem.jacobian(y),
        rtol=1e-9, atol=1e-9,
    ).y[:, -1]  # fmt: skip
    step = np.ones(1)
    for tick in range(60):
        integrate.advance(model, species, step, feeds, (60.0 * tick, 60.0))
    scale = np.abs(exact) + model.tolerance
    assert np.max(np.abs(species[:, 0] - exact) / scale) < 1e-3


@pytest.mark.parametrize("hypotheses", OPTIONS, ids=str)
def test_the_jacobian_is_the_slope_of_the_rates(hypotheses: dict[str, str]) -> None:
    model = integrate.model(network(hypotheses), Parameters(catalogue()))
    feeds = integrate.feeds(model, {"cytokine": 0.3, "radius": 8.4}, 1)
    y = integrate.rest(model, feeds, 5e6)[:, 0]
    problem = problem_of(model, feeds)
    jacobian = problem.jacobian(y)
    for j in range(len(y)):
        change = np.zeros_like(y)
        change[j] = 1e-6 * max(y[j], 1e-3)
        slope = (problem.rate(y + change) - problem.rate(y - change)) / (2.0 * change[j])
        assert jacobian[:, j] == pytest.approx(slope, rel=1e-5, abs=1e-6 * np.abs(jacobian[:, j]).max() + 1e-12)


def fixed_steps(model: integrate.Model, cell: tuple[np.ndarray, np.ndarray], name: str, n_steps: int) -> np.ndarray:
    """Integrate one cell over 600 s in equal steps, whatever the error."""
    species, feeds = cell
    kernel = compiled.compiled(model.system, METHODS[name])
    moved = species.copy()
    batch = ode.Batch(moved, np.ones(1), feeds, np.full(1, 600.0), np.arange(1))
    outcome = kernel.advance(batch, model.numbers, ode.Control(model.relative, fixed=600.0 / n_steps, most=1e6))
    assert outcome.status[0] == 0
    return moved[:, 0]


@pytest.mark.parametrize(("name", "order", "steps"), [("rodas3", 3, (32, 64, 128)), ("rodas4", 4, (16, 32, 64))])
def test_the_observed_order_is_the_declared_one(
    model: integrate.Model, name: str, order: int, steps: tuple[int, ...]
) -> None:
    feeds = integrate.feeds(model, {"cytokine": 0.05, "radius": 8.4}, 1)
    species = integrate.rest(model, feeds, 5e6)
    feeds[0] = 0.45
    integrate.advance(model, species, np.ones(1), feeds, (0.0, 300.0))  # past the fast transient
    exact = fixed_steps(model, (species, feeds), "rodas4", 2048)
    ends = [fixed_steps(model, (species, feeds), name, n) for n in steps]
    errors = [np.linalg.norm((end - exact) / (np.abs(exact) + 1e-3)) for end in ends]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert orders == pytest.approx(order, abs=0.35)


def test_a_tighter_tolerance_gives_a_smaller_error(model: integrate.Model) -> None:
    feeds = integrate.feeds(model, {"cytokine": 0.45, "radius": 8.4}, 1)
    ends = []
    for relative in (1e-3, 1e-5, 1e-8):
        one = integrate.Model(model.system, model.constants, model.tolerance * relative / 1e-4, relative)
        species = integrate.start(one, feeds)
        integrate.advance(one, species, np.ones(1), feeds, (0.0, 3600.0))
        ends.append(species[:, 0])
    loose, tight = (np.max(np.abs(end / ends[2] - 1.0)) for end in ends[:2])
    assert tight < 0.1 * loose


def test_sums_that_no_reaction_changes_stay(model: integrate.Model) -> None:
    species, _ = run(model, cells := varied_cells(model, 40), 30)
    for found, expected in model.system.sums:
        sums = model.system.compute((found, expected), species, cells[2], model.constants)
        assert sums[0] == pytest.approx(sums[1], rel=1e-9)


CHAIN = Equations(
    # A -> B -> nothing with rates a, b
    [("symbol", "A"), ("symbol", "B"), ("symbol", "a"), ("symbol", "b"), ("constant", -1.0), ("multiply", 0, 2),
     ("multiply", 1, 3), ("multiply", 4, 5), ("multiply", 4, 6), ("add", 5, 8), ("multiply", 4, 2), ("multiply", 4, 3)],
    {"A": ("y", 0), "B": ("y", 1), "a": ("p", 0), "b": ("p", 1)},
    (7, 9), {(0, 0): 10, (1, 0): 2, (1, 1): 11}, n_species=2, n_constants=2,
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_linear_chain_has_its_closed_form(name: str) -> None:
    # A = e^-at, B = a/(b-a) (e^-at - e^-bt)
    kernel = ode.kernel(CHAIN, METHODS[name])
    y = np.array([[1.0], [0.0]])
    batch = ode.Batch(y, np.array([1e-3]), np.zeros((0, 1)), np.full(1, 2.0), np.arange(1))
    a, b = rates = np.array([0.3, 2.0])
    kernel.advance(batch, ode.Numbers(rates, np.full(2, 1e-12), np.full(2, -np.inf)), ode.Control(1e-8))
    exact = [np.exp(-a * 2.0), a / (b - a) * (np.exp(-a * 2.0) - np.exp(-b * 2.0))]
    assert y[:, 0] == pytest.approx(exact, rel=1e-7)


def test_a_failure_names_time_cell_and_species_and_spares_the_others(model: integrate.Model) -> None:
    species, step, feeds = varied_cells(model, 20)
    feeds[1, 13] = 0.0  # no radius: infinite pressure
    alone = run(model, (species[:, :13], step[:13], feeds[:, :13]), 1)[0]
    with pytest.raises(NumericsError, match=r"(?s)process signalling, time 120 s, cell 13, species `.*AMB-N31"):
        integrate.advance(model, species, step, feeds, (120.0, 60.0))
    assert np.array_equal(species[:, :13], alone)
    assert np.isfinite(species).all()


def test_a_generated_kernel_lies_under_the_cache_folder_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AMOEBOID_CACHE", str(tmp_path))
    assert str(objects.cache_folder()).startswith(str(tmp_path))


def test_a_cache_folder_that_cannot_be_written_falls_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("AMOEBOID_CACHE", str(tmp_path / "file"))
    assert objects.cache_folder().is_dir()


def test_a_short_call_does_not_shrink_the_remembered_step(model: integrate.Model) -> None:
    feeds = integrate.feeds(model, {"cytokine": 0.05, "radius": 8.4}, 1)
    species, step = integrate.rest(model, feeds, 5e6), np.array([500.0])
    integrate.advance(model, species, step, feeds, (0.0, 1.0))
    assert step[0] == 500.0


def test_a_cell_that_the_kernel_gives_up_is_tried_again(
    model: integrate.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = varied_cells(model, 20)
    whole, _ = run(model, cells, 1)
    monkeypatch.setattr(batch, "_MOST_STEPS", 12)
    monkeypatch.setattr(rescue, "MOST_CELLS", 0)
    with pytest.raises(NumericsError, match="too many steps"):
        run(model, cells, 1)
    monkeypatch.setattr(rescue, "MOST_CELLS", 20)
    assert run(model, cells, 1)[0] == pytest.approx(whole, rel=5e-3, abs=1e-3)


def test_a_constant_can_be_each_cells_own() -> None:
    shared = integrate.model(network(), Parameters(catalogue()))
    own = integrate.model(network(), Parameters(catalogue()), individual=("gap", "rock_on"))
    feeds = integrate.feeds(shared, {"cytokine": 0.4, "radius": 8.4}, 9, np.full((4, 9), 1.1))
    more = integrate.feeds(own, {"cytokine": 0.4, "radius": 8.4}, 9, np.full((4, 9), 1.1))
    ends = []
    for one, rows in ((shared, feeds), (own, more)):
        species = integrate.start(one, rows)
        integrate.advance(one, species, np.ones(9), rows, (0.0, 600.0))
        ends.append(species)
    assert own.system.feeds[-2:] == ("gap", "rock_on")
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)
    faster = np.where(np.arange(9) == 4, 1.5, 1.0) * more[-1]
    more = integrate.feeds(own, {"cytokine": 0.4, "radius": 8.4, "rock_on": faster}, 9, np.full((4, 9), 1.1))
    species = integrate.start(own, more)
    integrate.advance(own, species, np.ones(9), more, (0.0, 600.0))
    differs = np.abs(species - ends[1]).max(axis=0) > 1e-3
    assert differs.tolist() == [k == 4 for k in range(9)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"method": "rodas5"}, "AMB-N52"),
        ({"individual": ("gapp",)}, "AMB-N53"),
        ({"individual": ("gap", "gap")}, "AMB-N53"),
        ({"relative": 0.0}, "AMB-N54"),
        ({"relative": float("nan")}, "AMB-N54"),
        ({"absolute": -1.0}, "AMB-N54"),
        ({"absolute": [1e-3, 1e-3]}, "AMB-N54"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_used_is_told(change: dict[str, Any], code: str) -> None:
    with pytest.raises(NumericsError, match=code):
        integrate.model(network(), Parameters(catalogue()), **change)


PREY = Equations(
    # x' = x - x y, y' = x y - y
    [("symbol", "x"), ("symbol", "y"), ("constant", -1.0), ("constant", 1.0), ("multiply", 0, 1), ("multiply", 2, 4),
     ("add", 0, 5), ("multiply", 2, 1), ("add", 4, 7), ("add", 3, 7), ("multiply", 2, 0), ("add", 0, 2)],
    {"x": ("y", 0), "y": ("y", 1)}, (6, 8), {(0, 0): 9, (0, 1): 10, (1, 0): 1, (1, 1): 11}, n_species=2,
)  # fmt: skip


@pytest.mark.parametrize(("name", "steps"), [("rodas3", 320), ("rodas4", 320), ("dopri5", 80)])
def test_the_observed_order_without_stiffness_is_the_declared_one(name: str, steps: int) -> None:
    ends = []
    for n_steps in (steps, 2 * steps, 4 * steps, 5000):
        method = METHODS[name] if n_steps < 5000 else METHODS["dopri5"]
        y = np.array([[1.0], [2.0]])
        batch = ode.Batch(y, np.ones(1), np.zeros((0, 1)), np.full(1, 5.0), np.arange(1))
        numbers = ode.Numbers(np.zeros(0), np.ones(2), np.full(2, -np.inf))
        outcome = ode.kernel(PREY, method).advance(batch, numbers, ode.Control(1.0, fixed=5.0 / n_steps, most=1e6))
        assert outcome.status[0] == 0
        ends.append(y[:, 0])
    errors = np.array([np.abs(end - ends[-1]).max() for end in ends[:-1]])
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(METHODS[name].order, abs=0.2)
