"""A library without models: passages are paragraphs, retrieval is word overlap, answers are scripted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.types import Document, Hit, Passage
from rag.types import Alternative, Answer, Citation, Outcome, Span, Turn

THRESHOLD = 0.5


class OverlapLibrary:
    """Answers each question with the words and the confidence of a script.

    The words are looked for in the k passages that share most words with the question, so that an answer can
    be lost in every way that a real one can.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        script: Mapping[str, tuple[str, float] | tuple[str, float, str]],
        *,
        n_read: int | None = None,
    ) -> None:
        self._documents = [
            Document(id=name, text=t, source=f"/home/me/{name}", title=name) for name, t in texts.items()
        ]
        self._script = script
        self._n_read = n_read

    def documents(self) -> list[Document]:
        return self._documents

    def passages(self, document_id: str) -> list[Passage]:
        document = next(d for d in self._documents if d.id == document_id)
        found, start = [], 0
        for paragraph in document.text.split("\n\n"):
            found.append(Passage(document, start, start + len(paragraph)))
            start += len(paragraph) + 2
        return found

    def retrieve(self, question: str, *, k: int = 10) -> list[Hit]:
        words = set(question.lower().rstrip("?").split())
        scored = [(len(words & set(p.text.lower().split())), p) for d in self._documents for p in self.passages(d.id)]
        best = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])[:k]
        return [Hit(p, score / len(words), rank) for rank, (score, p) in enumerate(best, start=1)]

    def ask(self, question: str, *, history: Sequence[Turn] = (), k: int = 10) -> Answer:
        asked = " ".join([*(turn.question for turn in history), question])
        hits = tuple(self.retrieve(asked, k=self._n_read or k))
        common = {
            "question": question,
            "asked": asked,
            "closest": hits,
            "timings": {"retrieve": 0.002, "read": 0.03},
        }
        if not hits:
            return Answer(outcome=Outcome.NOTHING_RETRIEVED, **common)
        words, confidence, *others = self._script.get(question, ("", 0.0))
        span = _span(words, hits)
        if span is None:
            return Answer(outcome=Outcome.NO_SPAN, **common)
        if confidence < THRESHOLD:
            return Answer(outcome=Outcome.BELOW_THRESHOLD, withheld=span, confidence=confidence, **common)
        return Answer(
            outcome=Outcome.ANSWERED,
            span=span,
            confidence=confidence,
            citations=(_citation(span),),
            alternatives=tuple(
                Alternative(other, confidence / 2, (_citation(other),))
                for other in (_span(text, hits) for text in others)
                if other is not None
            ),
            **common,
        )

    def fingerprint(self) -> dict[str, str]:
        return {"encoder": "word overlap", "reader": "scripted"}


def _span(words: str, hits: Sequence[Hit]) -> Span | None:
    for hit in hits:
        at = hit.passage.text.find(words) if words else -1
        if at >= 0:
            start = hit.passage.start + at
            return Span(hit.passage, start, start + len(words), score=1.0, null_score=0.0)
    return None


def _citation(span: Span) -> Citation:
    return Citation(span.passage.document, span.start, span.end)
