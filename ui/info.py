"""What to paste into a report of a fault."""

from __future__ import annotations

import importlib.metadata
import platform
import sqlite3

from index.places import libraries_folder
from rag import open_library

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
    """Versions and places; with a library, its state and what it was made with."""
    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    found |= {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": str(libraries_folder()),
    }
    if library is not None:
        with open_library(library) as opened:
            found |= {
                "library": str(opened.path),
                "documents": str(len(opened.documents())),
            } | opened.fingerprint()
    return found
