"""The calibration that a library keeps: fitted to its own questions, and to the scores of one reader."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from index.library import Library
from rag.calibration import Calibration

_SETTING = "calibration"
_log = logging.getLogger(__name__)


def keep(library: Library, calibration: Calibration, reader: Mapping[str, str]) -> None:
    """Keep a calibration in a library from now on.

    Args:
        reader: Fingerprint of the reader whose scores it was fitted to.
    """
    kept = {"calibration": calibration.to_json(), "reader": dict(reader)}
    with library.writing() as writer, writer.batch():
        writer.set(_SETTING, json.dumps(kept, sort_keys=True))


def kept(library: Library, reader: Mapping[str, str]) -> Calibration | None:
    """The calibration that a library keeps for a reader.

    Returns:
        None if there is none, or if it was fitted to another reader, whose scores mean something else (a warning is
        logged).
    """
    text = library.setting(_SETTING)
    if text is None:
        return None
    found = json.loads(text)
    if found.get("reader") != reader:
        _tell_once(library.path)
        return None
    return Calibration.from_json(found["calibration"])


@lru_cache(maxsize=256)
def _tell_once(library: Path) -> None:
    _log.warning(
        "The confidence was fitted to this library's questions with another reader, so it is not used: %s. "
        "Fit it anew: quoteback calibrate --gold FILE --library %s",
        library,
        library,
    )
