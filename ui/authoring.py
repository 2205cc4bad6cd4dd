"""The dialogue in which a person writes gold questions on the passages of a library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from eval.author import append_line, gold_line, places_of
from index.errors import InvalidQuestionError
from index.types import Passage
from rag.question import checked_question
from rag.types import Citation
from ui.terminal import plain
from ui.wording import place

Ask = Callable[[str], str]  # a prompt in, a line out; EOFError when there is nobody any more
Say = Callable[[str], None]


def passages_left(
    passages: Iterable[Passage], lines: list[dict[str, Any]], names: Mapping[str, str]
) -> list[Passage]:
    """The passages after the last one that a line was written on; all of them if that is not among them."""
    order = list(passages)
    written = {(line.get("document"), *line["passage"]) for line in lines if isinstance(line.get("passage"), list)}
    places = [i for i, p in enumerate(order) if (names[p.document.id], p.start, p.end) in written]
    return order[places[-1] + 1 :] if places else order


def write_questions(passages: Iterable[Passage], path: Path, names: Mapping[str, str], *, ask: Ask, say: Say) -> int:
    """Ask for questions on one passage after another, until there are none or the person stops; how many came.

    Every question is in the file before the next is asked for.
    """
    n_written = 0
    try:
        for passage in passages:
            say(_shown(passage))
            while question := ask("Question (Enter: next passage, q: stop): ").strip():
                if question.lower() in ("q", "quit"):
                    return n_written
                try:
                    checked_question(question, 1)
                except InvalidQuestionError as error:
                    say(str(error))
                    continue
                evidence = _answers(passage, ask=ask, say=say)
                line = gold_line(question, evidence, names, document=passage.document.id, passage=passage)
                append_line(path, line)
                n_written += 1
                said = "  |  ".join(plain(answer) for answer in line["answers"])
                say(f"Written: {said or 'unanswerable'}.")
        say("These were all the passages.")
    except (EOFError, KeyboardInterrupt):
        pass
    return n_written


def _answers(passage: Passage, *, ask: Ask, say: Say) -> list[Citation]:
    """The places that answer; [] if the documents don't."""
    evidence: list[Citation] = []
    prompt = "Its answer, in the passage's words (Enter: the documents don't answer it): "
    while words := ask(prompt).strip():
        found = places_of(words, passage)
        if not found:
            say(f"{words!r} does not stand in this passage. Type it as it stands there.")
            continue
        evidence += _which(found, ask=ask, say=say)
        prompt = "Another wording that answers it too (Enter: no more): "
    return evidence


def _which(found: list[Citation], *, ask: Ask, say: Say) -> list[Citation]:
    if len(found) == 1:
        return found
    for number, citation in enumerate(found, start=1):
        say(f"  {number}. {_around(citation)}")
    while chosen := ask("Which of them answer it? (numbers; Enter: all): ").replace(",", " ").split():
        numbers = [int(number) for number in chosen if number.isdecimal()]
        if len(numbers) == len(chosen) and all(1 <= number <= len(found) for number in numbers):
            return [found[number - 1] for number in dict.fromkeys(numbers)]
        say(f"Numbers from 1 to {len(found)}, please.")
    return found


def _around(citation: Citation) -> str:
    text = citation.document.text
    before, after = text[max(0, citation.start - 40) : citation.start], text[citation.end : citation.end + 40]
    return f"…{plain(before)} [{plain(citation.text)}] {plain(after)}…"


def _shown(passage: Passage) -> str:
    where = Citation(passage.document, passage.start, passage.end)
    lines = [line for line in map(plain, passage.text.splitlines()) if line]
    return "\n".join(
        ["", plain(", ".join([passage.document.title, *place(where)])), *(f"  {line}" for line in lines), ""]
    )
