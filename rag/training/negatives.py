"""The command that adds what a search brings beside the answer: `python -m rag.training.negatives --help`.

A reader that has only seen the right passage is sure of itself in the wrong ones (Clark & Gardner 2018).
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.types import Passage
from rag.pipeline import OpenLibrary, open_library
from rag.training.scores import normalised_words


@dataclass(frozen=True, slots=True)
class GoldLine:
    """A question about a document of the library; offsets count in that document's text.

    Attributes:
        document: The name of its file.
        passage: The part of it that the question was written on.
        evidence: Where the answer stands; None if there is no answer.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    document: str
    passage: tuple[int, int]
    evidence: tuple[int, int] | None


def main(arguments: list[str] | None = None) -> int:
    """Write a SQuAD 2.0 file of questions in the library's own passages, each with passages that don't answer it."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.negatives", description=main.__doc__)
    add = parser.add_argument
    add("--library", required=True, help="library that holds the questions' documents")
    add("--gold", type=Path, required=True, help="JSON lines: id, question, answers, document, passage, evidence")
    add("--out", type=Path, required=True, help="file to write (.json.gz)")
    add("--k", type=int, default=12, help="passages searched for a question (default 12)")
    add("--others", type=int, default=6, help="passages without the answer kept of them (default 6)")
    options = parser.parse_args(arguments)
    lines = [gold_line(json.loads(line)) for line in options.gold.read_text(encoding="utf-8").splitlines()]
    with open_library(options.library) as library:
        articles = list(_articles(library, lines, options.k, options.others))
    content = {"version": "v2.0", "note": f"Questions of {options.gold.name} with others", "data": articles}
    with gzip.open(options.out, "wt", encoding="utf-8") as file:
        json.dump(content, file)
    print(f"{len(articles)} of {len(lines)} questions written to {options.out}", file=sys.stderr)
    return 0


def gold_line(row: dict[str, Any]) -> GoldLine:
    """Read one line of gold."""
    return GoldLine(
        id=row["id"],
        question=row["question"],
        answers=tuple(row.get("answers", ())),
        document=row["document"],
        passage=(row["passage"][0], row["passage"][1]),
        evidence=tuple(row["evidence"]) if row.get("evidence") else None,
    )


def choose(
    gold: GoldLine, hits: Sequence[Passage], passages: Sequence[Passage], *, n_others: int
) -> tuple[Passage, list[Passage]] | None:
    """The passage to learn a question from, and those that don't answer it.

    Args:
        hits: What the search brings, best first.
        passages: All of the question's document.

    Returns:
        None if no passage holds the place whole.
    """
    start, end = gold.evidence if gold.evidence is not None else _middle(gold.passage)
    own = {(p.document.id, p.start) for p in passages if p.start <= start and end <= p.end}
    holding = [p for p in [*hits, *passages] if (p.document.id, p.start) in own]
    if not holding:
        return None
    golds = [f" {' '.join(normalised_words(answer))} " for answer in gold.answers]
    others = [
        hit
        for hit in hits
        if (hit.document.id, hit.start) not in own
        and not any(answer in f" {' '.join(normalised_words(hit.text))} " for answer in golds)
    ]
    return holding[0], others[:n_others]


def _articles(library: OpenLibrary, lines: Sequence[GoldLine], k: int, n_others: int) -> list[dict[str, Any]]:
    from tqdm import tqdm

    by_name = {Path(document.source).name: document for document in library.documents()}
    articles = []
    for gold in tqdm(lines, mininterval=30, unit="question"):
        document = by_name.get(gold.document)
        # A file that was decoded or laid out anew has other offsets than the gold.
        if document is None or (gold.evidence and document.text[slice(*gold.evidence)] not in gold.answers):
            continue
        hits = [hit.passage for hit in library.retrieve(gold.question, k=k)]
        chosen = choose(gold, hits, library.passages(document.id), n_others=n_others)
        if chosen is not None:
            articles.append(_article(gold, *chosen))
    return articles


def _article(gold: GoldLine, passage: Passage, others: Sequence[Passage]) -> dict[str, Any]:
    answers = []
    if gold.evidence is not None:
        start, end = gold.evidence
        answers = [{"text": passage.document.text[start:end], "answer_start": start - passage.start}]
    row = {
        "id": gold.id,
        "question": gold.question,
        "answers": answers,
        "is_impossible": not answers,
        "others": [{"title": other.document.title, "context": other.text} for other in others],
    }
    return {"title": passage.document.title, "paragraphs": [{"context": passage.text, "qas": [row]}]}


def _middle(part: tuple[int, int]) -> tuple[int, int]:
    middle = (part[0] + part[1]) // 2
    return middle, middle + 1


if __name__ == "__main__":
    sys.exit(main())
