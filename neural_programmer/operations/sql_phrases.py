"""The SQL meanings of operations that answer in words."""

from __future__ import annotations

from sqlglot import exp

from neural_programmer.operations.sql_helpers import Query, SqlArguments, number_literal
from neural_programmer.operations.sql_logic import Tree, changed, combined, negated
from neural_programmer.operations.sql_values import plain_numbers
from neural_programmer.tables.phrases import LARGEST_COUNT, one_unit

Comparison = type[exp.Binary]


def _words(arguments: SqlArguments) -> list[str]:
    assert arguments.constant is not None
    return [str(word) for word in arguments.constant.values]


def _choice(arguments: SqlArguments, first: Tree, second: Tree | None = None) -> exp.Case:
    """The first word where the first condition is true, the second where the second is, or else."""
    words = [exp.Literal.string(word) for word in _words(arguments)]
    case = exp.case().when(first, words[0])
    return case.else_(words[1]) if second is None else case.when(second, words[1])


def greater(arguments: SqlArguments) -> Tree:
    """Whether the greatest value of the rows is greater than that of the other rows."""
    figures = [arguments.query.figure(rows, exp.Max, arguments.key) for rows in arguments.row_sets]
    return _compared(arguments, figures[0], figures[1], exp.GT)


def exceeds(arguments: SqlArguments) -> Tree:
    """Whether the first number is greater than the second."""
    return _compared(arguments, *plain_numbers(arguments), exp.GT)


def listed_before(arguments: SqlArguments) -> Tree:
    """Whether the first of the rows stands above the first of the other rows."""
    places = [arguments.query.edge(rows, exp.Min) for rows in arguments.row_sets]
    return _compared(arguments, places[0], places[1], exp.LT)


def _compared(arguments: SqlArguments, left: Tree, right: Tree, comparison: Comparison) -> Tree:
    """Whether the one figure stands so to the other, NULL where one of them is."""

    def choice(one: Tree, other: Tree) -> Tree:
        first = comparison(this=one, expression=other)
        return _choice(arguments, first, negated(first))

    together = combined(left, right, choice)
    if not together.find(exp.Select) or isinstance(together, exp.Subquery):
        return together
    source, *columns = arguments.query.figures(left, right)
    return exp.select(choice(*map(exp.column, columns))).from_(source)


def same(arguments: SqlArguments) -> Tree:
    """Whether the rows share a value with the other rows."""
    query = arguments.query
    one, other = (query.shared(rows) for rows in arguments.row_sets)
    if one.single and other.single:
        figures = [query.scalar(rows, arguments.key) for rows in (one, other)]
        return _compared(arguments, figures[0], figures[1], exp.EQ)
    none = exp.Literal.number(0)
    shared = query.restricted(one, arguments.key.isin(query=query.select(other, arguments.key)))
    some = exp.GT(this=query.scalar(shared, exp.Count(this=exp.Star())), expression=none)
    filled = [exp.GT(this=query.scalar(rows, exp.Count(this=arguments.key)), expression=none) for rows in (one, other)]
    return _choice(arguments, some, exp.and_(*filled))


def more_rows(arguments: SqlArguments) -> Tree:
    """Whether there are more of the rows than of the other rows."""
    counts = [arguments.query.scalar(rows, exp.Count(this=exp.Star())) for rows in arguments.row_sets]
    return _choice(arguments, exp.GT(this=counts[0], expression=counts[1]))


def any_rows(arguments: SqlArguments) -> Tree:
    """Whether there are any rows."""
    count = arguments.query.scalar(arguments.rows, exp.Count(this=exp.Star()))
    none = exp.Literal.number(0)
    return changed(count, lambda number: _choice(arguments, exp.GT(this=number, expression=none)))


def with_unit(arguments: SqlArguments) -> Tree:
    """A whole number with its unit, NULL for others."""
    figure = arguments.left
    if isinstance(figure, exp.Subquery) and isinstance(figure.this.expressions[0], exp.Count):
        return changed(figure, lambda number: _with_unit(arguments, number).else_(_several(arguments, number)))
    name = arguments.query.names.unused("figure")
    number = exp.column(name)
    case = _with_unit(arguments, number)
    if _are_counts(arguments.query, figure):
        known = exp.Is(this=number.copy(), expression=exp.Not(this=exp.Null()))
        case = case.when(known, _several(arguments, exp.cast(number.copy(), "BIGINT")))
    else:
        # One condition after the other, so that no number is made whole that is too large for it.
        large = exp.GTE(this=exp.Abs(this=number.copy()), expression=number_literal(LARGEST_COUNT))
        whole = exp.cast(number.copy(), "BIGINT")
        is_whole = exp.EQ(this=number.copy(), expression=whole)
        case = case.when(large, exp.Null()).when(is_whole, _several(arguments, whole.copy()))
    return exp.select(case).from_(arguments.query.named("figures", _under_name(figure, name)))


def _under_name(figure: Tree, name: str) -> exp.Select:
    if isinstance(figure, exp.Subquery) and isinstance(figure.this, exp.Select):
        return figure.this.select(exp.alias_(figure.this.expressions[0].copy(), name), append=False)
    return exp.select(exp.alias_(figure, name))


def _with_unit(arguments: SqlArguments, number: Tree) -> exp.Case:
    (units,) = _words(arguments)
    is_one = exp.EQ(this=number.copy(), expression=exp.Literal.number(1))
    return exp.case().when(is_one, exp.Literal.string(f"1 {one_unit(units)}"))


def _several(arguments: SqlArguments, number: Tree) -> Tree:
    (units,) = _words(arguments)
    return exp.DPipe(this=exp.cast(number.copy(), "TEXT"), expression=exp.Literal.string(f" {units}"))


def _are_counts(query: Query, figure: Tree) -> bool:
    """Whether a figure is a whole number, and one that is not too large, for sure."""
    if isinstance(figure, exp.Subquery):
        return _are_counts(query, figure.this.expressions[0])
    if isinstance(figure, exp.Abs | exp.Paren | exp.Max | exp.Min | exp.Sum):
        return _are_counts(query, figure.this)
    if isinstance(figure, exp.Sub):
        return _are_counts(query, figure.left) and _are_counts(query, figure.right)
    if isinstance(figure, exp.Column):
        schema = query.schema
        return any(
            schema.is_of(figure.name, reference) and schema.facts.are_counts(reference)
            for reference in schema.table.view_references
        )
    return isinstance(figure, exp.Count)


def given_number(arguments: SqlArguments) -> Tree:
    """The number of the constant."""
    assert arguments.constant is not None
    number = number_literal(float(str(arguments.constant.values[0])))
    return exp.cast(arguments.query.given(number), "DOUBLE")
