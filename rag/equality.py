"""When two texts give the same answer: their words are compared, with all that makes an answer another one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from index.lexical import fold

_THOUSANDS = re.compile(r"(?<=\d)[,\u2009\u202f\u00a0 ](?=\d{3}\b)")
_SAID_ALIKE = (
    (re.compile(r"\b([ap])\.?\s?m\b\.?"), r"\1m"),  # before articles go: "9 a.m." is not "9 p.m."
    (re.compile(r"n['’]t\b"), " not"),
    (re.compile(r"\bno\.\s?(?=\d)"), "number "),
    (re.compile(r"%|\bper cent\b"), " percent "),
    (re.compile(r"(?:^|(?<=[\s(]))[-−–](?=[^\w\s]?\d)"), "minus "),
)
_DECIMAL = r"(?<![\d.,])\d+[.,]\d+(?![.,]?\d)"
_WORD = re.compile(rf"{_DECIMAL}|[^\W\d_]+[+#]+|\w+")
_ARTICLES = frozenset(("a", "an", "the"))
_OPPOSING = frozenset(("not", "no", "never", "neither", "nor", "none", "cannot", "without", "minus"))


def same_answer(a: str, b: str) -> bool:
    """Whether two texts give the same answer.

    Case, articles, punctuation, accents and the order of words don't count ("9 February 2022", "February 9, 2022").
    One may say more than the other ("30,000", "30,000 troops"), but no number more, nothing that says the opposite
    ("allowed", "not allowed"), and at most as much again.
    """
    words_a, words_b = _words(a), _words(b)
    small, large = sorted((words_a, words_b), key=len)
    if small == large:
        return bool(small) or a == b
    more = large - small
    return (
        bool(small)
        and small < large
        and len(more) <= 2 * len(small)
        and not more & _OPPOSING
        and not any(map(_has_digit, more))
    )


@lru_cache(maxsize=4096)  # every candidate is compared with many others
def _words(text: str) -> frozenset[str]:
    """The words of an answer as they are compared; decimals, signs and currencies are such words."""
    said = _THOUSANDS.sub("", fold(text))
    for pattern, alike in _SAID_ALIKE:
        said = pattern.sub(alike, said)
    currencies = (character for character in said if unicodedata.category(character) == "Sc")
    return frozenset((*_WORD.findall(said), *currencies)) - _ARTICLES


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)
