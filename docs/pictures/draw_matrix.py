"""Draw matrix.png, a section through a gel around one pulling cell: `python docs/pictures/draw_matrix.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from amoeboid import plots
from amoeboid.evidence import Parameters, catalogue
from amoeboid.plots.style import house_style
from amoeboid.process import State
from amoeboid.tissue import contacts, matrix
from amoeboid.tissue.geometry import Domain, Grid

EDGE, N, HOURS = 20.0, 15, 1.0


def pulled() -> State:
    """Give the matrix around one fibroblast that lies along x in the middle and pulls for an hour."""
    numbers, gel = Parameters(catalogue()), matrix.Material("collagen", 2.0)
    domain = Domain((N * EDGE,) * 3)
    grid = Grid.over(domain, EDGE)
    cell = {
        "id": np.arange(1),
        "type": np.zeros(1, dtype=np.int64),
        "position": np.array([domain.centre]),
        "polarity": np.array([[1.0, 0.0, 0.0]]),
        "radius": np.array([numbers["cell.fibroblast.radius"]]),
        "tension": np.array([1.0]),
        "drive": np.array([0.57]),
        "contacts": np.zeros(1, dtype=np.int64),
        "aspect": np.array([2.5]),
    }
    state = State({f"cell.{name}": array for name, array in cell.items()})
    matrix.build(state, grid, gel, numbers)
    contacts.Pulling(numbers, domain, grid, ("fibroblast",)).initial(state)
    moving = contacts.MatrixMechanics(numbers, grid, gel)
    moving.initial(state)
    for step in range(round(3600.0 * HOURS / moving.interval)):
        moving.advance(state, step * moving.interval, moving.interval)
    print(f"pull {state['cell.pull'][0]:.1f} nN")
    return state


def draw(state: State, path: Path) -> None:
    """Draw displacement on density, and stiffness, in the plane of the cell."""
    half = 0.5 * N * EDGE
    middle = N // 2
    with house_style() as make:
        figure = make(figsize=(8.0, 3.6))
        left, right = figure.subplots(1, 2)
        shown = (
            (left, state["matrix.collagen"][middle], "collagen [mg/ml]"),
            (right, 1000.0 * state["matrix.stiffness"][middle], "stiffness [Pa]"),
        )
        for axes, plane, name in shown:
            image = axes.imshow(plane, origin="lower", extent=(-half, half, -half, half), cmap="viridis")
            figure.colorbar(image, ax=axes, label=name, shrink=0.85)
            axes.set_xlabel("x [µm]")
            axes.set_aspect("equal")
        left.set_ylabel("y [µm]")
        motion = 0.5 * (state["matrix.displacement"][middle] + state["matrix.displacement"][middle + 1])
        line = EDGE * (np.arange(N + 1) - 0.5 * N)
        left.quiver(
            *np.meshgrid(line, line), motion[..., 0], motion[..., 1], color="white", angles="xy", scale_units="xy",
            scale=0.2, width=0.006,
        )  # fmt: skip
        size = np.linalg.norm(motion, axis=-1).max()
        left.set_title(f"displacement, up to {size:.1f} µm")
        right.set_title(f"after {HOURS:g} h of pulling")
        path.write_bytes(plots.to_png(figure, dpi=150))


if __name__ == "__main__":
    draw(pulled(), Path(__file__).with_name("matrix.png"))
