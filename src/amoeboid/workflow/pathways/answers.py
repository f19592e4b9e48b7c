"""What the commands about pathways print: a table, with what a reader should know of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from amoeboid.workflow.figures import check_figure
from amoeboid.workflow.one_cell import Answer
from amoeboid.workflow.pathways import settings
from amoeboid.workflow.pathways.courses import Courses
from amoeboid.workflow.pathways.pathway import pathway
from amoeboid.workflow.pathways.writing import check_table

_WIDEST, _MOST_ROWS = 110, 21


@dataclass(frozen=True)
class Wishes:
    """The words of a command line that all verbs share."""

    cells: int = 1
    set: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    readouts: tuple[str, ...] = ()
    seed: int = 1
    method: str = "auto"
    relative: float = 1e-6
    out: Path | None = None
    plot: Path | None = None

    def check(self) -> None:
        """Refuse files that could not be written, before anything is computed."""
        check_table(self.out)
        check_figure(self.plot)


def pathway_course(source: str, until: str, n_points: int, wishes: Wishes) -> Answer:
    """Follow a pathway over time."""
    wishes.check()
    model = pathway(source)
    times = settings.spread_times(until, n_points, model.units.get("time", ""), model.name)
    found = model.simulate(
        times,
        wishes.cells,
        set=settings.read_pairs(wishes.set, "--set", str),  # type: ignore[arg-type]
        vary=settings.read_pairs(wishes.vary, "--vary", settings.read_spread),  # type: ignore[arg-type]
        quantities=wishes.readouts or None,
        seed=wishes.seed,
        relative=wishes.relative,
        method=wishes.method,
    )
    return _answer(found, wishes)


def _answer(found: Courses, wishes: Wishes) -> Answer:
    notes = list(found.notes)
    shown = wishes.readouts or found.movers()
    table = found.table(shown, _MOST_ROWS)
    fitting = _fitting(table.texts(), table.header)
    if fitting < len(table.header) and not wishes.readouts:
        table = found.table(shown[: fitting - 1], _MOST_ROWS)
    hidden = len(found.names) - len(table.header) + 1
    if hidden:
        notes.append(f"{len(table.header) - 1} of {len(found.names)} quantities shown, those that move most; "
                     "`--readout` names others, `--out` writes all")  # fmt: skip
    if len(table) < len(found.points):
        notes.append(f"{len(table)} of {len(found.points)} points shown")
    if wishes.out is not None:
        notes.append(f"written: {found.write(wishes.out)}")
    if wishes.plot is not None:
        found.plot(wishes.plot, wishes.readouts or None)
        notes.append(f"figure: {wishes.plot}")
    return Answer(table.header, table.texts(), tuple(notes))


def _fitting(rows: list[tuple[str, ...]], header: tuple[str, ...]) -> int:
    """Give how many columns fit on a line, two at the least."""
    total = -2
    for k, name in enumerate(header):
        total += 2 + max(len(name), *(len(row[k]) for row in rows))
        if total > _WIDEST and k >= 2:
            return k
    return len(header)
