"""What each event of the window does. The library's answers go in, updates of the page come out."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from index.types import SyncReport
from rag.types import Citation
from ui.adding import adding, swept
from ui.evidence import evidence_html
from ui.pages import page_picture
from ui.problems import explained
from ui.records import AnswerRecord, HitRecord, answer_record, hit_record
from ui.render import conversation_html, note_html, pending_html, question_html
from ui.roles import Conversation, Exchange, Library, places, turns
from ui.shelf import progress_html, report_html, shelf_html
from ui.viewer import page_html, view, view_html
from ui.welcome import welcome_html
from ui.wording import counted

Update = Any  # a Gradio component or value
_EMPTY = evidence_html(None, 0)


class Handlers:
    """Holds the library and the example questions; a conversation lives in the session's state only.

    Nothing that the browser sends is trusted to be more than a number or a question: the conversation is
    never read back from the page.
    """

    def __init__(self, library: Library, examples: Sequence[str], uploads: Path) -> None:
        self._library = library
        self._examples = tuple(examples)
        self._uploads = uploads.resolve()

    def opened(self, conversation: Conversation) -> str:
        """The conversation, for a page that was just loaded."""
        return self._conversation(conversation)

    def answered(
        self, question: str, conversation: Conversation, event: gr.EventData
    ) -> Iterator[tuple[Update, Update, Conversation, Update]]:
        """Answer a question; gives updates of (question, conversation shown, conversation, evidence)."""
        example = _number(event, "example", below=len(self._examples))
        asked = (question if example is None else self._examples[example]).strip()
        if not asked:
            yield gr.skip(), gr.skip(), conversation, gr.skip()
            return
        waiting = self._conversation(conversation, question_html(asked) + pending_html(self._stage()))
        yield gr.Textbox(value="", submit_btn=False, stop_btn="Stop"), waiting, conversation, gr.skip()
        done = (*conversation, self._exchange(asked, conversation))
        shown = evidence_html(done[-1], len(done) - 1)
        yield gr.Textbox(submit_btn="Ask", stop_btn=False), self._conversation(done), done, shown

    def stopped(self, conversation: Conversation) -> tuple[Update, Update]:
        """Put the page back as it was before the question that was stopped."""
        return gr.Textbox(submit_btn="Ask", stop_btn=False), self._conversation(conversation, note_html("Stopped."))

    def cleared(self) -> tuple[Update, Update, Conversation, Update]:
        """Begin a new conversation."""
        return gr.Textbox(value="", submit_btn="Ask", stop_btn=False), self._conversation(()), (), _EMPTY

    def showed(self, conversation: Conversation, event: gr.EventData) -> str:
        """The evidence of one exchange."""
        number = _number(event, "exchange", below=len(conversation))
        return _EMPTY if number is None else evidence_html(conversation[number], number)

    def opened_place(self, conversation: Conversation, event: gr.EventData) -> str:
        """The document's own text around a place of an exchange."""
        found = _place(conversation, event)
        if found is None:
            return _EMPTY
        number, index, citation = found
        more = {name: _number(event, name, below=1_000_000) for name in ("earlier", "later")}
        earlier, later = (0 if times is None else times for times in more.values())
        shown = view(citation, earlier=earlier, later=later)
        return view_html(shown, number=number, index=index, earlier=earlier, later=later)

    def opened_page(self, conversation: Conversation, event: gr.EventData) -> str:
        """The page of a PDF that a place of an exchange stands on."""
        found = _place(conversation, event)
        if found is None:
            return _EMPTY
        number, index, citation = found
        try:
            return page_html(citation, page_picture(citation), number=number, index=index)
        except Exception as error:
            return page_html(citation, explained(error), number=number, index=index)

    def shelved(self) -> str:
        """The table of documents."""
        documents = sorted(self._library.documents(), key=lambda document: document.title.casefold())
        return shelf_html(documents, [len(self._library.passages(document.id)) for document in documents])

    def added(self, conversation: Conversation, event: gr.EventData) -> Iterator[tuple[Update, Update, Update]]:
        """Add uploaded files; gives updates of (outcome, table, conversation shown)."""
        paths = _within(self._uploads, _data(event).get("paths"))
        outcome = ""
        try:
            for news in adding(self._library, paths) if paths else ():
                if isinstance(news, SyncReport):
                    outcome = report_html(news, {path.name for path in paths})
                else:
                    yield progress_html(news), gr.skip(), gr.skip()
        except Exception as error:
            outcome = note_html(explained(error))
        for path in paths:
            path.unlink(missing_ok=True)
        swept(self._uploads)
        yield outcome, self.shelved(), self._conversation(conversation)

    def deleted(self, conversation: Conversation, event: gr.EventData) -> tuple[Update, Update]:
        """Delete a document; gives updates of (table, conversation shown)."""
        try:
            self._library.delete(str(_data(event).get("document", "")))
        except Exception as error:
            raise gr.Error(html.escape(explained(error)), print_exception=False) from error
        return self.shelved(), self._conversation(conversation)

    def ask_endpoint(self, question: str, k: int = 10) -> AnswerRecord:
        """Answer a question by quoting the documents.

        Args:
            question: At most 2,000 characters.
            k: Passages to read, from 1 to 50.

        Returns:
            The answer with its citations; offsets are half-open and in characters of the document's text.
        """
        try:
            return answer_record(self._library.ask(question, k=_k(k)))
        except Exception as error:
            raise gr.Error(explained(error), print_exception=False) from error

    def retrieve_endpoint(self, question: str, k: int = 10) -> list[HitRecord]:
        """Find the passages closest to a question.

        Args:
            question: At most 2,000 characters.
            k: Hits to give, from 1 to 50.

        Returns:
            Hits, best first.
        """
        try:
            return [hit_record(hit) for hit in self._library.retrieve(question, k=_k(k))]
        except Exception as error:
            raise gr.Error(explained(error), print_exception=False) from error

    def _exchange(self, question: str, conversation: Conversation) -> Exchange:
        try:
            return Exchange(question, self._library.ask(question, history=turns(conversation)))
        except Exception as error:
            return Exchange(question, problem=explained(error))

    def _stage(self) -> str:
        n_documents = len(self._library.documents())
        return f"Searching {counted(n_documents, 'document')} and reading the closest passages"

    def _conversation(self, conversation: Conversation, more: str = "") -> str:
        if conversation or more:
            return conversation_html(conversation, more=more)
        return conversation_html((), welcome=welcome_html(len(self._library.documents()), self._examples))


def _data(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}


def _number(event: gr.EventData, name: str, *, below: int) -> int | None:
    value = _data(event).get(name)
    return value if isinstance(value, int) and 0 <= value < below else None


def _place(conversation: Conversation, event: gr.EventData) -> tuple[int, int, Citation] | None:
    """The exchange, the place in it and its citation that a button stands for; None if there is no such place."""
    number = _number(event, "exchange", below=len(conversation))
    answer = None if number is None else conversation[number].answer
    if number is None or answer is None:
        return None
    cited = places(answer)
    index = _number(event, "place", below=len(cited))
    return None if index is None else (number, index, cited[index])


def _within(folder: Path, paths: object) -> list[Path]:
    """Those of the paths that are files below the folder: what the browser names is not trusted."""
    named = (
        [Path(path) for path in paths if isinstance(path, str) and "\0" not in path]
        if isinstance(paths, list)
        else []
    )
    return [path for path in named if path.resolve().is_relative_to(folder) and path.is_file()]


def _k(k: int) -> int:
    return min(50, max(1, int(k)))
