"""From the contents of an SBML file to nodes: what each id is now, how fast it changes, how it begins.

Every id is resolved once, after all on which it rests; the order is found on the way, and a circle is refused. A
species is held as a concentration where the size of its compartment is constant, else as an amount, and its id is
turned into what it means in mathematics. How a state begins is what its id would be now, with the beginnings of all
states in their places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from amoeboid.errors import Fault, FormatError
from amoeboid.formats.sbml import Math
from amoeboid.signalling.contents import AMOUNT, CONCENTRATION, START, Contents, Part
from amoeboid.signalling.expression import Graph, Node
from amoeboid.signalling.mathematics import RATE, TIME, Writer, ids

Key = tuple[str, str]
"""What is to be resolved of an id: its "value", "rate", "change" (of the state),
"flow" (rate of an assigned size) or "start"."""


class Lowering:
    """Nodes of one file, resolved when first needed.

    Parameters
    ----------
    contents : Contents
        The file.
    known : collection of str
        Names of the constants; one for an id that has an initial assignment goes before that.
    factors : mapping of str to str
        By constant, the symbol that multiplies it in each cell.

    ``solutions`` are the nodes of what algebraic rules determine, once these are solved.
    """

    solutions: Mapping[str, Node] = MappingProxyType({})

    def __init__(self, graph: Graph, contents: Contents, known: Collection[str], factors: Mapping[str, str]) -> None:
        self.graph, self.contents, self.known, self.factors = graph, contents, known, factors
        self.writer = Writer(graph, contents.model.functions)
        self._laws = {reaction.id: reaction for reaction in contents.model.reactions}
        self._states = frozenset(contents.states)
        self._found: dict[Key, Node] = {}
        self._begun: dict[Node, Node] = {graph.symbol(TIME): graph.constant(0.0)}

    # ---- what is asked ----------------------------------------------------------------------------------------------

    def value(self, name: str) -> Node:
        """Give what an id means in mathematics."""
        return self._resolved(("value", name))

    def change(self, state: str) -> Node:
        """Give how fast a state changes."""
        return self._resolved(("change", state))

    def start(self, state: str) -> Node:
        """Give how a state begins."""
        return self._resolved(("start", state))

    def mathematics(self, math: Math, where: str) -> Node:
        """Give the node of mathematics that may use every id of the file."""
        return self._write(math, where, {})

    def size(self, species: str) -> Node:
        """Give the size of the compartment of a species."""
        return self.value(self.contents.species[species].compartment)

    def stoichiometry(self, part: Part) -> Node:
        """Give how many of its species one extent of a reaction makes, with conversion; negative where it uses."""
        contents, reference = self.contents, part.reference
        if reference.math is not None:
            count = self._write(reference.math, contents.where(part.reaction, "stoichiometry of reaction"), {})
        elif reference.id:
            count = self.value(reference.id)
        else:
            count = self.graph.constant(float("nan") if reference.stoichiometry is None else reference.stoichiometry)
        count = self.graph.multiply(self.graph.constant(part.sign), count)
        factor = self._conversion(reference.species)
        return self.graph.multiply(count, self.value(factor)) if factor else count

    # ---- order ------------------------------------------------------------------------------------------------------

    def _resolved(self, key: Key) -> Node:
        stack: list[Key] = [key]
        path: dict[Key, None] = {}
        while stack:
            top = stack[-1]
            missing = [] if top in self._found else [need for need in self._needs(top) if need not in self._found]
            if missing:
                path[top] = None
                circle = [need for need in missing if need in path]
                if circle:
                    raise FormatError(self._circle([key for key in path], circle[0]))
                stack.extend(missing)
                continue
            if top not in self._found:
                self._found[top] = self._build(top)
            path.pop(top, None)
            stack.pop()
        return self._found[key]

    def _circle(self, path: list[Key], closed: Key) -> Fault:
        names = list(dict.fromkeys(name for _, name in path[path.index(closed) :]))
        return Fault(
            self.contents.where(names[0], "definition of"),
            f"definitions in a circle: {' → '.join([*names, names[0]])}",
            "rules that rest on states and numbers",
            "",
            "break the circle",
            "AMB-F85",
        )

    def _needs(self, key: Key) -> Iterable[Key]:
        return getattr(self, f"_needs_of_{key[0]}")(key[1])  # type: ignore[no-any-return]

    def _build(self, key: Key) -> Node:
        return getattr(self, f"_build_{key[0]}")(key[1])  # type: ignore[no-any-return]

    def _used(self, math: Math | None, without: Iterable[str] = ()) -> list[Key]:
        if math is None:
            return []
        names = dict.fromkeys(ids(math))
        for name in without:
            names.pop(name, None)
        rates = [("rate", name.removeprefix(RATE)) for name in names if name.startswith(RATE)]
        return [*rates, *(("value", name) for name in names if not name.startswith(RATE))]

    def _write(self, math: Math, where: str, local: Mapping[str, Node]) -> Node:
        names = dict(local)
        for kind, name in self._used(math, local):
            names[name if kind == "value" else RATE + name] = self._resolved((kind, name))
        return self.writer.write(math, names, where)

    # ---- values -----------------------------------------------------------------------------------------------------

    def _needs_of_value(self, name: str) -> Iterable[Key]:
        contents = self.contents
        if name in contents.assigned:
            return self._used(contents.assigned[name])
        if name in contents.solved:
            return []
        if name in self._states:
            return [("value", contents.species[name].compartment)] if self._is_divided(name) else []
        if name in self._laws:
            return self._used(self._laws[name].law, [entry.id for entry in self._laws[name].local])
        return self._needs_of_begin(name) if self._is_known(name) else []

    def _build_value(self, name: str) -> Node:
        contents, graph = self.contents, self.graph
        if name in contents.assigned:
            return self._write(contents.assigned[name], contents.where(name, "rule for"), {})
        if name in contents.solved:  # before the algebraic rules are solved, an unknown is a symbol
            return self.solutions.get(name, graph.symbol(name))
        if name in self._states:
            node = graph.symbol(name)
            return graph.divide(node, self.size(name)) if self._is_divided(name) else node
        if name in self._laws:
            return self._law(name)
        if not self._is_known(name):
            raise FormatError(
                Fault(contents.where(name, "id"), f"unknown id `{name}`", "an id of the file", "", "declare it",
                      "AMB-F86")
            )  # fmt: skip
        return self._begin(name)

    def _is_known(self, name: str) -> bool:
        contents = self.contents
        return any(name in kind for kind in (contents.species, contents.compartments, contents.parameters,
                                             contents.references))  # fmt: skip

    def _is_divided(self, name: str) -> bool:
        """Say whether a state is an amount while its id means a concentration."""
        contents = self.contents
        return name in contents.species and contents.holds_amount(name) and not contents.means_amount(name)

    def _law(self, name: str) -> Node:
        reaction = self._laws[name]
        if reaction.law is None:
            return self.graph.constant(float("nan"))
        local = {entry.id: self._constant(f"{name}.{entry.id}") for entry in reaction.local}
        return self._write(reaction.law, self.contents.where(name, "reaction"), local)

    def _constant(self, name: str) -> Node:
        node = self.graph.symbol(name)
        return self.graph.multiply(node, self.graph.symbol(self.factors[name])) if name in self.factors else node

    # ---- beginnings -------------------------------------------------------------------------------------------------

    def _own_start(self, name: str) -> str:
        return START + name if name in self._states else name

    def _needs_of_begin(self, name: str) -> list[Key]:
        """What the beginning of an id needs: first the values in its mathematics, then the starts of their states."""
        contents = self.contents
        if self._own_start(name) in self.known:
            return []
        needs: list[Key] = []
        if name in contents.initial:
            needs = self._used(contents.initial[name])
        elif contents.given(name)[0] != self._own_start(name):
            needs = [("value", contents.species[name].compartment)]
        if all(need in self._found for need in needs):
            needs = self._starts_in(self._found[need] for need in needs)
        return needs

    def _starts_in(self, nodes: Iterable[Node]) -> list[Key]:
        names = frozenset[str]().union(*(self.graph.names(node) for node in nodes))
        return [("start", name) for name in sorted(names & self._states)]

    def _begin(self, name: str) -> Node:
        """Give what an id means at time 0."""
        contents = self.contents
        if self._own_start(name) not in self.known:
            if name in contents.initial:
                where = contents.where(name, "initial assignment of")
                return self.at_start(self._write(contents.initial[name], where, {}))
            given = contents.given(name)[0]
            if given != self._own_start(name):
                size = self.at_start(self.size(name))
                node = self._constant(given)
                amount = contents.means_amount(name)
                return self.graph.multiply(node, size) if amount else self.graph.divide(node, size)
        if name in contents.references and name not in self._states:
            number = contents.given(name)[1]
            return self.graph.constant(float("nan") if number is None else number)
        return self._constant(self._own_start(name))

    def at_start(self, node: Node) -> Node:
        """Give what a node is at time 0; the starts of all states in it must have been asked for."""
        unsolved = next((name for name in sorted(self.contents.solved) if self.graph.depends(node, name)), None)
        if unsolved is not None:  # a beginning within the very rules that it would be found from
            raise FormatError(
                Fault(self.contents.where(unsolved, "unknown"), f"algebraic rules that need `{unsolved}` at time 0",
                      "rules without initial assignments that rest on their own unknown", "",
                      "give the number instead of the initial assignment", "AMB-F95")
            )  # fmt: skip
        return self.graph.replace([node], self._begun)[0]

    def _needs_of_start(self, name: str) -> Iterable[Key]:
        needs = self._needs_of_begin(name)
        if self._is_divided(name) and all(need in self._found for need in needs):
            place: Key = ("value", self.contents.species[name].compartment)
            needs = [*needs, place, *(self._starts_in([self._found[place]]) if place in self._found else [])]
        return needs

    def _build_start(self, name: str) -> Node:
        node = self._begin(name)
        if self._is_divided(name):
            node = self._amount_at_start(name, node)
        self._begun[self.graph.symbol(name)] = node
        return node

    def _amount_at_start(self, name: str, node: Node) -> Node:
        given = self.contents.given(name)[0]
        if given == START + AMOUNT + name and name not in self.contents.initial and START + name not in self.known:
            return self._constant(given)  # and not (amount / size) · size, which is nothing where there is no size
        return self.graph.multiply(node, self.at_start(self.size(name)))

    # ---- rates ------------------------------------------------------------------------------------------------------

    def _conversion(self, species: str) -> str:
        return self.contents.species[species].conversion_factor or self.contents.model.conversion_factor

    def _needs_of_change(self, name: str) -> Iterable[Key]:
        contents = self.contents
        place: list[Key] = [("value", contents.species[name].compartment)] if name in contents.species else []
        if name in contents.rated:
            flow: list[Key] = [("flow", place[0][1])] if self._is_divided(name) else []
            return [*self._used(contents.rated[name]), *place, *flow]
        needs = list(place)
        for part in contents.parts.get(name, ()):
            needs.append(("value", part.reaction))
            needs += self._used(part.reference.math)
            needs += [("value", part.reference.id)] if part.reference.id and part.reference.math is None else []
            needs += [("value", self._conversion(name))] if self._conversion(name) else []
        return needs

    def _build_change(self, name: str) -> Node:
        contents, graph = self.contents, self.graph
        if name in contents.rated:
            rate = self._write(contents.rated[name], contents.where(name, "rate rule for"), {})
            if not self._is_divided(name):
                return rate
            # n = c V, so dn/dt = V dc/dt + c dV/dt
            place = contents.species[name].compartment
            growth = graph.multiply(self.value(name), self._found["flow", place])
            return graph.add(graph.multiply(self.value(place), rate), growth)
        total = graph.constant(0.0)
        for part in contents.parts.get(name, ()):
            total = graph.add(total, graph.multiply(self.stoichiometry(part), self.value(part.reaction)))
        divided = name in contents.species and not contents.holds_amount(name)
        return graph.divide(total, self.size(name)) if divided else total

    def _is_ruled(self, name: str) -> bool:
        return name in self.contents.assigned or name in self.contents.solved

    def _needs_of_flow(self, name: str) -> Iterable[Key]:
        if name in self._states:
            return [("change", name)]
        if not self._is_ruled(name):
            return []
        needs: list[Key] = [("value", name)]
        if needs[0] in self._found:
            needs = [("change", state) for state in sorted(self.graph.names(self._found[needs[0]]) & self._states)]
        return needs

    def _build_flow(self, name: str) -> Node:
        """Give the rate of change of a size, through its rule where it has one: dV/dt = Σ ∂V/∂s ds/dt + ∂V/∂t."""
        graph = self.graph
        if name in self._states:
            return self._found["change", name]
        if not self._is_ruled(name):
            return graph.constant(0.0)
        size = self._found["value", name]
        total = graph.derivative(size, TIME)
        for state in sorted(graph.names(size) & self._states):
            total = graph.add(total, graph.multiply(graph.derivative(size, state), self._found["change", state]))
        return total

    def _needs_of_rate(self, name: str) -> Iterable[Key]:
        needs: list[Key] = [("change", name)] if name in self._states else []
        if needs and self._is_divided(name):
            place = self.contents.species[name].compartment
            needs += [("value", place), ("flow", place)]
        return needs

    def _build_rate(self, name: str) -> Node:
        """Give the rate of change of what an id means: of c = n/V it is (dn/dt - c dV/dt)/V."""
        contents, graph = self.contents, self.graph
        if self._is_ruled(name) or name in self._laws:
            raise FormatError(
                Fault(contents.where(name, "rateOf"), f"asks for the rate of `{name}`, which a rule determines",
                      "an id that reactions or rate rules change", "", "use the rate of what the rule rests on",
                      "AMB-F87")
            )  # fmt: skip
        if name not in self._states:
            return graph.constant(0.0)
        change = self._found["change", name]
        if not self._is_divided(name):
            return change
        growth = graph.multiply(self.value(name), self._found["flow", contents.species[name].compartment])
        return graph.divide(graph.subtract(change, growth), self.size(name))

    # ---- both meanings ----------------------------------------------------------------------------------------------

    def both(self, species: str) -> dict[str, Node]:
        """Give amount and concentration of a species."""
        graph, contents = self.graph, self.contents
        own = self.value(species)
        if contents.means_amount(species):
            return {AMOUNT + species: own, CONCENTRATION + species: graph.divide(own, self.size(species))}
        if self._is_divided(species) and species in self._states:
            return {AMOUNT + species: graph.symbol(species), CONCENTRATION + species: own}
        return {AMOUNT + species: graph.multiply(own, self.size(species)), CONCENTRATION + species: own}

    def factor(self, state: str) -> Node | None:
        """Give what the value of an id is multiplied with to give its state, or nothing where they are the same."""
        return self.size(state) if self._is_divided(state) else None
