"""Follow-up questions: made into questions that stand alone, by rules whose result is always shown to the person.

Three kinds are known: a pronoun ("when did they start?") takes the subject of the question before; a fragment
("and in 2023?") takes its words and replaces what it replaces; everything else stands alone already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import STOP_WORDS
from rag.types import Turn

_OPENING = re.compile(r"^(?:(?:and|but|so|then|also|ok|okay)\b[\s,]*)*(?:(?:what|how) about\b\s*)?", re.IGNORECASE)
_PERSON = frozenset(("he", "she", "him", "her", "his", "hers"))
_POSSESSIVE = frozenset(("his", "hers", "its", "their", "theirs"))
_THING = frozenset(("it", "its", "they", "them", "their", "theirs", "this", "that", "these", "those", "there"))
_PLURAL = frozenset(("they", "them", "their", "theirs", "these", "those"))
_PREPOSITIONS = frozenset(("at", "by", "during", "for", "from", "in", "of", "on", "to", "under", "with", "without"))
_QUESTION_WORDS = frozenset(("who", "whom", "whose", "what", "which", "when", "where", "why", "how"))
_VERBS = frozenset(("is", "are", "was", "were", "do", "does", "did", "can", "will", "has", "have"))
_ASKING = _QUESTION_WORDS | _VERBS
_WORD = re.compile(r"[\w'’-]+")
_SECOND = re.compile(rf"\band\s+(?:{'|'.join(sorted(_ASKING))})\b", re.IGNORECASE)
YEAR = re.compile(r"\b(?:1[5-9]|20|21)\d\d\b")
_WHEN = re.compile(rf"\s*(?:\b(?:in|of|for|during|from)\s+)?{YEAR.pattern}\s*", re.IGNORECASE)
_NAME = re.compile(r"(?:[^\W\d_a-z][\w'’.-]*)(?:\s+(?:(?:of|the|de|von|van|and|&)\s+)*(?:[^\W\d_a-z][\w'’.-]*|\d+))*")
_PLEONASTIC = re.compile(
    r"\b(?:is|are|was|were|will|do|does|did|can)\s+there\b|\bthere\s+(?:is|are|was|were|be)\b|\bthat\s+\w+"
    r"|\b(?:this|these|those)\s+(?:year|month|week)\b|\bit\s+(?:take|cost|rain|possible)s?\b",
    re.IGNORECASE,
)


def resolve(question: str, history: Sequence[Turn]) -> str:
    """The question that stands alone.

    Args:
        question: As it was asked.
        history: Earlier turns, oldest first; `Turn.question` is what was really asked then.

    Returns:
        `question` itself if it stands alone or nothing was asked before.
    """
    if not history:
        return question
    before = history[-1]
    bare = _OPENING.sub("", question).strip()
    pronoun = _pronoun(bare)
    if pronoun is not None:
        return _with_subject(bare, pronoun, before)
    if bare.rstrip("?!. ").lower() in _ASKING:
        return f"{bare.rstrip('?!. ')} {' '.join(_without_question_words(before.question))}?"
    is_opened = len(bare) < len(question.strip())
    if _is_fragment(bare) or (is_opened and not _asks(bare)):
        return _with_fragment(bare, before.question)
    return question


def subject(question: str) -> str:
    """What a question is about: its names, or else its words of content."""
    words = question.rstrip("?!. ").split()
    names = _names(words[1:] if words and words[0].lower() in _ASKING | _PREPOSITIONS else words)
    if names:
        return " ".join(dict.fromkeys(names))
    content = [w for w in words if w.lower() not in STOP_WORDS and w.lower() not in ("many", "much", "long")]
    return " ".join(content)


def _with_subject(bare: str, match: re.Match[str], before: Turn) -> str:
    """The question with its first pronoun replaced; the rest of the pronouns then refer to it."""
    pronoun = match.group().lower()
    asked_who = re.match(r"(?:who|whom|whose)\b", before.question, re.IGNORECASE) is not None
    counted = re.match(r"how (?:many|much)\s+", before.question, re.IGNORECASE)
    if asked_who and before.answer:
        referred = before.answer
    elif counted and pronoun in _PLURAL:
        words = before.question[counted.end() :].rstrip("?!. ").split()
        referred = " ".join(word for word in words if word.lower() not in _ASKING)
    else:
        referred = subject(before.question)
    if not referred:
        return bare
    if pronoun in _POSSESSIVE or (pronoun == "her" and re.match(r"\s+\w", bare[match.end() :])):
        referred += "'" if referred.endswith("s") else "'s"
    return bare[: match.start()] + referred + bare[match.end() :]


def _with_fragment(bare: str, previous: str) -> str:
    """The previous question with the part of the same kind replaced, or else with the fragment added."""
    stem = previous.rstrip("?!. ")
    fragment = bare.rstrip("?!. ")
    year = YEAR.search(fragment)
    if year and YEAR.search(stem):
        stem = YEAR.sub(year.group(), stem, count=1)
        fragment = _WHEN.sub(" ", fragment, count=1).strip(" ,")
        if not fragment:
            return f"{stem}?"
    first = fragment.split()[0].lower() if fragment else ""
    if first in _PREPOSITIONS:
        phrase = re.search(rf"\b{first}\b(?:\s+(?!(?:{'|'.join(_PREPOSITIONS)})\b)\S+)+", stem, re.IGNORECASE)
        if phrase:
            return stem[: phrase.start()] + fragment + stem[phrase.end() :] + "?"
        return f"{stem} {fragment}?"
    names = _names(stem.split()[1:])
    if names and _NAME.match(fragment):
        return stem[::-1].replace(names[-1][::-1], fragment[::-1], 1)[::-1] + "?"
    return f"{stem} {fragment}?"


def _names(words: Sequence[str]) -> list[str]:
    """What capitals mark as a name; nothing where every letter is one."""
    said = " ".join(words)
    return [] if said.isupper() and len(words) > 2 else _NAME.findall(said)


def _without_question_words(question: str) -> list[str]:
    """ "When was it built?" -> was it built: what is left before another question word is put in front."""
    words = question.rstrip("?!. ").split()
    while words and words[0].lower() in _QUESTION_WORDS | {"many", "much", "long"}:
        words = words[1:]
    return words


def _pronoun(bare: str) -> re.Match[str] | None:
    """The first pronoun that refers to something outside the question."""
    hidden = _PLEONASTIC.sub(lambda match: "\0" * len(match.group()), bare)
    first_word = len(hidden.split(maxsplit=1)[0]) if hidden.split() else 0
    names = [match.start() for match in _NAME.finditer(hidden, first_word)]  # a capital there is no sign of a name
    second = _SECOND.search(hidden)
    for match in _WORD.finditer(hidden):
        if second is not None and second.start() < match.start():
            return None  # "Who chairs the board and when was she elected?" says itself who she is
        if match.group().lower() in _PERSON | _THING and not any(start < match.start() for start in names):
            return match
    return None


def _is_fragment(bare: str) -> bool:
    words = bare.rstrip("?!. ").lower().split()
    return bool(words) and words[0] in _PREPOSITIONS and len(words) <= 6 and not _asks(bare)


def _asks(bare: str) -> bool:
    """Whether there is more than a noun: a question word with something to say, "In 2023, who chaired the board"."""
    words = [word.lower() for word in _WORD.findall(bare)]
    if words and words[0] in _PREPOSITIONS:  # "At what time" and "For how long" say nothing yet
        return any(word in _VERBS for word in words) or any(word in _QUESTION_WORDS for word in words[2:])
    return len(words) > 2 and words[0] in _ASKING
