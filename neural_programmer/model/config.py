"""The sizes of the model, and the numbers of kinds that its tables of weights are made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Cell:
    """What a value of the setting stands for: the encoder's cell and the controller's."""

    encoder: str
    controller: str


CELLS: Mapping[str, Cell] = MappingProxyType(
    {
        "mixed": Cell("lstm", "gru"),
        "lstm": Cell("lstm", "lstm"),
        "lstm_peephole": Cell("lstm_peephole", "lstm_peephole"),
        "lstm_coupled": Cell("lstm_coupled", "lstm_coupled"),
        "gru": Cell("gru", "gru"),
        "rnn": Cell("rnn", "rnn"),
    }
)


HALTINGS = ("stop", "adaptive")

# In programs of the 2017 Neural Programmer: one softmax over columns for all operations of a step, as in the paper, or
# one for each, over the columns that it can read.
COLUMN_CHOICES = ("shared", "by_operation")


@dataclass(frozen=True)
class ModelConfig:
    """Widths of the model's parts, its rate of dropout, its recurrent cells, and how its soft programs end.

    ``cell`` is one of ``CELLS``: the cell of the encoder and of the controller alike, or "mixed", an LSTM that reads
    and a GRU that writes. ``halting`` is "stop", where ending is one of the operations to choose from, or "adaptive",
    where the controller halts by itself (``halting``). Raises ``ValueError`` for another of either.
    """

    word_width: int = 128
    ngram_width: int = 64
    ngram_buckets: int = 8192
    encoder_width: int = 96
    encoder_layers: int = 2
    width: int = 192
    operation_width: int = 48
    argument_width: int = 64
    dropout: float = 0.15
    cell: str = "mixed"
    halting: str = "stop"

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ValueError(f"cell: expected one of {', '.join(CELLS)}, but found {self.cell!r}")
        if self.halting not in HALTINGS:
            raise ValueError(f"halting: expected one of {', '.join(HALTINGS)}, but found {self.halting!r}")


@dataclass(frozen=True)
class InputSizes:
    """How many words, kinds and features the model's inputs have."""

    words: int
    token_features: int
    column_kinds: int
    column_features: int
    match_features: int
    constant_kinds: int
    constant_features: int
    pair_features: int
