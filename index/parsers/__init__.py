"""From a file's bytes to its canonical text. Each format has one small module, imported when first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from index.errors import RefusedError
from index.parsers.parsed import Parsed

__all__ = ["KINDS", "MAX_CHARACTERS", "Parsed", "parse"]

KINDS = ("csv", "docx", "epub", "html", "md", "pdf", "pptx", "txt", "xlsx")
MAX_CHARACTERS = 20_000_000


class _Format(Protocol):
    def parse(self, data: bytes) -> Parsed: ...


def parse(data: bytes, kind: str) -> Parsed:
    """Read a document's bytes.

    Args:
        kind: One of `KINDS`, as `index.documents.sniff` gives it.

    Raises:
        RefusedError: It can't be read or holds no text; the message is the reason in one plain sentence.
        MemoryError: Reading it needs more memory than there is.
    """
    if kind not in KINDS:
        raise RefusedError(f"is of a kind that can't be read ({kind!r}); use one of {', '.join(KINDS)}")
    module = cast(_Format, import_module(f"index.parsers.{kind}"))
    try:
        parsed = module.parse(data)
    except (RefusedError, MemoryError):
        raise
    except Exception as error:  # whatever a third-party parser raises, the document is what can't be read
        raise RefusedError(f"is damaged or no real {kind} document, so it can't be read") from error
    if not parsed.text.strip():
        raise RefusedError("holds no text")
    if len(parsed.text) > MAX_CHARACTERS:
        raise RefusedError(f"holds more than {MAX_CHARACTERS // 1_000_000} million characters; split it")
    return parsed
