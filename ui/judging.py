"""What a person says about an answer, taken from the page: checked against the documents, then kept."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import gradio as gr

from index.errors import QuotebackError
from index.sentences import trim
from index.types import Document
from rag.types import Answer, Citation
from ui.events import data_of, number_of
from ui.feedback import Feedback, Kind, Verdict, mark_of
from ui.problems import explained
from ui.roles import Conversation, Library, places

_MAX_CHARACTERS = 2_000  # of the words that are marked as right


class VerdictError(QuotebackError, ValueError):
    """What was said can't be taken as it is."""


class Judging:
    """Keeps verdicts on the answers of a conversation. Only numbers come from the page; words never do.

    Args:
        library: Whose documents were quoted.
        feedback: Where verdicts are kept.
    """

    def __init__(self, library: Library, feedback: Feedback) -> None:
        self._library = library
        self._feedback = feedback

    def judged(self, conversation: Conversation, event: gr.EventData, request: gr.Request) -> None:
        """Keep that an answer is right or wrong, or that the documents hold one or none."""
        answer = _answer(conversation, event)
        kind = data_of(event).get("verdict")
        if answer is None or kind not in (Kind.RIGHT, Kind.WRONG, Kind.ABSENT, Kind.PRESENT):
            return
        cited = answer.citations if kind == Kind.RIGHT else ()
        with _shown_problems():
            self._keep(answer, Kind(kind), cited, request)

    def picked(self, conversation: Conversation, event: gr.EventData, request: gr.Request) -> None:
        """Keep that the characters `[start, end)` of an opened document are the right answer."""
        answer = _answer(conversation, event)
        index = None if answer is None else number_of(event, "place", below=len(places(answer)))
        if answer is None or index is None:
            return
        document = places(answer)[index].document
        with _shown_problems():
            self._keep(answer, Kind.HERE, (_selected(document, event),), request)
        gr.Info("Noted as the right answer.", duration=4)

    def _keep(self, answer: Answer, kind: Kind, cited: tuple[Citation, ...], request: gr.Request) -> None:
        today = {document.id: document for document in self._library.documents()}
        marks = tuple(mark_of(place) for place in cited if _stands(place, today))
        if cited and not marks:
            raise VerdictError(
                "This document has changed or was removed since it was quoted. Ask the question again."
            )
        closest = answer.closest[0].passage.document.id if answer.closest else ""
        self._feedback.keep(Verdict(answer.asked, kind, marks, closest, request.username or ""))


@contextmanager
def _shown_problems() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise gr.Error(html.escape(explained(error)), print_exception=False) from error


def _answer(conversation: Conversation, event: gr.EventData) -> Answer | None:
    number = number_of(event, "exchange", below=len(conversation))
    return None if number is None else conversation[number].answer


def _stands(place: Citation, today: Mapping[str, Document]) -> bool:
    document = today.get(place.document.id)
    return document is not None and document.text == place.document.text


def _selected(document: Document, event: gr.EventData) -> Citation:
    n_characters = len(document.text)
    start, end = number_of(event, "start", below=n_characters), number_of(event, "end", below=n_characters + 1)
    words = None if start is None or end is None or start >= end else trim(document.text, start, end)
    if words is None or not any(map(str.isalnum, document.text[slice(*words)])):
        raise VerdictError("Nothing is selected. Select the words of the right answer in the document.")
    if words[1] - words[0] > _MAX_CHARACTERS:
        raise VerdictError(
            f"{words[1] - words[0]:,} characters are selected; an answer has at most {_MAX_CHARACTERS:,}."
        )
    return Citation(document, *words)
