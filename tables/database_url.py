"""Addresses of databases as people may see them: without the passwords in them."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit

HIDDEN = "…"
# What a query string of an address may show; anything else in it may be a secret.
_HARMLESS = frozenset(
    {"application_name", "connect_timeout", "dbname", "host", "port", "sslmode", "target_session_attrs"}
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# A shorter password would tear holes into words that are no secret.
_SHORTEST_REPLACED = 3


def redacted(address: str) -> str:
    """The address with its password and unknown options hidden; only the scheme where the rest cannot be told apart."""
    parts = _parts(address)
    if parts is None:
        scheme = _SCHEME.match(address)
        return f"{scheme.group()}//{HIDDEN}" if scheme else HIDDEN
    user, password, place, path, options = parts
    shown = f"{user}:{HIDDEN}@" if password else f"{user}@" if user else ""
    query = "&".join(f"{name}={value if name in _HARMLESS else HIDDEN}" for name, value in options)
    return f"{urlsplit(address).scheme}://{shown}{place}{path}" + (f"?{query}" if query else "")


def without_secrets(message: str, address: str) -> str:
    """A message about an address in which neither the address nor a secret of it can be read."""
    parts = _parts(address)
    secrets = {address, *_pieces(address)} if parts is None else {address, *_secrets(parts)}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_REPLACED:
            message = message.replace(secret, redacted(address) if secret == address else HIDDEN)
    return message


def is_clear(address: str) -> bool:
    """Whether user, password, host and the rest of an address can be told apart without doubt."""
    return _parts(address) is not None


_Parts = tuple[str, str, str, str, list[tuple[str, str]]]


def _parts(address: str) -> _Parts | None:
    """User, password, host with port, path and options; ``None`` where they cannot be told apart without doubt."""
    try:
        split = urlsplit(address)
        _ = split.port
    except ValueError:
        return None
    user, _, place = split.netloc.rpartition("@")
    # A password with a bare @, / or # in it is cut in the wrong place: then nothing is certain.
    if not split.scheme or "@" in user or "@" in split.path + split.query + split.fragment or split.fragment:
        return None
    name, _, password = user.partition(":")
    return name, password, place, split.path, parse_qsl(split.query, keep_blank_values=True)


def _secrets(parts: _Parts) -> set[str]:
    _, password, _, _, options = parts
    secrets = {password, *(value for name, value in options if name not in _HARMLESS)}
    return {form for secret in secrets for form in (secret, unquote(secret), quote(secret, safe=""))}


def _pieces(address: str) -> set[str]:
    """Every piece of an address that cannot be read, for any of them may be a piece of the password."""
    return set(re.split(r"[:/@?#&=\[\]\s]+", address.partition(":")[2]))
