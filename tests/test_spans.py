"""Spans chosen from logits are those that trying every one would choose."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.spans import best_spans

# Whole numbers, so that sums are exact and ties are common.
logits = st.integers(0, 14).flatmap(lambda n: st.tuples(*[st.lists(st.integers(-9, 9), min_size=n, max_size=n)] * 2))


def row(numbers: list[int]) -> NDArray[np.float32]:
    return np.array(numbers, dtype=np.float32)


def by_trying_all(start: list[int], end: list[int], max_tokens: int, n_best: int) -> list[tuple[int, int, float]]:
    spans = [
        (i, j, float(start[i] + end[j])) for i in range(len(start)) for j in range(i, min(i + max_tokens, len(end)))
    ]
    kept: list[tuple[int, int, float]] = []
    for span in sorted(spans, key=lambda span: (-span[2], span[0], span[1])):
        if len(kept) < n_best and all(span[1] < other[0] or span[0] > other[1] for other in kept):
            kept.append(span)
    return kept


@given(logits, st.integers(1, 16), st.integers(1, 6))
def test_spans_are_those_that_trying_all_would_find(
    pair: tuple[list[int], list[int]], max_tokens: int, n_best: int
) -> None:
    start, end = pair
    found = best_spans(row(start), row(end), max_tokens=max_tokens, n_best=n_best)
    assert found == by_trying_all(start, end, max_tokens, n_best)


def test_a_start_after_the_end_is_never_paired_with_it() -> None:
    # The best start is token 2 and the best end token 0, but together they are no span.
    start, end = row([0, 0, 9]), row([9, 0, 0])
    assert best_spans(start, end, max_tokens=3, n_best=1) == [(0, 0, 9.0)]


def test_a_long_answer_is_found_up_to_the_limit_and_not_beyond() -> None:
    start, end = row([5, 0, 0, 0]), row([0, 0, 0, 5])
    assert best_spans(start, end, max_tokens=4, n_best=1) == [(0, 3, 10.0)]
    assert best_spans(start, end, max_tokens=3, n_best=1) == [(0, 0, 5.0)]


def test_no_tokens_give_no_spans() -> None:
    assert best_spans(row([]), row([]), max_tokens=5, n_best=3) == []
