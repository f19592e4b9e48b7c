"""Algebraic rules: which unknown each determines, and what it is, where that is plain and linear.

A rule ``0 = f`` says nothing of what it determines. The unknowns are what can vary and nothing else sets; rules and
unknowns are paired so that each rule has its own, and solved together. Where the rules could determine other ids as
well, or where an unknown stands in a rule other than times something plus something, they are refused: guessing would
give wrong numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from amoeboid.errors import Fault, FormatError
from amoeboid.formats.sbml import Compartment, Math, Parameter, Species, SpeciesReference
from amoeboid.signalling.contents import START, Contents
from amoeboid.signalling.expression import Graph, Node
from amoeboid.signalling.mathematics import ids

Pairs = dict[int, str]
"""By number of the rule, the id that it determines."""


def rules(contents: Contents) -> tuple[Math, ...]:
    """Give the mathematics of the algebraic rules of a file."""
    return tuple(rule.math for rule in contents.model.rules if rule.kind == "algebraic" and rule.math is not None)


def unknowns(contents: Contents) -> Pairs:
    """Pair every algebraic rule with the id that it determines.

    Raises
    ------
    FormatError
        When there is no way to pair them, or more than one.
    """
    found = rules(contents)
    if not found:
        return {}
    names = [frozenset(_reached(contents, math)) for math in found]
    free = frozenset(_free(contents, contents.initial))
    # first what has no number of its own: nothing else can give it one
    bare = frozenset(name for name in free if contents.given(name)[1] is None)
    # last what has an initial assignment: it can only say what the rules, which hold at time 0 too, say anyway
    for allowed in (bare, free, frozenset(_free(contents, ()))):
        candidates = [sorted(reached & allowed) for reached in names]
        pairs = _paired(candidates)
        if pairs is None:
            continue
        # which rule gives which id does not matter, as all are solved together; which ids they give does
        other = next((name for name in pairs.values() if _paired(_without(candidates, name))), None)
        if other is None:
            return pairs
        raise FormatError(_fault(contents, f"algebraic rules that could determine `{other}` or something else"))
    raise FormatError(
        _fault(contents, "algebraic rules that determine nothing, as all in them is set by something else")
    )


def _fault(contents: Contents, what: str) -> Fault:
    line = contents.model.lines.get("algebraic rule 1")
    where = f"{contents.model.where}, line {line}" if line else contents.model.where
    return Fault(where, what, "one id for each rule that may vary and that nothing else sets", "",
                 "write the rules as assignment rules, or mark what does not vary as constant", "AMB-F93")  # fmt: skip


def _reached(contents: Contents, math: Math) -> Iterator[str]:
    """Give the ids in mathematics, and those behind its assignment rules and reactions."""
    laws = {reaction.id: reaction.law for reaction in contents.model.reactions}
    seen: set[str] = set()
    stack = list(ids(math))
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        inner = contents.assigned.get(name) or laws.get(name)
        stack.extend(ids(inner) if inner else ())


def _free(contents: Contents, but: Collection[str]) -> Iterator[str]:
    """Give the ids that may vary and that neither rules, nor reactions, nor events set, but some."""
    model = contents.model
    references = tuple(contents.references.values())
    entries: tuple[Species | Compartment | Parameter | SpeciesReference, ...]
    entries = (*model.species, *model.compartments, *model.parameters, *references)
    for entry in entries:
        sets = (contents.assigned, contents.rated, contents.parts, contents.by_event, but)
        if not entry.constant and not any(entry.id in kind for kind in sets):
            yield entry.id


def _paired(candidates: Sequence[Collection[str]]) -> Pairs | None:
    """Pair rules with ids so that each rule has its own, or give nothing where that cannot be."""
    owner: dict[str, int] = {}
    for rule in range(len(candidates)):
        if not _augmented(rule, candidates, owner):
            return None
    return {rule: name for name, rule in owner.items()}


def _augmented(rule: int, candidates: Sequence[Collection[str]], owner: dict[str, int]) -> bool:
    """Find an id for one more rule, moving others if need be (breadth first, so nothing recurses)."""
    came: dict[str, int] = {}
    queue = [rule]
    while queue:
        asking = queue.pop(0)
        for name in candidates[asking]:
            if name in came:
                continue
            came[name] = asking
            if name in owner:
                queue.append(owner[name])
                continue
            while True:  # hand the ids on along the way that led here
                asking = came[name]
                given_up = next((own for own, holder in owner.items() if holder == asking), None)
                owner[name] = asking
                if given_up is None:
                    return True
                name = given_up
    return False


def _without(candidates: Sequence[Collection[str]], name: str) -> list[list[str]]:
    return [[one for one in found if one != name] for found in candidates]


def solved(graph: Graph, equations: Mapping[str, Node], contents: Contents) -> dict[str, Node]:
    """Solve 0 = f for the unknowns, all at once.

    Parameters
    ----------
    graph : Graph
        Holds the nodes.
    equations : mapping of str to Node
        By unknown the f of its rule, in which unknowns are symbols.

    Raises
    ------
    FormatError
        When an unknown stands in a rule in a way that is not linear.
    """
    names = list(equations)
    zero = graph.constant(0.0)
    known = {graph.symbol(name): zero for name in names}
    free = [graph.negate(part) for part in graph.replace(equations.values(), known)]
    matrix = [[graph.derivative(node, name) for name in names] for node in equations.values()]
    for name, row, node in zip(names, matrix, equations.values(), strict=True):
        if any(graph.depends(part, other) for part in row for other in names):
            raise FormatError(_nonlinear(contents, name))
        if any(graph.depends(node, START + other) for other in names):
            raise FormatError(_nonlinear(contents, name))
    return dict(zip(names, _eliminated(graph, matrix, free, contents), strict=True))


def _nonlinear(contents: Contents, name: str) -> Fault:
    return Fault(contents.where(name, "unknown"), f"an algebraic rule in which `{name}` does not stand linearly",
                 "a rule that is a sum of the unknown times something and of something", "",
                 "solve the rule by hand and write an assignment rule", "AMB-F94")  # fmt: skip


def _eliminated(graph: Graph, matrix: list[list[Node]], right: list[Node], contents: Contents) -> list[Node]:
    """Solve by elimination; the pivot is a number other than 0 where there is one."""
    size, zero = len(right), graph.constant(0.0)
    for column in range(size):
        rows = [row for row in range(column, size) if matrix[row][column] != zero]
        if not rows:
            raise FormatError(_fault(contents, "algebraic rules that say the same, or contradict each other"))
        pivot = min(rows, key=lambda row: graph.value(matrix[row][column]) is None)
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        right[column], right[pivot] = right[pivot], right[column]
        over = graph.reciprocal(matrix[column][column])
        for row in range(size):
            if row == column or matrix[row][column] == zero:
                continue
            share = graph.multiply(matrix[row][column], over)
            right[row] = graph.subtract(right[row], graph.multiply(share, right[column]))
            matrix[row] = [
                zero if k == column else graph.subtract(part, graph.multiply(share, matrix[column][k]))
                for k, part in enumerate(matrix[row])
            ]
    return [graph.divide(right[k], matrix[k][k]) for k in range(size)]
