"""The loop of a generated kernel: steps of each lane's own length, error control, and stops at roots.

Lanes share instructions and nothing else: every decision is a choice per lane. While any lane is busy all take part
in a trial; what a lane that has finished computes is thrown away.

A comparison in the rates keeps its truth during a step. The step on which a root changes sign is repeated with
shorter lengths until the crossing is enclosed, ends just behind it, and then the comparisons are made anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from amoeboid.kernels.assembly import Code, Value, Variable
from amoeboid.kernels.lanes import LANES
from amoeboid.kernels.tableau import Tableau

ARGUMENTS = (
    "species", "step", "length", "feeds", "constants", "tolerance", "lowest", "control", "status", "reached", "order",
    "turned", "work",
)  # fmt: skip
"""Arrays that the kernel is called with, after low, high and the number of cells."""

DONE, NOT_FINITE, TOO_SMALL, TOO_MANY, AT_ROOT = range(5)
_BUSY = -1.0
_END = 1.0 - 1e-12
_SHORTEST = 1e-14
_CROSSING = 1e-12
"""Width, as a share of the whole span, within which a root is enclosed."""
_LOOKS = (0.75, 0.5, 0.25)
"""Where, besides at its end, roots are looked at along a step."""


@dataclass(frozen=True)
class Sizes:
    """Rows of the arrays a kernel works with."""

    n: int
    n_feeds: int
    n_sides: int
    n_roots: int
    n_factors: int
    scratch: int


def layout(sizes: Sizes, tableau: Tableau) -> dict[str, int]:
    """Give the first row of each work array, and under "" the number of rows."""
    lengths = {name: sizes.n for name in ("y", "z", "f", "f0", "b", "middle", "f1")}
    lengths |= {f"k{s}": sizes.n for s in range(tableau.stages)}
    lengths |= {name: sizes.n_roots for name in ("g0", "g1", "gm", "q0", "q1", "qm", "low", "high", "turn")}
    lengths |= {"w": sizes.n_factors, "h": 1, "u": sizes.n_feeds, "s": sizes.n_sides, "s1": sizes.n_sides}
    lengths |= {"scratch": sizes.scratch}
    places, row = {}, 0
    for name, length in lengths.items():
        places[name] = row
        row += length
    return places | {"": row}


def driver(sizes: Sizes, tableau: Tableau) -> str:
    """Write ``advance(low, high, n_cells, arrays)``, which moves a range of cells on."""
    return _Driver(sizes, tableau).write()


class _Driver:
    def __init__(self, sizes: Sizes, tableau: Tableau) -> None:
        self.sizes, self.tableau, self.code = sizes, tableau, Code()
        code = self.code
        self.given = {name: code.argument("p", name) for name in ARGUMENTS}
        self.n_cells = code.argument("i", "n_cells")
        work = self.given["work"]
        self.at = {name: code.address(work, row) for name, row in layout(sizes, tableau).items() if name}
        control = [code.everywhere(code.read(self.given["control"], k, "d")) for k in range(5)]
        self.relative, self.fixed, self.most, self.stops, self.longest = control
        self.zero = code.like(self.relative, 0.0)
        variables = ("time", "wanted", "state", "taken", "count", "mode", "lo", "hi", "probe", "tries", "side")
        self.span = code.variable("v", 0.0)
        self.now: dict[str, Variable] = {name: code.variable("v", 0.0) for name in variables}
        self.error = code.variable("v", 0.0)

    @property
    def duration(self) -> Value:
        """How far each lane is to come."""
        return self.span.now

    def write(self) -> str:
        code = self.code
        low, high = code.argument("i", "low"), code.argument("i", "high")
        self.next = code.variable("i", low)
        self.cells = [code.variable("i", 0) for _ in range(LANES)]
        for lane in range(LANES):
            self.cells[lane].put(self._cell(low + lane, high))  # spare lanes repeat the last cell
        self.next.put(low + LANES)
        self._fill(code.like(self.zero, 1.0))
        again, change, after = code.label(), code.label(), code.label()
        code.go(again)
        code.here(again)
        self._choose_length()
        self._trial()
        self._judge()
        busy = self.now["state"].now < 0.0
        more = (~busy).any() & (self.next.now < high)  # waiting until more lanes are free was measured to be slower
        code.choose(more | ~busy.any(), change, again)
        code.here(change)
        self._put_back()
        with code.when(self.next.now < high):
            self._fill(self._take(high))
        code.choose((self.now["state"].now < 0.0).any(), again, after)
        code.here(after)
        pointers = ", ".join(f"ptr noalias %{name}" for name in ARGUMENTS)
        return code.function("void @advance", f"i64 %low, i64 %high, i64 %n_cells, {pointers}", "#0")

    def _cell(self, place: Value, high: Value) -> Value:
        """Give the cell at a place of the order, the last one behind its end."""
        last = high - 1
        return self.code.read(self.given["order"], (place < last).pick(place, last), "i")

    def _take(self, high: Value) -> Value:
        """Give a new cell to each lane that has finished, while there are any; flag the lanes that have one."""
        code, state = self.code, self.now["state"].now
        taken = []
        for lane in range(LANES):
            place = self.next.now
            free = (code.lane(state, lane) >= 0.0) & (place < high)
            self.cells[lane].put(free.pick(self._cell(place, high), self.cells[lane].now))
            self.next.put(free.pick(place + 1, place))
            taken.append(free.pick(code.like(code.lane(state, lane), 1.0), code.like(code.lane(state, lane), 0.0)))
        return code.gathered(taken)

    def _gather(self, array: str) -> Value:
        """Read one number for the cell of each lane."""
        return self.code.gathered([self.code.read(self.given[array], cell.now, "d") for cell in self.cells])

    def _fetch(self, array: str, rows: int, name: str, fresh: Value) -> None:
        """Read the rows of an array for the cells of fresh lanes."""
        code = self.code
        for lane, cell in enumerate(self.cells):
            with code.when(code.lane(fresh, lane) > 0.0), code.counted(0, rows) as row:
                number = code.read(self.given[array], row * self.n_cells + cell.now, "d")
                code.write(self.at[name], row * LANES + lane, number)

    def _fill(self, flags: Value) -> None:
        """Read the cells of fresh lanes, whose flag is 1, and let them begin."""
        code, now = self.code, self.now
        wanted = now["wanted"].now
        self._fetch("species", self.sizes.n, "y", flags)
        self._fetch("feeds", self.sizes.n_feeds, "u", flags)
        fresh = flags > 0.0
        for name in now:
            now[name].put(fresh.pick(_BUSY if name == "state" else 0.0, now[name].now))
        now["wanted"].put(fresh.pick(self._gather("step"), wanted))
        self.span.put(self._gather("length"))
        if self.sizes.n_sides:
            self._sides("y", "s")
        if self.sizes.n_roots:
            self._roots("y", "0")
            with code.counted(0, self.sizes.n_roots) as row:
                code.write(self.at["turn"], row, fresh.pick(self.zero, code.read(self.at["turn"], row)))
        if not self.tableau.gamma:
            self._rates("y", "f0")

    def _sides(self, y: str, s: str) -> None:
        at = self.at
        self.code.call("sides", at[y], at["u"], self.given["constants"], at[s], at["scratch"])

    def _roots(self, y: str, mark: str) -> None:
        """Make the roots of a state, and on which side of 0 they are."""
        at = self.at
        self.code.call("roots", at[y], at["u"], self.given["constants"], at["g" + mark], at["q" + mark], at["scratch"])

    def _rates(self, y: str, f: str) -> None:
        at = self.at
        self.code.call("rates", at[y], at["u"], self.given["constants"], at["s"], at[f], at["scratch"])

    def _choose_length(self) -> None:
        """Choose how far each lane goes: what it wants, or two equal steps rather than a whole one and a sliver."""
        now = self.now
        wanted, rest = now["wanted"].now, self.duration - now["time"].now
        wanted = (wanted < self.longest).pick(wanted, self.longest)
        halved = (wanted * 2.0 > rest).pick(rest * 0.5, wanted)
        free = (wanted >= rest).pick(rest, halved)
        held = (self.fixed < rest).pick(self.fixed, rest)
        length = (self.fixed > 0.0).pick(held, free)
        if self.sizes.n_roots:
            length = (now["mode"].now > 0.0).pick(now["probe"].now, length)
        now["taken"].put((now["state"].now < 0.0).pick(length, self.duration))

    def _trial(self) -> None:
        """Try one step in all lanes: the new state in `z`, its scaled error in `error`."""
        code, tableau, at = self.code, self.tableau, self.at
        taken = self.now["taken"].now
        inverse = code.like(taken, 1.0) / taken
        if tableau.gamma:
            code.write(at["h"], 0, inverse * (1.0 / tableau.gamma))
            code.call(
                "both", at["y"], at["u"], self.given["constants"], at["s"], at["h"], at["f0"], at["w"], at["scratch"]
            )
        before: tuple[float, ...] = ()
        rate = "f0"
        for stage in range(tableau.stages):
            row = _trimmed(tableau.a[stage])
            if row != before:
                self._argument(before, row)
                rate = "f"
                self._rates("z", "f")
                before = row
            if tableau.gamma:
                self._stage_right(stage, rate, inverse)
                code.call("solve", at["w"], at["b"], at[f"k{stage}"], at["scratch"])
            else:
                with code.counted(0, self.sizes.n) as i:
                    code.write(at[f"k{stage}"], i, taken * code.read(at[rate], i))
        self._estimate(before)

    def _argument(self, before: tuple[float, ...], row: tuple[float, ...]) -> None:
        """Make z = y + sum a k, from the last z where only terms are added."""
        code = self.code
        start, terms = ("z", _added(before, row)) if before and row[: len(before)] == before else ("y", _added((), row))
        with code.counted(0, self.sizes.n) as i:
            code.write(self.at["z"], i, self._sum(code.read(self.at[start], i), terms, i))

    def _sum(self, total: Value, terms: dict[int, float], i: Value) -> Value:
        for stage, weight in terms.items():
            part = self.code.read(self.at[f"k{stage}"], i)
            total = total + (part if weight == 1.0 else part * weight)
        return total

    def _stage_right(self, stage: int, rate: str, inverse: Value) -> None:
        """Make b = f + sum c k / h."""
        code = self.code
        terms = _added((), self.tableau.c[stage])
        with code.counted(0, self.sizes.n) as i:
            right = code.read(self.at[rate], i)
            if terms:
                right = right + self._sum(self.zero, terms, i) * inverse
            code.write(self.at["b"], i, right)

    def _estimate(self, before: tuple[float, ...]) -> None:
        """Finish the state, and take the root mean square of error / (absolute + relative |y|) over the unknowns."""
        code, at, n = self.code, self.at, self.sizes.n
        total = code.variable("v", 0.0)
        total.put(0.0)
        row = _trimmed(self.tableau.m)
        start, terms = ("z", _added(before, row)) if row[: len(before)] == before else ("y", _added((), row))
        with code.counted(0, n) as i:
            new = self._sum(code.read(at[start], i), terms, i)
            code.write(at["z"], i, new)
            old_size, new_size = code.intrinsic("fabs", code.read(at["y"], i)), code.intrinsic("fabs", new)
            size = (old_size > new_size).pick(old_size, new_size)
            absolute = code.everywhere(code.read(self.given["tolerance"], i, "d"))
            part = self._sum(self.zero, _added((), self.tableau.e), i) / (absolute + self.relative * size)
            lowest = code.everywhere(code.read(self.given["lowest"], i, "d"))
            # a clear step below zero is an error of the step, however small the estimate
            guard = (new < lowest).pick(code.like(part, 1e6), self.zero)
            total.put(total.now + (part * part + guard))
        self.error.put(code.intrinsic("sqrt", total.now * (1.0 / max(n, 1))))  # a file may hold no state at all

    def _judge(self) -> None:
        """Accept or reject the step of each lane, choose the next, and see which lanes have more to do."""
        now, error = self.now, self.error.now
        state, taken = now["state"].now, now["taken"].now
        busy = state < 0.0
        finite = error < float("inf")
        good = finite & ((error <= 1.0) | (self.fixed > 0.0))
        accepted = busy & good
        rejected = busy & ~good
        normal = accepted
        if self.sizes.n_roots:
            seeking = now["mode"].now.same(1.0)
            normal = accepted & now["mode"].now.same(0.0)
            rejected = rejected & ~seeking
            accepted, crossed = self._locate(accepted)
            normal = normal & accepted
        time = now["time"].now + taken
        now["time"].put(accepted.pick(time, now["time"].now))
        self._choose_next(normal, rejected, finite)
        ended = now["time"].now >= self.duration * _END
        now["count"].put(now["count"].now + 1.0)
        small = now["wanted"].now < self.duration * _SHORTEST
        state = (busy & (now["count"].now >= self.most)).pick(float(TOO_MANY), state)
        state = (busy & small).pick(finite.pick(float(TOO_SMALL), self.code.like(state, float(NOT_FINITE))), state)
        state = (accepted & ended).pick(float(DONE), state)
        if self.sizes.n_roots:
            state = (accepted & crossed & (self.stops > 0.0)).pick(float(AT_ROOT), state)
        now["state"].put(state)
        self._keep(accepted)

    def _choose_next(self, accepted: Value, rejected: Value, finite: Value) -> None:
        """Choose the length to be wanted next."""
        now = self.now
        taken, wanted = now["taken"].now, now["wanted"].now
        scaled = self._power(self.error.now) * 0.9
        grown = taken * _held(scaled, 0.2, 6.0)
        # a step cut short by the end of the interval must not shrink the memory
        grown = ((taken < wanted) & (wanted > grown)).pick(wanted, grown)
        shrunk = taken * finite.pick(_held(scaled, 0.1, 1.0), self.code.like(scaled, 0.1))
        now["wanted"].put(accepted.pick(grown, rejected.pick(shrunk, wanted)))

    def _power(self, error: Value) -> Value:
        """Give error^(-1/order) to a few parts in 1e10: a first guess from the bits, then Newton's method."""
        code, q = self.code, self.tableau.order
        x = _held(error, 1e-15, 1e15)
        bits = code.new("w", f"bitcast <{LANES} x double> {x.text} to <{LANES} x i64>")
        number = code.new("v", f"sitofp <{LANES} x i64> {bits.text} to <{LANES} x double>")
        guess = self.code.like(number, (1.0 + 1.0 / q) * 1023.0 * 2.0**52) - number * (1.0 / q)
        whole = code.new("w", f"fptosi <{LANES} x double> {guess.text} to <{LANES} x i64>")
        y = code.new("v", f"bitcast <{LANES} x i64> {whole.text} to <{LANES} x double>")
        for _ in range(4):
            power = y
            for _ in range(q - 1):
                power = power * y
            y = y * ((code.like(y, q + 1.0) - x * power) * (1.0 / q))
        return y

    def _keep(self, accepted: Value) -> None:
        """Let accepted lanes have the new state."""
        code, at = self.code, self.at
        pairs = [("y", "z", self.sizes.n)]
        if self.tableau.last_is_first:
            pairs.append(("f0", "f", self.sizes.n))
        if self.sizes.n_roots:
            pairs += [("g0", "g1", self.sizes.n_roots), ("q0", "q1", self.sizes.n_roots)]
        if self.sizes.n_sides:
            self._sides("z", "s1")
            pairs.append(("s", "s1", self.sizes.n_sides))
        for old, new, rows in pairs:
            with code.counted(0, rows) as i:
                code.write(at[old], i, accepted.pick(code.read(at[new], i), code.read(at[old], i)))
        if not self.tableau.gamma and (self.sizes.n_sides or not self.tableau.last_is_first):
            self._rates("y", "f0")  # comparisons may have turned

    def _put_back(self) -> None:
        """Write the lanes that have finished back to their cells."""
        code, now = self.code, self.now
        state = now["state"].now
        wanted, time = now["wanted"].now, now["time"].now
        for lane, cell in enumerate(self.cells):
            one = code.lane(state, lane)
            with code.when(one >= 0.0):
                self._send("y", self.sizes.n, "species", lane)
                code.write(self.given["step"], cell.now, code.lane(wanted, lane))
                code.write(self.given["reached"], cell.now, code.lane(time, lane))
                code.write(self.given["status"], cell.now, code.new("i", f"fptosi double {one.text} to i64"))
                if self.sizes.n_roots:
                    with code.when(code.lane(self.stops, lane) > 0.0):
                        self._send("turn", self.sizes.n_roots, "turned", lane)

    def _send(self, name: str, rows: int, array: str, lane: int) -> None:
        """Write one lane of a work array to the rows of an array."""
        code, cell = self.code, self.cells[lane]
        with code.counted(0, rows) as row:
            number = code.read(self.at[name], row * LANES + lane, "d")
            code.write(self.given[array], row * self.n_cells + cell.now, number)

    def _locate(self, accepted: Value) -> tuple[Value, Value]:
        """Look for roots that change sides; give which lanes may end their step, and which of them behind a root."""
        now, n_roots, code = self.now, self.sizes.n_roots, self.code
        mode, taken = now["mode"].now, now["taken"].now
        self._roots("z", "1")
        changed = self._changed("1")
        normal = accepted & mode.same(0.0)
        begun = normal & self._first_look(changed, normal)
        seeking = mode.same(1.0)
        behind = seeking & (changed | ~accepted)
        before = seeking & ~behind
        self._narrow(begun, behind, before)
        now["hi"].put(behind.pick(taken, now["hi"].now))
        now["lo"].put(begun.pick(0.0, before.pick(taken, now["lo"].now)))
        now["tries"].put(begun.pick(0.0, now["tries"].now + 1.0))
        self._aim(begun | seeking)
        final = accepted & mode.same(2.0)
        crossed = final & changed
        with code.counted(0, n_roots) as row:
            differs = ~code.read(self.at["q1"], row).same(code.read(self.at["q0"], row))
            turn = crossed.pick(differs.pick(code.like(taken, 1.0), self.zero), code.read(self.at["turn"], row))
            code.write(self.at["turn"], row, turn)
        now["mode"].put(mode.same(2.0).pick(0.0, now["mode"].now))
        return (normal & ~begun) | final, crossed

    def _changed(self, mark: str) -> Value:
        """Tell whether some root is on another side than at the beginning of the step."""
        code = self.code
        found = code.variable("v", 0.0)
        found.put(0.0)
        with code.counted(0, self.sizes.n_roots) as row:
            same = code.read(self.at["q" + mark], row).same(code.read(self.at["q0"], row))
            found.put(same.pick(found.now, 1.0))
        return found.now > 0.0

    def _first_look(self, changed: Value, normal: Value) -> Value:
        """Look at roots along a whole step, so that what changes sides twice is seen; the earliest change counts."""
        code, now, at = self.code, self.now, self.at
        found = code.variable("v", 0.0)
        found.put(changed.pick(1.0, self.zero))
        now["hi"].put((normal & changed).pick(now["taken"].now, now["hi"].now))
        with code.counted(0, self.sizes.n_roots) as row:
            ends = code.read(at["high"], row)
            code.write(at["high"], row, (normal & changed).pick(code.read(at["g1"], row), ends))
        self._rates("z", "f1")
        for theta in _LOOKS:
            self._along(theta)
            self._roots("middle", "m")
            here = normal & self._changed("m")
            found.put(here.pick(1.0, found.now))
            now["hi"].put(here.pick(now["taken"].now * theta, now["hi"].now))
            with code.counted(0, self.sizes.n_roots) as row:
                ends = code.read(at["high"], row)
                code.write(at["high"], row, here.pick(code.read(at["gm"], row), ends))
        return found.now > 0.0

    def _along(self, theta: float) -> None:
        """Make the state at a share of the step, by Hermite's cubic."""
        code, at, taken = self.code, self.at, self.now["taken"].now
        with code.counted(0, self.sizes.n) as i:
            ends = code.read(at["y"], i) * ((1.0 + 2.0 * theta) * (1.0 - theta) ** 2)
            ends = ends + code.read(at["z"], i) * (theta**2 * (3.0 - 2.0 * theta))
            slopes = code.read(at["f0"], i) * (theta * (1.0 - theta) ** 2)
            slopes = slopes + code.read(at["f1"], i) * (theta**2 * (theta - 1.0))
            code.write(at["middle"], i, ends + slopes * taken)

    def _narrow(self, begun: Value, behind: Value, before: Value) -> None:
        """Keep the roots at both ends of the enclosure; an end that stays twice counts half (Illinois)."""
        code, now, at = self.code, self.now, self.at
        side = now["side"].now
        twice_behind, twice_before = behind & (side > 0.0), before & (side < 0.0)
        with code.counted(0, self.sizes.n_roots) as row:
            low, high, here = (code.read(at[name], row) for name in ("low", "high", "g1"))
            low = begun.pick(code.read(at["g0"], row), before.pick(here, twice_behind.pick(low * 0.5, low)))
            high = behind.pick(here, twice_before.pick(high * 0.5, high))
            code.write(at["low"], row, low)
            code.write(at["high"], row, high)
        now["side"].put(begun.pick(0.0, behind.pick(1.0, before.pick(-1.0, side))))

    def _aim(self, seeking: Value) -> None:
        """Choose the next length in an enclosure: the first zero of the chords, by turns the middle."""
        code, now, at = self.code, self.now, self.at
        lo, hi = now["lo"].now, now["hi"].now
        width = hi - lo
        share = code.variable("v", 2.0)
        share.put(2.0)
        with code.counted(0, self.sizes.n_roots) as row:
            low, high = code.read(at["low"], row), code.read(at["high"], row)
            chord = low / (low - high)
            share.put(((chord >= 0.0) & (chord < share.now)).pick(chord, share.now))
        tries = now["tries"].now
        third = tries - code.intrinsic("floor", tries * (1.0 / 3.0)) * 3.0
        middle = (third > 1.5) | (share.now > 1.0)
        aim = lo + width * middle.pick(0.5, share.now)
        near = self.duration * _CROSSING
        edge = (near < width * 0.5).pick(near, width * 0.5)
        aim = (aim < lo + edge).pick(lo + edge, aim)
        aim = (aim > hi - edge).pick(hi - edge, aim)
        enclosed = seeking & (width <= near * 1.5)
        now["probe"].put(enclosed.pick(hi, seeking.pick(aim, now["probe"].now)))
        now["mode"].put(enclosed.pick(2.0, seeking.pick(1.0, now["mode"].now)))


def _trimmed(row: tuple[float, ...]) -> tuple[float, ...]:
    """Give a row without zeros at its end."""
    while row and row[-1] == 0.0:
        row = row[:-1]
    return row


def _added(before: tuple[float, ...], row: tuple[float, ...]) -> dict[int, float]:
    """Give the weights of a row that `before` does not have."""
    return {k: weight for k, weight in enumerate(row) if weight != 0.0 and k >= len(before)}


def _held(value: Value, low: float, high: float) -> Value:
    """Hold a value between two bounds; what is not a number becomes the lower one."""
    above = (value > low).pick(value, value.code.like(value, low))
    return (above < high).pick(above, value.code.like(value, high))
