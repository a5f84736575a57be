"""Values of spreadsheets, databases and data frames as the text a person would have typed."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral, Real


def cell_text(value: object) -> str:
    """The text of one value: whole numbers without ``.0``, ISO dates, items with commas, "" for a missing value."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Decimal):
        return _decimal_text(value)
    if isinstance(value, Real):
        return number_text(float(value))
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return _time_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes_text(bytes(value))
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(cell_text(item) for item in value)
    return _other_text(value)


def number_text(number: float) -> str:
    """The shortest text of a number that reads back as the same number, without an exponent where it is short."""
    if math.isnan(number):
        return ""
    if number.is_integer() and abs(number) < 1e16:
        return str(int(number))
    return repr(number)


def _decimal_text(number: Decimal) -> str:
    if number.is_nan():
        return ""
    if number.is_finite() and number == number.to_integral_value():
        return f"{number:.0f}"
    return f"{number:f}"


def _time_text(value: datetime.date | datetime.time | datetime.timedelta) -> str:
    if value != value:  # pandas' NaT is a datetime and the only one that differs from itself
        return ""
    if isinstance(value, datetime.timedelta):
        return _duration_text(value)
    if isinstance(value, datetime.datetime):
        wall = value.replace(tzinfo=None)
        if wall.time() == datetime.time():
            return wall.date().isoformat()
        return wall.isoformat(timespec=_precision(wall.time()))
    if isinstance(value, datetime.time):
        return value.isoformat(timespec=_precision(value))
    return value.isoformat()


def _precision(time: datetime.time) -> str:
    if time.microsecond:
        return "auto"
    return "seconds" if time.second else "minutes"


def _duration_text(duration: datetime.timedelta) -> str:
    """Hours, minutes and seconds, "26:03:04"; days are written as 24 hours."""
    sign = "-" if duration < datetime.timedelta() else ""
    duration = abs(duration)
    seconds = duration.days * 86_400 + duration.seconds
    fraction = f".{duration.microseconds:06d}".rstrip("0") if duration.microseconds else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"


def _bytes_text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return f"0x{data.hex()}"


def _other_text(value: object) -> str:
    """Numpy's scalars and arrays through their Python values, anything else through ``str``."""
    plain = getattr(value, "tolist", None)
    if callable(plain):
        unwrapped = plain()
        if type(unwrapped) is not type(value):
            return cell_text(unwrapped)
    text = str(value)
    return "" if text in {"<NA>", "NaT"} else text
