"""Gold questions, tied to the documents of a library: every offset is checked before anything is measured.

JSON Lines in two forms, or SQuAD JSON (`eval.squad`). Without answers a question is unanswerable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from eval.metrics import normalise
from index.errors import InvalidQuestionError, QuotebackError
from index.types import Document
from rag.conversation import resolve
from rag.question import checked_question
from rag.types import Citation, Turn

NOT_IN_LIBRARY = "not_in_library"
LOST_IN_PARSING = "lost_in_parsing"
_N_SHOWN = 10  # bad lines
_N_GONE_SHOWN = 5

# Name and content of each line; a string for content is the reason why the line can't be used.
_Lines: TypeAlias = Iterator[tuple[str, dict[str, Any] | str]]


class GoldError(QuotebackError, ValueError):
    """The gold file is wrong; the message names the lines and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with all that is accepted as its answer.

    Attributes:
        answers: Accepted words; () for an unanswerable question.
        evidence: Every place that states an accepted answer.
        gone: Why a place could not be found, `NOT_IN_LIBRARY` or `LOST_IN_PARSING`, one for each such place.
        kind: What sort of question it is, as the gold file says; "" if it doesn't.
        history: Earlier turns of the conversation, oldest first.
        disagree: Whether the documents give different answers, all of them accepted.
        document: Name of the document it was written on; questions on one document count as one group.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    evidence: tuple[Citation, ...] = ()
    gone: tuple[str, ...] = ()
    kind: str = ""
    history: tuple[Turn, ...] = ()
    disagree: bool = False
    document: str = ""


@dataclass(frozen=True, slots=True)
class Gold:
    """The questions of one gold file, in its order; `sha256` is the file's.

    Attributes:
        gone: Names of the lines with evidence that could not be found.
    """

    name: str
    sha256: str
    questions: tuple[GoldQuestion, ...]
    gone: tuple[str, ...] = ()


def load_gold(path: Path, documents: Sequence[Document], *, strict: bool = True) -> Gold:
    """Read gold questions and find their evidence in the documents.

    A line of a `.jsonl` file is `{"id", "question", "answers": [...], "evidence": [["name", start, end]]}`,
    if wanted with `"kind"`, `"history": [["question", "answer"], ...]` and `"disagree"`; or the compact
    `{"id", "question", "answers", "document": "name", "evidence": [start, end] or null}`. A name is the
    source of a document or the end of it. `.json` and `.json.gz` are SQuAD. A question that was written on
    several passages has several lines with one id: what answers any of them answers it.

    Args:
        strict: Whether evidence that is not where the file says is an error; else its question is kept,
            counts as a miss, and says in `gone` what became of the evidence.

    Raises:
        GoldError: The file can't be read, or lines of it are wrong (the first ten are named).
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GoldError(f"The gold file {str(path)!r} can't be read ({error.strerror}). Check its name.") from error
    if path.name.endswith((".json", ".json.gz")):
        from eval.squad import squad_lines  # it needs GoldError

        lines: _Lines = squad_lines(data, path.name)
    else:
        lines = json_lines(data)
    finder = _Finder(documents, strict=strict)
    questions, gone = _questions(lines, finder, path.name)
    return Gold(path.name, hashlib.sha256(data).hexdigest(), questions, gone)


def gone_sentence(gold: Gold) -> str:
    """How many questions have evidence that could not be found, with the first lines of it; "" if none has."""
    n_questions = sum(bool(question.gone) for question in gold.questions)
    if not n_questions:
        return ""
    more = f" and {len(gold.gone) - _N_GONE_SHOWN} more" if len(gold.gone) > _N_GONE_SHOWN else ""
    return (
        f"Evidence of {n_questions:,} of {len(gold.questions):,} questions is not in the library, or reads "
        f"differently there: {', '.join(gold.gone[:_N_GONE_SHOWN])}{more}. A question without other evidence counts "
        "as lost there. See: quoteback gold check"
    )


def json_lines(data: bytes) -> _Lines:
    """The lines of a gold file that is not SQuAD's, each by its number, without the empty ones."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line.decode("utf-8-sig"))
            json.dumps(content, ensure_ascii=False).encode()  # half a surrogate pair can't be written anywhere
        except ValueError as error:
            content = f"is not JSON ({error})"
        yield f"line {number}", content if isinstance(content, dict | str) else "is not a JSON object"


def _questions(lines: _Lines, finder: _Finder, name: str) -> tuple[tuple[GoldQuestion, ...], tuple[str, ...]]:
    """The questions, and the lines with evidence that could not be found."""
    questions: dict[str, GoldQuestion] = {}
    problems: list[str] = []
    gone: list[str] = []
    for place, content in lines:
        try:
            if isinstance(content, str):
                raise ValueError(content)
            question = _question(content, finder)
            questions[question.id] = _merged(questions.get(question.id, question), question)
            gone += [place] if question.gone else []
        except ValueError as error:
            problems.append(f"{place} {error}")
    if problems:
        more = f"; and {len(problems) - _N_SHOWN} more" if len(problems) > _N_SHOWN else ""
        lines_named = "1 bad line" if len(problems) == 1 else f"{len(problems)} bad lines"
        raise GoldError(f"{name} has {lines_named}: {'; '.join(problems[:_N_SHOWN])}{more}.")
    if not questions:
        raise GoldError(f"{name} holds no questions.")
    return tuple(questions.values()), tuple(gone)


