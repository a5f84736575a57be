"""How much a step produced, told coarsely: what the model is shown of the execution of a partial program."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

# 0 to 2: that many rows; 3: three to five; 4: more; 5: every row; 6: the result is no row set.
SIZE_BUCKETS = 7
EVERY_ROW = 5
NO_ROWS = 6

_BOUNDS = (1, 2, 3, 6)


def size_buckets(counts: NDArray[np.int64], every: int) -> NDArray[np.int8]:
    """The bucket of each number of rows, in a table which has ``every`` of them."""
    buckets = np.digitize(counts, _BOUNDS).astype(np.int8)
    return np.where((counts == every) & (counts > 0), np.int8(EVERY_ROW), buckets)


def size_bucket(count: int, every: int) -> int:
    """The bucket of one number of rows."""
    return EVERY_ROW if count == every and count > 0 else bisect_right(_BOUNDS, count)
