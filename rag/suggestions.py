"""Questions to ask next: the one just answered, put to what else its passages name, and those that its document asks.

Each is asked before it is offered, and only offered if a sure answer names the same thing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from index.types import Document
from rag.conversation import YEAR
from rag.types import Answer

_NAME = re.compile(r"(?<=[^\W_] )[^\W\d_a-z][\w’'-]+(?: (?:(?:of|de|van|von|and) )?[^\W\d_a-z][\w’'-]+)+")
_N_TRIED = 6
_SURE = 0.7  # confidence
_MAX_CHARACTERS = 120  # of a question that stands in a document


def suggestions(answer: Answer, ask: Callable[[str], Answer], *, n: int = 3) -> list[str]:
    """At most n questions that stand alone and that the documents answer, likeliest first.

    Args:
        answer: What was answered last.
        ask: Asks the same documents.
    """
    found: list[str] = []
    given = {answer.text.casefold()}
    for question, name in islice(_candidates(answer).items(), _N_TRIED):
        tried = ask(question)
        if tried.confidence >= _SURE and tried.text.casefold() not in given and _names(tried, name):
            given.add(tried.text.casefold())
            found.append(question)
        if len(found) == n:
            break
    return found


def _candidates(answer: Answer) -> dict[str, str]:
    """Questions, each with what its answer's sentence, heading or title has to name."""
    if answer.citation is None:
        return {}
    title = answer.citation.document.title
    parts = [*YEAR.findall(answer.asked), *_NAME.findall(answer.asked), *([title] if title in answer.asked else [])]
    swapped = {answer.asked.replace(part, other): other for part in parts for other in _others(part, answer)}
    return swapped | {question: question for question in _asked_in(answer.citation.document)}


def _others(part: str, answer: Answer) -> list[str]:
    """What the passages name of the same kind: the nearest years, or names of as many words, the commonest first."""
    texts = [hit.passage.text for hit in answer.closest]
    if YEAR.fullmatch(part):
        years = {year for text in texts for year in YEAR.findall(text)} - {part}
        return sorted(years, key=lambda year: (abs(int(year) - int(part)), year))[:2]
    titles = [hit.passage.document.title for hit in answer.closest]
    names = Counter(titles if part in titles else _named(texts))
    words = part.split()
    alike = [name for name, _ in names.most_common() if len(name.split()) == len(words)]
    return [name for name in alike if not set(name.split()) & set(words)][:4]


def _named(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from _NAME.findall(text)


def _asked_in(document: Document) -> Iterator[str]:
    for heading in document.headings:
        said = " ".join(document.text[heading.start : heading.end].strip("# ").split())
        if said.endswith("?") and len(said) <= _MAX_CHARACTERS:
            yield said


def _names(answer: Answer, name: str) -> bool:
    cited = answer.citation
    return cited is not None and any(
        name in said for said in (cited.sentence.text, cited.heading, cited.document.title)
    )
