"""Subpackage `neural_programmer.data`; refuses to be imported under its folder's bare name."""

if __name__ != "neural_programmer.data":
    raise ImportError(
        f"import neural_programmer.data, not {__name__!r}: the folder is a subpackage of neural_programmer"
    )
