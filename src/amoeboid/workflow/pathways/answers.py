"""What the commands about pathways print: a table, with what a reader should know of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from amoeboid.workflow.figures import check_figure
from amoeboid.workflow.pathways import settings
from amoeboid.workflow.pathways.courses import Courses
from amoeboid.workflow.pathways.pathway import pathway
from amoeboid.workflow.pathways.settings import Spread
from amoeboid.workflow.pathways.writing import check_table, write_model
from amoeboid.workflow.tables import Answer

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
    relative: float | None = None
    before: tuple[str, ...] | None = None
    out: Path | None = None
    plot: Path | None = None

    def check(self) -> None:
        """Refuse files that could not be written, before anything is computed."""
        check_table(self.out)
        check_figure(self.plot)

    def given(self, option: str, texts: tuple[str, ...]) -> dict[str, str]:
        """Give ``name=value`` words as numbers to set."""
        return {name: str(value) for name, value in settings.read_pairs(texts, option, str).items()}

    def spreads(self) -> dict[str, Spread]:
        """Give what varies."""
        return {name: settings.read_spread(text) for name, text in self.given("--vary", self.vary).items()}


def pathway_course(source: str, until: str, n_points: int, wishes: Wishes) -> Answer:
    """Follow a pathway over time, and tell as `Wishes` say. Raises as `Pathway.simulate`."""
    wishes.check()
    model = pathway(source)
    times = settings.spread_times(until, n_points, model.units.get("time", ""), model.name)
    found = model.simulate(
        times,
        wishes.cells,
        set=wishes.given("--set", wishes.set),
        before=None if wishes.before is None else wishes.given("--before", wishes.before),
        vary=wishes.spreads(),
        quantities=wishes.readouts or None,
        seed=wishes.seed,
        relative=wishes.relative,
        method=wishes.method,
    )
    return _answer(found, wishes)


def pathway_steady(source: str, wishes: Wishes) -> Answer:
    """Find where a pathway comes to rest: a row per quantity. Raises as `Pathway.steady`."""
    wishes.check()
    found = pathway(source).steady(
        set=wishes.given("--set", wishes.set),
        n_cells=wishes.cells,
        vary=wishes.spreads(),
        quantities=wishes.readouts or None,
        seed=wishes.seed,
    )
    notes = [*found.notes, *_written(found, wishes)]
    many = ("value",) if found.n_cells == 1 else ("median", "5 %", "95 %")
    rows = []
    for name in found.names:
        numbers = found.band(name)[: len(many)]
        rows.append((name, *(f"{part[0]:.5g}" for part in numbers), found.units.get(name, "")))
    return Answer(("quantity", *many, "unit"), rows, tuple(notes))


def pathway_scan(source: str, name: str, values: str, at: str | None, wishes: Wishes) -> Answer:
    """Tell quantities against the values of one number. Raises as `Pathway.scan`."""
    wishes.check()
    found = pathway(source).scan(
        name,
        values,
        at=at,
        set=wishes.given("--set", wishes.set),
        before=None if wishes.before is None else wishes.given("--before", wishes.before),
        quantities=wishes.readouts or None,
    )
    return _answer(found, wishes)


def pathway_export(source: str, place: Path) -> Answer:
    """Write a model as SBML Level 3 Version 2 into a new file.

    Raises
    ------
    ScenarioError, FormatError
        When there is no such model, or it cannot be said in SBML.
    StoreError
        When the file is there already, or cannot be written.
    """
    model = pathway(source)
    written = write_model(place, model.sbml())
    return Answer(("what", "value"), [("model", model.title), ("written", str(written))])


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
    return Answer(table.header, table.texts(), (*notes, *_written(found, wishes)))


def _written(found: Courses, wishes: Wishes) -> list[str]:
    """Write what was asked for, and tell where."""
    told = []
    if wishes.out is not None:
        told.append(f"written: {found.write(wishes.out)}")
    if wishes.plot is not None:
        found.plot(wishes.plot, wishes.readouts or None)
        told.append(f"figure: {wishes.plot}")
    return told


def _fitting(rows: list[tuple[str, ...]], header: tuple[str, ...]) -> int:
    """Give how many columns fit on a line, two at the least."""
    total = -2
    for k, name in enumerate(header):
        total += 2 + max(len(name), *(len(row[k]) for row in rows))
        if total > _WIDEST and k >= 2:
            return k
    return len(header)
