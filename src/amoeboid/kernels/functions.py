"""Exponential, logarithm and power of eight numbers at once, in LLVM code of our own.

They are right to a few units in the last place (the power to as many times its logarithm). A lane whose argument is
out of the ordinary, such as 0, infinity or a negative base, is answered by the machine's library; which lanes these are
is decided lane by lane, so that no cell depends on its neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from amoeboid.kernels.assembly import TYPES, Code, Value
from amoeboid.kernels.lanes import LANES

_HALF = 0x3FE6A09E667F3BCD  # bits of the root of 1/2, from where mantissas are counted
_LN2_HIGH = 0.693147180369123816490
_LN2_LOW = 1.90821492927058770002e-10
_LARGEST = 700.0
_WHOLE = TYPES["w"]


def vector_functions() -> str:
    """Write ``each_exp``, ``each_log`` and ``each_pow`` for eight lanes; the library's are called by ``lib_...``."""
    return "\n".join([_function("exp", 1, _exp), _function("log", 1, _log), _function("pow", 2, _pow)])


def _function(name: str, n_arguments: int, write: Callable[..., tuple[Value, Value]]) -> str:
    """Join the answer for ordinary lanes with the library's for the others."""
    code = Code()
    arguments = [code.argument("v", letter) for letter in "ab"[:n_arguments]]
    ordinary, answer = write(code, *arguments)
    found = code.variable("v", answer)
    with code.when((~ordinary).any()):
        given = ", ".join(f"{TYPES['v']} {one.text}" for one in arguments)
        other = code.new("v", f"call {TYPES['v']} @lib_{name}({given})")
        found.put(ordinary.pick(answer, other))
    return code.returning(f"internal {TYPES['v']} @each_{name}", arguments, found.now)


def _series(x: Value, weights: Sequence[float]) -> Value:
    """Give the sum of weights times powers of x, by Horner's rule."""
    total = x.code.like(x, weights[-1])
    for weight in reversed(weights[:-1]):
        total = total * x + weight
    return total


def _exp(code: Code, x: Value) -> tuple[Value, Value]:
    """Give exp(x) = 2^k exp(r) with |r| <= ln(2) / 2, where 14 terms of the series are enough."""
    size = code.intrinsic("fabs", x)
    return size < _LARGEST, _exp_ordinary(code, x)


def _exp_ordinary(code: Code, x: Value) -> Value:
    k = code.intrinsic("floor", x * (1.0 / math.log(2.0)) + 0.5)
    r = x - k * _LN2_HIGH - k * _LN2_LOW
    power = _series(r, [1.0 / math.factorial(n) for n in range(14)])
    # 2^k by its exponent's bits; the sum is an exact whole number, and held so that no lane makes an undefined one
    held = (k > -1022.0).pick(k, -1022.0)
    held = (held < 1023.0).pick(held, 1023.0)
    whole = code.new("w", f"fptosi {TYPES['v']} {(held + 1023.0).text} to {_WHOLE}")
    bits = code.new("w", f"shl {_WHOLE} {whole.text}, {_all(52)}")
    return power * code.new("v", f"bitcast {_WHOLE} {bits.text} to {TYPES['v']}")


def _log(code: Code, x: Value) -> tuple[Value, Value]:
    """Give log(x) = k ln(2) + 2 artanh(s), s = (m - 1) / (m + 1), with m between the root of 1/2 and that of 2."""
    ordinary = (x >= 2.2250738585072014e-308) & (x < math.inf)
    bits = code.new("w", f"bitcast {TYPES['v']} {x.text} to {_WHOLE}")
    above = code.new("w", f"sub {_WHOLE} {bits.text}, {_all(_HALF)}")
    exponent = code.new("w", f"ashr {_WHOLE} {above.text}, {_all(52)}")
    k = code.new("v", f"sitofp {_WHOLE} {exponent.text} to {TYPES['v']}")
    shifted = code.new("w", f"shl {_WHOLE} {exponent.text}, {_all(52)}")
    mantissa = code.new("w", f"sub {_WHOLE} {bits.text}, {shifted.text}")
    m = code.new("v", f"bitcast {_WHOLE} {mantissa.text} to {TYPES['v']}")
    f = m - 1.0
    s = f / (f + 2.0)
    square = s * s
    # 2 artanh(s) = f - s f + 2 s^3 (1/3 + s^2/5 + ...): the first two terms carry no rounding of s into the last place
    tail = _series(square, [2.0 / (2 * n + 3) for n in range(10)]) * square
    return ordinary, k * _LN2_HIGH + (f - s * (f - tail) + k * _LN2_LOW)


def _pow(code: Code, a: Value, b: Value) -> tuple[Value, Value]:
    ordinary, logarithm = _log(code, a)
    y = b * logarithm
    return ordinary & (code.intrinsic("fabs", y) < _LARGEST), _exp_ordinary(code, y)


def _all(number: int) -> str:
    return "<" + ", ".join([f"i64 {number}"] * LANES) + ">"
