"""Generated bad scenarios: nothing but our errors comes out, and nothing bad is accepted.

Three sorts, as in figure 14 of the reliability notes: grammar-aware mutations of the shipped scenarios that are
known to be bad, mutations of their text whose outcome is open, and bytes. All draws have fixed seeds, so there
are no false alarms. Seen to fail: with the bounds of `Whole` taken out, `too_many_members` is accepted (0
replicates); without the unit grammar of `quantities`, the powers in `bad_unit` hang in pint.
"""

from __future__ import annotations

import copy
import random
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tomli_w

from amoeboid.errors import AmoeboidError, ScenarioError
from amoeboid.scenario import check, library, loads

DOCUMENTS = {name: tomllib.loads(library.text(name)) for name in library.names()}
SMALL = [name for name in DOCUMENTS if name != "pore-law"]
N_EACH = 60
N_TEXT = 700
N_BYTES = 300

Document = dict[str, Any]


def tables(node: Any) -> Iterator[dict[str, Any]]:
    """Give every table of a document whose keys are fixed by the format."""
    if isinstance(node, dict):
        if not {"OSM", "mechanics.drag"} & set(node):
            yield node
        for child in node.values():
            yield from tables(child)
    elif isinstance(node, list):
        for child in node:
            yield from tables(child)


def quantities(node: Any) -> Iterator[tuple[Any, Any]]:
    """Give container and key of every text with a unit."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in entries:
        if isinstance(child, str) and child[0].isdigit() and key not in ("medium", "name", "reason", "assay"):
            yield node, key
        yield from quantities(child)


def put_quantity(document: Document, rng: random.Random, options: list[Any]) -> None:
    node, key = rng.choice(list(quantities(document)))
    node[key] = rng.choice(options)


def unknown_key(document: Document, rng: random.Random) -> None:
    key = rng.choice(["durations", "drgs", "Name", "x", "type ", "seeds", "формат", "a.b", ""])
    rng.choice(list(tables(document)))[key] = rng.choice([1, "1 um", [], {}, True])


def bare_number(document: Document, rng: random.Random) -> None:
    put_quantity(document, rng, [24, 2.5, 0, -1, 10**30, True, "24", "2e3", "1_000"])


def bad_unit(document: Document, rng: random.Random) -> None:
    units = ["K", "parsec/mol", "um um um um", "um**(10**10**10)", "nM^99999999", "um; import os", "ng/ml/ml", "°C"]
    put_quantity(document, rng, [f"5 {unit}" for unit in units])


def not_finite(document: Document, rng: random.Random) -> None:
    texts = [
        "nan h",
        "inf um",
        "-inf nM",
        "1e999 h",
        "1e308 km",
        "0x10 um",
        "\uff12\uff10 um",
        "1e308 um",
        "infinity s",
    ]
    put_quantity(document, rng, [*texts, float("nan"), float("inf"), float("-inf")])


def negative(document: Document, rng: random.Random) -> None:
    # minus nothing is nothing
    node, key = rng.choice([(node, key) for node, key in quantities(document) if not node[key].startswith("0 ")])
    node[key] = f"-{node[key]}"


def wrong_type(document: Document, rng: random.Random) -> None:
    table = rng.choice([table for table in tables(document) if table])
    key = rng.choice(list(table))
    was = table[key]
    table[key] = rng.choice([value for value in (7.25, {"x": 1}, [[["a"]]], [{}]) if type(value) is not type(was)])


def huge_count(document: Document, rng: random.Random) -> None:
    document["tissue"]["cells"][0]["count"] = rng.choice([10**9, 2_000_001, 10**80, 0, -5, True, 1.5, "200"])


def huge_domain(document: Document, rng: random.Random) -> None:
    document["tissue"]["size"] = [f"{rng.choice([20, 40, 90])} mm"] * 3


def too_many_members(document: Document, rng: random.Random) -> None:
    document["replicates"] = rng.choice([10_001, 10**6, 10**18, 0, -1])


def missing_key(document: Document, rng: random.Random) -> None:
    del document[rng.choice(["name", "question", "duration", "seed", "medium", "tissue", "arms"])]


def unknown_drug(document: Document, rng: random.Random) -> None:
    name = rng.choice(["ruxolitnib", "", "../../etc", "ruхolitinib", "aspirin" * 50])
    rng.choice(document["arms"])["drugs"] = [{"name": name, "concentration": "1 uM"}]


def bad_drug_entry(document: Document, rng: random.Random) -> None:
    entries: list[dict[str, Any]] = [
        {"name": "ruxolitinib"},
        {"name": "ruxolitinib", "concentration": "1 uM", "dose": "5 mg", "interval": "12 h"},
        {"name": "ruxolitinib", "dose": "5 mg"},
        {"name": "blebbistatin", "dose": "5 mg", "interval": "12 h"},
        {"name": "ruxolitinib", "concentration": "0 nM"},
        {"name": "ruxolitinib", "dose": "5 nM", "interval": "12 h"},
    ]
    rng.choice(document["arms"])["drugs"] = [rng.choice(entries)]


def unknown_name(document: Document, rng: random.Random) -> None:
    arm = rng.choice(document["arms"])
    key, value = rng.choice(
        [
            ("fields", {"OSN": "1 nM"}),
            ("fields", {"О" + "SM": "1 nM"}),
            ("knockouts", ["JAK9"]),
            ("knockouts", ["JAK1", "JAK1"]),
            ("hypotheses", {"jak1_rock_link": "maybe"}),
            ("hypotheses", {"nk_loss": "half"}),
            ("parameters", {"mechanics.drags": {"value": "1 um", "reason": "r"}}),
            ("parameters", {"mechanics.drag": {"value": "1 um", "reason": "r"}}),
            ("parameters", {"mechanics.drag": {"value": "2000 nN*s/um"}}),
            ("parameters", {"mechanics.drag": {"value": 2000, "reason": "r"}}),
            ("cell_type", "zebra"),
            ("matrix", {"kind": "rigid"}),
            ("matrix", {"kind": "none", "collagen": "2 mg/ml"}),
        ]
    )
    arm[key] = value


def same_arm_twice(document: Document, rng: random.Random) -> None:
    arm = copy.deepcopy(rng.choice(document["arms"]))
    arm["name"] = arm["name"].upper() + rng.choice(["", " ", "!", " +"])
    document["arms"].append(arm)


def outside_domain(document: Document, rng: random.Random) -> None:
    cells = document["tissue"]["cells"][0]
    cells["place"] = {"shape": "box", "size": [f"{rng.choice([5, 50])} mm"] * 3}


def bad_format(document: Document, rng: random.Random) -> None:
    document["format"] = rng.choice([2, 99, -1, "1", 1.0, True, [1], 10**40])


def path_in_name(document: Document, rng: random.Random) -> None:
    document["name"] = rng.choice(["../x", "/etc/passwd", "a b", "A", "", "x" * 99, "-x", "a\nb", "a--b", "é"])


BAD: tuple[Callable[[Document, random.Random], None], ...] = (
    unknown_key,
    bare_number,
    bad_unit,
    not_finite,
    negative,
    wrong_type,
    huge_count,
    huge_domain,
    too_many_members,
    missing_key,
    unknown_drug,
    bad_drug_entry,
    unknown_name,
    same_arm_twice,
    outside_domain,
    bad_format,
    path_in_name,
)


@pytest.mark.parametrize("mutate", BAD, ids=lambda mutate: mutate.__name__)
def test_a_document_that_is_known_to_be_bad_is_refused_in_four_parts(mutate):
    rng = random.Random(mutate.__name__)
    for case in range(N_EACH):
        document = copy.deepcopy(DOCUMENTS[rng.choice(SMALL)])
        mutate(document, rng)
        text = tomli_w.dumps(document)
        try:
            loads(text, "bad.toml")
        except ScenarioError as error:
            for fault in error.faults:
                assert fault.where.startswith("bad.toml, line "), fault
                assert fault.what, fault
                assert fault.expected, fault
                assert fault.do, fault
        else:
            pytest.fail(f"case {case} was accepted:\n{text}")


TOKENS = (
    *"[]{}='\",.#\n\0-\r\\é\u202e",
    *('"""', "nan", "inf", "1e999", "true", "[[arms]]", "[arms]", "[tissue]", "a.b.c = 1", "\\u0000", "1979-05-27"),
    *(" um", "9" * 5000),
)


