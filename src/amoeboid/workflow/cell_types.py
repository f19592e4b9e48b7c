"""The cell types: a table of all, or everything about one."""

from __future__ import annotations

from amoeboid.evidence import show
from amoeboid.tissue import cells

Row = tuple[str, ...]


def cell_type_rows(name: str | None = None) -> tuple[Row, list[Row]]:
    """Give the cell types, or all that is known of one, as header and rows.

    In the table ``=`` stands before a number that a type takes from the record of all types.

    Parameters
    ----------
    name : str, optional
        Id of a cell type.

    Raises
    ------
    ScenarioError
        When there is no such cell type.

    Examples
    --------
    >>> "squamous_carcinoma" in [row[0] for row in cell_type_rows()[1]]
    True
    """
    if name is None:
        rows = cells.rows()
        header = tuple(rows[0])
        return header, [tuple(row[column] or "-" for column in header) for row in rows]
    numbers = cells.cell_type(name)
    told = [row for row in show(name) if row[0] != "value"]  # the numbers come with their notes
    return ("what", "value"), [*told, *numbers]
