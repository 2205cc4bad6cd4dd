"""How well a reader answers SQuAD questions: the figures of Rajpurkar et al. (2016, 2018)."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.types import Document, Passage
from rag.reader import Reader
from rag.training.data import Example
from rag.types import Span

_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Scores:
    """Fractions in [0, 1].

    Attributes:
        n: Questions, of which `n_answerable` have an answer.
        f1: Token F1 on the answerable ones when an answer is always given.
        exact: Exact match, likewise.
        best_f1: F1 over all questions, withholding answers below the threshold that suits best.
        threshold: That threshold, on the span's score less the null score.
    """

    n: int
    n_answerable: int
    f1: float
    exact: float
    best_f1: float
    threshold: float


def score(reader: Reader, examples: Sequence[Example]) -> Scores:
    """Ask the reader every question about its own text."""
    spans = [_best(reader, example) for example in examples]
    margins = [span.score - span.null_score if span is not None else -math.inf for span in spans]
    said = [span.text if span is not None else "" for span in spans]
    f1s = [_most(token_f1, text, example.golds) for text, example in zip(said, examples, strict=True)]
    exacts = [_most(exact_match, text, example.golds) for text, example in zip(said, examples, strict=True)]
    answerable = [bool(example.golds) for example in examples]
    best_f1, threshold = best_threshold(margins, f1s, answerable)
    n_answerable = sum(answerable)
    return Scores(
        n=len(examples),
        n_answerable=n_answerable,
        f1=sum(f1s) / max(1, n_answerable),
        exact=sum(exacts) / max(1, n_answerable),
        best_f1=best_f1,
        threshold=threshold,
    )


def best_threshold(margins: Sequence[float], f1s: Sequence[float], answerable: Sequence[bool]) -> tuple[float, float]:
    """Mean F1 and threshold when answers below the threshold are withheld; a right silence counts 1."""
    total = best = float(sum(not has for has in answerable))  # nothing answered
    threshold = math.inf
    order = sorted(range(len(margins)), key=lambda i: -margins[i])
    for place, i in enumerate(order):
        total += f1s[i] if answerable[i] else -1.0
        tied = place + 1 < len(order) and margins[order[place + 1]] == margins[i]
        if total > best and not tied:
            best, threshold = total, margins[i]
    return best / max(1, len(margins)), threshold


def token_f1(said: str, gold: str) -> float:
    """Token F1 after SQuAD's normalisation; two empty texts agree."""
    said_words, gold_words = normalised_words(said), normalised_words(gold)
    n_same = sum((Counter(said_words) & Counter(gold_words)).values())
    if not said_words or not gold_words:
        return float(said_words == gold_words)
    return 2 * n_same / (len(said_words) + len(gold_words))


def exact_match(said: str, gold: str) -> float:
    """1 if the texts are the same after SQuAD's normalisation, else 0."""
    return float(normalised_words(said) == normalised_words(gold))


def normalised_words(text: str) -> list[str]:
    """Words in lower case, without punctuation and English articles."""
    return re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(_PUNCTUATION)).split()


def _best(reader: Reader, example: Example) -> Span | None:
    document = Document(id=example.id, text=example.text, source="", title=example.title)
    (spans,) = reader.read(example.question, [Passage(document, 0, len(example.text))], n_best=1)
    return spans[0] if spans else None


def _most(metric: Callable[[str, str], float], said: str, golds: Sequence[str]) -> float:
    return max((metric(said, gold) for gold in golds), default=0.0)
