"""Texts mentions: several texts of one column that a question joins, as in "Spain, Italy or France"."""

from __future__ import annotations

from collections.abc import Sequence

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.linking import MatchSource, Mention, Token
from neural_programmer.tables.matching.texts import PlacedMention

_JOINTS = frozenset({"or", "and", ",", "&", "/", "nor", "+", "vs", "vs.", "versus"})
_MAX_GAP = 5
_MAX_LISTS = 3
_LOWEST_SCORE = 0.35
# The items of a list are cells or parts of cells alike, so their scores are alike.
_MAX_SCORE_GAP = 0.3


def texts_mentions(tokens: Sequence[Token], placed: Sequence[PlacedMention]) -> list[Mention]:
    """Lists of two or more text mentions, the longest chains first."""
    members = sorted(
        (one for one in placed if one.mention.score >= _LOWEST_SCORE),
        key=lambda one: (one.mention.start, -one.mention.score, -one.mention.end, str(one.mention.constant.values[0])),
    )
    chains: list[list[PlacedMention]] = []
    for first in members:
        chain = [first]
        columns = first.columns
        while (following := _following(tokens, chain[-1], columns, members)) is not None:
            chain.append(following)
            columns &= following.columns
        if len(chain) > 1:
            chains.append(chain)
    mentions: list[Mention] = []
    for chain in sorted(chains, key=lambda chain: (-len(chain), -min(one.mention.score for one in chain))):
        start, end = chain[0].mention.start, chain[-1].mention.end
        if any(start >= other.start and end <= other.end for other in mentions):
            continue
        texts = tuple(dict.fromkeys(str(one.mention.constant.values[0]) for one in chain))
        if len(texts) > 1:
            score = min(one.mention.score for one in chain)
            source = _weakest(chain)
            mentions.append(Mention(Constant(ConstantKind.TEXTS, texts), start, end, source, score))
    return mentions[:_MAX_LISTS]


def _weakest(chain: Sequence[PlacedMention]) -> MatchSource:
    return min((one.mention for one in chain), key=lambda mention: mention.score).source


def _joins(gap: Sequence[Token]) -> bool:
    """Whether the tokens between two mentions make a list of them."""
    return any(token.key in _JOINTS for token in gap) and all(token.is_stop or token.key in _JOINTS for token in gap)


def _following(
    tokens: Sequence[Token], left: PlacedMention, columns: frozenset[int], members: Sequence[PlacedMention]
) -> PlacedMention | None:
    """The best mention after this one that a joint connects with it and that stands in a column with all."""
    best: PlacedMention | None = None
    for right in members:
        gap = tokens[left.mention.end : right.mention.start]
        if not 0 < len(gap) <= _MAX_GAP or not columns & right.columns:
            continue
        if not any(token.key in _JOINTS for token in gap) or not all(
            token.is_stop or token.key in _JOINTS for token in gap
        ):
            continue
        if best is None or (right.mention.score, -right.mention.start) > (best.mention.score, -best.mention.start):
            best = right
    return best
