"""Compare runs with published experiments and write the table of verdicts.

Each folder beside this file is one experiment: `claim.toml` says who measured what and which band counts
as agreement, fixed before the run; `measure.py` has a function `measure()` that gives the same quantities
from our own runs. A missed band is printed as missed, never widened. The verdicts are counted into the
evidence too, where the credibility table of a trial reads them.

    python validation/run.py [FOLDER ...]
"""

from __future__ import annotations

import importlib.util
import sys
import time
import tomllib
from datetime import date
from pathlib import Path

import tomli_w

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "validation.md"
COUNTS = HERE.parent / "src" / "amoeboid" / "evidence" / "data" / "verdicts.toml"


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


def kept(titles: set[str]) -> dict[str, list[str]]:
    """Give the lines of the page by title of the experiment, without those of some titles."""
    lines: dict[str, list[str]] = {}
    for line in PAGE.read_text("utf-8").splitlines() if PAGE.exists() else []:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == len(HEADER) and cells[0] not in {HEADER[0], "---", *titles}:
            lines.setdefault(cells[0], []).append(line)
    return lines


def write_counts(lines: dict[str, list[str]], folders: list[Path], fresh: set[str]) -> None:
    """Write how many bands of each experiment were met, and on which day it was last run."""
    known = tomllib.loads(COUNTS.read_text("utf-8")).get("verdict", []) if COUNTS.exists() else []
    dates = {entry["title"]: entry["run_on"] for entry in known}
    entries = []
    for folder in folders:
        claim = tomllib.loads((folder / "claim.toml").read_text("utf-8"))
        title = claim["title"]
        words = [line.strip("|").split("|")[5].strip() for line in lines.get(title, ())]
        if words:
            entry = {"title": title, "layer": claim["layer"], "source": claim["source"]}
            entry |= {name: words.count(word) for name, word in WORDS.items()}
            entries.append({**entry, "run_on": date.today() if title in fresh else dates.get(title, date.today())})
    COUNTS.write_text("# Written by `make validate`.\n\n" + tomli_w.dumps({"verdict": entries}), "utf-8")


WORDS = {"inside": "inside", "missed": "MISSED", "absent": "not run"}
HEADER = ("experiment", "quantity", "unit", "band", "ours", "verdict", "source")
INTRO = """# Validation

Written by `make validate`. Bands were fixed before the runs, save where a claim in `validation/` says otherwise.
A missed band stays in the table.

"""


def main(names: list[str]) -> int:
    """Run some experiments or all, and write their rows into the page; rows of others stay."""
    every = sorted(path.parent for path in HERE.glob("*/claim.toml"))
    rows = [row for folder in [HERE / name for name in names] or every for row in run(folder)]
    fresh = {row[0] for row in rows}
    lines = kept(fresh)
    for row in rows:
        lines.setdefault(row[0], []).append("| " + " | ".join(row) + " |")
        print(lines[row[0]][-1])
    missed = sum(row[5] == "MISSED" for row in rows)
    print(f"\n{len(rows) - missed} of {len(rows)} inside their band or not run, {missed} missed")
    titles = [tomllib.loads((folder / "claim.toml").read_text("utf-8"))["title"] for folder in every]
    table = ["| " + " | ".join(cells) + " |" for cells in (HEADER, ("---",) * len(HEADER))]
    PAGE.write_text(INTRO + "\n".join([*table, *(line for t in titles for line in lines.get(t, ()))]) + "\n", "utf-8")
    write_counts(lines, every, fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
