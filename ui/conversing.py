"""What becomes of a conversation: asked on, taken back, begun anew, opened again, deleted, saved as a file."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import gradio as gr

from rag.suggestions import suggestions
from ui.asking import asking
from ui.earlier import earlier_html, suggestions_html
from ui.events import data_of
from ui.export import as_html, as_json, as_markdown
from ui.handlers import Handlers
from ui.history import HistoryError
from ui.render import note_html, pending_html, question_html
from ui.roles import Conversation, Exchange, Library
from ui.scope import recalled
from ui.talk import Talk, Talks
from ui.wanted import Wanted, wanted

Update = Any  # a Gradio component or value
Shows = Callable[[Conversation, gr.EventData], str]
Judges = Callable[[Conversation, gr.EventData, gr.Request], None]
Page = tuple[Update, Update, Conversation, Update, Update]  # question box, conversation shown, it, evidence, who
_QUIET_SECONDS = 0.3  # what comes sooner needs no word about what is being done
_FORMS = {
    "md": (as_markdown, "text/markdown"),
    "html": (as_html, "text/html"),
    "json": (as_json, "application/json"),
}


class Conversing:
    """Handles what is done with conversations. What the page sends is checked; the exchanges are never read from it.

    Args:
        library: What is asked.
        talks: Where conversations are kept.
        handlers: Show them.
    """

    def __init__(self, library: Library, talks: Talks, handlers: Handlers) -> None:
        self._library = library
        self._talks = talks
        self._handlers = handlers
        self._trying = Lock()  # questions to go on with are tried for one page at a time

    def arrived(self, conversation: Conversation, who: str, request: gr.Request) -> Page:
        """The conversation that the page was in when it was loaded last."""
        # The box is left alone: a question that is typed while the page is loading would be lost in an update of it.
        return self._page(self._talks.resumed(conversation, who, request), gr.skip())

    def answered(
        self,
        typed: str,
        conversation: Conversation,
        who: str,
        where: str,
        event: gr.EventData,
        request: gr.Request,
    ) -> Iterator[tuple[Update, Update, Conversation, Update, Update, str]]:
        """Answer a question, a new one or the last one once more; the page's parts, and what is being asked."""
        talk = self._talks.resumed(conversation, who, request)
        want = wanted(typed, data_of(event), talk.conversation, examples=self._handlers.examples)
        if want is None:
            yield gr.skip(), gr.skip(), talk.conversation, gr.skip(), gr.skip(), ""
            return
        narrow = recalled(where, self._library.documents())
        # A new question shows at once by itself; where one is asked again, it must be seen that it is.
        is_new = len(want.before) == len(talk.conversation)
        quiet = _QUIET_SECONDS if is_new else 0.0
        news = asking(self._library, want.question, history=want.history, where=narrow, quiet_seconds=quiet)
        words = None if data_of(event) else ""  # in the box: a question that was typed leaves it
        for new in news:
            if isinstance(new, Exchange):
                yield *self._page(self._talks.kept(talk, (*want.before, new)), _box(words)), ""
            else:
                shown = self._waiting(talk, want, new)
                yield _box(words, is_busy=True), shown, talk.conversation, gr.skip(), gr.skip(), want.question
                words = None

    def stopped(
        self, typed: str, conversation: Conversation, asked: str, request: gr.Request
    ) -> tuple[Update, Update]:
        """Put the page back as it was before the question that was stopped, with its words in the box."""
        shown = self._handlers.shown(conversation, note_html("Stopped."), user=request.username or "")
        return _box(None if typed.strip() else asked), shown

    def undone(self, conversation: Conversation, who: str, request: gr.Request) -> Page:
        """Take the last question back into the question box."""
        talk = self._talks.resumed(conversation, who, request)
        if not talk.conversation:
            return self._page(talk, _box())
        *before, last = talk.conversation
        return self._page(self._talks.kept(talk, tuple(before)), _box(last.question))

    def begun(self, who: str, request: gr.Request) -> Page:
        """Begin a new conversation."""
        return self._page(self._talks.fresh(who, request), _box(""))

    def listed(self, conversation: Conversation, who: str, request: gr.Request) -> str:
        """The earlier conversations."""
        return self._list(self._talks.resumed(conversation, who, request))

    def reopened(self, who: str, event: gr.EventData, request: gr.Request) -> Page:
        """Open an earlier conversation."""
        talk = self._talks.fresh(who, request)
        return self._page(self._talks.opened(talk, str(data_of(event).get("conversation", ""))), _box(""))

    def deleted(self, conversation: Conversation, who: str, event: gr.EventData, request: gr.Request) -> Page:
        """Delete a conversation, and show the list of those that are left."""
        talk = self._talks.resumed(conversation, who, request)
        try:
            talk = self._talks.deleted(talk, str(data_of(event).get("conversation", "")))
        except HistoryError as error:
            return gr.skip(), gr.skip(), talk.conversation, earlier_html([], "", problem=str(error)), gr.skip()
        shown = self._handlers.shown(talk.conversation, user=talk.user)
        return gr.skip(), shown, talk.conversation, self._list(talk), talk.who

    def seen(self, show: Shows) -> Callable[[Conversation, str, gr.EventData, gr.Request], str]:
        """What shows a part of a conversation, made to find it again after the server was started anew."""

        def shown(conversation: Conversation, who: str, event: gr.EventData, request: gr.Request) -> str:
            return show(self._talks.resumed(conversation, who, request).conversation, event)

        return shown

    def judged(self, judge: Judges) -> Callable[[Conversation, str, gr.EventData, gr.Request], None]:
        """What keeps a verdict on a part of a conversation, likewise."""

        def judged(conversation: Conversation, who: str, event: gr.EventData, request: gr.Request) -> None:
            judge(self._talks.resumed(conversation, who, request).conversation, event, request)

        return judged

    def redrawn(self, conversation: Conversation, who: str, request: gr.Request) -> str:
        """The conversation as it is now."""
        talk = self._talks.resumed(conversation, who, request)
        return self._handlers.shown(talk.conversation, user=talk.user)

    def saved(self, conversation: Conversation, event: gr.EventData) -> str:
        """The conversation as a file, which the page's script offers as a download."""
        form = str(data_of(event).get("form", ""))
        if form not in _FORMS or not conversation:
            return ""
        write, kind = _FORMS[form]
        content = base64.b64encode(write(conversation).encode("utf-8", "replace")).decode()
        # The number makes the same file a new one, so that it can be saved twice.
        return f'<i data-name="conversation.{form}" data-kind="{kind}" data-n="{secrets.token_hex(4)}">{content}</i>'

    def suggested(self, conversation: Conversation, who: str, where: str, request: gr.Request) -> str:
        """What could be asked next."""
        last = self._talks.resumed(conversation, who, request).conversation[-1:]
        if not last or last[0].answer is None:
            return ""
        narrow = recalled(where, self._library.documents())
        try:
            with self._trying:
                found = suggestions(last[0].answer, lambda asked: self._library.ask(asked, where=narrow))
            return suggestions_html(found)
        except Exception:  # the documents may be gone or busy: then nothing is offered
            return ""

    def _page(self, talk: Talk, box: Update) -> Page:
        problem = note_html(talk.problem) if talk.problem else ""
        shown = self._handlers.shown(talk.conversation, problem, user=talk.user)
        return box, shown, talk.conversation, self._handlers.last_evidence(talk.conversation), talk.who

    def _waiting(self, talk: Talk, want: Wanted, stage: str) -> str:
        more = question_html(want.question) + pending_html(stage)
        return self._handlers.shown(want.before, more, is_busy=True, user=talk.user)

    def _list(self, talk: Talk) -> str:
        try:
            return earlier_html(self._talks.earlier(talk), talk.place.id, n_exchanges=len(talk.conversation))
        except HistoryError as error:
            return earlier_html([], "", problem=str(error))


def _box(words: str | None = None, *, is_busy: bool = False) -> Update:
    """The question box, with these words in it; None for those that stand there."""
    submit, stop = (False, "Stop") if is_busy else ("Ask", False)
    if words is None:
        return gr.Textbox(submit_btn=submit, stop_btn=stop)
    return gr.Textbox(value=words, submit_btn=submit, stop_btn=stop)
