"""From logits to spans of tokens: start and end chosen together, inside the passage, of bounded length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_spans(
    start_logits: NDArray[np.float32],
    end_logits: NDArray[np.float32],
    *,
    max_tokens: int,
    n_best: int,
) -> list[tuple[int, int, float]]:
    """The best spans that share no token, best first.

    Args:
        start_logits: Logits of the passage's tokens only, shape (n_tokens,).
        end_logits: The same.
        max_tokens: The most tokens a span may have.
        n_best: Spans wanted; fewer come back if there is no room for more.

    Returns:
        (first token, last token, start logit + end logit). Of equal spans the earlier, then the shorter, is first.
    """
    # Not softmaxed per passage: a sure reader of an irrelevant passage would beat an unsure
    # reader of the right one (Clark & Gardner 2018).
    scores, last = _scores(start_logits, end_logits, max_tokens)  # (n_tokens, length): row = first token
    first = np.arange(len(scores))[:, None]
    found: list[tuple[int, int, float]] = []
    for _ in range(n_best):
        if not scores.size or np.max(scores) == -np.inf:
            break
        i, extra = divmod(int(np.argmax(scores)), scores.shape[1])
        found.append((i, i + extra, float(scores[i, extra])))
        scores[(first <= i + extra) & (last >= i)] = -np.inf
    return found


def _scores(
    start_logits: NDArray[np.float32], end_logits: NDArray[np.float32], max_tokens: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    n_tokens = len(start_logits)
    last = np.arange(n_tokens)[:, None] + np.arange(min(max_tokens, n_tokens))[None, :]
    padded = np.concatenate([end_logits, np.full(max_tokens, -np.inf, dtype=np.float32)])
    scores: NDArray[np.float32] = (start_logits[:, None] + padded[last]).astype(np.float32)
    return scores, last
