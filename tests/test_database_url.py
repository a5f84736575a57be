"""Addresses of databases are shown without their secrets."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.tables.database_url import HIDDEN, is_clear, redacted, without_secrets

SECRETS = st.text(min_size=6, max_size=20).map(lambda text: f"s3cr3t{text}")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ann:pass@host:5432/cups", f"postgresql://ann:{HIDDEN}@host:5432/cups"),
        ("postgresql://ann@host/cups", "postgresql://ann@host/cups"),
        ("postgresql://host/cups?sslmode=require", "postgresql://host/cups?sslmode=require"),
        (
            "postgresql://host/cups?user=ann&password=pass&sslmode=require",
            f"postgresql://host/cups?user={HIDDEN}&password={HIDDEN}&sslmode=require",
        ),
        ("postgresql://ann:pa@ss@host/cups", f"postgresql://{HIDDEN}"),
        ("postgresql://ann:1/pass@host/cups", f"postgresql://{HIDDEN}"),
        ("postgresql://ann:pa#ss@host/cups", f"postgresql://{HIDDEN}"),
        ("postgresql://ann:pass@host:port/cups", f"postgresql://{HIDDEN}"),
        ("pass word", HIDDEN),
    ],
)
def test_what_is_shown(address: str, shown: str) -> None:
    assert redacted(address) == shown
    assert is_clear(address) == (shown.removeprefix("postgresql://") != HIDDEN)


@settings(deadline=None)
@given(SECRETS, st.booleans())
def test_no_password_is_shown(secret: str, quoted: bool) -> None:
    written = quote(secret, safe="") if quoted else secret
    for address in (
        f"postgresql://ann:{written}@host:5432/cups",
        f"postgresql://host/cups?password={written}",
        f"postgresql://host/cups?sslmode=require&passfile={written}",
    ):
        assert "s3cr3t" not in redacted(address)
        if quoted:
            message = f"could not connect to {address}: {secret} or {written} is wrong"
            assert "s3cr3t" not in without_secrets(message, address)


def test_a_message_keeps_what_is_no_secret() -> None:
    address = "postgresql://ann:ab@host/cups"
    assert without_secrets("the table cannot be read", address) == "the table cannot be read"