def _merged(known: GoldQuestion, again: GoldQuestion) -> GoldQuestion:
    """One question of two lines with the same id."""
    if (known.question, known.history) != (again.question, again.history):
        raise ValueError(f"has the id {known.id!r} of another question")
    return replace(
        known,
        answers=tuple(dict.fromkeys(known.answers + again.answers)),
        evidence=tuple(dict.fromkeys(known.evidence + again.evidence)),
        gone=tuple(dict.fromkeys(known.gone + again.gone)),
    )


def _question(content: dict[str, Any], finder: _Finder) -> GoldQuestion:
    answers = _strings(content.get("answers", []), "answers")
    places = _places(content)
    if answers and not places:
        raise ValueError("has answers but no evidence")
    if places and not answers:
        raise ValueError("has evidence but no answers")
    found = [finder.find(*place, answers) for place in places]
    document = content.get("document") or (places[0][0] if places else "")
    history = tuple(Turn(*_strings(turn, "history", n=2)) for turn in _list(content, "history"))
    return GoldQuestion(
        id=_string(content, "id"),
        question=_askable(_string(content, "question"), history),
        answers=answers,
        evidence=tuple(place for place in found if isinstance(place, Citation)),
        gone=tuple(place for place in found if isinstance(place, str)),
        kind=str(content.get("kind", "")),
        history=history,
        disagree=bool(content.get("disagree", False)),
        document=str(document),
    )


def _askable(question: str, history: Sequence[Turn]) -> str:
    """The question, which a library takes as it is and as a follow-up."""
    try:
        for asked in (question, resolve(question, history)):
            checked_question(asked, 1)
    except InvalidQuestionError as error:
        raise ValueError(f"can't be asked ({error})") from error
    return question


def _places(content: dict[str, Any]) -> list[tuple[str, int, int]]:
    """The places of either form, as (document, start, end)."""
    evidence = _list(content, "evidence")
    if len(evidence) == 2 and not any(isinstance(offset, list) for offset in evidence):
        evidence = [[content.get("document"), *evidence]]
    for place in evidence:
        match place:
            case [str(), int(start), int(end)] if 0 <= start < end:
                continue
            case _:
                raise ValueError(f"has the evidence {place!r}, which is not [document, start, end]")
    return [tuple(place) for place in evidence]


def _list(content: dict[str, Any], key: str) -> list[Any]:
    value = content.get(key)
    if value is not None and not isinstance(value, list):
        raise ValueError(f"has {key} {value!r}, which is not a list")
    return value or []


def _string(content: dict[str, Any], key: str) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"has no {key}")
    return value


def _strings(values: object, key: str, *, n: int | None = None) -> tuple[str, ...]:
    if (
        not isinstance(values, list)
        or not all(isinstance(value, str) for value in values)
        or n not in (None, len(values))
    ):
        raise ValueError(f"has {key} {values!r}, which is not a list of {n or 'only'} strings")
    if n is None and not all(value.strip() for value in values):
        raise ValueError(f"has an empty string among its {key}")
    return tuple(values)


class _Finder:
    """Finds evidence in a library's documents; looks every name up once."""

    def __init__(self, documents: Sequence[Document], *, strict: bool) -> None:
        self._documents = documents
        self._strict = strict
        self._named: dict[str, list[Document]] = {}

    def find(self, name: str, start: int, end: int, answers: Sequence[str]) -> Citation | str:
        """The place as a citation, or what became of it.

        Raises:
            ValueError: It is not there and the finder is strict, or the name means several documents.
        """
        named = self._documents_named(name)
        if len(named) > 1:
            raise ValueError(f"names the document {name!r}, which could be {named[0].source} or {named[1].source}")
        if not named:
            return self._missing(NOT_IN_LIBRARY, f"names the document {name!r}, which is not in the library")
        words = named[0].text[start:end]
        if normalise(words) not in map(normalise, answers):
            found = f"has evidence {name} [{start}, {end}), which reads {words[:60]!r} and is none of its answers"
            return self._missing(LOST_IN_PARSING, found)
        return Citation(named[0], start, end)

    def _documents_named(self, name: str) -> list[Document]:
        if name not in self._named:
            exact = [d for d in self._documents if d.source == name]
            self._named[name] = exact or [d for d in self._documents if d.source.endswith("/" + name)]
        return self._named[name]

    def _missing(self, stage: str, problem: str) -> str:
        if self._strict:
            raise ValueError(problem)
        return stage
