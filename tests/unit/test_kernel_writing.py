"""What kernels are made of: the tape, the elimination, the functions of a lane, and the machine code on disk."""

import ctypes
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from amoeboid.kernels import lanes, objects
from amoeboid.kernels.elimination import elimination, factor, solution
from amoeboid.kernels.equations import KINDS, Equations, Tape
from amoeboid.kernels.functions import vector_functions
from amoeboid.kernels.lanes import Output, Width

POINTS = np.array([-2.5, -0.9, -0.0, 0.0, 0.3, 0.5, 1.0, 7.25])
TWINS = {
    "add": np.add, "multiply": np.multiply, "reciprocal": lambda a: 1.0 / a, "power": np.power, "exp": np.exp,
    "log": np.log, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "arcsin": np.arcsin,
    "arccos": np.arccos, "arctan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "floor": np.floor,
    "ceiling": np.ceil, "abs": np.abs, "less": np.less, "less_equal": np.less_equal, "equal": np.equal,
    "select": lambda c, a, b: np.where(c != 0.0, a, b), "clip": lambda a: np.clip(a, 0.0, 1.0),
    "inside": lambda a: (a > 0.0) & (a < 1.0),
}  # fmt: skip


def call(text: str, arrays: list[np.ndarray]) -> None:
    """Compile a text whose function is `go` and call it with addresses."""
    loaded = objects.Loaded(objects._engine(objects.compiled(text)), {})
    loaded.function("go", *[ctypes.c_void_p] * len(arrays))(*(array.ctypes.data for array in arrays))


def straight(tape: Tape, outputs: list[int], width: Width, names: dict[str, bool]) -> tuple[str, int]:
    """Write `go` that stores the outputs into `f`, with its scratch as last argument."""
    ends = [Output("f", row, place) for row, place in enumerate(outputs)]
    made = lanes.straight("inner", tape, ends, {**names, "f": False}, width)
    pointers = ", ".join(f"ptr %{name}" for name in (*names, "f", "scratch"))
    go = f"define void @go({pointers}) {{\n  call void @inner({pointers})\n  ret void\n}}\n"
    own = vector_functions() if width.lanes == lanes.LANES else ""
    return "\n".join([lanes.mathematics(width), own, made.text, go, lanes.attributes()]), made.scratch


def aligned(rows: int, width: Width) -> np.ndarray:
    raw = np.zeros((rows + 1) * width.lanes + 8)
    skip = -raw.ctypes.data % 64 // 8
    return raw[skip : skip + rows * width.lanes].reshape(rows, width.lanes)


@pytest.mark.parametrize("n_lanes", [1, 8])
@pytest.mark.parametrize("kind", [kind for kind, n in KINDS.items() if n])
def test_each_kind_of_node_is_what_numpy_says(kind: str, n_lanes: int) -> None:
    width, tape = Width(n_lanes), Tape()
    parts = [tape.load("y", row) for row in range(KINDS[kind])]
    text, _ = straight(tape, [tape.put(kind, *parts)], width, {"y": False})
    y, f, scratch = aligned(3, width), aligned(1, width), aligned(1, width)
    columns = [np.roll(POINTS, shift) for shift in range(3)]
    got = np.empty(8)
    for k in range(0, 8, n_lanes):
        y[:] = [column[k : k + n_lanes] for column in columns]
        call(text, [y, f, scratch])
        got[k : k + n_lanes] = f[0]
    with np.errstate(all="ignore"):
        twin = np.array([_gamma(x) for x in POINTS]) if kind == "gamma" else TWINS[kind](*columns[: KINDS[kind]])
    assert got == pytest.approx(np.asarray(twin, dtype=float), rel=1e-14, nan_ok=True)


SPECIAL = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    5e-324,
    1e-310,
    2.3e-308,
    1.7e308,
    1.0,
    -1.0,
    2.0,
    -2.0,
    0.5,
    699.9,
    701.0,
]


def by_lanes(kind: str, *columns: np.ndarray) -> np.ndarray:
    """Compute one operation for columns of numbers, eight at a time."""
    width, tape = Width(8), Tape()
    text, _ = straight(
        tape, [tape.put(kind, *(tape.load("y", row) for row in range(len(columns))))], width, {"y": False}
    )
    loaded = objects.Loaded(objects._engine(objects.compiled(text)), {})
    go = loaded.function("go", *[ctypes.c_void_p] * 3)
    y, f, scratch, got = aligned(2, width), aligned(1, width), aligned(1, width), []
    for k in range(0, len(columns[0]), 8):
        y[: len(columns)] = [column[k : k + 8] for column in columns]
        go(y.ctypes.data, f.ctypes.data, scratch.ctypes.data)
        got.append(f[0].copy())
    return np.concatenate(got)


