"""What the command `pathway show` prints: the model in sections."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from amoeboid.errors import AmoeboidError
from amoeboid.formats.sbml import SbmlModel
from amoeboid.workflow.pathways.describe import Description, describe
from amoeboid.workflow.pathways.pathway import pathway
from amoeboid.workflow.pathways.source import from_record, read_record
from amoeboid.workflow.tables import Row, Table

Section = tuple[str, Table]

_WIDEST = 110
_MOST_ROWS = 30
_MOST_NOTICES, _LONG = 6, 200


@dataclass(frozen=True)
class Sheet:
    """Sections of tables, and what a reader should know."""

    sections: tuple[Section, ...]
    notices: tuple[str, ...]


def pathway_sheet(source: str, *, equations: bool = False, whole: bool = False) -> Sheet:
    """Put a model into sections; with rates, and with all rows, when asked for.

    Raises
    ------
    ScenarioError, FormatError
        When there is no such model, or it cannot be read. What is not supported is told, and no error.
    """
    record = read_record(source)
    found = pathway(source).description if record is None else describe(record)
    notices = [*_notices(found, whole=whole), *(() if record is None else _unsupported(record))]
    tables = _sections(found, equations=equations)
    sections = [
        (title, _shown(table, whole=whole or equations, wrapped=equations or not title)) for title, table in tables
    ]
    return Sheet(tuple(sections), tuple(notices))


def _unsupported(record: SbmlModel) -> list[str]:
    """Tell what keeps a model from being run."""
    try:
        from_record(record)
    except AmoeboidError as error:
        return [f"cannot be run: {fault.where}: {fault.what}" for fault in error.faults]
    return []


def _notices(found: Description, *, whole: bool) -> list[str]:
    """Shorten what is odd, so that it does not bury the model."""
    if whole or len(found.notices) <= _MOST_NOTICES:
        return list(found.notices)
    few = [text if len(text) <= _LONG else text[: _LONG - 1] + "…" for text in found.notices[:_MOST_NOTICES]]
    return [*few, f"{len(found.notices) - _MOST_NOTICES} more notices: `--all`"]


def _sections(found: Description, *, equations: bool) -> list[Section]:
    reactions = _columns(found.reactions, ("id", "equation", "rate" if equations else "name"))
    sections = [
        ("", found.facts),
        ("species", found.species),
        ("parameters", found.parameters),
        ("reactions", _below(reactions) if equations else reactions),
        ("rules", found.rules),
        ("events", found.events),
    ]
    return [(title, _bare(table)) for title, table in sections if len(table)]


def _columns(table: Table, names: tuple[str, ...]) -> Table:
    keep = [table.header.index(name) for name in names]
    return Table(names, tuple(tuple(row[k] for k in keep) for row in table.rows))


def _below(table: Table) -> Table:
    """Set the rate of a reaction under its equation."""
    rows = [pair for row in table.rows for pair in ((row[0], row[1]), ("", f"    {row[2]}"))]
    return Table(("id", "equation, and rate below"), tuple(rows))


def _bare(table: Table) -> Table:
    """Leave out columns that say nothing, or what the first says already."""
    rows = tuple(tuple("" if k and cell == row[0] else cell for k, cell in enumerate(row)) for row in table.rows)
    keep = [k for k in range(len(table.header)) if k == 0 or any(row[k] != "" for row in rows)]
    return Table(tuple(table.header[k] for k in keep), tuple(tuple(row[k] for k in keep) for row in rows))


def _shown(table: Table, *, whole: bool, wrapped: bool) -> Table:
    """Fit a table to the width of a page, and to a screen when not the whole is wanted."""
    rows = table.rows if whole or len(table) <= _MOST_ROWS else table.rows[:_MOST_ROWS]
    texts = Table(table.header, rows).texts()
    taken = sum(max(len(row[k]) for row in texts) + 2 for k in range(len(table.header) - 1))
    left = max(24, _WIDEST - taken)
    fitted: list[Row] = [part for row in texts for part in _fitted(row, left, wrapped=wrapped)]
    if len(rows) < len(table):
        blank = ("",) * (len(table.header) - 2)
        fitted.append(("…", *blank, f"{len(table) - len(rows)} more: `--all`"))
    return Table(table.header, tuple(fitted))


def _fitted(row: tuple[str, ...], width: int, *, wrapped: bool) -> list[tuple[str, ...]]:
    """Shorten the last column to a width, or wrap it."""
    last = row[-1]
    if len(last) <= width:
        return [row]
    if not wrapped:
        return [(*row[:-1], last[: width - 1] + "…")]
    inset = " " * (len(last) - len(last.lstrip()))
    lines = textwrap.wrap(last, width, initial_indent="", subsequent_indent=inset + "  ", break_long_words=False)
    blank = ("",) * (len(row) - 1)
    return [(*row[:-1], inset + lines[0].lstrip()), *((*blank, line) for line in lines[1:])]
