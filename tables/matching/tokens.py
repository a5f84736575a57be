"""Tokens of a question: spaCy's English tokenizer with lookup lemmas, loaded once, when first needed."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from neural_programmer.tables.matching.linking import Token
from neural_programmer.tables.values import text_key
from neural_programmer.tables.word_lists import word_list

# A question longer than this is not linked whole; Linking.truncated says so.
MAX_CHARACTERS = 4_000
MAX_TOKENS = 400

# Replaced one character for one, so that offsets stay those of the question.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d", '"')
)
_PIECE = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)"  # 1,234.5
    r"|\d+(?:[.:]\d+)*(?:st|nd|rd|th|s|am|pm)?(?!\w)"  # 12, 3.5, 1:23.45, 3rd, 1990s
    r"|[^\W_]+(?:['.][^\W\d_]+)*"  # words, o'brien, u.s
    r"|'[^\W\d_]+"  # 's
    r"|\S"
)
_NUMERIC = re.compile(r"\d[\d,.:]*(?:st|nd|rd|th|s|am|pm)?")


@functools.cache
def _tokenizer() -> Callable[[str], Iterator[tuple[int, str]]]:
    # spaCy takes seconds to import, and most of the package does not need it.
    import spacy

    # A compiled class without type information.
    tokenizer: Any = spacy.blank("en").tokenizer
    # "id" is a header more often than "I'd" without its apostrophe.
    tokenizer.rules = {written: parts for written, parts in tokenizer.rules.items() if written.lower() != "id"}
    return lambda text: ((token.idx, token.text) for token in tokenizer(text))


@functools.cache
def _lemma_table() -> Callable[[str, str], str]:
    from spacy.lookups import load_lookups

    get: Callable[[str, str], str] = load_lookups("en", ["lemma_lookup"]).get_table("lemma_lookup").get
    return get


@functools.cache
def _own_lemmas() -> dict[str, str]:
    lemmas: dict[str, str] = word_list("lemmas")
    return lemmas


@functools.lru_cache(maxsize=1 << 16)
def lemma(word: str) -> str:
    """The dictionary form of a word in lower case, itself where none is known."""
    if len(word) < 3 or not word.isalpha():
        return word
    own = _own_lemmas().get(word)
    form = own if own is not None else _lemma_table()(word, word)
    # The table takes "first" to "1" and a few words to names.
    return form if form.isalpha() and form.islower() else word


@functools.cache
def _dictionary_forms() -> frozenset[str]:
    from spacy.lookups import load_lookups

    return frozenset(load_lookups("en", ["lemma_lookup"]).get_table("lemma_lookup").values())


def is_dictionary_word(word: str) -> bool:
    """Whether the word is an English form with a lemma, or such a lemma; most names are not."""
    return word in _dictionary_forms() or _lemma_table()(word, "") != ""


@functools.cache
def stop_words() -> frozenset[str]:
    """Words that carry no content by themselves."""
    return frozenset(word_list("stop_words"))


def _lower(text: str) -> str:
    # Lower-casing may lengthen a few characters; those keep their case so that offsets stay right.
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(character.lower() if len(character.lower()) == 1 else character for character in text)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    for start, written in _tokenizer()(text):
        if written.isspace():
            continue
        if written.isalnum():
            yield start, written
            continue
        for piece in _PIECE.finditer(written):
            yield start + piece.start(), piece.group()


def tokenize(question: str) -> tuple[tuple[Token, ...], bool]:
    """The tokens of a question, the same in every letter case, and whether any were left out for length."""
    numbers = word_list("number_words")
    stops = stop_words()
    plain = _lower(question[:MAX_CHARACTERS].translate(_PLAIN))
    truncated = len(question) > MAX_CHARACTERS
    tokens: list[Token] = []
    for start, piece in _pieces(plain):
        if len(tokens) == MAX_TOKENS:
            truncated = True
            break
        end = start + len(piece)
        key = text_key(piece)
        is_number = key in numbers or _NUMERIC.fullmatch(key) is not None
        tokens.append(Token(question[start:end], key, lemma(key), start, end, key in stops, is_number))
    return tuple(tokens), truncated
