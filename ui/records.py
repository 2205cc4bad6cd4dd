"""An answer as plain data for JSON: the same keys in the window's API and on the command line."""

from __future__ import annotations

from typing import TypedDict

from index.types import Hit
from rag.types import Alternative, Answer, Citation, Span
from ui.remnants import shift_of
from ui.wording import source_name


class PlaceRecord(TypedDict):
    """A place in a document: `[start, end)` in characters of its text. `document` is its id."""

    document: str
    title: str
    source: str
    date: str | None
    start: int
    end: int
    text: str
    page: int | None
    heading: str
    sentence: str


class HitRecord(PlaceRecord):
    """A passage that was found; higher scores are better, ranks count from 1."""

    score: float
    rank: int
    dense_rank: int | None
    lexical_rank: int | None


class AlternativeRecord(TypedDict):
    """Another answer that the documents give."""

    text: str
    confidence: float
    citations: list[PlaceRecord]


class AnswerRecord(TypedDict):
    """All of an answer. `text` is "" when there is none; `timings` are seconds per stage."""

    question: str
    asked: str
    outcome: str
    text: str
    confidence: float
    citations: list[PlaceRecord]
    alternatives: list[AlternativeRecord]
    withheld: PlaceRecord | None
    closest: list[HitRecord]
    timings: dict[str, float]


def answer_record(answer: Answer) -> AnswerRecord:
    """An answer with everything that it was made of."""
    withheld = answer.withheld
    return {
        "question": answer.question,
        "asked": answer.asked,
        "outcome": str(answer.outcome),
        "text": answer.text,
        "confidence": float(answer.confidence),
        "citations": [place_record(citation) for citation in answer.citations],
        "alternatives": [_alternative(alternative) for alternative in answer.alternatives],
        "withheld": None if withheld is None else _place_of(withheld),
        "closest": [hit_record(hit) for hit in answer.closest],
        "timings": {stage: float(seconds) for stage, seconds in answer.timings.items()},
    }


def place_record(citation: Citation) -> PlaceRecord:
    """A citation, with the whole sentence it stands in."""
    document = citation.document
    return {
        "document": document.id,
        "title": document.title,
        "source": source_name(document),
        "date": document.date.isoformat() if document.date is not None else None,
        "start": citation.start + shift_of(document),
        "end": citation.end + shift_of(document),
        "text": citation.text,
        "page": citation.page,
        "heading": citation.heading,
        "sentence": citation.sentence.text,
    }


def hit_record(hit: Hit) -> HitRecord:
    """A hit; its sentence is the passage itself."""
    passage = hit.passage
    place = place_record(Citation(passage.document, passage.start, passage.end))
    return {
        **place,
        "sentence": passage.text,
        "score": float(hit.score),
        "rank": hit.rank,
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
    }


def _place_of(span: Span) -> PlaceRecord:
    return place_record(Citation(span.passage.document, span.start, span.end))


def _alternative(alternative: Alternative) -> AlternativeRecord:
    return {
        "text": alternative.text,
        "confidence": float(alternative.confidence),
        "citations": [place_record(citation) for citation in alternative.citations],
    }
