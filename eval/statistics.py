"""How sure a number is: bootstrap intervals and a paired permutation test.

Questions on one document are not independent, so whole groups are drawn and swapped, never single questions
(Miller 2024). The seed is fixed: the same records give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

SEED = 20_240_229
N_RESAMPLES = 1_000
N_PERMUTATIONS = 9_999


def groups_of(labels: Sequence[Hashable]) -> list[NDArray[np.intp]]:
    """Indices of the questions of each group, in order of first appearance."""
    members: dict[Hashable, list[int]] = {}
    for index, label in enumerate(labels):
        members.setdefault(label, []).append(index)
    return [np.array(indices, dtype=np.intp) for indices in members.values()]


def interval(
    statistic: Callable[[NDArray[np.intp]], float], groups: Sequence[NDArray[np.intp]]
) -> tuple[float, float] | None:
    """95 % percentile bootstrap interval (Efron & Tibshirani 1993).

    Args:
        statistic: From the indices of the questions drawn (with repeats) to the number; NaN where undefined.
        groups: Indices of the questions of each group.

    Returns:
        Low and high end; None with fewer than two groups or if no resample defines the number.
    """
    if len(groups) < 2:
        return None
    draws = np.random.default_rng(SEED).integers(len(groups), size=(N_RESAMPLES, len(groups)))
    values = np.array([statistic(np.concatenate([groups[group] for group in drawn])) for drawn in draws])
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [0.025, 0.975])
    return float(low), float(high)


def permutation_p(
    before: NDArray[np.float64], after: NDArray[np.float64], groups: Sequence[NDArray[np.intp]]
) -> float:
    """Two-sided p-value that `before` and `after` differ in mean only by chance (Fisher 1935).

    Args:
        before: One score a question.
        after: The other scores, of the same questions in the same order.
        groups: Indices of the questions of each group; a permutation swaps a whole group.
    """
    from scipy.stats import permutation_test  # scipy.stats takes most of a second to import

    sums = [np.array([scores[group].sum() for group in groups]) for scores in (before, after)]
    if np.array_equal(sums[0], sums[1]) or len(groups) < 2:
        return 1.0
    tested = permutation_test(
        sums,
        lambda a, b, axis: np.sum(b - a, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=N_PERMUTATIONS,
        rng=np.random.default_rng(SEED),
    )
    return float(tested.pvalue)
