"""Where libraries are kept."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def library_folder(library: str | Path) -> Path:
    """The folder of a library: a path as it is, a bare name in the user's data folder."""
    text = str(library)
    is_path = isinstance(library, Path) or "/" in text or os.sep in text or text.startswith((".", "~"))
    return Path(text).expanduser() if is_path else libraries_folder() / text


def libraries_folder() -> Path:
    """Where libraries with a bare name are kept: `QUOTEBACK_DATA_DIR`, else the user's data folder."""
    data = os.environ.get("QUOTEBACK_DATA_DIR")
    return (Path(data) if data else platformdirs.user_data_path("quoteback")) / "libraries"
