"""Tests of the tests and of the tree, by reflection and not by list."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "amoeboid").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
# modules that write the kernel `ode`; they hold no kernel of their own
WRITERS = {"assembly", "elimination", "equations", "functions", "lanes", "objects", "stepping", "tableau"}
KERNELS = sorted(
    path.stem
    for path in (ROOT / "src" / "amoeboid" / "kernels").glob("*.py")
    if path.stem not in {"__init__", "compiling", "threads", *WRITERS}
)
CODE = re.compile(r"AMB-[A-Z][0-9]{2,3}")


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def test_the_lists_of_this_file_are_not_empty():
    assert len(SOURCES) > 40
    assert len(TESTS) > 15
    assert len(KERNELS) >= 4


def test_no_two_tests_share_a_name_in_a_scope():
    for path in TESTS:
        for scope in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(scope, (ast.Module, ast.ClassDef)):
                names = [node.name for node in scope.body if isinstance(node, ast.FunctionDef)]
                assert len(names) == len(set(names)), f"{path.name} defines a test twice"


def test_each_test_file_has_its_own_name():
    names = [path.name for path in TESTS]
    assert len(names) == len(set(names))


def test_every_test_asserts_something():
    for path in TESTS:
        for function in functions(ast.parse(path.read_text("utf-8"))):
            if function.name.startswith("test_"):
                text = ast.unparse(function)
                assert any(word in text for word in ("assert", "raises", "check_")), f"{path.name}: {function.name}"


@pytest.mark.parametrize("kernel", KERNELS)
def test_each_kernel_has_a_twin_a_parity_test_and_a_benchmark(kernel):
    assert (ROOT / "src" / "amoeboid" / "kernels" / "reference" / f"{kernel}.py").exists()
    # the twin is imported as a module or by name beside the kernel it is compared with
    wanted = f"kernels.reference.{kernel}"
    by_module = ("kernels.reference import", kernel)
    texts = [path.read_text("utf-8") for path in TESTS if path.parent.name == "numerics"]
    assert any(wanted in text or all(word in text for word in by_module) for text in texts)
    benches = [path.read_text("utf-8") for path in (ROOT / "benchmarks").glob("bench_*.py")]
    assert any(kernel in text for text in benches), f"no benchmark names {kernel}"


def test_modules_and_functions_keep_to_their_size():
    for path in SOURCES:
        text = path.read_text("utf-8")
        assert text.count("\n") <= 500, f"{path.name} has more than 500 lines"
        limit = 80 if "kernels" in path.parts else 50
        for function in functions(ast.parse(text)):
            doc = ast.get_docstring(function)
            lines = function.end_lineno - function.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
            assert lines <= limit, f"{path.name}: {function.name} has {lines} lines"


def test_public_functions_say_what_they_give():
    for path in SOURCES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path.name}: {node.name} has no docstring"


def test_each_code_of_an_error_is_raised_in_one_module_only():
    homes = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                homes.setdefault(node.value, set()).add(path.relative_to(ROOT).as_posix())
    assert len(homes) > 100
    assert {code: sorted(places) for code, places in homes.items() if len(places) > 1} == {}


def test_import_stays_light():
    code = (
        "import sys, amoeboid;"
        "heavy = {'numba', 'scipy', 'matplotlib', 'zarr', 'duckdb', 'pint', 'pydantic', 'typer'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_drawer_has_crept_in():
    drawers = {"utils", "helpers", "common", "core", "manager", "misc", "base"}
    assert not drawers & {path.stem for path in SOURCES}
    assert not drawers & {path.parent.name for path in SOURCES}
