"""Memory that is freed and asked for again all the time should stay with the process."""

from __future__ import annotations

import ctypes
import sys

# glibc's names for the two settings, from malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
# The greatest that glibc accepts for the second one.
_LARGEST_MMAP_THRESHOLD = 32 << 20


def keep_memory() -> bool:
    """Tell glibc not to give freed memory back to the system; false where there is no glibc to tell.

    Tensors of a training step are freed and allocated hundreds of times a second, and without this a large part of
    the time goes to page faults. The environment variables MALLOC_TRIM_THRESHOLD_ and MALLOC_MMAP_THRESHOLD_ do the
    same from outside.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    kept = mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    return bool(kept and mallopt(_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD))
