"""Matching the words of a question with the headers and cells of a table."""

from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.link import link
from neural_programmer.tables.matching.linking import (
    ColumnMatch,
    Cue,
    CueKind,
    Linking,
    MatchSource,
    Mention,
    Token,
)

__all__ = ["ColumnMatch", "Cue", "CueKind", "Linking", "MatchSource", "Mention", "TableIndex", "Token", "link"]
