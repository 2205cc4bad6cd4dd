"""The most memory that this process has held so far."""

from __future__ import annotations

import sys


def peak_mib() -> float | None:
    """Peak resident memory in MiB, models and libraries included; None where the system doesn't tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
