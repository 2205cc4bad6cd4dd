"""Versions of what the numbers of a report come out of."""

from __future__ import annotations

import importlib.metadata
import platform
import sqlite3

_PACKAGES = ("numpy", "faiss-cpu", "onnxruntime", "tokenizers", "torch")


def versions() -> dict[str, str]:
    """Of Python, SQLite and the packages by name; Quoteback's own is in a library's fingerprint."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
    }
