"""SQuAD 1.1 and 2.0 JSON: its contexts as documents, its questions as gold (Rajpurkar et al. 2016, 2018)."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.gold import GoldError
from index.types import Document


def squad_documents(path: Path) -> list[Document]:
    """The contexts of a SQuAD file (.json or .json.gz), each as one document; equal contexts are one.

    Raises:
        GoldError: The file can't be read, or is not SQuAD JSON.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GoldError(f"The gold file {str(path)!r} can't be read ({error.strerror}). Check its name.") from error
    found: dict[str, Document] = {}
    for title, paragraph in _paragraphs(data, path.name):
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
    """File name of a context: its first article's title and a digest of its text."""
    words = re.sub(r"\W+", "-", title).strip("-")[:60]
    return f"{words}-{hashlib.sha256(context.encode('utf-8')).hexdigest()[:12]}.txt"


def squad_lines(data: bytes, name: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Each question as a line of gold, or why it can't be one; places are those of `squad_documents`."""
    questions = ((context_name(title, p["context"]), q) for title, p in _paragraphs(data, name) for q in p["qas"])
    for number, (document, question) in enumerate(questions, start=1):
        try:
            content: dict[str, Any] | str = _line(question, document)
        except ValueError as error:
            content = str(error)
        id_ = question.get("id") if isinstance(question, dict) else None
        yield f"question {f'number {number}' if id_ is None else id_}", content


def _line(question: object, document: str) -> dict[str, Any]:
    if not isinstance(question, dict):
        raise ValueError("is not a JSON object")
    try:
        json.dumps(question, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"holds half a character ({error})") from error
    answers = [] if question.get("is_impossible", False) else _answers(question.get("answers"))
    places = dict.fromkeys((start, start + len(text)) for text, start in answers)
    return {
        "id": question.get("id"),
        "question": question.get("question"),
        "answers": list(dict.fromkeys(text for text, _ in answers)),
        "evidence": [[document, start, end] for start, end in places],
        "document": document,
    }


def _answers(answers: object) -> list[tuple[str, int]]:
    """Words and start of each answer."""
    if not isinstance(answers, list):
        raise ValueError(f"has answers {answers!r}, which is not a list")
    found = []
    for answer in answers:
        match answer:
            case {"text": str(text), "answer_start": int(start)} if not isinstance(start, bool):
                found.append((text, start))
            case _:
                raise ValueError(f"has the answer {answer!r}, which lacks words as text or a number as answer_start")
    return found


def _paragraphs(data: bytes, name: str) -> list[tuple[str, dict[str, Any]]]:
    """Each paragraph with the title of the first article that has its context.

    The context can be written and the questions are a list.
    """
    try:
        content = json.loads(gzip.decompress(data) if name.endswith(".gz") else data)
        paragraphs = [(str(a.get("title") or ""), p) for a in content["data"] for p in a["paragraphs"]]
        for _, paragraph in paragraphs:
            paragraph["context"].encode()
            if not isinstance(paragraph["qas"], list):
                raise TypeError(f"qas is {paragraph['qas']!r}")
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GoldError(f"{name} is not SQuAD JSON ({type(error).__name__}: {error}).") from error
    titles: dict[str, str] = {}
    return [(titles.setdefault(paragraph["context"], title), paragraph) for title, paragraph in paragraphs]
