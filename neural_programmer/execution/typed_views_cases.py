"""Cases of SQL expressions over one text column, and the functions that their conditions and values are made of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Case:
    """Texts that an expression tells by a condition, never NULL for a text, and what it gives for them."""

    condition: exp.Expr
    value: exp.Expr
