"""Subpackage `neural_programmer.tables`; refuses to be imported under its folder's bare name."""

if __name__ != "neural_programmer.tables":
    raise ImportError(f"import neural_programmer.tables, not {__name__!r}: the folder is a part of neural_programmer")
