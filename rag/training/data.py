"""Questions to learn from, out of SQuAD 2.0 JSON files (plain or gzipped).

A question may also hold `others`, which SQuAD doesn't know: passages without an answer, each {"title", "context"}.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

_DOMAIN = re.compile(r"^[a-z]+(-[a-z]+)*: ")
_IDENTIFIER = re.compile(r"\S*:\d+")
_PATH = re.compile(r"(\S+/)+\S+")


@dataclass(frozen=True, slots=True)
class Example:
    """A question about a text.

    Attributes:
        title: What the text is from; "" if unknown.
        answer: The characters `[start, end)` to learn; None if the text holds no answer.
        golds: Every wording that counts as right; () if the text holds no answer.
        others: Title and text of passages without an answer to the question, as a search brings them.
    """

    id: str
    question: str
    title: str
    text: str
    answer: tuple[int, int] | None
    golds: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()


def read_articles(path: Path) -> list[list[Example]]:
    """Read a file; one list an article, in the file's order.

    Raises:
        ValueError: If the file is not SQuAD JSON.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as file:
            articles = json.load(file)["data"]
        titles = {article.get("title", "") for article in articles}
        return [_examples(article, len(titles) > 1) for article in articles]
    except (KeyError, TypeError, AttributeError, ValueError, EOFError, gzip.BadGzipFile) as error:
        raise ValueError(
            f"{path} is not SQuAD 2.0 JSON ({error!r}). Give a file with data > paragraphs > qas."
        ) from error


def split(articles: Sequence[list[Example]], share: float) -> tuple[list[Example], list[Example]]:
    """Part articles into those to train on and the last `share` of them, kept for development."""
    n_train = len(articles) - round(share * len(articles))
    flat = [example for article in articles for example in article]
    n_examples = sum(map(len, articles[:n_train]))
    return flat[:n_examples], flat[n_examples:]


def sample(examples: Sequence[Example], n: int | None, *, seed: int) -> list[Example]:
    """At most `n` examples, drawn by the seed; all of them for None."""
    if n is None or n >= len(examples):
        return list(examples)
    return Random(seed).sample(list(examples), n)


def clean_title(title: str) -> str:
    """The title as a document would bear it.

    >>> clean_title("factbook: Pakistan"), clean_title("handbook: pages/tools/google-meet.md")
    ('Pakistan', 'google meet')
    """
    name = _DOMAIN.sub("", title.replace("_", " ")).strip()
    if _IDENTIFIER.fullmatch(name):
        return ""
    if _PATH.fullmatch(name):
        parts = [part.split(".")[0] for part in name.split("/")]
        name = parts[-2] if parts[-1] == "index" else parts[-1]
        name = name.replace("-", " ")
    return name


def _examples(article: dict[str, Any], has_titles: bool) -> list[Example]:
    # One title for a whole file is the name of the collection, which says nothing of the text.
    title = clean_title(article.get("title", "")) if has_titles else ""
    return [
        Example(
            id=str(row.get("id", "")),
            question=row["question"],
            title=title,
            text=paragraph["context"],
            answer=_answer(row),
            golds=tuple(sorted({answer["text"] for answer in _golds(row)})),
            others=tuple((clean_title(o.get("title", "")), o["context"]) for o in row.get("others", ())),
        )
        for paragraph in article["paragraphs"]
        for row in paragraph["qas"]
    ]


def _golds(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [] if row.get("is_impossible", False) else list(row["answers"])


def _answer(row: dict[str, Any]) -> tuple[int, int] | None:
    counts = Counter((a["answer_start"], a["answer_start"] + len(a["text"])) for a in _golds(row))
    return counts.most_common(1)[0][0] if counts else None
