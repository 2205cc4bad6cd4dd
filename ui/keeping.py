"""Exchanges as they are kept: each place with the words around it, so that they can be shown again later.

What is read back is the same answer, whatever happened to the documents: a place whose words no longer stand
where they stood is given as a remnant, never as a mark on other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.types import Document, Hit, Passage
from rag.types import Alternative, Answer, Citation, Outcome, Span
from ui.remnants import PlaceKept, place_again, place_kept
from ui.roles import Exchange

Kept = dict[str, Any]  # what JSON can say


def kept(exchange: Exchange) -> Kept:
    """An exchange as JSON can keep it."""
    answer = exchange.answer
    return {
        "question": exchange.question,
        "problem": exchange.problem,
        "answer": None if answer is None else _answer(answer),
    }


def again(exchange: Kept, documents: Mapping[str, Document]) -> Exchange:
    """The exchange that was kept.

    Args:
        exchange: As `kept` gave it.
        documents: Those of the library today, by id.
    """
    answer = exchange["answer"]
    shown = None if answer is None else _answer_again(answer, documents)
    return Exchange(exchange["question"], shown, exchange["problem"])


def _answer(answer: Answer) -> Kept:
    return {
        "question": answer.question,
        "asked": answer.asked,
        "outcome": str(answer.outcome),
        "span": None if answer.span is None else _span(answer.span),
        "confidence": float(answer.confidence),
        "citations": [_citation(citation) for citation in answer.citations],
        "alternatives": [
            {
                "span": _span(other.span),
                "confidence": float(other.confidence),
                "citations": [_citation(citation) for citation in other.citations],
            }
            for other in answer.alternatives
        ],
        "withheld": None if answer.withheld is None else _span(answer.withheld),
        "closest": [_hit(hit) for hit in answer.closest],
        "timings": {stage: float(seconds) for stage, seconds in answer.timings.items()},
    }


def _answer_again(answer: Kept, documents: Mapping[str, Document]) -> Answer:
    return Answer(
        answer["question"],
        answer["asked"],
        Outcome(answer["outcome"]),
        span=None if answer["span"] is None else _span_again(answer["span"], documents),
        confidence=answer["confidence"],
        citations=_citations_again(answer["citations"], documents),
        alternatives=tuple(
            Alternative(
                _span_again(other["span"], documents),
                other["confidence"],
                _citations_again(other["citations"], documents),
            )
            for other in answer["alternatives"]
        ),
        withheld=None if answer["withheld"] is None else _span_again(answer["withheld"], documents),
        closest=tuple(_hit_again(hit, documents) for hit in answer["closest"]),
        timings=answer["timings"],
    )


def _citation(citation: Citation) -> PlaceKept:
    sentence = citation.sentence
    return place_kept(citation, first=sentence.start, last=sentence.end)


def _citations_again(citations: list[PlaceKept], documents: Mapping[str, Document]) -> tuple[Citation, ...]:
    return tuple(place_again(citation, documents)[0] for citation in citations)


def _span(span: Span) -> Kept:
    passage = span.passage
    place = place_kept(Citation(passage.document, span.start, span.end), first=passage.start, last=passage.end)
    return {"place": place, "score": float(span.score), "null_score": float(span.null_score)}


def _span_again(span: Kept, documents: Mapping[str, Document]) -> Span:
    place, first, last = place_again(span["place"], documents)
    return Span(Passage(place.document, first, last), place.start, place.end, span["score"], span["null_score"])


def _hit(hit: Hit) -> Kept:
    passage = hit.passage
    place = Citation(passage.document, passage.start, passage.end)
    return {
        "place": place_kept(place, first=passage.start, last=passage.end),
        "score": float(hit.score),
        "rank": hit.rank,
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
    }


def _hit_again(hit: Kept, documents: Mapping[str, Document]) -> Hit:
    place = place_again(hit["place"], documents)[0]
    passage = Passage(place.document, place.start, place.end)
    return Hit(passage, hit["score"], hit["rank"], hit["dense_rank"], hit["lexical_rank"])
