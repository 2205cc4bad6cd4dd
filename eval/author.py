"""What it takes to write gold questions by hand: passages to write on, places of typed words, and a line's form."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Any

from eval.gold import GoldError, json_lines
from index.types import Document, Passage
from rag.types import Citation, Turn

_QUOTES = {"'": "['‘’]", "’": "['‘’]", '"': '["“”]', "-": "[-‐‑–]"}  # as a keyboard has them: as print has them
_OWN_START = b'{"id": "'


def draw_passages(passages: Sequence[Sequence[Passage]], *, seed: int) -> Iterator[Passage]:
    """Every passage once, in an order that the seed tells.

    Args:
        passages: Those of each document.

    Yields:
        One passage of each document, then another of each that has more, and so on: after any number, no document
        has given two more than another that has some left.
    """
    random = Random(seed)
    shuffled = [random.sample(list(of_document), len(of_document)) for of_document in passages]
    for turn in zip_longest(*random.sample(shuffled, len(shuffled))):
        yield from (passage for passage in turn if passage is not None)


def places_of(words: str, passage: Passage) -> list[Citation]:
    """Where typed words stand in a passage, in reading order; [] if they don't.

    Kinds of quotes, dashes and white space are one; capitals are if the words don't stand there as typed.
    """
    pattern = r"\s+".join("".join(_QUOTES.get(c, re.escape(c)) for c in word) for word in words.split())
    whole_words = (
        (r"\b" if re.match(r"\w", pattern) else "") + pattern + (r"\b" if re.search(r"\w$", pattern) else "")
    )
    for flags in (re.NOFLAG, re.IGNORECASE):
        found = list(re.finditer(whole_words, passage.text, flags)) if pattern else []
        if found:
            break
    return [Citation(passage.document, passage.start + m.start(), passage.start + m.end()) for m in found]


def gold_line(
    question: str,
    evidence: Sequence[Citation],
    names: Mapping[str, str],
    *,
    document: str,
    history: Sequence[Turn] = (),
    passage: Passage | None = None,
) -> dict[str, Any]:
    """A question as `load_gold` reads it; it has the id that it would have on any other passage too.

    Args:
        evidence: The places of its answers; () for an unanswerable question.
        names: From `names_of`.
        document: Id of the document that it was written on.
    """
    turns = [[turn.question, turn.answer] for turn in history]
    return {
        "id": hashlib.sha256(json.dumps([question, turns]).encode()).hexdigest()[:12],
        "question": question,
        "answers": list(dict.fromkeys(place.text for place in evidence)),
        "evidence": [[names[place.document.id], place.start, place.end] for place in evidence],
        "document": names[document],
        **({"history": turns} if turns else {}),
        **({"passage": [passage.start, passage.end]} if passage is not None else {}),
    }


def names_of(documents: Sequence[Document]) -> dict[str, str]:
    """By id, the shortest end of each document's source that is no other's, so that gold outlives a folder's move."""
    ends = {document.id: _ends(document.source) for document in documents}
    n_documents = Counter(end for of_one in ends.values() for end in of_one)
    return {id_: next((end for end in of_one if n_documents[end] == 1), of_one[-1]) for id_, of_one in ends.items()}


def written_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a gold file that is to be gone on with; none if there is no file yet.

    A last line that a kill cut short is taken off the file, and one without its line end gets it.

    Raises:
        GoldError: A line is not one of gold.
    """
    data = path.read_bytes() if path.exists() else b""
    whole, last = data[: data.rfind(b"\n") + 1], data[data.rfind(b"\n") + 1 :]
    if last.startswith(_OWN_START) and not last.endswith(b"}"):
        os.truncate(path, len(whole))
        data = whole
    elif last:
        _append(path, b"\n")
    lines = []
    for place, content in json_lines(data):
        if isinstance(content, str):
            raise GoldError(f"{path} can't be gone on with: its {place} {content}. Correct it, or name another file.")
        lines.append(content)
    return lines


def append_line(path: Path, line: Mapping[str, Any]) -> None:
    """Add a line to a gold file; it is on the disk when this returns."""
    _append(path, json.dumps(line, ensure_ascii=False).encode() + b"\n")


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _ends(source: str) -> list[str]:
    """ "/a/b.txt" -> b.txt, a/b.txt, /a/b.txt."""
    parts = source.split("/")
    return ["/".join(parts[first:]) for first in range(len(parts) - 1, -1, -1)]
