"""Compare runs with published experiments and write the table of verdicts.

Each folder beside this file is one experiment: `claim.toml` says who measured what and which band counts
as agreement, fixed before the run; `measure.py` has a function `measure()` that gives the same quantities
from our own runs. A missed band is printed as missed, never widened.

    python validation/run.py [FOLDER ...]
"""

from __future__ import annotations

import importlib.util
import sys
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "validation.md"


def load(folder: Path):
    spec = importlib.util.spec_from_file_location(f"validation_{folder.name}", folder / "measure.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # where records look for their annotations
    sys.path.insert(0, str(HERE))  # so that experiments find what they share
    spec.loader.exec_module(module)
    return tomllib.loads((folder / "claim.toml").read_text("utf-8")), module.measure


def verdict(claim: dict, value: float | None) -> str:
    """Say whether a value lies in its band; `not run` when the data of the experiment are absent."""
    if value is None:
        return "not run"
    low, high = claim.get("low", float("-inf")), claim.get("high", float("inf"))
    return "inside" if low <= value <= high else "MISSED"


def band(claim: dict) -> str:
    low, high = claim.get("low"), claim.get("high")
    if low is None:
        return f"≤ {high:g}"
    return f"≥ {low:g}" if high is None else f"{low:g} to {high:g}"


def run(folder: Path) -> list[tuple[str, ...]]:
    document, measure = load(folder)
    started = time.perf_counter()
    values = measure()
    print(f"{folder.name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    rows = []
    for claim in document["claim"]:
        value = values.get(claim["name"])
        shown = "data absent" if value is None else f"{value:.4g}"
        words = verdict(claim, value)
        rows.append(
            (
                document["title"],
                claim["what"],
                claim.get("unit", ""),
                band(claim),
                shown,
                words,
                document["source"],
            )
        )
    return rows


def main(names: list[str]) -> int:
    folders = [HERE / name for name in names] or sorted(p.parent for p in HERE.glob("*/claim.toml"))
    rows = [row for folder in folders for row in run(folder)]
    header = ("experiment", "quantity", "unit", "band", "ours", "verdict", "source")
    lines = ["| " + " | ".join(cells) + " |" for cells in (header, ("---",) * len(header), *rows)]
    print("\n".join(lines))
    missed = sum(row[5] == "MISSED" for row in rows)
    print(f"\n{len(rows) - missed} of {len(rows)} inside their band or not run, {missed} missed")
    if not names:
        intro = (
            "# Validation\n\nWritten by `make validate`. Bands were fixed before the runs; see "
            "`validation/`.\nA missed band stays in the table.\n\n"
        )
        PAGE.write_text(intro + "\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
