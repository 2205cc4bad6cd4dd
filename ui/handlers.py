"""What each event of the Ask tab does. The library's answers go in, updates of the page come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from index.types import Filter
from rag.types import Citation
from ui.events import number_of
from ui.evidence import evidence_html
from ui.feedback import Feedback
from ui.pages import page_picture
from ui.problems import explained
from ui.render import conversation_html, note_html, pending_html, question_html
from ui.roles import Conversation, Exchange, Library, places, turns
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

    def __init__(self, library: Library, examples: Sequence[str], feedback: Feedback) -> None:
        self._library = library
        self._examples = tuple(examples)
        self._feedback = feedback

    def opened(self, conversation: Conversation) -> str:
        """The conversation, for a page that was just loaded."""
        return self._conversation(conversation)

    def answered(
        self, question: str, conversation: Conversation, where: Filter, event: gr.EventData
    ) -> Iterator[tuple[Update, Update, Conversation, Update]]:
        """Answer a question; gives updates of (question, conversation shown, conversation, evidence)."""
        example = number_of(event, "example", below=len(self._examples))
        asked = (question if example is None else self._examples[example]).strip()
        if not asked:
            yield gr.skip(), gr.skip(), conversation, gr.skip()
            return
        waiting = self._conversation(conversation, question_html(asked) + pending_html(self._stage(where)))
        yield gr.Textbox(value="", submit_btn=False, stop_btn="Stop"), waiting, conversation, gr.skip()
        done = (*conversation, self._exchange(asked, conversation, where))
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
        number = number_of(event, "exchange", below=len(conversation))
        return _EMPTY if number is None else evidence_html(conversation[number], number)

    def opened_place(self, conversation: Conversation, event: gr.EventData) -> str:
        """The document's own text around a place of an exchange."""
        found = _place(conversation, event)
        if found is None:
            return _EMPTY
        number, index, citation = found
        more = {name: number_of(event, name, below=1_000_000) for name in ("earlier", "later")}
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

    def _exchange(self, question: str, conversation: Conversation, where: Filter) -> Exchange:
        try:
            return Exchange(question, self._library.ask(question, history=turns(conversation), where=where))
        except Exception as error:
            return Exchange(question, problem=explained(error))

    def _stage(self, where: Filter) -> str:
        n_documents = sum(map(where.admits, self._library.documents()))
        return f"Searching {counted(n_documents, 'document')} and reading the closest passages"

    def _conversation(self, conversation: Conversation, more: str = "") -> str:
        if conversation or more:
            return conversation_html(conversation, more=more, verdicts=self._feedback.verdicts())
        return conversation_html((), welcome=welcome_html(len(self._library.documents()), self._examples))


def _place(conversation: Conversation, event: gr.EventData) -> tuple[int, int, Citation] | None:
    """The exchange, the place in it and its citation that a button stands for; None if there is no such place."""
    number = number_of(event, "exchange", below=len(conversation))
    answer = None if number is None else conversation[number].answer
    if number is None or answer is None:
        return None
    cited = places(answer)
    index = number_of(event, "place", below=len(cited))
    return None if index is None else (number, index, cited[index])
