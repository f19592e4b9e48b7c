"""Machine code from LLVM text, kept on disk by the hash of what it was made from.

A file holds a head (JSON), the object code and a checksum of both. It is loaded only when the checksum holds; a
damaged file is made anew. Files are put in place in one move, so that several processes may share the folder.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_MARK = b"amoeboid object 1\n"
_LOCK = threading.RLock()
_LOADED: dict[str, Loaded] = {}


@dataclass(frozen=True)
class Recipe:
    """LLVM text and what must be remembered beside its machine code (JSON values)."""

    text: str
    notes: Mapping[str, Any]


@dataclass(frozen=True)
class Loaded:
    """Machine code in memory: addresses of functions, and the notes of its recipe."""

    engine: Any
    notes: Mapping[str, Any]

    def address(self, name: str) -> int:
        """Give the address of a function."""
        return int(self.engine.get_function_address(name))

    def function(self, name: str, *arguments: Any) -> Callable[..., None]:
        """Give a function to call from Python with numbers; it releases the lock of the interpreter."""
        function: Callable[..., None] = ctypes.CFUNCTYPE(None, *arguments)(self.address(name))
        return function


def cache_folder() -> Path:
    """Give the folder of generated kernels: ``AMOEBOID_CACHE``, the user's cache, or a temporary folder."""
    asked = os.environ.get("AMOEBOID_CACHE") or os.environ.get("XDG_CACHE_HOME")
    folder = (Path(asked) if asked else Path.home() / ".cache") / "amoeboid" / "kernels"
    return folder if _writable(folder) else _temporary()


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="amoeboid-kernels-"))


@cache
def sources() -> str:
    """Give the hash of all modules of kernels."""
    own = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        own.update(path.read_bytes())
    return own.hexdigest()


@cache
def machine() -> str:
    """Name what the code is made for and by: processor, its features, LLVM, and these modules."""
    import llvmlite

    binding = _binding()
    version = ".".join(str(part) for part in binding.llvm_version_info)
    features = binding.get_host_cpu_features().flatten()
    parts = (llvmlite.__version__, version, binding.get_process_triple(), binding.get_host_cpu_name(), features)
    return "|".join([*parts, sources()])


@cache
def _binding() -> Any:
    import llvmlite.binding as binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


def load(digest: str, write: Callable[[], Recipe]) -> Loaded:
    """Give the machine code of a recipe: from memory, from disk, or made now.

    Parameters
    ----------
    digest : str
        Hash of all that the recipe depends on, save this package and this machine.
    write : callable
        Gives the recipe; called only when no file holds its code.
    """
    name = hashlib.sha256(f"{digest}|{machine()}".encode()).hexdigest()[:32]
    with _LOCK:
        if name not in _LOADED:
            path = cache_folder() / f"{name}.object"
            found = _read(path) or _make(path, write)
            _LOADED[name] = Loaded(_engine(found[1]), found[0])
        return _LOADED[name]


def _read(path: Path) -> tuple[dict[str, Any], bytes] | None:
    """Read a file; None when there is none or its checksum does not hold."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    mark, checksum, content = whole[: len(_MARK)], whole[len(_MARK) : len(_MARK) + 32], whole[len(_MARK) + 32 :]
    if mark != _MARK or hashlib.sha256(path.name.encode() + content).digest() != checksum:
        return None
    head, _, code = content.partition(b"\n")
    return json.loads(head), code


def _make(path: Path, write: Callable[[], Recipe]) -> tuple[dict[str, Any], bytes]:
    recipe = write()
    if len(recipe.text) > 1_000_000:
        print("compiling the kernels of a pathway, once", file=sys.stderr, flush=True)
    code = compiled(recipe.text)
    notes = dict(recipe.notes)
    content = json.dumps(notes).encode() + b"\n" + code
    whole = _MARK + hashlib.sha256(path.name.encode() + content).digest() + content
    _keep(path, whole)
    return notes, code


def _keep(path: Path, whole: bytes) -> None:
    """Put a file in place in one move; a full disk costs the next start its time, not this run its result."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=".tmp", delete=False) as file:
            temporary = Path(file.name)
            file.write(whole)
        os.replace(temporary, path)
    except OSError:
        print(f"the kernel could not be kept in {path.parent}", file=sys.stderr)
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def compiled(text: str, speed: int = 1, code: int = 2) -> bytes:
    """Compile LLVM text to object code for this machine.

    Parameters
    ----------
    text : str
        LLVM assembly.
    speed, code : int
        Levels of the passes over the text and of the making of machine code.
    """
    binding = _binding()
    with _LOCK:
        module = binding.parse_assembly(text)
        module.verify()
        target = _machine(code)
        tuning = binding.create_pipeline_tuning_options(speed_level=speed)
        tuning.slp_vectorization = False
        builder = binding.create_pass_builder(target, tuning)
        builder.getModulePassManager().run(module, builder)
        return bytes(target.emit_object(module))


def _machine(level: int) -> Any:
    binding = _binding()
    return binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=level,
        reloc="pic",
        codemodel="jitdefault",
        jit=True,
    )


def _engine(code: bytes) -> Any:
    binding = _binding()
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine(1))
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine
