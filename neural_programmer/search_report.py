"""What a search found over a split: coverage, programs and time a question, and what each family of operations adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.supervision import Found

# In the order in which they are added; an operation that no family names belongs to the first.
FAMILIES: tuple[tuple[str, frozenset[str]], ...] = (
    ("select, count, filter on equality", frozenset()),
    ("highest and lowest", frozenset({"argmax", "argmin", "maximum", "minimum"})),
    ("first, last and k-th", frozenset({"first", "last", "kth_row", "kth_max", "kth_min"})),
    (
        "comparison with a constant",
        frozenset(
            {
                "filter_greater",
                "filter_greater_equal",
                "filter_less",
                "filter_less_equal",
                "filter_between",
                "filter_not_equals",
                "filter_not_contains",
                "filter_empty",
                "filter_not_empty",
            }
        ),
    ),
    ("previous, next, above, below", frozenset({"previous", "next", "above", "below"})),
    ("arithmetic and range", frozenset({"difference", "add", "subtract", "multiply", "divide", "range"})),
    ("sum and average", frozenset({"sum", "average"})),
    (
        "several texts, union, except, distinct",
        frozenset(
            {
                "filter_any",
                "filter_contains_any",
                "filter_has_item",
                "union",
                "except_rows",
                "intersect",
                "count_distinct",
            }
        ),
    ),
    (
        "comparison with other rows",
        frozenset({"same_value", "filter_greater_than_rows", "filter_less_than_rows", "filter_above", "filter_below"}),
    ),
    ("which of two", frozenset({"which_greater", "which_less", "larger_set", "smaller_set"})),
    ("most and least common value", frozenset({"most_common_value", "least_common_value", "count_by_value"})),
    ("total rows", frozenset({"total_rows"})),
    ("given numbers", frozenset({"given_number"})),
    ("numbers with a unit", frozenset({"with_unit"})),
    (
        "one of two words",
        frozenset(
            {
                "verdict_greater",
                "verdict_same",
                "verdict_more_rows",
                "verdict_listed_before",
                "verdict_any_rows",
                "verdict_exceeds",
            }
        ),
    ),
)


@dataclass(frozen=True)
class SearchReport:
    """Figures of a search over all questions of a split.

    ``coverage`` is the share with a consistent program; ``programs`` and ``seconds`` are medians and means a
    question; ``families`` gives, for each family in order, the coverage with it and all before it; ``steps`` the
    coverage by programs of at most so many steps after the first.
    """

    questions: int
    covered: int
    median_programs: float
    mean_programs: float
    median_seconds: float
    mean_seconds: float
    families: tuple[tuple[str, float], ...]
    steps: tuple[tuple[int, float], ...]

    @property
    def coverage(self) -> float:
        """The share of all questions with a consistent program."""
        return self.covered / max(1, self.questions)


def report(found: Mapping[str, Found], identifiers: Sequence[str]) -> SearchReport:
    """The figures over all the questions named, found or not."""
    family_of = dict.fromkeys(OPERATION_NAMES, 0)
    for number, (_, names) in enumerate(FAMILIES):
        family_of.update(dict.fromkeys(names, number))
    families = np.array([family_of[name] for name in OPERATION_NAMES] + [0])
    needed, steps, counts, seconds = [], [], [], []
    for identifier in identifiers:
        one = found[identifier]
        counts.append(len(one.programs))
        seconds.append(one.seconds)
        if len(one.programs):
            operations = one.programs.programs[:, :, 0]
            needed.append(int(families[operations].max(axis=1).min()))
            steps.append(int((operations >= 0).sum(axis=1).min()) - 1)
    total = max(1, len(identifiers))
    return SearchReport(
        questions=len(identifiers),
        covered=len(needed),
        median_programs=float(np.median(counts)) if counts else 0.0,
        mean_programs=float(np.mean(counts)) if counts else 0.0,
        median_seconds=float(np.median(seconds)) if seconds else 0.0,
        mean_seconds=float(np.mean(seconds)) if seconds else 0.0,
        families=tuple(
            (name, sum(one <= number for one in needed) / total) for number, (name, _) in enumerate(FAMILIES)
        ),
        steps=tuple(
            (length, sum(one <= length for one in steps) / total) for length in range(1, max(steps, default=0) + 1)
        ),
    )
