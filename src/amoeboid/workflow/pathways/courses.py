"""What a pathway did: quantities over time, at rest, or over the values of one number, for one or many cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from amoeboid import plots
from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.workflow.figures import check_figure, save_figure
from amoeboid.workflow.pathways.writing import write_columns
from amoeboid.workflow.tables import Table

Floats = NDArray[np.float64]

BAND = (0.05, 0.95)
"""Quantiles over cells between which a band is drawn and told."""

Band = tuple[Floats, Floats, Floats]

_MOST_LINES = 8
_APART = 30.0
"""Times smaller at which a line would lie on the axis, and gets a panel of its own."""


@dataclass(frozen=True)
class Courses:
    """Quantities along one axis (time, or the values of a scanned number) for every cell.

    Parameters
    ----------
    axis : str
        Name of the axis: ``time``, or the id of the scanned number.
    points : (n_points,)
        Where along the axis.
    names : tuple of str
        Quantities, in the order of `values`.
    values : (n_names, n_points, n_cells)
        Numbers in `units`.
    units : mapping of str to str
        By name of quantity and of the axis; empty where the model declares none.
    title : str
        What ran, for figures.
    notes : tuple of str
        What a reader should know of these numbers.
    logarithmic : bool
        Whether the axis is to be drawn so.
    called : mapping of str to str
        What quantities are called, where that differs from their ids.
    """

    axis: str
    points: Floats
    names: tuple[str, ...]
    values: Floats
    units: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    notes: tuple[str, ...] = ()
    logarithmic: bool = False
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def time(self) -> Floats:
        """Points of the axis, (n_points,)."""
        return self.points

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.values.shape[2])

    def __getitem__(self, name: str) -> Floats:
        """Give one quantity: (n_points,) for one cell, (n_points, n_cells) for many.

        Raises
        ------
        ScenarioError
            When it was not kept.
        """
        numbers: Floats = self.values[self.index(name)]
        return numbers[:, 0] if self.n_cells == 1 else numbers

    def index(self, name: str) -> int:
        """Give the row of a quantity."""
        if name not in self.names:
            raise ScenarioError(
                Fault(self.title, f"no quantity `{name}` was kept", ", ".join(self.names)[:300],
                      nearest_name(name, self.names), "correct the name, or name it in `quantities`", "AMB-S51")
            )  # fmt: skip
        return self.names.index(name)

    def band(self, name: str) -> tuple[Floats, Floats, Floats]:
        """Give median, 5 % and 95 % quantile over cells, each (n_points,)."""
        numbers = self.values[self.index(name)]
        with np.errstate(invalid="ignore"):  # between infinities there is no quantile
            low, middle, high = np.quantile(numbers, (BAND[0], 0.5, BAND[1]), axis=1)
        return middle, low, high

    def movers(self, n_most: int = _MOST_LINES) -> tuple[str, ...]:
        """Give the names of the quantities that change most for their size, in the order of `names`."""
        if len(self.names) <= n_most:
            return self.names
        middle = np.median(self.values, axis=2)
        size = np.abs(middle).max(axis=1)
        largest = size.max()
        with np.errstate(all="ignore"):
            move = np.ptp(middle, axis=1) / size
            # what is next to nothing moves for nothing: weigh by size on a logarithmic scale of twelve decades
            weight = np.clip(1.0 + np.log10(size / largest) / 12.0, 0.0, 1.0)
        score = np.nan_to_num(move * weight, nan=0.0, posinf=0.0, neginf=0.0)
        best = sorted(np.argsort(-score, kind="stable")[:n_most])
        return tuple(self.names[k] for k in best)

    def caption(self, name: str) -> str:
        """Give what a quantity is called, with its id, for figures."""
        called = self.called.get(name, "")
        return f"{called} ({name})" if called and called != name else name

    def label(self, name: str) -> str:
        """Give a name with its unit in brackets, where there is one."""
        unit = self.units.get(name, "")
        return f"{name} [{unit}]" if unit else name

    def table(self, names: Sequence[str] | None = None, n_rows: int | None = None) -> Table:
        """Tabulate quantities: the number of one cell, or median (5 % to 95 %) of many.

        Parameters
        ----------
        names : sequence of str, optional
            Quantities; all when left out.
        n_rows : int, optional
            About how many points, evenly spread; all when left out.
        """
        chosen = tuple(names) if names is not None else self.names
        total = len(self.points)
        stride = -(-(total - 1) // max((n_rows or total) - 1, 1)) or 1
        rows = np.unique([*range(0, total, stride), total - 1])
        columns = [self._column(name, rows) for name in chosen]
        points = [f"{self.points[k]:.6g}" for k in rows]
        header = (self.label(self.axis), *(self.label(name) for name in chosen))
        return Table(header, tuple(zip(points, *columns, strict=True)))

    def _column(self, name: str, rows: NDArray[np.int64]) -> list[str]:
        middle, low, high = self.band(name)
        if self.n_cells == 1:
            return [f"{middle[k]:.4g}" for k in rows]
        return [f"{middle[k]:.3g} ({low[k]:.3g} to {high[k]:.3g})" for k in rows]

    def write(self, path: str | Path) -> Path:
        """Write all numbers, a row per cell and point, as CSV or Parquet by the suffix.

        Columns of one cell are the axis and the quantities; of many, ``cell`` comes first. In CSV a unit stands in
        brackets behind the name; in Parquet it is kept as metadata.

        Raises
        ------
        ScenarioError
            When the suffix is neither ``.csv`` nor ``.parquet``.
        StoreError
            When the place cannot be written.
        """
        n_points, n_cells = len(self.points), self.n_cells
        columns: dict[str, NDArray[np.float64] | NDArray[np.int64]] = {}
        if n_cells > 1:
            columns["cell"] = np.repeat(np.arange(n_cells), n_points)
        columns[self.axis] = np.tile(self.points, n_cells)
        for name, numbers in zip(self.names, self.values, strict=True):
            columns[name] = np.ascontiguousarray(numbers.T).ravel()
        return write_columns(Path(path), columns, self.units)

    def plot(self, path: str | Path | None = None, names: Sequence[str] | None = None) -> object:
        """Draw median and band over cells of the named quantities, or of those that move most; write it when asked.

        Returns
        -------
        figure : matplotlib.figure.Figure

        Raises
        ------
        ScenarioError
            When a quantity is unknown, or the suffix is neither ``.png`` nor ``.svg``.
        """
        place = Path(path) if path is not None else None
        check_figure(place)
        chosen = tuple(names) if names is not None else self.movers()
        labels = {"x": self.label(self.axis), "title": self.title, "note": self._note(chosen, names)}
        scale = "log" if self.logarithmic else "linear"
        figure = plots.plot_bands(self.points, self._panels(chosen), labels, scale)
        if place is not None:
            save_figure(figure, place)
        return figure

    def _note(self, chosen: Sequence[str], named: object) -> str:
        parts = []
        if self.n_cells > 1:
            parts.append(f"median and {100 * BAND[0]:g} % to {100 * BAND[1]:g} % of {self.n_cells:,} cells")
        if len(chosen) < len(self.names):
            parts.append(f"{len(chosen)} of {len(self.names)} quantities" + ("" if named else ", those that move most"))
        return "; ".join(parts)

    def _panels(self, chosen: Sequence[str]) -> list[tuple[str, dict[str, Band]]]:
        """Put lines of one unit and of like size into one panel."""
        bands = {name: self.band(name) for name in chosen}
        largest = {name: float(np.nanmax(np.abs(band[2]), initial=0.0)) for name, band in bands.items()}
        panels: list[tuple[str, dict[str, Band]]] = []
        for unit in dict.fromkeys(self.units.get(name, "") for name in chosen):
            names = sorted((n for n in chosen if self.units.get(n, "") == unit), key=lambda n: -largest[n])
            head = 0.0
            for name in names:
                if not panels or head == 0.0 or 0.0 < largest[name] < head / _APART:
                    panels.append((f"[{unit}]" if unit else "", {}))
                    head = largest[name] or np.inf
                panels[-1][1][self.caption(name)] = bands[name]
        return panels
