"""Follow-up questions: "and in 2005?", "what about Norway?", "only those from Japan" carry on the program before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from neural_programmer.execution.english_words import column_words, constant_words
from neural_programmer.execution.exact import execute
from neural_programmer.execution.plainness import PLAINER
from neural_programmer.given import GivenResponse, Way, respond
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program, Step
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.narrowing import narrowed, narrows
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.matching.link import link
from neural_programmer.tables.matching.linking import CueKind, Linking, Token

# How a question opens that says less than a whole one; the longest are tried first.
_OPENINGS = tuple(
    sorted(
        (
            opening.split()
            for opening in (
                "and", "and what about", "and how about", "what about", "how about", "what if it was", "or",
                "now", "then", "and now", "same for", "the same for", "and for", "but", "instead",
            )
        ),
        key=len,
        reverse=True,
    )
)  # fmt: skip
# Words that may stand before or after what the question names, and say nothing of their own.
_FILLING = frozenset(
    {"the", "a", "an", "in", "on", "at", "by", "from", "for", "of", "with", "to", "during", "one", "ones", "then",
     "instead", "only", "just", "please", "about", "it", "that", "those"}
)  # fmt: skip
_MOST_WORDS = 12

# Operations that answer the same question with another sign or another aggregate: the cue chooses among them. Names
# that the language does not have are of no consequence.
_EXCHANGES: tuple[Mapping[CueKind, str], ...] = (
    {CueKind.SUPERLATIVE_MAX: "argmax", CueKind.SUPERLATIVE_MIN: "argmin"},
    {CueKind.SUPERLATIVE_MAX: "kth_max", CueKind.SUPERLATIVE_MIN: "kth_min"},
    {
        CueKind.SUPERLATIVE_MAX: "maximum",
        CueKind.SUPERLATIVE_MIN: "minimum",
        CueKind.TOTAL: "sum",
        CueKind.AVERAGE: "average",
    },
    {CueKind.MOST_COMMON: "most_common_value", CueKind.LEAST_COMMON: "least_common_value"},
    {CueKind.FIRST: "first", CueKind.LAST: "last"},
    {CueKind.NEXT: "next", CueKind.PREVIOUS: "previous"},
    {CueKind.COMPARATIVE_GREATER: "filter_greater", CueKind.COMPARATIVE_LESS: "filter_less"},
    {CueKind.AT_LEAST: "filter_greater_equal", CueKind.AT_MOST: "filter_less_equal"},
)
# Where no cell is the whole text, some may hold its words.
_LOOSER = {plain: said for said, plain in PLAINER.items()}
_TEXTS = frozenset({ConstantKind.TEXT, ConstantKind.TEXTS})


@dataclass(frozen=True, slots=True)
class Carried:
    """A condition that a follow-up question took over: the number of its step, and the condition in words."""

    step: int
    words: str


def follow_up(question: str, previous: Response, prepared: PreparedTable | None = None) -> GivenResponse | None:
    """The response to a question that only makes sense after the previous one; ``None`` where it is not surely such.

    It must be about the same table, open as a follow-up does ("and", "what about", "how about" …) or be nothing but a
    value or a cue, and name exactly one thing that can take a place in the previous program: a value of the kind and
    column of a constant, a column in the last step's place, or a cue for another operation. Or it says that it narrows
    ("only", "of those"), and names one condition, which is added. Everything else is a question of its own.
    """
    program = previous.program
    table = prepared or previous.prepared
    if program is None or table.table.fingerprint != previous.prepared.table.fingerprint:
        return None
    linking = link(question.encode("utf-8", "replace").decode("utf-8"), table.index)
    named = _named(linking)
    if named is None:
        return None
    found = list(dict.fromkeys(_continuations(program, linking, named, table)))
    if len(found) != 1 or found[0] == program:
        return None
    response = respond(
        found[0],
        table,
        question,
        Way.FOLLOW_UP,
        carried=_carried_steps(program, found[0]),
        previous=previous.question,
    )
    return None if response.abstained else response


def carried_conditions(response: GivenResponse) -> list[Carried]:
    """The conditions that a follow-up question carries on, to be shown and perhaps dropped."""
    assert response.program is not None
    steps = response.program.steps
    return [Carried(number, _condition_words(steps[number])) for number in response.carried if _drops(steps[number])]


def without_condition(response: GivenResponse, step: int) -> GivenResponse | None:
    """The response without one of its carried conditions; ``None`` where the program cannot do without it."""
    assert response.program is not None
    shorter = _without(response.program, step)
    if shorter is None or not _fits(shorter, response.prepared):
        return None
    carried = tuple(number - (number > step) for number in response.carried if number != step)
    found = respond(
        shorter, response.prepared, response.question, response.way, carried=carried, previous=response.previous
    )
    return None if found.abstained else found


def _named(linking: Linking) -> range | None:
    """The tokens of what the question names, fillings cut off; ``None`` where it does not have a follow-up's form."""
    tokens = [token for token in linking.tokens if token.key[:1].isalnum()]
    if linking.truncated or not 0 < len(tokens) <= _MOST_WORDS:
        return None
    keys = [token.key for token in linking.tokens]
    start = next((len(opening) for opening in _OPENINGS if keys[: len(opening)] == opening), 0)
    end = len(keys)
    while end > start and (not keys[end - 1][:1].isalnum() or keys[end - 1] in _FILLING):
        end -= 1
    while start < end and (not keys[start][:1].isalnum() or keys[start] in _FILLING):
        start += 1
    return range(start, end) if start < end else None


