"""Small tables of text and numbers, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Cell = str | float
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows under a header; the first column names the row.

    Examples
    --------
    >>> table = Table(("id", "value"), (("k1", 0.5), ("k2", 12.0)))
    >>> print(table)
    id  value
    k1    0.5
    k2     12
    >>> table["k2"]["value"]
    12.0
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        for row in self.rows:
            yield dict(zip(self.header, row, strict=True))

    def __getitem__(self, name: str) -> dict[str, Cell]:
        """Give the row of a name, by column."""
        for row in self:
            if row[self.header[0]] == name:
                return row
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(row[0] == name for row in self.rows)

    def __str__(self) -> str:
        return aligned(self.header, self.rows)

    @property
    def names(self) -> tuple[str, ...]:
        """The first column."""
        return tuple(str(row[0]) for row in self.rows)

    def texts(self) -> list[tuple[str, ...]]:
        """Give the rows as text, numbers with four digits that count."""
        return [tuple(as_text(cell) for cell in row) for row in self.rows]


@dataclass(frozen=True)
class Answer:
    """A table with what a reader should know of it."""

    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    notes: tuple[str, ...] = ()


def as_text(cell: object) -> str:
    """Write a number with four digits that count, and anything else as it is.

    Examples
    --------
    >>> as_text(0.00012345), as_text("nM")
    ('0.0001234', 'nM')
    """
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def aligned(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Write aligned columns; a column whose entries are all numbers is set to the right."""
    cells = [[as_text(item) for item in row] for row in (header, *rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    right = [bool(rows) and all(_is_number(row[k]) for row in rows) for k in range(len(header))]
    lines = []
    for row in cells:
        padded = [
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _is_number(item: object) -> bool:
    try:
        float(str(item))
    except ValueError:
        return False
    return True
