"""Bytes of a text file as text, whatever their encoding."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from neural_programmer.tables.errors import TableError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 1 << 16
_TEXT_CONTROLS = frozenset("\t\n\r\f\v\x1a\x1b")
# Encodings of several bytes a character: one of their lines can look like UTF-8 by chance, so lines are not mixed.
_WIDE_ENCODINGS = {
    "big5",
    "big5hkscs",
    "cp932",
    "cp949",
    "cp950",
    "euc_jp",
    "euc_kr",
    "gb18030",
    "gb2312",
    "gbk",
    "johab",
}


def decode(data: bytes, thing: str) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else the likeliest encoding, for each line where mixed.

    Raises ``TableError`` where the bytes are not text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _require_text(_decode_marked(data, encoding, thing), thing)
    if b"\0" in data[:_SAMPLE_BYTES]:
        return _require_text(_decode_with_zeros(data, thing), thing)
    try:
        return _require_text(data.decode("utf-8"), thing)
    except UnicodeDecodeError:
        return _require_text(_decode_legacy(data, thing), thing)


def _decode_marked(data: bytes, encoding: str, thing: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise _not_text(thing) from None
        return _decode_legacy(data[len(codecs.BOM_UTF8) :], thing)


def _decode_with_zeros(data: bytes, thing: str) -> str:
    """UTF-16 without a mark has a zero in nearly every second byte of Latin text; any other zeros are not text."""
    sample = data[:_SAMPLE_BYTES]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) * 4 >= len(zeros) * 3:
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise _not_text(thing)


def _decode_legacy(data: bytes, thing: str) -> str:
    lines = data.splitlines(keepends=True)
    foreign = [line for line in lines if not line.isascii()]
    broken = [line for line in foreign if not _is_utf8(line)]
    encoding = _likely_encoding(broken if len(broken) < len(foreign) else foreign, thing)
    if encoding in _WIDE_ENCODINGS or encoding.startswith("shift_jis"):
        return data.decode(encoding, errors="replace")
    return "".join(line.decode("utf-8") if _is_utf8(line) else _decode_line(line, encoding) for line in lines)


def _decode_line(line: bytes, encoding: str) -> str:
    # Latin-1 gives every byte a character, so a line that the likely encoding refuses still keeps all of its bytes.
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _likely_encoding(lines: list[bytes], thing: str) -> str:
    sample = b"".join(lines)[:_SAMPLE_BYTES]
    controls = sum(byte < 32 and chr(byte) not in _TEXT_CONTROLS for byte in sample)
    if controls * 50 > len(sample):
        raise _not_text(thing)
    # Western European text is by far the commonest; the detector is asked where it is surely something else.
    western = _readable_share(sample, "cp1252")
    if western >= 0.9:
        return "cp1252"
    best = from_bytes(sample).best()
    return best.encoding if best is not None else "cp1252"


def _readable_share(sample: bytes, encoding: str) -> float:
    """The share of the characters beyond ASCII that stand where Western European text has them."""
    text = f" {sample.decode(encoding, errors='replace')} "
    foreign = [position for position, character in enumerate(text) if not character.isascii()]
    usual = sum(_is_usual(*text[position - 1 : position + 2]) for position in foreign)
    return usual / len(foreign) if foreign else 1.0


def _is_usual(before: str, character: str, after: str) -> bool:
    """Whether a character beyond ASCII is alone between ASCII characters, and no sign in the middle of a word.

    Text of another alphabet read by the wrong encoding has runs of them, or words such as "Wroc³aw".
    """
    if character == "\ufffd" or not (before.isascii() and after.isascii()):
        return False
    return character.isalpha() or not (before.isalpha() and after.isalpha())


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _require_text(text: str, thing: str) -> str:
    sample = text[:_SAMPLE_BYTES]
    controls = sum(character < " " and character not in _TEXT_CONTROLS for character in sample)
    if "\0" in text or controls * 50 > len(sample):
        raise _not_text(thing)
    return text


def _not_text(thing: str) -> TableError:
    return TableError(
        f"{thing} holds binary data; expected the text of a table (CSV, TSV or JSON). "
        "Check that it is the right file, or export it again as CSV in UTF-8."
    )
