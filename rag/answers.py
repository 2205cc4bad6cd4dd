"""Spans of many passages into one answer: equal ones join, different ones stay beside it, weak ones are withheld."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.lexical import fold, terms
from index.types import Hit
from rag.agreement import sources
from rag.calibration import Calibration, Evidence
from rag.equality import same_answer
from rag.types import Alternative, Answer, Citation, Outcome, Span

_WORD = re.compile(r"\w+")
_FORMS_OF_ADDRESS = frozenset(("dr", "mr", "mrs", "ms", "prof", "sir", "capt", "captain"))
_MAX_ALTERNATIVES = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span with all that speaks for it.

    Attributes:
        value: Span score over the null score of its window, plus the weighted retrieval score. Not softmaxed per
            passage: a sure reader of an irrelevant passage would beat an unsure one of the right passage
            (Clark & Gardner 2018).
    """

    span: Span
    hit: Hit
    value: float


def compose(
    question: str, asked: str, hits: Sequence[Hit], spans: Sequence[Sequence[Span]], calibration: Calibration
) -> Answer:
    """Decide what the passages answer.

    Args:
        question: As it was asked.
        asked: As it was searched for.
        hits: The passages that were read, best first.
        spans: For each hit its spans, best first.
        calibration: Turns what speaks for an answer into a probability, and knows the threshold.
    """
    if not hits:
        return Answer(question, asked, Outcome.NOTHING_RETRIEVED)
    groups = group(candidates(hits, without_echoes(asked, spans), retrieval_weight=calibration.retrieval_weight))
    if not groups:
        return Answer(question, asked, Outcome.NO_SPAN, closest=tuple(hits))
    confidences = [calibration.confidence(evidence(groups, i)) for i in range(len(groups))]
    best = groups[0][0].span
    if confidences[0] < calibration.threshold:
        return Answer(
            question,
            asked,
            Outcome.BELOW_THRESHOLD,
            confidence=confidences[0],
            withheld=best,
            closest=tuple(hits),
        )
    others = []
    taken = {_sentence(best)}  # a sentence answers a question once: other words in it answer another one
    for members, confidence in zip(groups[1:], confidences[1:], strict=True):
        own = [member for member in members if _sentence(member.span) not in taken]
        if confidence >= calibration.alternative_threshold and own and own[0] is members[0]:
            others.append(Alternative(members[0].span, confidence, _citations(own)))
            taken.add(_sentence(members[0].span))
    return Answer(
        question,
        asked,
        Outcome.ANSWERED,
        span=best,
        confidence=confidences[0],
        citations=_citations(groups[0]),
        alternatives=tuple(others[:_MAX_ALTERNATIVES]),
        closest=tuple(hits),
    )


def candidates(hits: Sequence[Hit], spans: Sequence[Sequence[Span]], *, retrieval_weight: float) -> list[Candidate]:
    """Every span of every hit, best first; of spans that overlap in a document only the best."""
    found = [
        Candidate(span, hit, span.score - span.null_score + retrieval_weight * hit.score)
        for hit, of_hit in zip(hits, spans, strict=True)
        for span in of_hit
    ]
    found.sort(key=lambda c: (-c.value, c.hit.rank, c.span.start, c.span.end))
    kept: list[Candidate] = []
    for candidate in found:
        if not any(_overlap(candidate.span, other.span) for other in kept):
            kept.append(candidate)
    return kept


def without_echoes(question: str, spans: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """The spans that say something that the question doesn't."""
    return [[span for span in of_hit if not echoes(question, span.text)] for of_hit in spans]


def echoes(question: str, text: str) -> bool:
    """Whether a text only repeats the question: "Dr. Lind" to "Who is Ada Lind?". A choice may be repeated."""
    asked = set(terms(question))
    words = set(terms(text)) - _FORMS_OF_ADDRESS
    return "or" not in _WORD.findall(fold(question)) and words <= asked


def group(ranked: Sequence[Candidate]) -> list[list[Candidate]]:
    """Candidates that say the same, together; groups by their best member, best first."""
    groups: list[list[Candidate]] = []
    for candidate in ranked:
        home = next((g for g in groups if same_answer(g[0].span.text, candidate.span.text)), None)
        if home is None:
            groups.append([candidate])
        else:
            home.append(candidate)
    return groups


def evidence(groups: Sequence[Sequence[Candidate]], i: int) -> Evidence:
    """What speaks for the answer of group `i`."""
    best = groups[i][0]
    rivals = [g[0].value for j, g in enumerate(groups) if j != i]
    return Evidence(
        margin=best.span.score - best.span.null_score,
        retrieval=best.hit.score,
        gap=best.value - max(rivals) if rivals else math.inf,
        n_sources=len(sources(_citations(groups[i]))),
    )


def _sentence(span: Span) -> tuple[str, int]:
    """Where the sentence of a span is: a second thing said in the sentence of an answer is no other answer."""
    document = span.passage.document
    return document.id, Citation(document, span.start, span.end).sentence.start


def _citations(members: Sequence[Candidate]) -> tuple[Citation, ...]:
    return tuple(Citation(m.span.passage.document, m.span.start, m.span.end) for m in members)


def _overlap(a: Span, b: Span) -> bool:
    return a.passage.document.id == b.passage.document.id and a.start < b.end and b.start < a.end
