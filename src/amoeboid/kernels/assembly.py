"""Writing LLVM code with branches and loops as if it were Python: values with operators, variables, counted loops.

Kinds of values: "v" a vector of numbers, one per lane; "m" a truth per lane; "i" a whole number; "b" a truth;
"d" a number; "p" an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from amoeboid.kernels.lanes import LANES, Width

WIDTH = Width(LANES)
TYPES = {"v": WIDTH.value, "m": WIDTH.truth, "i": "i64", "b": "i1", "d": "double", "p": "ptr", "w": f"<{LANES} x i64>"}
_WORDS = {
    "add": {"v": "fadd contract", "d": "fadd contract", "i": "add"},
    "sub": {"v": "fsub contract", "d": "fsub contract", "i": "sub"},
    "mul": {"v": "fmul contract", "d": "fmul contract", "i": "mul"},
    "div": {"v": "fdiv", "d": "fdiv", "i": "sdiv"},
}


@dataclass(frozen=True)
class Value:
    """A value in code that is being written; its operators write instructions."""

    code: Code
    kind: str
    text: str

    def _with(self, word: str, other: Value | float) -> Value:
        other = self.code.like(self, other)
        return self.code.new(self.kind, f"{_WORDS[word][self.kind]} {TYPES[self.kind]} {self.text}, {other.text}")

    def __add__(self, other: Value | float) -> Value:
        return self._with("add", other)

    def __sub__(self, other: Value | float) -> Value:
        return self._with("sub", other)

    def __mul__(self, other: Value | float) -> Value:
        return self._with("mul", other)

    def __truediv__(self, other: Value | float) -> Value:
        return self._with("div", other)

    def _compare(self, real: str, whole: str, other: Value | float) -> Value:
        other = self.code.like(self, other)
        word = f"icmp {whole}" if self.kind == "i" else f"fcmp {real}"
        kind = "m" if self.kind == "v" else "b"
        return self.code.new(kind, f"{word} {TYPES[self.kind]} {self.text}, {other.text}")

    def __lt__(self, other: Value | float) -> Value:
        return self._compare("olt", "slt", other)

    def __le__(self, other: Value | float) -> Value:
        return self._compare("ole", "sle", other)

    def __gt__(self, other: Value | float) -> Value:
        return self._compare("ogt", "sgt", other)

    def __ge__(self, other: Value | float) -> Value:
        return self._compare("oge", "sge", other)

    def same(self, other: Value | float) -> Value:
        """Tell whether both are equal."""
        return self._compare("oeq", "eq", other)

    def __and__(self, other: Value) -> Value:
        return self.code.new(self.kind, f"and {TYPES[self.kind]} {self.text}, {other.text}")

    def __or__(self, other: Value) -> Value:
        return self.code.new(self.kind, f"or {TYPES[self.kind]} {self.text}, {other.text}")

    def __invert__(self) -> Value:
        one = "true" if self.kind == "b" else "<" + ", ".join(["i1 true"] * LANES) + ">"
        return self.code.new(self.kind, f"xor {TYPES[self.kind]} {self.text}, {one}")

    def pick(self, a: Value | float, b: Value | float) -> Value:
        """Give `a` where this truth holds, else `b`."""
        kind = a.kind if isinstance(a, Value) else b.kind if isinstance(b, Value) else "v"
        model = a if isinstance(a, Value) else b if isinstance(b, Value) else Value(self.code, "v", "")
        first, second = self.code.like(model, a), self.code.like(model, b)
        text = f"select {TYPES[self.kind]} {self.text}, {TYPES[kind]} {first.text}, {TYPES[kind]} {second.text}"
        return self.code.new(kind, text)

    def any(self) -> Value:
        """Tell whether a truth holds in some lane."""
        bits = self.code.new("i", f"bitcast {TYPES['m']} {self.text} to i{LANES}")
        return self.code.new("b", f"icmp ne i{LANES} {bits.text}, 0")


@dataclass(frozen=True)
class Variable:
    """A place on the stack that holds a value of one kind."""

    code: Code
    kind: str
    text: str

    @property
    def now(self) -> Value:
        """What it holds here."""
        return self.code.new(self.kind, f"load {TYPES[self.kind]}, ptr {self.text}")

    def put(self, value: Value | float) -> None:
        """Let it hold a value from here on."""
        found = self.code.like(Value(self.code, self.kind, ""), value)
        self.code.line(f"store {TYPES[self.kind]} {found.text}, ptr {self.text}")


class Code:
    """The body of one function."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: list[str] = []
        self.count = 0

    def line(self, text: str) -> None:
        """Write an instruction without a value."""
        self.lines.append("  " + text)

    def new(self, kind: str, text: str) -> Value:
        """Write an instruction and give its value."""
        self.count += 1
        self.line(f"%x{self.count} = {text}")
        return Value(self, kind, f"%x{self.count}")

    def argument(self, kind: str, name: str) -> Value:
        """Give an argument of the function."""
        return Value(self, kind, f"%{name}")

    def like(self, model: Value, value: Value | float) -> Value:
        """Give a value as it is, or a number as a constant of the kind of another value."""
        if isinstance(value, Value):
            return value
        if model.kind == "i":
            return Value(self, "i", str(int(value)))
        if model.kind in "bm":
            bit = "true" if value else "false"
            return Value(self, model.kind, bit if model.kind == "b" else "<" + ", ".join([f"i1 {bit}"] * LANES) + ">")
        return Value(self, model.kind, (WIDTH if model.kind == "v" else Width(1)).number(float(value)))

    def whole(self, value: int) -> Value:
        """Give a whole number."""
        return Value(self, "i", str(value))

    def variable(self, kind: str, value: Value | float) -> Variable:
        """Make a variable that begins with a value."""
        self.count += 1
        name = f"%q{self.count}"
        self.places.append(f"  {name} = alloca {TYPES[kind]}")
        made = Variable(self, kind, name)
        made.put(value)
        return made

    def address(self, base: Value, row: Value | int, kind: str = "v") -> Value:
        """Give the address of a row of an array."""
        found = self.like(Value(self, "i", ""), row)
        return self.new("p", f"getelementptr inbounds {TYPES[kind]}, ptr {base.text}, i64 {found.text}")

    def read(self, base: Value, row: Value | int, kind: str = "v") -> Value:
        """Give a row of an array."""
        align = WIDTH.align if kind == "v" else 8
        return self.new(kind, f"load {TYPES[kind]}, ptr {self.address(base, row, kind).text}, align {align}")

    def write(self, base: Value, row: Value | int, value: Value) -> None:
        """Put a value into a row of an array."""
        align = WIDTH.align if value.kind == "v" else 8
        where = self.address(base, row, value.kind)
        self.line(f"store {TYPES[value.kind]} {value.text}, ptr {where.text}, align {align}")

    def everywhere(self, number: Value) -> Value:
        """Give a number in all lanes."""
        head = self.new("v", f"insertelement {TYPES['v']} poison, double {number.text}, i64 0")
        mask = f"<{LANES} x i32> zeroinitializer"
        return self.new("v", f"shufflevector {TYPES['v']} {head.text}, {TYPES['v']} poison, {mask}")

    def lane(self, vector: Value, lane: int) -> Value:
        """Give the number of one lane."""
        return self.new("d", f"extractelement {TYPES['v']} {vector.text}, i64 {lane}")

    def gathered(self, numbers: list[Value]) -> Value:
        """Give a vector of one number per lane."""
        last = Value(self, "v", "poison")
        for lane, number in enumerate(numbers):
            last = self.new("v", f"insertelement {TYPES['v']} {last.text}, double {number.text}, i64 {lane}")
        return last

    def intrinsic(self, word: str, *values: Value) -> Value:
        """Give what a function of LLVM makes of vectors, such as `sqrt`; it must be declared."""
        arguments = ", ".join(f"{TYPES['v']} {value.text}" for value in values)
        return self.new("v", f"call {TYPES['v']} @llvm.{word}.{WIDTH.suffix}({arguments})")

    def call(self, name: str, *addresses: Value) -> None:
        """Call a function that works on arrays."""
        self.line(f"call void @{name}({', '.join(f'ptr {one.text}' for one in addresses)})")

    def label(self) -> str:
        """Give a new label."""
        self.count += 1
        return f"l{self.count}"

    def here(self, label: str) -> None:
        """Put a label here."""
        self.lines.append(f"{label}:")

    def go(self, label: str) -> None:
        """Go on at a label."""
        self.line(f"br label %{label}")

    def choose(self, truth: Value, yes: str, no: str) -> None:
        """Go on at one of two labels."""
        self.line(f"br i1 {truth.text}, label %{yes}, label %{no}")

    @contextmanager
    def when(self, truth: Value) -> Iterator[None]:
        """Do what follows only where a truth holds."""
        body, after = self.label(), self.label()
        self.choose(truth, body, after)
        self.here(body)
        yield
        self.go(after)
        self.here(after)

    @contextmanager
    def counted(self, low: Value | int, high: Value | int, step: int = 1) -> Iterator[Value]:
        """Do what follows for low, low + step, ... below high."""
        count = self.variable("i", low)
        test, body, after = self.label(), self.label(), self.label()
        self.go(test)
        self.here(test)
        now = count.now
        self.choose(now < high, body, after)
        self.here(body)
        yield now
        count.put(now + step)
        self.go(test)
        self.here(after)

    def function(self, name: str, arguments: str, attributes: str) -> str:
        """Give the text of the whole function."""
        body = "\n".join([*self.places, *self.lines])
        return f"define {name}({arguments}) {attributes} {{\n{body}\n  ret void\n}}\n"

    def returning(self, name: str, arguments: list[Value], value: Value) -> str:
        """Give the text of a whole function of values that gives one."""
        given = ", ".join(f"{TYPES[one.kind]} {one.text}" for one in arguments)
        body = "\n".join([*self.places, *self.lines])
        return f"define {name}({given}) #0 {{\n{body}\n  ret {TYPES[value.kind]} {value.text}\n}}\n"
