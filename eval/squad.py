"""SQuAD 1.1 and 2.0 JSON: its contexts as documents, its questions as gold (Rajpurkar et al. 2016, 2018)."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.gold import GoldError
from index.types import Document


def squad_documents(path: Path) -> list[Document]:
    """The contexts of a SQuAD file (.json or .json.gz), each as one document; equal contexts are one."""
    found: dict[str, Document] = {}
    for title, paragraph in _paragraphs(path.read_bytes(), path.name):
        context = paragraph["context"]
        name = context_name(title, context)
        found[name] = Document(id=name, text=context, source=name, title=title)
    return list(found.values())


def write_documents(documents: list[Document], folder: Path) -> None:
    """Write each document's text as UTF-8 to the file `source` below `folder`, exactly as it is."""
    for document in documents:
        path = folder / document.source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document.text.encode("utf-8"))


def context_name(title: str, context: str) -> str:
    """File name of a context: its article's title and a digest of its text."""
    words = re.sub(r"\W+", "-", title).strip("-")[:60]
    return f"{words}-{hashlib.sha256(context.encode('utf-8')).hexdigest()[:12]}.txt"


def squad_lines(data: bytes, name: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Each question as a line of gold; places are those of `squad_documents`."""
    for title, paragraph in _paragraphs(data, name):
        document = context_name(title, paragraph["context"])
        for question in paragraph["qas"]:
            answers = [] if question.get("is_impossible", False) else question["answers"]
            places = dict.fromkeys((a["answer_start"], a["answer_start"] + len(a["text"])) for a in answers)
            yield (
                f"question {question['id']}",
                {
                    "id": question["id"],
                    "question": question["question"],
                    "answers": list(dict.fromkeys(answer["text"] for answer in answers)),
                    "evidence": [[document, start, end] for start, end in places],
                    "document": document,
                },
            )


def _paragraphs(data: bytes, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        content = json.loads(gzip.decompress(data) if name.endswith(".gz") else data)
        paragraphs = [(a.get("title", ""), p) for a in content["data"] for p in a["paragraphs"]]
        [(q["id"], q["question"], q["answers"]) for _, p in paragraphs for q in p["qas"] if p["context"].encode()]
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GoldError(f"{name} is not SQuAD JSON ({type(error).__name__}: {error}).") from error
    yield from paragraphs
