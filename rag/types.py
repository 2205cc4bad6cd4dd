"""What a question gets: spans, citations and the answer made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from index.sentences import paragraph_around, sentence_around
from index.types import Document, Hit, Passage


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `[start, end)` of the passage's document that may answer a question.

    Attributes:
        score: Start logit + end logit, not normalised per passage, so that spans compare across passages.
        null_score: The same sum at [CLS] of the window it was read in: how strongly that window says "not here".
    """

    passage: Passage
    start: int
    end: int
    score: float
    null_score: float

    @property
    def text(self) -> str:
        return self.passage.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a document. Its text is always a slice of that document."""

    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def page(self) -> int | None:
        return self.document.page_at(self.start)

    @property
    def heading(self) -> str:
        return self.document.heading_at(self.start)

    @property
    def sentence(self) -> Citation:
        """The place of the whole sentence (or sentences) around this one."""
        text = self.document.text
        return Citation(
            self.document, *sentence_around(text, self.start, self.end, is_wrapped=self.document.is_wrapped)
        )

    @property
    def paragraph(self) -> Citation:
        """The place of the whole paragraph (or paragraphs) around the sentence."""
        sentence = self.sentence
        return Citation(
            self.document,
            *paragraph_around(self.document.text, sentence.start, sentence.end, is_wrapped=self.document.is_wrapped),
        )


class Outcome(StrEnum):
    """How a question ended. Only `ANSWERED` carries an answer."""

    ANSWERED = "answered"
    NOTHING_RETRIEVED = "nothing_retrieved"
    NO_SPAN = "no_span"
    BELOW_THRESHOLD = "below_threshold"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier exchange of a conversation: the question really asked, and the words it was answered with."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another answer that the documents give, with its own places."""

    span: Span
    confidence: float
    citations: tuple[Citation, ...]

    @property
    def text(self) -> str:
        return self.span.text


@dataclass(frozen=True, slots=True)
class Answer:
    """What `ask` gives.

    Attributes:
        question: As it was asked.
        asked: The question really searched for, after a follow-up was resolved.
        span: The answer's best place; None if there is no answer.
        confidence: Calibrated probability in [0, 1] that the best span is right, also when it was withheld.
        citations: Every place that says the same, best first; the first is `span`'s.
        alternatives: Other answers, best first.
        withheld: The best span when the outcome is `BELOW_THRESHOLD`.
        closest: The hits that were read, best first.
        timings: Seconds per stage.
    """

    question: str
    asked: str
    outcome: Outcome
    span: Span | None = None
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    withheld: Span | None = None
    closest: tuple[Hit, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The exact words of the document; "" without an answer."""
        return self.span.text if self.span is not None else ""

    @property
    def citation(self) -> Citation | None:
        """The answer's own place; None without an answer."""
        return self.citations[0] if self.citations else None
