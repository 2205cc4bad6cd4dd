"""What to paste into a report of a fault."""

from __future__ import annotations

import importlib.metadata
import platform
import sqlite3
from contextlib import closing
from pathlib import Path

from index.library import Library
from index.places import libraries_folder, library_folder

_PACKAGES = (
    "quoteback",
    "torch",
    "transformers",
    "sentence-transformers",
    "faiss-cpu",
    "onnxruntime",
    "gradio",
)


def facts(library: str | None) -> dict[str, str]:
    """Versions and places; with a library, its state and what it was made with. Loads no model."""
    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    found |= {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": str(libraries_folder()),
    }
    return found if library is None else found | _library_facts(library_folder(library))


def _library_facts(folder: Path) -> dict[str, str]:
    with closing(Library(folder)) as library:
        with library.reading() as generation:
            pass
        return {
            "library": str(folder),
            "documents": str(len(library.sources())),
            "generation": str(generation),
        } | {f"made with {name}": value for name, value in (library.fingerprint() or {}).items()}
