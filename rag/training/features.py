"""From examples to cases: windows with the two tokens that the reader should point at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.training.data import Example
from rag.windows import Tokenizer, Tokens, Window, cut_windows

MAX_TOKENS = 320
_TITLED = 0.85  # share of examples that show their title, so that the reader can do with and without
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class LabelledWindow:
    """A window and what to point at in it: places in `window.ids`, or 0 ([CLS]) for "not here"."""

    window: Window
    start: int = 0
    end: int = 0


Case = tuple[LabelledWindow, ...]  # the windows of one question, which are learnt from together


def make_cases(
    examples: Sequence[Example], tokenizer: Tokenizer, *, seed: int, n_empty: int = 1, n_others: int = 3
) -> list[Case]:
    """Turn examples into cases, in the same order.

    Args:
        n_empty: The most windows without the answer that a long answerable text keeps.
        n_others: The most other passages that a case takes in, drawn by the seed.

    Returns:
        One case an example; none for an example whose answer no window holds whole.
    """
    cases: list[Case] = []
    for first in range(0, len(examples), _CHUNK):
        chunk = [_drawn(example, seed, n_others) for example in examples[first : first + _CHUNK]]
        texts = list({text: None for example in chunk for _, text in _passages(example)})
        passages = dict(zip(texts, tokenizer.tokens(texts), strict=True))
        questions = tokenizer.tokens([example.question for example in chunk])
        for example, question in zip(chunk, questions, strict=True):
            case = _case(example, question, passages, tokenizer, n_empty)
            if case:
                cases.append(case)
    return cases


def chance(seed: int, *parts: object) -> float:
    """A number in [0, 1) that depends on its arguments alone."""
    digest = hashlib.sha256(repr((seed, *parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _drawn(example: Example, seed: int, n_others: int) -> Example:
    """The example as this epoch shows it: some of the other passages, and its titles or none of them."""
    ranked = sorted(example.others, key=lambda other: chance(seed, "other", example.question, other))
    others = tuple(ranked[:n_others])
    if chance(seed, "title", example.id, example.question) < _TITLED:
        return replace(example, others=others)
    return replace(example, title="", others=tuple(("", text) for _, text in others))


def _passages(example: Example) -> list[tuple[str, str]]:
    return [(example.title, example.text), *example.others]


def _case(
    example: Example, question: Tokens, passages: Mapping[str, Tokens], tokenizer: Tokenizer, n_empty: int
) -> Case:
    own, *others = [
        cut_windows(
            question.ids,
            tokenizer.prefix(title),
            passages[text].ids,
            frame=tokenizer.frame,
            max_tokens=MAX_TOKENS,
        )
        for title, text in _passages(example)
    ]
    labelled = [_label(window, passages[example.text], example.answer) for window in own]
    case = _keep(labelled, example.answer is not None, n_empty)
    return case + tuple(LabelledWindow(window) for found in others for window in found) if case else ()


def _label(window: Window, passage: Tokens, answer: tuple[int, int] | None) -> LabelledWindow:
    if answer is None:
        return LabelledWindow(window)
    inside = np.flatnonzero((passage.ends > answer[0]) & (passage.starts < answer[1])) - window.first
    if not len(inside) or inside[0] < 0 or inside[-1] >= window.n_passage:
        return LabelledWindow(window)
    return LabelledWindow(window, int(inside[0]) + window.offset, int(inside[-1]) + window.offset)


def _keep(windows: list[LabelledWindow], is_answerable: bool, n_empty: int) -> Case:
    empty = [window for window in windows if not window.start]
    if not is_answerable:
        return tuple(empty[: n_empty + 1])
    full = [window for window in windows if window.start]
    # Of a long text the windows to learn "not here" from are far apart.
    spread = empty[:: max(1, len(empty) // max(1, n_empty))][:n_empty]
    return tuple(full[:1] + spread) if full else ()