def mutated(text: str, rng: random.Random) -> str:
    """Change a text in one to six places without regard for the grammar."""
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(text) + 1)
        to = min(len(text), at + rng.randint(0, 12))
        move = rng.randrange(5)
        if move == 0:
            text = text[:at] + rng.choice(TOKENS) + text[at:]
        elif move == 1:
            text = text[:at] + text[to:]
        elif move == 2:
            lines = text.split("\n")
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            text = "\n".join(lines)
        elif move == 3:
            text = text[:at] + rng.choice(TOKENS) + text[to:]
        else:
            text = text[: max(1, at)]
    return text


def test_mutated_text_gives_a_scenario_or_our_error():
    rng = random.Random(14)
    refused = 0
    for _ in range(N_TEXT):
        text = mutated(library.text(rng.choice(SMALL)), rng)
        try:
            loads(text)
        except AmoeboidError:
            refused += 1
    assert refused > N_TEXT // 2


def test_random_bytes_in_a_file_give_faults(tmp_path):
    rng = random.Random(15)
    path = tmp_path / "bytes.toml"
    for _ in range(N_BYTES):
        path.write_bytes(rng.randbytes(rng.randint(1, 400)))
        assert check(path)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 10_000 + "]" * 10_000,
        "a = " + "{a = " * 10_000 + "1" + "}" * 10_000,
        ".".join("a" * 400_000) + " = 1",
        "[" + ".".join("a" * 400_000) + "]",
        "a = " + "9" * 500_000,
        "\n".join(f"key{n} = {n}" for n in range(60_000)),
        "\n".join("[[arms]]" for _ in range(90_000)),
        "[arms]\n" + "\n".join(f"[arms.k{n}]" for n in range(40_000)),
        'question = "' + "x" * 900_000 + '"',
        '"' + "k" * 900_000 + '" = 1',
        "#" * 2_000_000,
        '"""' * 200_000,
        "a = [" + "1," * 400_000 + "]",
        "hypotheses = {" + ", ".join(f"h{n} = 1" for n in range(60_000)) + "}",
    ],
    ids=range(14),
)
def test_hostile_documents_are_refused_in_little_time(text):
    with pytest.raises(ScenarioError) as caught:
        loads(text)
    assert 1 <= len(caught.value.faults) <= 101
    assert len(str(caught.value)) < 200_000


def test_the_fuzz_is_as_large_as_promised():
    assert len(BAD) * N_EACH + N_TEXT + N_BYTES >= 2000
