"""What a click or a return key asks for: which question, after which exchanges, and whether it follows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.types import Turn
from ui.roles import Conversation, turns


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to ask.

    Attributes:
        question: In words.
        before: What stays of the conversation; the last exchange is left out if this question replaces it.
        is_follow_up: Whether it may be resolved with what was asked before; else it is searched for as it is.
    """

    question: str
    before: Conversation
    is_follow_up: bool = True

    @property
    def history(self) -> list[Turn]:
        """What a follow-up is resolved with."""
        return turns(self.before) if self.is_follow_up else []


def wanted(
    typed: str, sent: Mapping[str, Any], conversation: Conversation, *, examples: Sequence[str] = ()
) -> Wanted | None:
    """What is wanted; None if it is nothing that can be asked.

    Args:
        typed: What stands in the question box.
        sent: What came with the event, not trusted: {} for the return key, the number of an "example", the "next"
            question that was offered, or what to do with the last one: ask it "again", search for its own words
            ("plain"), ask another "instead", search "exactly" for another.
        conversation: The exchanges so far.
        examples: The questions that were offered.
    """
    found = _follow(typed, sent, conversation, examples) if not _LAST & set(sent) else _replace(sent, conversation)
    return found if found is not None and found.question else None


_LAST = {"again", "plain", "instead", "exactly"}


def _follow(
    typed: str, sent: Mapping[str, Any], conversation: Conversation, examples: Sequence[str]
) -> Wanted | None:
    if not sent:
        return Wanted(typed.strip(), conversation)
    following = sent.get("next")
    if isinstance(following, str):
        return Wanted(following.strip(), conversation, is_follow_up=False)
    number = sent.get("example")
    known = isinstance(number, int) and 0 <= number < len(examples)
    return Wanted(examples[number], conversation) if known else None  # type: ignore[index]


def _replace(sent: Mapping[str, Any], conversation: Conversation) -> Wanted | None:
    if not conversation:
        return None
    *before, last = conversation
    if "again" in sent:
        # One that was searched for as it was typed is so again, also where it was made to by the person.
        was_resolved = last.answer is None or last.answer.asked != last.answer.question
        return Wanted(last.question, tuple(before), is_follow_up=was_resolved)
    if "plain" in sent:
        return Wanted(last.question, tuple(before), is_follow_up=False)
    words = sent.get("instead", sent.get("exactly"))
    return Wanted(words.strip(), tuple(before), is_follow_up="instead" in sent) if isinstance(words, str) else None
