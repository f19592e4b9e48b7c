"""Tables and paths as plain text that other programs can read."""

from __future__ import annotations

from collections.abc import Sequence


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns; a column whose entries are all numbers is set to the right."""
    cells = [[str(item) for item in row] for row in (header, *rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    right = [bool(rows) and all(_is_number(row[k]) for row in rows) for k in range(len(header))]
    for row in cells:
        padded = [
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, right, strict=True)
        ]
        print("  ".join(padded).rstrip())


def _is_number(item: object) -> bool:
    try:
        float(str(item))
    except ValueError:
        return False
    return True
