"""Below each answer: whether it is right, and what was said about it. Pure: no Gradio here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from index.types import Document
from rag.types import Answer, Citation
from ui.escape import isolated
from ui.feedback import Kind, Verdict, key_of, mark_of, place_of
from ui.quoting import shortened

Verdicts = Mapping[str, Verdict]  # as `Feedback.verdicts` gives them
NONE: Verdicts = MappingProxyType({})

_ASKED = {True: "Is this right?", False: "Is it really not in your documents?"}
_SAID = {True: (("right", "Right"), ("wrong", "Wrong")), False: (("absent", "It is not"), ("present", "It is"))}


def verdict_html(answer: Answer, number: int, verdicts: Verdicts) -> str:
    """The question whether the answer of exchange `number` is right, and what was said to it last."""
    has_answer = answer.citation is not None
    verdict = verdicts.get(key_of(answer.asked))
    said = "" if verdict is None else _meant(verdict, answer)
    buttons = "".join(_button(number, kind, words, is_pressed=kind == said) for kind, words in _SAID[has_answer])
    return (
        f'<div class="qb-judge" role="group" aria-label="{_ASKED[has_answer]}"><span>{_ASKED[has_answer]}</span> '
        f"{buttons}{_then(number, said, verdict, answer)}</div>"
    )


def pick_html(number: int, index: int) -> str:
    """What appears in an opened document as soon as words of it are selected; the script fills in which."""
    return (
        '<p class="qb-pick" role="status" hidden><q></q> '
        f'<button type="button" class="qb-step" data-qb="pick" data-exchange="{number}" data-place="{index}">'
        "This is the right answer</button></p>"
    )


def this_html(citation: Citation, number: int, index: int) -> str:
    """A button that calls the words of place `index` of exchange `number` the right answer."""
    return (
        f'<button type="button" class="qb-step" data-qb="pick" data-exchange="{number}" data-place="{index}" '
        f'data-start="{citation.start}" data-end="{citation.end}">This is the right answer</button>'
    )


def _meant(verdict: Verdict, answer: Answer) -> str:
    """The verdict as far as it is about this answer, which may have changed since."""
    if verdict.kind is Kind.PRESENT and answer.citation is not None:
        return ""
    if verdict.kind is Kind.RIGHT and (answer.citation is None or mark_of(answer.citation) not in verdict.marks):
        return ""
    return str(verdict.kind)


def _then(number: int, said: str, verdict: Verdict | None, answer: Answer) -> str:
    if said in (Kind.WRONG, Kind.PRESENT):
        absent = "" if answer.citation is None else f" Or: {_button(number, 'absent', 'It is not in my documents')}"
        return f"<p>Open a source and select the words that are right.{absent}</p>"
    if said == Kind.ABSENT and answer.citation is not None:
        return "<p>You said that it is not in your documents.</p>"
    if said == Kind.HERE and verdict is not None:
        return f"<p>You marked {_words(verdict, answer)} as right.</p>"
    return ""


def _words(verdict: Verdict, answer: Answer) -> str:
    documents: dict[str, Document] = {hit.passage.document.id: hit.passage.document for hit in answer.closest}
    documents |= {citation.document.id: citation.document for citation in answer.citations}
    place = place_of(verdict.marks[0], documents) if verdict.marks else None
    return "another place" if place is None else f"<q>{isolated(shortened(place.text, 160))}</q>"


def _button(number: int, kind: str, words: str, *, is_pressed: bool = False) -> str:
    return (
        f'<button type="button" data-qb="judge" data-exchange="{number}" data-verdict="{kind}" '
        f'aria-pressed="{str(is_pressed).lower()}">{words}</button>'
    )
