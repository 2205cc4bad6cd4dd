"""Whose conversation it is and where it is kept: what the page, the session and the file know, brought together.

The page holds an unguessable word for its browser and the place of its conversation; the session holds the
exchanges. After a restart the session is empty, and they are read from the file again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import gradio as gr

from ui.history import Earlier, History, HistoryError, Place
from ui.keeping import again, kept
from ui.roles import Conversation, Library

_WHO = re.compile(r"(?P<browser>[0-9a-f]{32})( (?P<id>[0-9a-f]{32}) (?P<revision>\d{1,9}))?", re.ASCII)


_NOWHERE = Place()
_USER = "user "


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, whose it is and where it is kept.

    Attributes:
        browser: The browser's own word; "" if it has none.
        owner: The user, or else the browser; "" for nobody, whose conversations are not kept.
        problem: Why it could not be read or kept, as a sentence; "" if it could.
    """

    browser: str
    owner: str
    place: Place = _NOWHERE
    conversation: Conversation = ()
    problem: str = ""

    @property
    def user(self) -> str:
        """The name of who logged in; "" without a login."""
        return self.owner.removeprefix(_USER) if self.owner.startswith(_USER) else ""

    @property
    def who(self) -> str:
        """What the page is to remember."""
        return f"{self.browser} {self.place.id} {self.place.revision}" if self.place.id else self.browser


class Talks:
    """The conversations of a library.

    Args:
        library: Whose documents they quote.
        history: Where they are kept.
    """

    def __init__(self, library: Library, history: History) -> None:
        self._library = library
        self._history = history

    def fresh(self, who: str, request: gr.Request) -> Talk:
        """A new conversation.

        Args:
            who: What the page remembers, not trusted.
            request: Names the user, if there is a login.
        """
        found = _WHO.fullmatch(who)
        browser = found["browser"] if found is not None else ""
        return Talk(browser, f"{_USER}{request.username}" if request.username else browser and f"browser {browser}")

    def resumed(self, conversation: Conversation, who: str, request: gr.Request) -> Talk:
        """The conversation that the page is in, read from the file if the session has none."""
        talk, found = self.fresh(who, request), _WHO.fullmatch(who)
        if found is None or found["id"] is None:
            return replace(talk, conversation=conversation)
        place = Place(found["id"], int(found["revision"]))
        return replace(talk, place=place, conversation=conversation) if conversation else self.opened(talk, place.id)

    def opened(self, talk: Talk, id_: str) -> Talk:
        """Another conversation of the same owner; an empty one if there is none of that id."""
        try:
            place, exchanges = self._history.load(talk.owner, id_)
        except HistoryError as error:
            return replace(talk, conversation=(), problem=str(error))
        documents = {document.id: document for document in self._library.documents()} if exchanges else {}
        return Talk(talk.browser, talk.owner, place, tuple(again(e, documents) for e in exchanges))

    def kept(self, talk: Talk, conversation: Conversation) -> Talk:
        """The talk with these exchanges instead, written to the file."""
        if not talk.owner:
            return replace(talk, conversation=conversation)
        try:
            place = self._history.save(talk.owner, talk.place, [kept(exchange) for exchange in conversation])
        except HistoryError as error:
            return replace(talk, conversation=conversation, problem=str(error))
        return replace(talk, place=place, conversation=conversation)

    def deleted(self, talk: Talk, id_: str) -> Talk:
        """The talk after a conversation of its owner was deleted: an empty one if it was this."""
        self._history.delete(talk.owner, id_)
        return Talk(talk.browser, talk.owner) if id_ == talk.place.id else talk

    def earlier(self, talk: Talk) -> Sequence[Earlier]:
        """All conversations of the owner, the one that was spoken in last first."""
        return self._history.earlier(talk.owner) if talk.owner else []
