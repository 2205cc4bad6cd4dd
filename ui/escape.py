"""Text from outside, made safe to show: every character appears as itself, whatever the page does with it.

Anything but letters, digits and blanks becomes a numeric character reference. That holds in HTML, in Markdown
and in templates alike, so there is one rule for every place where a document's words are shown.
"""

from __future__ import annotations

import unicodedata

_UNSEEN = "▯"  # stands for a character that has no shape of its own
_PLAIN = "\t\n\r\u00ad"  # white space, and the soft hyphens that many documents are full of
_JOINERS = "\u200c\u200d"  # part of the spelling in Persian, in Indic scripts and in emoji


def characters(text: str) -> str:
    """Write a text as HTML that shows exactly its characters; those that can't be seen show as a mark."""
    return "".join(_shown(c, before) for before, c in zip(" " + text, text, strict=False))


def isolated(text: str) -> str:
    """The same inside <bdi>, so that its direction of writing can't reorder what stands around it."""
    return f"<bdi>{characters(text)}</bdi>"


def in_attribute(text: str) -> str:
    """The same for the value of an attribute, where a mark can't stand: the field itself shows what it holds."""
    return "".join(c if c == " " or c.isalpha() else f"&#{ord(c)};" for c in text)


def is_unseen(character: str, before: str = " ") -> bool:
    """Whether a character has no shape: controls, zero-width and bidirectional marks, tags, surrogates."""
    if character in _PLAIN or (character in _JOINERS and ord(before) > 0x300):
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") or _is_no_character(ord(character))


def _is_no_character(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _shown(character: str, before: str) -> str:
    if character == " " or character.isalpha() or (character.isascii() and character.isdigit()):
        return character
    if is_unseen(character, before):
        return f'<span class="qb-unseen" title="U&#43;{ord(character):04X}">{_UNSEEN}</span>'
    return f"&#{ord(character)};"
