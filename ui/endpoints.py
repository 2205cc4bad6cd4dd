"""What programs may call: /ask and /retrieve. Their docstrings are the description that a program is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import gradio as gr

from index.errors import QuotebackError
from index.types import Filter
from ui.problems import explained
from ui.records import AnswerRecord, HitRecord, answer_record, hit_record
from ui.roles import Library


class EndpointError(QuotebackError, ValueError):
    """What a program asked for can't be understood."""


class Endpoints:
    """Asks the library and gives plain records."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def ask(
        self,
        question: str,
        k: int = 10,
        kinds: list[str] | None = None,
        documents: list[str] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> AnswerRecord:
        """Answer a question by quoting the documents.

        Args:
            question: At most 2,000 characters.
            k: Passages to read, from 1 to 50.
            kinds: Use only documents of these formats, such as "pdf".
            documents: Use only the documents with these ids.
            after: Use only documents that bear this date or a later one, such as "2023-01-31".
            before: Use only documents that bear this date or an earlier one.

        Returns:
            The answer with its citations; offsets are half-open and in characters of the document's text.
        """
        with _explaining():
            where = self._where(kinds, documents, after, before)
            return answer_record(self._library.ask(question, k=_k(k), where=where))

    def retrieve(
        self,
        question: str,
        k: int = 10,
        kinds: list[str] | None = None,
        documents: list[str] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> list[HitRecord]:
        """Find the passages closest to a question.

        Args:
            question: At most 2,000 characters.
            k: Hits to give, from 1 to 50.
            kinds: Use only documents of these formats, such as "pdf".
            documents: Use only the documents with these ids.
            after: Use only documents that bear this date or a later one, such as "2023-01-31".
            before: Use only documents that bear this date or an earlier one.

        Returns:
            Hits, best first.
        """
        with _explaining():
            where = self._where(kinds, documents, after, before)
            return [hit_record(hit) for hit in self._library.retrieve(question, k=_k(k), where=where)]

    def _where(self, kinds: object, documents: object, after: object, before: object) -> Filter:
        there = self._library.documents()
        return Filter(
            documents=_known("documents", documents, {document.id for document in there}),
            kinds=_known("kinds", kinds, {document.kind for document in there}),
            after=_date("after", after),
            before=_date("before", before),
        )


@contextmanager
def _explaining() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise gr.Error(explained(error), print_exception=False) from error


def _k(k: int) -> int:
    return min(50, max(1, int(k)))


def _known(name: str, values: object, known: set[str]) -> frozenset[str] | None:
    """The values, each of which must be known: a filter that nothing can meet is a mistake."""
    if values is None:
        return None
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise EndpointError(f"{name} is {values!r}; give a list such as {sorted(known)[:2]}, or null for all.")
    unknown = [value for value in values if not isinstance(value, str) or value not in known]
    if unknown:
        there = ", ".join(sorted(known)[:5])
        raise EndpointError(f"{name} names {unknown[0]!r}, which is not in this library; there are {there}.")
    return frozenset(values)


def _date(name: str, value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise EndpointError(f"{name} is {value!r}, which is no date. Write it as 2023-01-31.") from error
