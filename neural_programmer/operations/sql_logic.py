"""Conditions and scalar subqueries put more plainly: what says the same in fewer words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from sqlglot import exp

Tree = exp.Expr

_OPPOSITES: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.GT: exp.LTE,
    exp.LTE: exp.GT,
    exp.LT: exp.GTE,
    exp.GTE: exp.LT,
}


def conjuncts(condition: Tree) -> Iterator[Tree]:
    """The conditions that are all true where the condition is."""
    return condition.flatten() if isinstance(condition, exp.And) else iter((condition,))


def negated(condition: Tree) -> Tree | None:
    """The condition that is true where another is false; None where it cannot be said shortly."""
    opposite = _OPPOSITES.get(type(condition))
    if opposite is not None:
        found: Tree = opposite(this=condition.this.copy(), expression=condition.expression.copy())
        return found
    if isinstance(condition, exp.In | exp.Like) and not condition.find(exp.Select):
        return condition.copy().not_()
    if isinstance(condition, exp.Not):
        inner: Tree = condition.this.unnest()
        return inner.copy()
    return None


def is_value_of(condition: Tree, columns: Collection[str]) -> bool:
    """Whether the condition says that one of the columns equals one value."""
    if not isinstance(condition, exp.EQ) or not isinstance(condition.this, exp.Column):
        return False
    return condition.this.name in columns and isinstance(condition.expression, exp.Literal)


def either(*alternatives: Sequence[Tree]) -> tuple[Tree, ...]:
    """Conditions that are all true where all of one of the alternatives are; none where that is always so."""
    common = [part for part in alternatives[0] if all(part in other for other in alternatives[1:])]
    rests = [[part for part in parts if part not in common] for parts in alternatives]
    if not all(rests):
        return tuple(common)
    return (*common, _one_of_values(rests) or exp.or_(*(exp.and_(*rest) for rest in rests)))


def _one_of_values(alternatives: Sequence[Sequence[Tree]]) -> Tree | None:
    """The alternatives as a list of values, where each is that one column has some values."""
    values: list[Tree] = []
    column: Tree | None = None
    for parts in alternatives:
        part = parts[0]
        if len(parts) > 1 or (column is not None and part.this != column):
            return None
        if isinstance(part, exp.EQ) and isinstance(part.expression, exp.Literal):
            found = [part.expression]
        elif isinstance(part, exp.In) and part.expressions:
            found = part.expressions
        else:
            return None
        column = part.this
        values.extend(value for value in found if value not in values)
    return None if column is None else exp.In(this=column.copy(), expressions=[value.copy() for value in values])


def combined(left: Tree, right: Tree, combine: Callable[[Tree, Tree], Tree]) -> Tree:
    """Two figures combined; in one query where both are of the same rows, or one is a plain number."""
    first, second = _query_of(left), _query_of(right)
    if first is not None and second is not None and _same_rows(first, second):
        return _with_value(first, combine(_value(first), _value(second)))
    if first is not None and is_number(right):
        return _with_value(first, combine(_value(first), right))
    if second is not None and is_number(left):
        return _with_value(second, combine(left, _value(second)))
    return combine(left, right)


def changed(figure: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """A figure changed, within its own query where it has one."""
    query = _query_of(figure)
    return change(figure) if query is None else _with_value(query, change(_value(query)))


def operand(figure: Tree) -> Tree:
    """A figure as it stands within arithmetic, in parentheses where it is arithmetic itself."""
    return exp.paren(figure) if isinstance(figure, exp.Binary) else figure


def is_number(figure: Tree) -> bool:
    """Whether the figure is a number that the program gives."""
    return isinstance(figure.this if isinstance(figure, exp.Cast) else figure, exp.Literal | exp.Neg)


def _query_of(figure: Tree) -> exp.Select | None:
    """The query of a figure that is one value of rows, all of which it reads."""
    query = figure.this if isinstance(figure, exp.Subquery) else None
    if not isinstance(query, exp.Select) or query.args.get("limit"):
        return None
    return query


def _same_rows(first: exp.Select, second: exp.Select) -> bool:
    aggregates = [one.expressions[0].find(exp.AggFunc) is None for one in (first, second)]
    return aggregates[0] == aggregates[1] and all(
        first.args.get(part) == second.args.get(part) for part in ("from_", "where")
    )


def _value(query: exp.Select) -> Tree:
    value: Tree = query.expressions[0]
    return value.copy()


def _with_value(query: exp.Select, value: Tree) -> Tree:
    return query.select(value, append=False).subquery()
