"""The stage that lost an answer, for each question that was not answered as it should be.

A question is lost if it is answerable and its prediction is not right, or unanswerable and answered anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from eval.gold import LOST_IN_PARSING, NOT_IN_LIBRARY, GoldQuestion
from eval.metrics import RIGHT_F1, holds, token_f1
from index.types import Hit, Passage
from rag.types import Answer, Citation, Outcome

_DEEP = 100  # hits looked through before a passage counts as not retrieved at all


class Loss(StrEnum):
    """Where an answer was lost, in the order of the pipeline."""

    NOT_IN_LIBRARY = NOT_IN_LIBRARY
    LOST_IN_PARSING = LOST_IN_PARSING
    NOT_RETRIEVED = "not_retrieved"
    RANKED_BELOW_READ = "ranked_below_read"
    MISREAD = "misread"
    WRONGLY_WITHHELD = "wrongly_withheld"
    WRONGLY_ANSWERED = "wrongly_answered"


class Shelf(Protocol):
    """What is asked of a library to find out what it lost."""

    def passages(self, document_id: str) -> list[Passage]: ...

    def retrieve(self, question: str, *, k: int = 10) -> list[Hit]: ...


def loss_of(gold: GoldQuestion, answer: Answer, shelf: Shelf) -> Loss | None:
    """The stage that lost the answer; None if nothing was lost.

    A passage that was read ends the search: `MISREAD` is blamed even if other evidence was not retrieved.
    """
    if not gold.answers:
        return Loss.WRONGLY_ANSWERED if answer.outcome is Outcome.ANSWERED else None
    best = answer.span or answer.withheld
    if best is not None and token_f1(best.text, gold.answers) >= RIGHT_F1:
        return None if answer.span is not None else Loss.WRONGLY_WITHHELD
    if not gold.evidence:
        return Loss(LOST_IN_PARSING if LOST_IN_PARSING in gold.gone else NOT_IN_LIBRARY)
    if evidence_rank(answer.closest, gold.evidence) is not None:
        return Loss.MISREAD
    if not any(_is_covered(place, shelf.passages(place.document.id)) for place in gold.evidence):
        return Loss.LOST_IN_PARSING
    deep = evidence_rank(shelf.retrieve(answer.asked, k=_DEEP), gold.evidence)
    return Loss.NOT_RETRIEVED if deep is None else Loss.RANKED_BELOW_READ


def evidence_rank(hits: Sequence[Hit], evidence: Sequence[Citation]) -> int | None:
    """Place (from 1) of the first hit whose passage holds any of the evidence; None if none does."""
    for rank, hit in enumerate(hits, start=1):
        if any(_holds(hit.passage, place) for place in evidence):
            return rank
    return None


def _is_covered(place: Citation, passages: Sequence[Passage]) -> bool:
    return any(_holds(passage, place) for passage in passages)


def _holds(passage: Passage, place: Citation) -> bool:
    return passage.document.id == place.document.id and holds(passage.start, passage.end, place.start, place.end)
