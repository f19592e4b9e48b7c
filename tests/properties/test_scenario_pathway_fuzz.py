"""Mutated pathways in a scenario: nothing but our errors comes out, in bounded time.

Draws have fixed seeds, so there are no false alarms. Seen to fail: when `formula` does not catch what
Python's own grammar raises, it comes out.
"""

from __future__ import annotations

import random
import time

import tomli_w

from amoeboid.errors import AmoeboidError
from amoeboid.scenario import Beside, loads

RELAY = """
model relay
  compartment cell = 1;
  species R in cell, A in cell, S in cell, P in cell;
  R = 10; A = 0; S = 1000; P = 0; ligand = 0; kon = 0.001; koff = 0.005; kp = 0.0002; kd = 0.002; twice := 2*kon;
  J1: R -> A; kon*ligand*R - koff*A;
  J2: S -> P; kp*A*S - kd*P;
end
"""
FORMULAS = (
    "cytokine",
    "kp*target_JAK1",
    "P",
    "0.1 + 0.3*P/(P + 100)",
    "clip(P/(S + 1))",
    "1 if P > 3 else 0.5",
    "J1 + cell",
)
LETTERS = "PSRA kp0123456789.+-*/^()<>=!,_;:'\"\\[]{}#@\n\t\x00λ∞\u202e"
VALUES = (0, -1, 1e308, True, [], {}, "", "x", "1 s", "1 um", "cytokine", "model.P", "tissue.P", "rest", "kon", "nan")


def document() -> dict[str, object]:
    return {
        "name": "small",
        "question": "Does it move?",
        "duration": "2 h",
        "seed": 1,
        "medium": "serum-free",
        "tissue": {
            "size": ["300 um"] * 3,
            "matrix": {"collagen": "2 mg/ml"},
            "cells": [{"type": "melanoma", "count": 20, "place": {"shape": "sphere"}}],
        },
        "arms": [{"name": "OSM", "fields": {"OSM": "10 ng/ml"}}],
        "pathway": {
            "file": "relay.ant",
            "time": "1 s",
            "concentration": "1 nM",
            "inputs": {"ligand": "cytokine", "kp": "kp*target_JAK1"},
            "outputs": {"pSTAT3": "P", "pMLC2": "0.1 + 0.3*P/(P + 100)"},
            "define": {"active": "A/(A + R)"},
            "spread": {"kon": 0.2},
        },
    }


def scrambled(text: str, rng: random.Random) -> str:
    """Change, drop or add some letters."""
    letters = list(text)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(letters) + 1)
        letters[place : place + rng.randint(0, 2)] = rng.choices(LETTERS, k=rng.randint(0, 2))
    return "".join(letters)


def renumbered(text: str, rng: random.Random) -> str:
    """Put other digits in the place of some."""
    return "".join(rng.choice("0123456789") if letter.isdigit() and rng.random() < 0.3 else letter for letter in text)


def survives(text: str, content: bytes = RELAY.encode()) -> bool:
    """Load a document; say whether it was accepted."""
    begin = time.monotonic()
    try:
        loads(text, "small.toml", Beside(contents={"relay.ant": content, "relay.xml": content}))
    except AmoeboidError:
        return False
    finally:
        assert time.monotonic() - begin < 20.0
    return True


def test_the_document_without_a_mutation_is_accepted():
    assert survives(tomli_w.dumps(document()))


def test_scrambled_formulas_are_accepted_or_refused():
    rng = random.Random(11)
    accepted = 0
    for _ in range(300):
        mutant = document()
        table = rng.choice(["inputs", "outputs", "define"])
        key = rng.choice(list(mutant["pathway"][table]))
        mutant["pathway"][table][key] = scrambled(rng.choice(FORMULAS), rng)
        accepted += survives(tomli_w.dumps(mutant))
    assert 0 < accepted < 200


def test_scrambled_tables_are_accepted_or_refused():
    rng = random.Random(12)
    accepted = 0
    for _ in range(300):
        mutant = document()
        pathway = mutant["pathway"]
        key = rng.choice([*pathway, "name", "start", "sha256", "x"])
        if isinstance(pathway.get(key), dict) and rng.random() < 0.7:
            pathway[key][rng.choice(["kon", "P", "pMLC2", "drive", "twice", "cell", "J1", "no", "a b"])] = rng.choice(
                VALUES
            )
        elif rng.random() < 0.3:
            pathway.pop(key, None)
        else:
            pathway[key] = rng.choice(VALUES)
        accepted += survives(tomli_w.dumps(mutant))
    assert 0 < accepted < 200


def test_scrambled_files_are_accepted_or_refused():
    rng = random.Random(13)
    accepted = 0
    for k in range(60):
        text = scrambled(RELAY, rng) if k % 2 else renumbered(RELAY, rng)
        content = bytearray(text.encode("utf-8", "replace"))
        if k % 3 == 0:
            content[rng.randrange(len(content))] = rng.randrange(256)
        mutant = document()
        mutant["pathway"]["file"] = "relay.xml" if k % 10 == 0 else "relay.ant"
        accepted += survives(tomli_w.dumps(mutant), bytes(content))
    assert 0 < accepted < 50