def _continuations(program: Program, linking: Linking, named: range, prepared: PreparedTable) -> Iterator[Program]:
    """The programs that the named thing makes of the previous one, of the first sort that makes any."""
    sorts: tuple[Iterable[Program], ...] = (
        *(narrowed(program, linking, named, prepared) if narrows(linking) else ()),
        _with_constant(program, linking, named, prepared),
        _with_column(program, linking, named, prepared),
        _with_operation(program, linking, named),
    )
    for sort in sorts:
        found = [one for one in sort if _fits(one, prepared)]
        if found:
            yield from found
            return


def _with_constant(program: Program, linking: Linking, named: range, prepared: PreparedTable) -> Iterator[Program]:
    """Each step with the best-matching value of its kind in the place of its constant."""
    constants = [
        mention.constant
        for mention in linking.mentions
        if _covers(mention.start, mention.end, named, linking.tokens)
        and mention.constant.kind is not ConstantKind.TEXTS
    ]
    for number, step in enumerate(program.steps):
        if step.constant is None:
            continue
        looser = _LOOSER.get(step.operation, step.operation)
        changed = (
            _replaced(program, number, replace(step, operation=operation, constant=constant))
            for operation in dict.fromkeys((step.operation, looser))
            for constant in constants
            if _same_kind(step, constant) and constant != step.constant
        )
        found = next((one for one in changed if _fits(one, prepared)), None)
        if found is not None:
            yield found


def _same_kind(step: Step, constant: Constant) -> bool:
    assert step.constant is not None
    allowed = REGISTRY[step.operation].signature.constants
    if step.column is not None:
        allowed = allowed & COMPARABLE[step.column.view.value_type]
    return constant.kind in allowed and (
        constant.kind is step.constant.kind or {constant.kind, step.constant.kind} <= _TEXTS
    )


def _with_column(program: Program, linking: Linking, named: range, prepared: PreparedTable) -> Iterator[Program]:
    """The last step with another column, read in the same way."""
    last = program.steps[-1]
    if last.column is None:
        return
    matches = [match for match in linking.column_matches if _covers(match.start, match.end, named, linking.tokens)]
    best = max((match.score for match in matches), default=0.0)
    for match in matches:
        if match.score < best:
            continue
        views = [one for one in prepared.table.view_references if one.column == match.column]
        for view in views:
            if view.view is last.column.view and view != last.column:
                yield _replaced(program, len(program) - 1, replace(last, column=view))


def _with_operation(program: Program, linking: Linking, named: range) -> Iterator[Program]:
    cues = {cue.kind for cue in linking.cues if _covers(cue.start, cue.end, named, linking.tokens)}
    if not cues:
        return
    for number, step in enumerate(program.steps):
        for exchange in _EXCHANGES:
            if step.operation not in exchange.values():
                continue
            wanted = {exchange[cue] for cue in cues if cue in exchange and exchange[cue] in REGISTRY}
            if len(wanted) == 1 and step.operation not in wanted:
                yield _replaced(program, number, replace(step, operation=wanted.pop()))


def _covers(start: int, end: int, named: range, tokens: Sequence[Token]) -> bool:
    """Whether a span is everything that is named, but for words that say nothing."""
    if start < named.start or end > named.stop:
        return False
    outside = [tokens[at] for at in named if not start <= at < end]
    return all(token.key in _FILLING or not token.key[:1].isalnum() for token in outside)


def _replaced(program: Program, number: int, step: Step) -> Program:
    return Program((*program.steps[:number], step, *program.steps[number + 1 :]))


def _fits(program: Program, prepared: PreparedTable) -> bool:
    """Whether the program is valid on the table and every condition in it holds for some row."""
    try:
        validate(program, REGISTRY, prepared.table)
    except InvalidProgramError:
        return False
    results = execute(program, prepared.grounding)
    return all(
        bool(result.value.any())
        for step, result in zip(program, results, strict=True)
        if result.kind is Kind.ROWS and step.constant is not None
    )


def _carried_steps(before: Program, after: Program) -> tuple[int, ...]:
    """The steps that both programs have in the same place, beginning with the second; all where one was added."""
    if len(before) < len(after):
        return tuple(range(2, len(after)))
    pairs = zip(before.steps, after.steps, strict=True)
    return tuple(number for number, (one, other) in enumerate(pairs) if number and one == other)


def _drops(step: Step) -> bool:
    """Whether a step narrows rows by a condition, so that it can be left out."""
    signature = REGISTRY[step.operation].signature
    return signature.references == (Kind.ROWS,) and signature.result is Kind.ROWS and step.constant is not None


def _without(program: Program, number: int) -> Program | None:
    if not _drops(program.steps[number]):
        return None
    before = program.steps[number].references[0]

    def moved(reference: int) -> int:
        kept = before if reference == number else reference
        return kept - (kept > number)

    steps = [
        replace(step, references=tuple(map(moved, step.references)))
        for at, step in enumerate(program.steps)
        if at != number
    ]
    return Program(tuple(steps))


def _condition_words(step: Step) -> str:
    assert step.constant is not None
    said = step.operation.removeprefix("filter_").replace("_", " ")
    relation = {"equals": "is", "contains": "has", "not equals": "is not"}.get(said, said)
    column = column_words(step.column) if step.column is not None else "row"
    return f"{column} {relation} {constant_words(step.constant)}"
