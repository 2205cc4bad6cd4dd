"""What the window needs of a library, and what it remembers of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.types import Document, Filter, Hit, Passage, SyncReport
from rag.types import Answer, Citation, Turn


class Progress(Protocol):
    """Is told of each source as it gets on; `stage` is one word, `share` is done of what is being embedded."""

    def __call__(self, source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None: ...


class Library(Protocol):
    """A library that can be asked from several threads at once."""

    @property
    def path(self) -> Path: ...
    def documents(self) -> list[Document]: ...
    def passages(self, document_id: str) -> list[Passage]: ...
    def retrieve(self, question: str, *, k: int = 10, where: Filter | None = None) -> list[Hit]: ...
    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        k: int = 10,
        where: Filter | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Answer: ...
    def add(self, paths: Sequence[Path], *, progress: Progress | None = None) -> SyncReport: ...
    def delete(self, document_id: str) -> bool: ...
    def fingerprint(self) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it: an answer, or the sentence that says what went wrong."""

    question: str
    answer: Answer | None = None
    problem: str = ""


Conversation = tuple[Exchange, ...]


def turns(conversation: Conversation) -> list[Turn]:
    """The history that a follow-up is resolved with."""
    return [Turn(e.answer.asked, e.answer.text) for e in conversation if e.answer is not None]


def places(answer: Answer) -> list[Citation]:
    """Every place that an answer shows, in the order of the numbers beside them.

    Its citations, those of its alternatives, the withheld span, and, without an answer, the closest passages.
    """
    found = [*answer.citations, *(c for other in answer.alternatives for c in other.citations)]
    if answer.withheld is not None:
        span = answer.withheld
        found.append(Citation(span.passage.document, span.start, span.end))
    if answer.span is None:
        found += [Citation(h.passage.document, h.passage.start, h.passage.end) for h in answer.closest]
    return found
