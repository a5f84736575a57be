"""Subpackage `neural_programmer.ui`; refuses to be imported under its folder's bare name."""

if __name__ != "neural_programmer.ui":
    raise ImportError(f"import neural_programmer.ui, not {__name__!r}: the folder is a subpackage of neural_programmer")
