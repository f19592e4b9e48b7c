"""Whatever bytes a file holds, reading gives a model or a FormatError, and never ends this process."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from amoeboid.errors import FormatError
from amoeboid.formats.sbml import (
    Compartment,
    Event,
    Parameter,
    Reaction,
    SbmlModel,
    Species,
    SpeciesReference,
    read_model,
    write_sbml,
)

pytest.importorskip("libsbml")

DATA = Path(__file__).parents[3] / "shared" / "data" / "biomodels-sbml"
SMALL = SbmlModel(
    id="m",
    compartments=(Compartment("c", 2.0),),
    species=(Species("A", "c", concentration=1.5), Species("B", "c", amount=0.0)),
    parameters=(Parameter("k", 0.25), Parameter("q", 1.0, constant=False)),
    reactions=(
        Reaction(
            "R",
            (SpeciesReference("A", 2.0),),
            (SpeciesReference("B"),),
            law=("multiply", ("name", "k"), ("power", ("name", "A"), ("number", 2.0)), ("name", "c")),
        ),
    ),
    events=(Event("e", ("gt", ("time",), ("number", 3.0)), (("q", ("negate", ("name", "k"))),)),),
    notes="A reaction and an event.",
)
PIECES = [b"<", b">", b'"', b"&", b"/", b"=", b" ", b"\0", b"\xff", b"</model>", b"<math>", b"<!DOCTYPE x>", b"&lt;"]
PIECES += [b"-1e999", b"NaN", b"id", b"<apply>", b"<cn>", b"<![CDATA[", b"-->", b"<?x?>", b"xmlns", b"1", b"2", b"."]


def edited(data: bytes, random: np.random.Generator) -> bytes:
    """Cut, double, replace or insert at up to six places."""
    for _ in range(random.integers(1, 7)):
        place = int(random.integers(len(data) + 1))
        length = int(random.integers(1, 60))
        match random.integers(5):
            case 0:
                data = data[:place] + data[place + length :]
            case 1:
                data = data[:place] + data[place : place + length] * 2 + data[place + length :]
            case 2:
                data = data[:place] + random.bytes(1) + data[place + 1 :]
            case 3:
                data = data[:place] + PIECES[random.integers(len(PIECES))] + data[place:]
            case _:
                other = int(random.integers(len(data) + 1))
                data = data[:place] + data[other : other + length] + data[place + length :]
    return data


VALUES = ["", "A", "k", "absent", "m", "-1", "0", "1e308", "INF", "NaN", "true", "false", "second", "3", "x" * 300]


def grafted(data: bytes, random: np.random.Generator) -> bytes:
    """Move, double, drop and rename elements and attributes, so that what results is still XML."""
    root = ET.fromstring(data)
    for _ in range(random.integers(1, 5)):
        parents = [element for element in root.iter() if len(element)]
        parent = parents[random.integers(len(parents))]
        place = int(random.integers(len(parent)))
        child = parent[place]
        others = list(root.iter())
        other = others[random.integers(len(others))]
        match random.integers(6):
            case 0 if len(root) > 1 or parent is not root:
                parent.remove(child)
            case 1:
                parent.append(copy.deepcopy(child))
            case 2:
                parent.insert(place, copy.deepcopy(other) if other is not root else child)
            case 3:
                child.tag = other.tag
            case 4 if child.attrib:
                child.set(list(child.attrib)[random.integers(len(child.attrib))], VALUES[random.integers(len(VALUES))])
            case _:
                child.text = VALUES[random.integers(len(VALUES))]
        if not len(root):
            break
    return ET.tostring(root)


Change = Callable[[bytes, np.random.Generator], bytes]


def outcomes(data: bytes, count: int, folder: Path, change: Change) -> tuple[int, int]:
    """Read edited copies; give how many were models and how many were refused."""
    random = np.random.default_rng(20_261_122)
    models = refused = 0
    for number in range(count):
        file = folder / "edited.xml"
        file.write_bytes(change(data, random) if number % 10 else data[: random.integers(len(data))])
        try:
            assert isinstance(read_model(file), SbmlModel)
            models += 1
        except FormatError as error:
            refused += all(fault.where and fault.what and fault.code.startswith("AMB-F") for fault in error.faults)
    return models, refused


@pytest.mark.parametrize("change", [edited, grafted])
def test_edited_files_are_models_or_refused(tmp_path: Path, change: Change) -> None:
    models, refused = outcomes(write_sbml(SMALL).encode(), 250, tmp_path, change)
    assert models + refused == 250
    assert models > (20 if change is grafted else 3)
    assert refused > 100


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data/biomodels-sbml")
@pytest.mark.parametrize("change", [edited, grafted])
@pytest.mark.parametrize("name", ["BIOMD0000000151", "BIOMD0000000234", "BIOMD0000000347", "BIOMD0000000765"])
def test_edited_real_files_are_models_or_refused(tmp_path: Path, name: str, change: Change) -> None:
    count = 500 if change is edited else 60
    models, refused = outcomes((DATA / f"{name}.xml").read_bytes(), count, tmp_path, change)
    assert models + refused == count
    assert refused > count // 5
