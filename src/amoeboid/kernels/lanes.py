"""LLVM code that does the operations of a tape for several cells at once, one cell in each lane of a vector.

The code is straight: no branch, no index. A long tape is cut into functions of some thousand operations, since the
compiler's time grows faster than the length of a function; what one part computes and another needs goes through
memory. Of fast mathematics only contraction (fused multiply-add) is allowed. Functions such as the sine are those of
the library of the machine, called lane by lane.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amoeboid.kernels.equations import Tape

LANES = 8
"""Cells per vector: one register of eight doubles."""

PART = 1500
"""Operations per function."""

_LIBRARY = {
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos",
    "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "gamma": "tgamma", "power": "pow",
}  # fmt: skip
VECTOR = ("exp", "log", "pow")
"""Functions of the library that kernels of eight lanes do by code of their own."""
_COMPARISONS = {"less": "olt", "less_equal": "ole", "equal": "oeq"}
_ROUNDED = {"sqrt": "sqrt", "floor": "floor", "ceiling": "ceil", "abs": "fabs"}


@dataclass(frozen=True)
class Width:
    """How values are written for a number of lanes; one lane is a plain double."""

    lanes: int = LANES

    @property
    def value(self) -> str:
        """Type of a number."""
        return f"<{self.lanes} x double>" if self.lanes > 1 else "double"

    @property
    def truth(self) -> str:
        """Type of a comparison."""
        return f"<{self.lanes} x i1>" if self.lanes > 1 else "i1"

    @property
    def suffix(self) -> str:
        """End of the name of an intrinsic function."""
        return f"v{self.lanes}f64" if self.lanes > 1 else "f64"

    @property
    def align(self) -> int:
        """Alignment of a number in memory [bytes]."""
        return 8 * self.lanes

    def number(self, value: float) -> str:
        """Write a constant in all lanes.

        Examples
        --------
        >>> Width(1).number(0.5)
        '0x3FE0000000000000'
        """
        text = f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
        return text if self.lanes == 1 else "<" + ", ".join([f"double {text}"] * self.lanes) + ">"


@dataclass(frozen=True)
class Output:
    """A row of an array that receives what stands at a place of the tape."""

    array: str
    row: int
    place: int


@dataclass(frozen=True)
class Function:
    """Text of a function, and how many numbers it needs for what its parts hand on."""

    text: str
    scratch: int


def straight(name: str, tape: Tape, outputs: Sequence[Output], arrays: Mapping[str, bool], width: Width) -> Function:
    """Write a function that computes outputs from loads.

    Parameters
    ----------
    name : str
        Name of the function; its arguments are one pointer per array and one to `scratch` numbers.
    tape : Tape
        Operations.
    outputs : sequence of Output
        What is stored where; an array that is written must not be read.
    arrays : mapping of str to bool
        Names of the arguments in order, and whether an array has one number for all lanes.
    width : Width
        Lanes.

    Returns
    -------
    function : Function
    """
    return _Writer(name, tape, outputs, arrays, width).write()


class _Writer:
    def __init__(
        self, name: str, tape: Tape, outputs: Sequence[Output], arrays: Mapping[str, bool], width: Width
    ) -> None:
        self.name, self.tape, self.outputs, self.arrays, self.width = name, tape, outputs, arrays, width
        self.ends: dict[int, list[Output]] = {}
        for output in outputs:
            self.ends.setdefault(output.place, []).append(output)
        self.order = _order(tape, [output.place for output in outputs])
        work = [place for place in self.order if not self._leaf(place)]
        self.parts = [work[k : k + PART] for k in range(0, len(work), PART)] or [[]]
        self.part_of = {place: k for k, part in enumerate(self.parts) for place in part}
        self.slots = self._crossing()
        self.lines: list[str] = []
        self.known: dict[int, str] = {}
        self.count = 0

    def _leaf(self, place: int) -> bool:
        return self.tape.operations[place][0] in ("constant", "load")

    def _crossing(self) -> dict[int, int]:
        """Give a slot to each value that a later part needs."""
        slots: dict[int, int] = {}
        for k, part in enumerate(self.parts):
            for place in part:
                for one in self.tape.operations[place][1:]:
                    if one in self.part_of and self.part_of[one] < k:
                        slots.setdefault(one, len(slots))
        return slots

    def write(self) -> Function:
        pointers = ", ".join(f"ptr noalias %{name}" for name in (*self.arrays, "scratch"))
        texts = []
        for k, part in enumerate(self.parts):
            self.lines, self.known = [], {}
            for place in part:
                self._compute(place)
            if k == len(self.parts) - 1:
                for place in self.ends:
                    if self._leaf(place):
                        self._store_outputs(place)
            texts.append(f"define internal void @{self.name}_{k}({pointers}) #0 {{")
            texts += [*self.lines, "  ret void", "}"]
        calls = [f"  call void @{self.name}_{k}({pointers})" for k in range(len(self.parts))]
        texts += [f"define internal void @{self.name}({pointers}) #0 {{", *calls, "  ret void", "}", ""]
        return Function("\n".join(texts), len(self.slots))

    def _new(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"  %v{self.count} = {text}")
        return f"%v{self.count}"

    def _use(self, place: int) -> str:
        """Give the text of a value, loading it when this part does not have it yet."""
        if place not in self.known:
            operation = self.tape.operations[place]
            if operation[0] == "constant":
                return self.width.number(operation[1])
            if operation[0] == "load":
                self.known[place] = self._load(operation[1], operation[2], self.arrays[operation[1]])
            else:
                self.known[place] = self._load("scratch", self.slots[place], shared=False)
        return self.known[place]

    def _load(self, array: str, row: int, shared: bool) -> str:
        value, lanes = self.width.value, self.width.lanes
        unit = "double" if shared else value
        pointer = self._new(f"getelementptr inbounds {unit}, ptr %{array}, i64 {row}")
        if not shared or lanes == 1:
            return self._new(f"load {value}, ptr {pointer}, align {self.width.align}")
        single = self._new(f"load double, ptr {pointer}, align 8")
        head = self._new(f"insertelement {value} poison, double {single}, i64 0")
        return self._new(f"shufflevector {value} {head}, {value} poison, <{lanes} x i32> zeroinitializer")

    def _store(self, array: str, row: int, value: str) -> None:
        pointer = self._new(f"getelementptr inbounds {self.width.value}, ptr %{array}, i64 {row}")
        self.lines.append(f"  store {self.width.value} {value}, ptr {pointer}, align {self.width.align}")

    def _store_outputs(self, place: int) -> None:
        for output in self.ends[place]:
            self._store(output.array, output.row, self._use(place))

    def _compute(self, place: int) -> None:
        kind, *parts = self.tape.operations[place]
        self.known[place] = self._operation(kind, parts)
        if place in self.slots:
            self._store("scratch", self.slots[place], self.known[place])
        if place in self.ends:
            self._store_outputs(place)

    def _operation(self, kind: str, parts: list[int]) -> str:
        value = self.width.value
        if kind == "multiply" and any(self.tape.is_constant(part, -1.0) for part in parts):
            other = parts[1] if self.tape.is_constant(parts[0], -1.0) else parts[0]
            return self._new(f"fneg {value} {self._use(other)}")
        used = [self._use(part) for part in parts]
        if kind in ("add", "subtract", "multiply"):
            word = {"add": "fadd", "subtract": "fsub", "multiply": "fmul"}[kind]
            return self._new(f"{word} contract {value} {used[0]}, {used[1]}")
        if kind == "reciprocal":
            return self._new(f"fdiv {value} {self.width.number(1.0)}, {used[0]}")
        if kind in _COMPARISONS:
            return self._as_number(self._compare(_COMPARISONS[kind], used[0], used[1]))
        if kind == "select":
            return self._pick(self._compare("une", used[0], self.width.number(0.0)), used[1], used[2])
        if kind in ("clip", "inside"):
            return self._clip(used[0]) if kind == "clip" else self._inside(used[0])
        if kind in _ROUNDED:
            return self._new(f"call {value} @llvm.{_ROUNDED[kind]}.{self.width.suffix}({value} {used[0]})")
        arguments = ", ".join(f"{value} {one}" for one in used)
        return self._new(f"call {value} @each_{_LIBRARY[kind]}({arguments})")

    def _compare(self, relation: str, a: str, b: str) -> str:
        return self._new(f"fcmp {relation} {self.width.value} {a}, {b}")

    def _pick(self, truth: str, a: str, b: str) -> str:
        return self._new(f"select {self.width.truth} {truth}, {self.width.value} {a}, {self.width.value} {b}")

    def _as_number(self, truth: str) -> str:
        return self._pick(truth, self.width.number(1.0), self.width.number(0.0))

    def _clip(self, a: str) -> str:
        """Hold between 0 and 1; what is not a number stays so."""
        zero, one = self.width.number(0.0), self.width.number(1.0)
        floor = self._pick(self._compare("olt", a, zero), zero, a)
        return self._pick(self._compare("ogt", floor, one), one, floor)

    def _inside(self, a: str) -> str:
        above = self._as_number(self._compare("ogt", a, self.width.number(0.0)))
        return self._pick(self._compare("olt", a, self.width.number(1.0)), above, self.width.number(0.0))


def _order(tape: Tape, outputs: Sequence[int]) -> list[int]:
    """Give all operations that outputs need, each just before its first use, output after output."""
    done: set[int] = set()
    order: list[int] = []
    for output in outputs:
        stack = [(output, False)]
        while stack:
            place, ready = stack.pop()
            if ready:
                order.append(place)
            elif place not in done:
                done.add(place)
                stack.append((place, True))
                if tape.operations[place][0] not in ("constant", "load"):
                    stack += [(part, False) for part in reversed(tape.operations[place][1:]) if part not in done]
    return order


def attributes() -> str:
    """Write the attributes of all functions: whole vectors on machines that would rather halve them."""
    width = 64 * LANES
    return (
        f'attributes #0 = {{ nounwind noinline "prefer-vector-width"="{width}" "min-legal-vector-width"="{width}" }}\n'
    )


def mathematics(width: Width) -> str:
    """Write the functions ``each_sin`` and so on, which call the machine's library lane by lane.

    For eight lanes those of `VECTOR` are called ``lib_...``: `amoeboid.kernels.functions` has the others.
    """
    texts = []
    value = width.value
    for word in sorted(set(_ROUNDED.values())):
        texts.append(f"declare {value} @llvm.{word}.{width.suffix}({value})")
    for kind, word in _LIBRARY.items():
        n_arguments = 2 if kind == "power" else 1
        texts.append(f"declare double @{word}({', '.join(['double'] * n_arguments)}) #1")
        own = width.lanes == LANES and word in VECTOR
        texts.append(_each(f"{'lib' if own else 'each'}_{word}", n_arguments, width))
    return "\n".join([*texts, "attributes #1 = { nounwind willreturn memory(none) }", ""])


def _each(name: str, n_arguments: int, width: Width) -> str:
    names = ["a", "b"][:n_arguments]
    value, word = width.value, name.partition("_")[2]
    lines = [f"define internal {value} @{name}({', '.join(f'{value} %{letter}' for letter in names)}) #0 {{"]
    if width.lanes == 1:
        lines.append(f"  %r = call double @{word}({', '.join(f'double %{letter}' for letter in names)})")
        return "\n".join([*lines, "  ret double %r", "}"])
    last = "poison"
    for lane in range(width.lanes):
        for letter in names:
            lines.append(f"  %{letter}{lane} = extractelement {value} %{letter}, i64 {lane}")
        arguments = ", ".join(f"double %{letter}{lane}" for letter in names)
        lines.append(f"  %s{lane} = call double @{word}({arguments})")
        lines.append(f"  %r{lane} = insertelement {value} {last}, double %s{lane}, i64 {lane}")
        last = f"%r{lane}"
    return "\n".join([*lines, f"  ret {value} {last}", "}"])
