"""The command that sets an article's other paragraphs beside a question: `python -m rag.training.neighbours --help`.

They speak of the same things in the same words and don't hold the answer, as what a search brings does.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.training.features import chance
from rag.training.scores import normalised_words

_MIN_LENGTH = 4  # characters of a word that counts


def main(arguments: list[str] | None = None) -> int:
    """Write a SQuAD 2.0 file with those paragraphs of the article beside each question that share most words."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.neighbours", description=main.__doc__)
    add = parser.add_argument
    add("--squad", type=Path, required=True, help="SQuAD 2.0 file, plain or gzipped")
    add("--out", type=Path, required=True, help="file to write (.json.gz)")
    add("--others", type=int, default=4, help="paragraphs kept for a question (default 4)")
    options = parser.parse_args(arguments)
    opened = gzip.open if options.squad.suffix == ".gz" else open
    with opened(options.squad, "rt", encoding="utf-8") as file:
        content = json.load(file)
    for article in content["data"]:
        texts = [paragraph["context"] for paragraph in article["paragraphs"]]
        for number, paragraph in enumerate(article["paragraphs"]):
            rest = texts[:number] + texts[number + 1 :]
            for row in paragraph["qas"]:
                chosen = neighbours(row, rest)[: options.others]
                row["others"] = [{"title": article.get("title", ""), "context": text} for text in chosen]
    with gzip.open(options.out, "wt", encoding="utf-8") as file:
        json.dump(content, file)
    return 0


def neighbours(row: dict[str, Any], texts: Sequence[str]) -> list[str]:
    """The texts that don't hold an answer of a SQuAD row, those that share most words with its question first."""
    golds = [_padded(answer["text"]) for answer in row["answers"]]
    asked = _words(row["question"])
    free = [text for text in texts if not any(gold in _padded(text) for gold in golds)]
    return sorted(free, key=lambda text: (-len(asked & _words(text)), chance(0, row["question"], text)))


def _padded(text: str) -> str:
    return f" {' '.join(normalised_words(text))} "


def _words(text: str) -> set[str]:
    return {word for word in normalised_words(text) if len(word) >= _MIN_LENGTH}


if __name__ == "__main__":
    sys.exit(main())
