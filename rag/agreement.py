"""Who says what: the answers that the documents give side by side, and how many sources stand behind each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from index.lexical import fold
from rag.types import Answer, Citation

_WORD = re.compile(r"\w+")
_SAME_SENTENCE = 0.8  # Jaccard of their words from which two sentences are copies of one another


@dataclass(frozen=True, slots=True)
class Statement:
    """One of the answers that the documents give.

    Attributes:
        citations: Every place that says it, best first.
        sources: Ids of the independent documents among them; see `sources`.
        date: Of the latest document that says it and nothing else; of the latest at all where each says more.
        is_newest: Whether that date is later than the date of every other statement.
    """

    text: str
    confidence: float
    citations: tuple[Citation, ...]
    sources: frozenset[str]
    date: date | None
    is_newest: bool


def statements(answer: Answer) -> tuple[Statement, ...]:
    """The answer and its alternatives, in their order; () without an answer."""
    if answer.span is None:
        return ()
    said = [(answer.text, answer.confidence, answer.citations)]
    said += [(other.text, other.confidence, other.citations) for other in answer.alternatives]
    n_said = Counter(id_ for _, _, citations in said for id_ in {c.document.id for c in citations})
    dates = [_date(citations, n_said) for _, _, citations in said]
    return tuple(
        Statement(text, confidence, citations, sources(citations), dates[i], _is_newest(dates, i))
        for i, (text, confidence, citations) in enumerate(said)
    )


def count_sources(said: Sequence[Statement]) -> int:
    """Number of independent documents behind all statements together; one may make several of them."""
    return len(frozenset().union(*(statement.sources for statement in said)))


def sources(citations: Sequence[Citation]) -> frozenset[str]:
    """Ids of the independent documents among citations.

    A document counts once, and so do all documents that say it in nearly the same sentence: copies of one text.
    """
    origins: list[tuple[frozenset[str], set[str]]] = []
    known: set[str] = set()
    for citation in citations:
        id_ = citation.document.id
        if id_ in known:
            continue
        known.add(id_)
        words = frozenset(_WORD.findall(fold(citation.sentence.text)))
        copied = next((ids for other, ids in origins if _jaccard(words, other) >= _SAME_SENTENCE), None)
        if copied is None:
            origins.append((words, {id_}))
        else:
            copied.add(id_)
    return frozenset(min(ids) for _, ids in origins)  # the least id, so that copies are one source in every statement


def _date(citations: Sequence[Citation], n_said: Mapping[str, int]) -> date | None:
    dated = [(c.document.date, n_said[c.document.id]) for c in citations if c.document.date is not None]
    # A document that gives two answers mostly reports an older one beside its own: it dates neither.
    own = [day for day, n in dated if n == 1]
    return max(own or (day for day, _ in dated), default=None)


def _is_newest(dates: Sequence[date | None], i: int) -> bool:
    mine = dates[i]
    others = [day for j, day in enumerate(dates) if j != i and day is not None]
    return mine is not None and bool(others) and mine > max(others)


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 1.0
