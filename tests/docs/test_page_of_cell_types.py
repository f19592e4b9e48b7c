"""The page of cell types is that of the catalogue; run as a program, this file writes its tables anew."""

import textwrap
from pathlib import Path

import pytest

from amoeboid.evidence import Parameters, catalogue
from amoeboid.tissue import cells

PAGE = Path(__file__).parents[2] / "docs" / "cell-types.md"
START, END = "<!-- from the catalogue -->", "<!-- until here -->"


def table_of_types():
    """Give one line for each type, with every number that tells types apart."""
    found = cells.rows()
    header = [name for name in found[0] if name not in ("arrest [um^2]", "gaps")]
    lines = [[f"`{row['cell type']}`", *(row[name] or "–" for name in header[1:])] for row in found]
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *lines])


def of_type(record):
    """Give the section of one type: what it is, its assumed and its sourced numbers, sources and gaps."""
    p = Parameters(catalogue())
    values = [p.value(id) for id in p.catalogue.ids(f"cell.{record.id}.")]
    own = {
        word: [value.id.split(".", 2)[2] for value in values if value.status == word] for word in ("assumed", "entered")
    }
    lines = [f"### `{record.id}`: {record.name}", "", record.note, ""]
    lines += [
        f"- {label}: {', '.join(own[word])}"
        for word, label in (("entered", "From a source"), ("assumed", "Assumed"))
        if own[word]
    ]
    for citation in record.sources:
        source = p.catalogue.sources[citation.key]
        link = f"[{citation.key}]({source.link})" if source.link else citation.key
        lines.append(f"- {link}, {citation.place}: {citation.reason}")
    lines.append(f"- Not known: {'; '.join(record.gaps)}")
    wrapped = (textwrap.wrap(line, 138, subsequent_indent="  " * line.startswith("- ")) or [""] for line in lines)
    return "\n".join(line for part in wrapped for line in part)


def written():
    """Give all that the page takes from the catalogue."""
    types = sorted(catalogue().cell_types.values(), key=lambda record: (record.kind, record.id))
    return "\n\n".join([START, table_of_types(), *(of_type(record) for record in types), END])


def test_the_page_of_cell_types_is_that_of_the_catalogue():
    page = PAGE.read_text("utf-8")
    assert written() in page, "run `python tests/docs/test_page_of_cell_types.py`"


@pytest.mark.parametrize("id", sorted(catalogue().cell_types))
def test_the_page_names_every_type_with_its_gaps(id):
    page = " ".join(PAGE.read_text("utf-8").split())
    assert f"| `{id}` |" in page
    assert all(gap in page for gap in catalogue().cell_types[id].gaps)


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    PAGE.write_text(text[: text.index(START)] + written() + text[text.index(END) + len(END) :], "utf-8")
