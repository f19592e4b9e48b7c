"""Random models over many features in Antimony, made so that what they do is determined: no equal priorities."""

from __future__ import annotations

import random

FUNCTION = "function mixed(x, y)\n  x*y/(1 + x + y)\nend\n"
_FORMS = (
    "({a} + {b})", "({a}*{b})", "({a}/(1 + {b}))", "({a}^2/(1 + {a}^2))", "exp(-{a})", "ln(1 + {a}^2)",
    "sqrt(1 + {a}^2)", "(1 + sin({a}))", "tanh({a})", "max({a}, {b})", "min({a}, {b})", "abs({a} - {b})",
    "mixed({a}, {b})", "({a}^1.5)", "arctan({a})", "(1 + cos(time*{n}))", "piecewise({a}, {b} > {n}, {m})",
    "piecewise({a}, time < {n}, {b}, {a} < {b}, {m})",
)  # fmt: skip


class Maker:
    """Writes one model."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.places = [f"C{k}" for k in range(self.draw.choice([1, 1, 2, 3]))]
        self.parameters = [f"p{k}" for k in range(self.draw.randint(2, 4))]
        self.species = [f"S{k}" for k in range(self.draw.randint(2, 5))]
        self.home = {name: self.draw.choice(self.places) for name in self.species}
        self.fixed = {name for name in self.species if self.draw.random() < 0.2}
        self.ruled: set[str] = set()
        self.lines: list[str] = []

    def number(self) -> str:
        return str(round(self.draw.uniform(0.05, 1.5), 3))

    def chance(self, share: float) -> bool:
        return self.draw.random() < share

    def expression(self, depth: int, names: list[str]) -> str:
        if depth <= 0 or not names or self.chance(0.3):
            return self.draw.choice([*names, self.number()])
        a, b = self.expression(depth - 1, names), self.expression(depth - 1, names)
        return self.draw.choice(_FORMS).format(a=a, b=b, n=self.number(), m=self.number())

    def text(self) -> str:
        self._begin()
        self._rules()
        self._reactions()
        self._events()
        return FUNCTION + "model made\n" + "\n".join(self.lines) + "\nend\n"

    def _begin(self) -> None:
        for name in self.places:
            self.lines.append(f"compartment {name}; var {name}; {name} = {self.draw.choice([1, 0.5, 2, 3.7])};")
        for name in self.parameters:
            self.lines.append(f"var {name}; {name} = {self.number()};")
        for name in self.species:
            kind = "substanceOnly species" if self.chance(0.3) else "species"
            amount = f"/{self.home[name]}" if self.chance(0.3) else ""
            self.lines.append(f"{kind} {'$' if name in self.fixed else ''}{name} in {self.home[name]};")
            self.lines.append(f"{name} = {self.number()}{amount};")

    def _rules(self) -> None:
        for name in self.places:
            if self.chance(0.2):
                self.ruled.add(name)
                wave = f"{name} := 1 + 0.5*sin(time*{self.number()});"
                self.lines.append(self.draw.choice([f"{name}' = 0.2*{self.number()};", wave]))
        free = [name for name in self.parameters if not self.chance(0.5)]
        for name in [one for one in self.parameters if one not in free]:
            self.ruled.add(name)
            law = self.expression(2, [*self.species, *free])
            self.lines.append(f"{name} := {law};" if self.chance(0.5) else f"{name}' = {law} - {self.number()}*{name};")
        for name in sorted(self.fixed):
            if self.chance(0.4) and self.home[name] not in self.ruled:
                self.ruled.add(name)
                self.lines.append(f"{name}' = {self.expression(1, free)} - 0.3*{name};")

    def _reactions(self) -> None:
        names = [*self.species, *self.parameters, *self.places]
        for k in range(self.draw.randint(1, 5)):
            a, b = self.draw.sample(self.species, 2)
            much = self.draw.choice(["", "3 ", "1.5 "])
            if self.chance(0.15):
                much = f"n{k} "
                self.lines.append(f"var n{k}; n{k} := {self.expression(1, self.species)};")
            slowed = f"((1 + {self.expression(1, names)}^2)*(1 + {a}))"
            law = f"{self.number()}*{a}*{self.draw.choice(self.parameters)}/{slowed}"
            self.lines.append(f"J{k}: {self.draw.choice(['', '2 ', '0.5 '])}{a} -> {much}{b}; {self.home[a]}*{law};")
        self.lines.append("q1 := 2*J0 + 1; q2 = 1; q2' = J0 - q2;")

    def _events(self) -> None:
        targets = [name for name in [*self.parameters, *self.species, *self.places] if name not in self.ruled]
        for k in range(self.draw.choice([0, 1, 2, 3]) if targets else 0):
            a, n, later = self.draw.choice(self.species), self.number(), round(self.draw.uniform(0.5, 9), 3)
            trigger = self.draw.choice([f"time > {later}", f"time >= {later}", f"{a} > {n}", f"{a} < {n}",
                                        f"{a} > {n} && time > {n}", "sin(time) > 0.5"])  # fmt: skip
            delay = f"{self.number()} after " if self.chance(0.35) else ""
            options = f", priority = {10 * k + self.draw.randint(0, 9)}, t0 = {self.draw.choice(['true', 'false'])}"
            options += f", fromTrigger = {self.draw.choice(['true', 'false'])}"
            options += ", persistent = false" if not delay and self.chance(0.3) else ""
            chosen = self.draw.sample(targets, min(len(targets), self.draw.randint(1, 2)))
            sets = ", ".join(f"{name} = {self.number()} + 0.2*{self.draw.choice(self.species)}" for name in chosen)
            self.lines.append(f"E{k}: at {delay}({trigger}){options}: {sets};")


def model(seed: int) -> str:
    """Give the Antimony text of a random model."""
    return Maker(seed).text()
