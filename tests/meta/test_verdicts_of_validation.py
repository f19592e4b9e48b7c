"""The counted verdicts in the evidence are those of the page, and the page those of the folders."""

from __future__ import annotations

import tomllib
from pathlib import Path

from amoeboid.evidence import LAYERS, gaps, verdicts

HERE = Path(__file__).parents[2]


def lines_of(title: str) -> list[str]:
    page = (HERE / "docs" / "validation.md").read_text("utf-8").splitlines()
    return [line for line in page if line.startswith(f"| {title} |")]


def test_counts_are_those_of_the_page() -> None:
    assert verdicts()
    for entry in verdicts():
        words = [line.strip("|").split("|")[5].strip() for line in lines_of(entry.title)]
        assert (words.count("inside"), words.count("MISSED"), words.count("not run")) == (
            entry.inside,
            entry.missed,
            entry.absent,
        ), entry.title


def test_every_folder_is_counted_once_with_a_known_layer() -> None:
    claims = [tomllib.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("validation/*/claim.toml"))]
    assert [claim["layer"] for claim in claims if claim["layer"] not in LAYERS] == []
    assert sorted(entry.title for entry in verdicts()) == sorted(claim["title"] for claim in claims)


def test_gaps_name_known_layers() -> None:
    assert {gap.layer for gap in gaps()} <= set(LAYERS)
