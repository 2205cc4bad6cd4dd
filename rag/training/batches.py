"""Batches of cases of about the same length, so that little of the work is padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from rag.training.features import Case, LabelledWindow

_BLOCK = 4000  # cases that are sorted by length together
_MULTIPLE = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded windows, shape (n_windows, n_tokens); what to point at, shape (n_windows,).

    Attributes:
        allowed: Where an answer may be: the passage's tokens, and [CLS].
        cases: Number of each window's case, ascending from 0.
    """

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    types: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    cases: NDArray[np.int64]


def plan(cases: Sequence[Case], *, batch_tokens: int, seed: int) -> list[list[int]]:
    """Which cases go together, in training order.

    Args:
        batch_tokens: The most tokens, padding included, in one batch (a larger case stands alone).

    Returns:
        Numbers of cases; every case is in exactly one batch.
    """
    random = Random(seed)
    order = list(range(len(cases)))
    random.shuffle(order)
    batches: list[list[int]] = []
    for first in range(0, len(order), _BLOCK):
        block = sorted(order[first : first + _BLOCK], key=lambda i: _longest(cases[i]))
        filled = _fill(block, cases, batch_tokens)
        random.shuffle(filled)
        batches += filled
    return batches


def collate(cases: Sequence[Case]) -> Batch:
    """Pad the windows of some cases to one length."""
    rows = [window for case in cases for window in case]
    shape = len(rows), _padded(max(len(row.window) for row in rows))
    ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    allowed = np.zeros(shape, dtype=np.bool_)
    allowed[:, 0] = True
    for i, row in enumerate(rows):
        window = row.window
        ids[i, : len(window)] = window.ids
        mask[i, : len(window)] = 1
        types[i, : len(window)] = window.types
        allowed[i, window.offset : window.offset + window.n_passage] = True
    return Batch(
        ids=ids,
        mask=mask,
        types=types,
        allowed=allowed,
        starts=_column(rows, "start"),
        ends=_column(rows, "end"),
        cases=np.repeat(np.arange(len(cases)), [len(case) for case in cases]),
    )


def _fill(block: list[int], cases: Sequence[Case], batch_tokens: int) -> list[list[int]]:
    batches: list[list[int]] = []
    n_rows = 0
    for i in block:
        length = _longest(cases[i])  # ascending within the block: the newest is the longest
        n_rows += len(cases[i])
        if batches and n_rows * length <= batch_tokens:
            batches[-1].append(i)
        else:
            batches.append([i])
            n_rows = len(cases[i])
    return batches


def _longest(case: Case) -> int:
    return _padded(max(len(row.window) for row in case))


def _padded(length: int) -> int:
    return -(-length // _MULTIPLE) * _MULTIPLE


def _column(rows: list[LabelledWindow], name: str) -> NDArray[np.int64]:
    return np.array([getattr(row, name) for row in rows], dtype=np.int64)
