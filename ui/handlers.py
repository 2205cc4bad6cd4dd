"""What the Ask tab shows: the conversation, the evidence of an exchange, an opened place."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from rag.types import Citation
from ui.earlier import actions_html
from ui.events import number_of
from ui.evidence import evidence_html
from ui.feedback import Feedback
from ui.pages import page_picture
from ui.problems import explained
from ui.render import conversation_html
from ui.roles import Conversation, Library, places
from ui.viewer import page_html, view, view_html
from ui.welcome import welcome_html

_EMPTY = evidence_html(None, 0)


class Handlers:
    """Shows conversations on a library. Nothing that the browser sends is trusted to be more than a number."""

    def __init__(self, library: Library, examples: Sequence[str], feedback: Feedback) -> None:
        self._library = library
        self.examples = tuple(examples)
        self._feedback = feedback

    def shown(self, conversation: Conversation, more: str = "", *, is_busy: bool = False, user: str = "") -> str:
        """The conversation as HTML.

        Args:
            conversation: The exchanges.
            more: What comes after them, as HTML.
            is_busy: Whether a question is being answered, so that the last one can't be changed.
            user: Whose verdicts are shown; "" without a login.
        """
        if not conversation and not more:
            return conversation_html((), welcome=welcome_html(len(self._library.documents()), self.examples))
        actions = actions_html(conversation[-1]) if conversation and not is_busy else ""
        return conversation_html(conversation, more=actions + more, verdicts=self._feedback.verdicts(user))

    def last_evidence(self, conversation: Conversation) -> str:
        """The evidence of the last exchange."""
        return evidence_html(conversation[-1], len(conversation) - 1) if conversation else _EMPTY

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


def _place(conversation: Conversation, event: gr.EventData) -> tuple[int, int, Citation] | None:
    """The exchange, the place in it and its citation that a button stands for; None if there is no such place."""
    number = number_of(event, "exchange", below=len(conversation))
    answer = None if number is None else conversation[number].answer
    if number is None or answer is None:
        return None
    cited = places(answer)
    index = number_of(event, "place", below=len(cited))
    return None if index is None else (number, index, cited[index])
