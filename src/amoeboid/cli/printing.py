"""Tables and paths as plain text that other programs can read."""

from __future__ import annotations

from collections.abc import Sequence


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns; a column whose entries are all numbers is set to the right."""
    from amoeboid.workflow import aligned

    print(aligned(header, rows))
