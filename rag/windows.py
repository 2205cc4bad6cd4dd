"""What the reader reads: a question and a slice of one passage, as tokens of one bounded length.

Reading and training share this module, so that a window means the same in both. Long passages become several
overlapping windows; nothing of a passage is ever left out, and no window holds two passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_TOKENS = 384
STRIDE = 64
_MAX_QUESTION = 64
_MAX_PREFIX = 32


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's tokens: ids, and the characters `[starts, ends)` that each was made of; all shape (n_tokens,)."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Frame:
    """The ids that a tokenizer puts around a pair of texts, and the type ids of the two."""

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    types: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the model.

    Attributes:
        ids: Token ids, special tokens included, without padding.
        types: Type ids, the same length.
        n_head: Length of the question's part, up to and with what stands between the two texts.
        offset: Place in `ids` of the window's first passage token.
        first: Number of that token in the passage.
        n_passage: How many passage tokens the window holds.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    n_head: int
    offset: int
    first: int
    n_passage: int

    def __len__(self) -> int:
        return len(self.ids)


class Tokenizer:
    """A fast tokenizer that never cuts, pads or warns, and knows its own frame.

    Args:
        pretrained: A fast tokenizer of transformers.
    """

    def __init__(self, pretrained: Any) -> None:
        self._backend = pretrained.backend_tokenizer
        self._backend.no_truncation()
        self._backend.no_padding()
        self.frame = _frame(self._backend)
        self._colon = self.tokens([":"])[0].ids

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokens of each text, without special tokens."""
        found = self._backend.encode_batch(list(texts), add_special_tokens=False)
        return [_tokens(encoding.ids, encoding.offsets) for encoding in found]

    def prefix(self, title: str) -> NDArray[np.int64]:
        """Ids of "title :", at most 32; none for a blank title."""
        ids = self.tokens([title])[0].ids[: _MAX_PREFIX - len(self._colon)]
        return np.concatenate([ids, self._colon]) if len(ids) else ids


def cut_windows(
    question: NDArray[np.int64],
    prefix: NDArray[np.int64],
    passage: NDArray[np.int64],
    *,
    frame: Frame,
    max_tokens: int = MAX_TOKENS,
    stride: int = STRIDE,
) -> list[Window]:
    """Lay a question beside every part of a passage.

    Args:
        question: Ids; those past the 64th are not read.
        prefix: Ids that stand before every slice of the passage; those past the 32nd are not read.
        passage: Ids, of any number.
        max_tokens: The most a window may hold, special tokens included.
        stride: Tokens that neighbouring windows share; at most half of what a window can hold of a passage.

    Returns:
        Windows in reading order; none for a passage without tokens.

    Raises:
        ValueError: If `max_tokens` leaves no room for the passage.
    """
    head = np.concatenate([frame.before, question[:_MAX_QUESTION], frame.between]).astype(np.int64)
    lead = np.concatenate([head, prefix[:_MAX_PREFIX]])
    tail = np.array(frame.after, dtype=np.int64)
    room = max_tokens - len(lead) - len(tail)
    if room < 2:
        raise ValueError(f"A window of {max_tokens} tokens has no room for a passage. Allow at least 128.")
    return [
        _window(lead, passage[first : first + room], tail, len(head), first, frame.types)
        for first in _firsts(len(passage), room, min(stride, room // 2))
    ]


def _firsts(n_tokens: int, room: int, stride: int) -> range:
    n_more = max(0, n_tokens - room)
    step = room - stride
    return range(0, -(-n_more // step) * step + 1, step) if n_tokens else range(0)


def _window(
    lead: NDArray[np.int64],
    inside: NDArray[np.int64],
    tail: NDArray[np.int64],
    n_head: int,
    first: int,
    types: tuple[int, int],
) -> Window:
    ids = np.concatenate([lead, inside, tail])
    type_ids = np.full(len(ids), types[1], dtype=np.int64)
    type_ids[:n_head] = types[0]
    return Window(ids=ids, types=type_ids, n_head=n_head, offset=len(lead), first=first, n_passage=len(inside))


def _frame(backend: Any) -> Frame:
    # Asked of the tokenizer rather than known here: BERT has one separator between the texts, RoBERTa two.
    pair = backend.encode("a", "b")
    side = pair.sequence_ids
    left = [i for i, s in enumerate(side) if s == 0]
    right = [i for i, s in enumerate(side) if s == 1]
    return Frame(
        before=tuple(pair.ids[: left[0]]),
        between=tuple(pair.ids[left[-1] + 1 : right[0]]),
        after=tuple(pair.ids[right[-1] + 1 :]),
        types=(pair.type_ids[left[0]], pair.type_ids[right[0]]),
    )


def _tokens(ids: list[int], offsets: list[tuple[int, int]]) -> Tokens:
    places = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    return Tokens(ids=np.array(ids, dtype=np.int64), starts=places[:, 0], ends=places[:, 1])
