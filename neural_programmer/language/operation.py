"""What an operation is: a frozen record of its signature and its four meanings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.language.kinds import Kind
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewReference

if TYPE_CHECKING:
    from neural_programmer.execution.grounding import Grounding


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments an operation takes, in the order in which they are written, and the kind it produces.

    ``references`` are the kinds of the earlier results it reads; ``columns`` are the value types of the column it
    reads (empty: no column); ``constants`` are the kinds of the constant it reads (empty: no constant).
    """

    references: tuple[Kind, ...]
    result: Kind
    columns: frozenset[ValueType] = frozenset()
    constants: frozenset[ConstantKind] = frozenset()


@dataclass(frozen=True, slots=True)
class ExactArguments:
    """Arguments of an exact meaning, for a batch of programs that share the column and the constant.

    ``rows`` and ``other_rows`` are the referenced row sets, ``Bool[batch, row]``, in the order of the signature;
    ``left`` and ``right`` the referenced numbers, ``Float64[batch]``, NaN where undefined.
    """

    grounding: Grounding
    rows: NDArray[np.bool_]
    other_rows: NDArray[np.bool_]
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    column: ViewReference | None
    constant: Constant | None


# Rows and cells are Bool[batch, row] (for cells: the rows whose cells in the step's column are meant), numbers are
# Float64[batch] with NaN for "undefined", groups are Float64[batch, row]: the size of each group at the first of its
# rows, 0 elsewhere.
ExactResult = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation of the language: name, signature, and every meaning.

    ``exact`` is the reference meaning; ``soft`` its expectation under distributions over arguments (see
    ``execution.soft``); ``sql`` builds a sqlglot tree (see ``execution.sql``); ``english`` is a phrase with the
    places ``{rows}``, ``{other_rows}``, ``{left}``, ``{right}``, ``{column}`` and ``{constant}``, and
    ``english_of_dates`` takes its place where the column holds dates (see ``execution.english``).

    ``soft`` is the expectation over independent rows unless ``soft_relaxation`` says what it is instead; it equals the
    exact meaning wherever nothing is uncertain.
    """

    name: str
    summary: str
    signature: Signature
    exact: Callable[[ExactArguments], ExactResult]
    soft: Callable[[Any], Any]
    sql: Callable[[Any], Any]
    english: str
    soft_relaxation: str | None = None
    english_of_dates: str | None = None
