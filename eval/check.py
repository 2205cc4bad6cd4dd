"""What a gold file's author should look at again; nothing here is an error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.gold import NOT_IN_LIBRARY, Gold, GoldQuestion
from eval.metrics import normalise
from index.types import Document

_MIN_WORDS = 3  # shorter answers ("two", "the mayor") stand everywhere, and it means nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """A question's id and what is odd about it, in one sentence."""

    id: str
    problem: str


def check_gold(gold: Gold, documents: Sequence[Document]) -> list[Finding]:
    """Find questions asked twice, evidence that is gone, and answers that stand in other documents too.

    Args:
        gold: Loaded with `strict=False`, so that evidence that is gone is known.
        documents: All documents of the library.
    """
    return [*_repeated(gold), *_gone(gold), *_elsewhere(gold, documents)]


def _repeated(gold: Gold) -> list[Finding]:
    first: dict[tuple[object, ...], str] = {}
    findings = []
    for question in gold.questions:
        key = (normalise(question.question), question.history)
        if key in first:
            findings.append(Finding(question.id, f"asks the same as {first[key]}."))
        first.setdefault(key, question.id)
    return findings


def _gone(gold: Gold) -> list[Finding]:
    return [
        Finding(
            question.id,
            "has evidence in a document that is not in the library."
            if stage == NOT_IN_LIBRARY
            else "has evidence that no longer reads like any of its answers.",
        )
        for question in gold.questions
        for stage in question.gone
    ]


def _elsewhere(gold: Gold, documents: Sequence[Document]) -> list[Finding]:
    texts = [(document, " ".join(document.text.lower().split())) for document in documents]
    findings = []
    for question in gold.questions:
        known = {place.document.id for place in question.evidence}
        for answer in _long_answers(question):
            words = re.compile(rf"(?<!\w){re.escape(answer)}(?!\w)")
            others = [d.source for d, text in texts if d.id not in known and answer in text and words.search(text)]
            if others:
                more = f" and {len(others) - 1} more documents" if len(others) > 1 else ""
                findings.append(Finding(question.id, f"has the answer {answer!r}, also in {others[0]}{more}."))
    return findings


def _long_answers(question: GoldQuestion) -> list[str]:
    folded = [" ".join(answer.lower().split()) for answer in question.answers]
    return [answer for answer in folded if len(answer.split()) >= _MIN_WORDS]
