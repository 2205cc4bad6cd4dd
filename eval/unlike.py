"""What two reports were made with, where it is not the same: models, calibration, library, gold, k."""

from __future__ import annotations

from collections.abc import Mapping

_LONG = 12  # characters; of longer values, such as digests, the start is shown


def unlike(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The names with different values in one line, "k 10 -> 5; threshold 0.2 -> 0.3"; "" if there are none."""
    names = [*before, *(name for name in after if name not in before)]
    return "; ".join(
        f"{name} {_shown(before.get(name))} -> {_shown(after.get(name))}"
        for name in names
        if before.get(name) != after.get(name)
    )


def _shown(value: str | None) -> str:
    if value is None:
        return "(not said)"
    return value if len(value) <= _LONG else f"{value[:_LONG]}…"