@pytest.mark.parametrize("kind", ["exp", "log", "power"])
def test_vector_functions_are_right_to_some_units_in_the_last_place(kind: str) -> None:
    rng = np.random.default_rng(4)
    n = 80_000
    if kind == "exp":
        columns, bound = [rng.uniform(-699.0, 699.0, n)], np.full(n, 2.0)
    elif kind == "log":
        near_one = 1.0 + rng.normal(size=n // 2) * 10.0 ** rng.uniform(-15.0, -1.0, n // 2)
        near_one[near_one == 1.0] = 1.0 + 2.0**-52
        columns, bound = [np.concatenate([near_one, 10.0 ** rng.uniform(-300.0, 300.0, n // 2)])], np.full(n, 2.0)
    else:
        columns = [10.0 ** rng.uniform(-8.0, 8.0, n), rng.uniform(-9.0, 9.0, n)]
        bound = 3.0 + 2.0 * np.abs(columns[1] * np.log(columns[0]))
    exact = TWINS[kind](*(column.astype(np.longdouble) for column in columns))
    wrong = np.abs((by_lanes(kind, *columns) - exact) / exact).astype(float)
    if np.finfo(np.longdouble).eps < 1e-18:  # where there is something better to compare with
        assert (wrong <= bound * 2.0**-53 * 2.0).all(), f"{(wrong / bound).max() / 2.0**-52:.2f} of the bound"
    assert (wrong <= bound * 2.0**-51).all()


def test_functions_of_unusual_numbers_are_the_librarys() -> None:
    a, b = (one.ravel() for one in np.meshgrid(SPECIAL, SPECIAL))
    with np.errstate(all="ignore"):
        for kind, columns in (("exp", [a]), ("log", [a]), ("power", [a, b])):
            got, exact = by_lanes(kind, *columns), TWINS[kind](*columns)
            assert got == pytest.approx(exact, rel=1e-12, abs=0.0, nan_ok=True)
            assert np.array_equal(np.signbit(got)[~np.isnan(got)], np.signbit(exact)[~np.isnan(exact)])


def test_a_lane_does_not_see_what_the_others_compute() -> None:
    x = np.linspace(-3.0, 3.0, 8)
    for kind in ("exp", "log"):
        alone = by_lanes(kind, np.repeat(x, 8)).reshape(8, 8)
        assert (alone[:, :1].view(np.int64) == alone.view(np.int64)).all()
        mixed = by_lanes(kind, x)
        with_odd = by_lanes(kind, np.where(np.arange(8) % 2, x, np.inf))
        assert np.array_equal(mixed[1::2], with_odd[1::2], equal_nan=True)
        assert np.array_equal(mixed, alone[:, 0], equal_nan=True)


def _gamma(x: float) -> float:
    return math.copysign(math.inf, x) if x == 0.0 else math.gamma(x)


def test_what_is_not_a_number_stays_so_through_clip() -> None:
    width, tape = Width(1), Tape()
    text, _ = straight(tape, [tape.put("clip", tape.load("y", 0))], width, {"y": False})
    y, f = np.array([np.nan]), np.zeros(1)
    call(text, [y, f, np.zeros(1)])
    assert np.isnan(f[0])


def test_a_long_tape_is_cut_and_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    tape, width = Tape(), Width(8)
    places = [tape.load("y", row) for row in range(5)]
    for _ in range(300):
        a, b = rng.integers(0, len(places), 2)
        places.append(tape.put("subtract", places[a], tape.multiply(tape.constant(0.5), places[b])))
    y = aligned(5, width)
    y[:] = rng.normal(size=(5, 8))
    ends = []
    for part in (10_000, 7):
        monkeypatch.setattr(lanes, "PART", part)
        text, scratch = straight(tape, places[-40:], width, {"y": False})
        f = aligned(40, width)
        call(text, [y, f, aligned(scratch, width)])
        ends.append(f.copy())
    assert scratch > 50
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)


def test_equal_operations_on_a_tape_are_one() -> None:
    tape = Tape()
    x, y = tape.load("y", 0), tape.load("y", 1)
    assert tape.add(x, y) == tape.add(y, x)
    assert tape.negate(tape.negate(x)) == x
    assert tape.constant(0.0) != tape.constant(-0.0)


def random_matrix(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    matrix = np.where(rng.random((n, n)) < share, rng.normal(size=(n, n)), 0.0)
    return matrix + np.diag(4.0 + n * share + rng.random(n))


@pytest.mark.parametrize(("n", "share"), [(1, 0.0), (4, 1.0), (12, 0.1), (30, 0.05), (30, 0.2)])
def test_a_factored_system_is_solved_like_a_dense_one(n: int, share: float) -> None:
    rng = np.random.default_rng(n)
    matrix, right = random_matrix(n, share, rng), rng.normal(size=n)
    places = [(int(i), int(j)) for i, j in np.argwhere(matrix)]
    tape = Tape()
    plan = elimination(n, places)
    entries = {(i, j): tape.load("y", i * n + j) for i, j in places}
    found = solution(tape, plan, factor(tape, plan, entries), [tape.load("b", i) for i in range(n)])
    text, scratch = straight(tape, found, Width(1), {"y": False, "b": False})
    f = np.zeros(n)
    call(text, [matrix, right, f, np.zeros(max(1, scratch))])
    assert f == pytest.approx(np.linalg.solve(matrix, right), rel=1e-10, abs=1e-12)


def test_copies_of_a_block_are_factored_once() -> None:
    # y' = J y and three copies s' = J s + B y: the pivots of all four blocks are the same operations
    rng = np.random.default_rng(0)
    n, pattern = 6, set()
    inner = [(int(i), int(j)) for i, j in np.argwhere(random_matrix(n, 0.4, rng))]
    for copy in range(4):
        pattern |= {(i + copy * n, j + copy * n) for i, j in inner}
        pattern |= {(i + copy * n, j) for i, j in inner}
    tape, plan = Tape(), elimination(4 * n, pattern)
    matrix = {
        (i, j): tape.load("y", (i % n) * n + j % n if i // n == j // n else 1000 + i * 99 + j) for i, j in pattern
    }
    before = len(tape.operations)
    factor(tape, plan, matrix)
    alone, single = Tape(), elimination(n, inner)
    entries = {(i, j): alone.load("y", i * n + j) for i, j in inner}
    loads = len(alone.operations)
    factor(alone, single, entries)
    assert len(tape.operations) - before == len(alone.operations) - loads


def test_a_digest_does_not_see_names_and_unused_nodes_but_numbers() -> None:
    nodes = [("symbol", "x"), ("constant", -1.0), ("multiply", 1, 0)]
    one = Equations(nodes, {"x": ("y", 0)}, (2,), {(0, 0): 1}, n_species=1)
    named = Equations([("symbol", "z"), ("exp", 0), *[("symbol", "x"), ("constant", -1.0), ("multiply", 3, 2)]],
                      {"x": ("y", 0), "z": ("p", 0)}, (4,), {(0, 0): 3}, n_species=1)  # fmt: skip
    other = Equations(
        [("symbol", "x"), ("constant", -1.5), ("multiply", 1, 0)], one.slots, (2,), {(0, 0): 1}, n_species=1
    )
    assert one.digest() == named.digest()
    assert one.digest() != other.digest()


TEXT = "define void @go(ptr %f) {\n  store double 42.0, ptr %f\n  ret void\n}\n"


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("AMOEBOID_CACHE", str(tmp_path))
    return tmp_path


def answer(digest: str) -> tuple[float, bool]:
    """Load the text under a digest as a new process would; tell what it says, and whether it was made now."""
    objects._LOADED.clear()
    made = []
    loaded = objects.load(digest, lambda: made.append(1) or objects.Recipe(TEXT, {"rows": 3}))
    f = np.zeros(1)
    loaded.function("go", ctypes.c_void_p)(f.ctypes.data)
    assert loaded.notes == {"rows": 3}
    return float(f[0]), bool(made)


def test_machine_code_is_made_once_and_then_read(own_cache: Path) -> None:
    assert answer("a") == (42.0, True)
    assert answer("a") == (42.0, False)
    assert len(list(own_cache.rglob("*.object"))) == 1


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "foreign", "other name"])
def test_a_damaged_file_is_made_anew_and_never_loaded(own_cache: Path, damage: str) -> None:
    answer("a")
    (path,) = own_cache.rglob("*.object")
    whole = path.read_bytes()
    if damage == "other name":  # a sound file of another kernel under this name
        answer("b")
        (other,) = set(own_cache.rglob("*.object")) - {path}
        whole = other.read_bytes()
    changed = {
        "truncate": whole[:-9],
        "flip": whole[:-50] + bytes([whole[-50] ^ 1]) + whole[-49:],
        "empty": b"",
        "foreign": b"\x7fELF" + whole,
        "other name": whole,
    }
    path.write_bytes(changed[damage])
    assert answer("a") == (42.0, True)
    assert answer("a") == (42.0, False)


def test_a_file_under_the_name_of_a_folder_does_not_stop_a_run(
    own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer("a")
    (path,) = own_cache.rglob("*.object")
    path.unlink()
    path.mkdir()
    assert answer("a") == (42.0, True)
    assert not list(own_cache.rglob("*.tmp"))
    assert "could not be kept" in capsys.readouterr().err


def test_threads_that_ask_at_once_get_one_kernel(own_cache: Path) -> None:
    objects._LOADED.clear()
    made: list[int] = []
    write = lambda: made.append(1) or objects.Recipe(TEXT, {})  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: objects.load("threads", write), range(32)))
    assert len(made) == 1
    assert all(one is found[0] for one in found)


def test_processes_that_start_at_once_share_the_folder(own_cache: Path) -> None:
    code = (
        "import numpy as np; from amoeboid.evidence import Parameters, catalogue;"
        "from amoeboid.signalling import integrate, network;"
        "m = integrate.model(network(), Parameters(catalogue()));"
        "f = integrate.feeds(m, {'cytokine': 0.4, 'radius': 8.4}, 1);"
        "s = integrate.start(m, f); integrate.advance(m, s, np.ones(1), f, (0.0, 60.0)); print(s.tobytes().hex())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
        )
        for _ in range(3)
    ]
    said = [process.communicate()[0] for process in running]
    assert len(set(said)) == 1
    assert len(said[0]) > 100
    assert len(list(own_cache.rglob("*.object"))) == 1
    assert not list(own_cache.rglob("*.tmp"))
