"""How many processor cores this process may use; training spreads over them, serving does not."""

from __future__ import annotations

import os

MOST = 4  # more would only wait for memory


def available_cores() -> int:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(allowed or 1, MOST)
