"""Files that a document names and that belong to it: found beside it, or carried along by their content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Beside:
    """Where the files that a document names are: in a folder, unless their content is given by name.

    Examples
    --------
    >>> Beside(contents={"a.xml": b"<sbml/>"}).read("a.xml", 100)
    b'<sbml/>'
    """

    folder: Path = field(default_factory=Path)
    contents: Mapping[str, bytes] = field(default_factory=dict)

    def read(self, name: str, largest: int) -> bytes:
        """Read a file, at most one byte more than `largest`, so that a larger one can be told.

        Raises
        ------
        OSError, ValueError
            When there is no such file, or no file can have that name.
        """
        if name in self.contents:
            return self.contents[name]
        place = self.folder / name
        if not place.is_file():  # a pipe or a device would be read for ever
            place.stat()
            raise OSError(0, "it is no plain file")
        with place.open("rb") as file:
            return file.read(largest + 1)
