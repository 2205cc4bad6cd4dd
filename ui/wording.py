"""The window's own words: how sure, which kind of "no answer", where something stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath
from urllib.parse import urlsplit

from index.types import Document
from rag.agreement import Statement, count_sources
from rag.types import Citation, Outcome
from ui.remnants import Remnant

PROMISE = "Everything stays on this machine."
PROMISE_TO_OTHERS = "Everything stays on the machine that serves this page."

_SURENESS = ((0.85, "Very likely"), (0.65, "Likely"), (0.4, "Possible"), (0.0, "Unlikely"))

_NO_ANSWER = {
    Outcome.NOTHING_RETRIEVED: (
        "Nothing in your documents comes close to this question.",
        "Try other words, or add the documents that should answer it.",
    ),
    Outcome.NO_SPAN: (
        "Your documents speak about this, but none of them states an answer.",
        "Try other words, read the closest passages under Evidence, or ask more documents if you chose only some.",
    ),
    Outcome.BELOW_THRESHOLD: (
        "Nothing in your documents answers this surely enough.",
        "A possible answer was held back, because it may well be wrong: open it under Evidence, or try other words.",
    ),
}


def sureness(confidence: float) -> str:
    """A confidence in words: "Very likely"."""
    return next(words for floor, words in _SURENESS if confidence >= floor or floor == 0.0)


def percent(confidence: float) -> int:
    """A confidence as a whole number from 1 to 99: nothing read by a machine is certain."""
    return min(99, max(1, round(100 * confidence)))


def meaning(confidence: float) -> str:
    """What the number promises."""
    return f"Of 100 answers given with this confidence, about {percent(confidence)} are right."


def no_answer(outcome: Outcome) -> tuple[str, str]:
    """What kind of "no answer" it is, and what to do about it."""
    return _NO_ANSWER[outcome]


def day(value: date | None) -> str:
    """A date as "12 March 2024"; "" without one."""
    return f"{value.day} {value:%B %Y}" if value is not None else ""


def source_name(document: Document) -> str:
    """Name of the file, or host and path of the address; never a path on this machine."""
    if document.source.startswith(("http://", "https://")):
        address = urlsplit(document.source)
        return f"{address.hostname}{address.path}".rstrip("/")
    return PurePath(document.source).name


def place(citation: Citation, *, whole_path: bool = False) -> list[str]:
    """Where a citation stands, after its title: page, heading (or the path of headings), date of the document."""
    heading = citation.heading if whole_path else citation.heading.rsplit(" > ", 1)[-1]
    parts = [f"page {citation.page}" if citation.page is not None else "", heading]
    return [part for part in [*parts, day(citation.document.date), fate(citation.document)] if part]


def fate(document: Document) -> str:
    """What became of a document since it was quoted: "removed since", "changed since"; "" if it is as it was."""
    if not isinstance(document, Remnant):
        return ""
    return "removed since" if document.was_removed else "changed since"


def counted(n: int, noun: str) -> str:
    """ "1 passage", "2 passages", "1,204 passages"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def agreement(said: Statement) -> str:
    """How many say it, where they are several: "3 sources say this."; "" for a single place."""
    n_documents = len({citation.document.id for citation in said.citations})
    if len(said.sources) > 1:
        return f"{counted(len(said.sources), 'source')} say this."
    if n_documents > 1:
        return f"{counted(n_documents, 'document')} say this, copies of one text."
    return f"{counted(len(said.citations), 'place')} of one document say this." if len(said.citations) > 1 else ""


def who_says(said: Sequence[Statement], i: int) -> str:
    """How many sources say statement `i`: "2 of 3 sources say", "one says", "one of them also says"."""
    n, n_sources = len(said[i].sources), count_sources(said)
    if i == 0:
        counts = "one source" if n_sources == 1 else f"{n} of {n_sources} sources"
        return f"{counts} {_say(n)}"
    earlier = frozenset().union(*(one.sources for one in said[:i]))
    again, n_new = said[i].sources & earlier, len(said[i].sources - earlier)
    if not again:
        return f"{_number(n)} {_say(n)}"
    is_same = all(one.sources == again for one in said[:i])
    who = f"the same {_number(len(again))}" if is_same else f"{_number(len(again))} of them"
    if n_new:
        return f"{who} and {'another' if n_new == 1 else f'{n_new} others'} say"
    return f"{who} {_say(n)}" if is_same else f"{who} also {_say(n)}"


def _say(n: int) -> str:
    return "says" if n == 1 else "say"


def _number(n: int) -> str:
    return "one" if n == 1 else str(n)


def disagreement(said: Sequence[Statement]) -> str:
    """All that the documents answer in one line: "2 of 3 sources say 30,000 (9 February 2022); one says 10,000"."""
    return "; ".join(f"{who_says(said, i)} {' '.join(one.text.split())}{_dated(one)}" for i, one in enumerate(said))


def _dated(said: Statement) -> str:
    if said.date is None:
        return ""
    return f" ({day(said.date)}, the newest)" if said.is_newest else f" ({day(said.date)})"
