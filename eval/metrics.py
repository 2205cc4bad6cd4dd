"""Every metric of the benchmark, each with one definition; pure functions over strings and arrays.

All are fractions in [0, 1]. An answer is "right" if its F1 against a gold answer is at least `RIGHT_F1`;
every metric about confidence uses that and nothing else. A metric of nothing is NaN.

They are written here because each is a line or two over a rank or a threshold, where the libraries want judgements by
document id or scores without ties; the tests hold them to ir-measures, scikit-learn and the SQuAD script.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RIGHT_F1 = 0.5
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, without ASCII punctuation, English articles and extra spaces (Rajpurkar et al. 2016)."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION)).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """1.0 if the prediction is a gold answer after normalisation (Rajpurkar et al. 2016).

    Without golds the question is unanswerable, and only "" is right (Rajpurkar et al. 2018).
    """
    return float(normalise(prediction) in _normalised(golds))


def token_f1(prediction: str, golds: Sequence[str]) -> float:
    """F1 of the shared tokens with the nearest gold answer (Rajpurkar et al. 2016, 2018).

    Tokens are what white space separates after `normalise`, as in the official script. A text in a script
    without spaces is therefore one token, and its F1 is its exact match.
    """
    return max(_f1(normalise(prediction).split(), gold.split()) for gold in _normalised(golds))


def _normalised(golds: Sequence[str]) -> list[str]:
    return [text for text in map(normalise, golds) if text] or [""]


def _f1(predicted: list[str], gold: list[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    n_shared = sum((Counter(predicted) & Counter(gold)).values())
    if n_shared == 0:
        return 0.0
    precision, recall = n_shared / len(predicted), n_shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def holds(start: int, end: int, evidence_start: int, evidence_end: int) -> bool:
    """Whether the passage `[start, end)` holds the evidence: at least half of its characters.

    The one definition of a relevant passage; both offsets count in the same document.
    """
    shared = min(end, evidence_end) - max(start, evidence_start)
    return shared > 0 and 2 * shared >= evidence_end - evidence_start


def success_at_k(rank: float, k: int) -> float:
    """1.0 if the first relevant passage stands at rank k or better; `rank` is from 1, infinite if not found.

    DPR-style papers call its mean Recall@k or top-k accuracy (Karpukhin et al. 2020).
    """
    return float(rank <= k)


def reciprocal_rank(rank: float, k: int) -> float:
    """1 / rank of the first relevant passage, 0 below rank k (Voorhees 1999)."""
    return 1.0 / rank if rank <= k else 0.0


def ndcg(ranked: Sequence[float], grades: Sequence[float], k: int) -> float:
    """Normalised discounted cumulative gain at k, for graded evidence only (Järvelin & Kekäläinen 2002).

    Args:
        ranked: Grade of each hit, best hit first; 0 for one that was not judged.
        grades: The grades of everything judged, in any order.
    """
    ideal = _dcg(sorted(grades, reverse=True)[:k])
    return _dcg(ranked[:k]) / ideal if ideal > 0 else nan


def _dcg(grades: Sequence[float]) -> float:
    return sum(grade / log2(place + 1) for place, grade in enumerate(grades, start=1))


def mean(values: Floats | Bools) -> float:
    """Arithmetic mean; NaN of nothing."""
    return float(np.mean(values)) if len(values) else nan


def best_f1(f1: Floats, confidence: Floats, answerable: Bools) -> tuple[float, float]:
    """The best mean F1 that any threshold on the confidence gives (Rajpurkar et al. 2018).

    The official script also cuts between equal confidences, which no threshold can do; this doesn't.

    Args:
        f1: Of the best span of each question, whether it was withheld or not; shape (n_questions,).
        confidence: Of the same span; NaN where there is none.
        answerable: Whether the question has gold answers.

    Returns:
        The mean F1 over all questions, and the lowest confidence answered at it (infinite if none should be).
    """
    if not len(f1):
        return nan, nan
    spans = ~np.isnan(confidence)
    order, ends = _by_confidence(confidence[spans])
    gains = np.cumsum((f1 - ~answerable)[spans][order])[ends]
    withheld = float(np.sum(~answerable))
    if not len(gains) or gains.max() <= 0:
        return withheld / len(f1), float("inf")
    best = int(np.argmax(gains))
    return (withheld + float(gains[best])) / len(f1), float(confidence[spans][order][ends[best]])


def auroc(right: Bools, confidence: Floats) -> float:
    """Chance that a right answer is given more confidence than a wrong one (Hanley & McNeil 1982)."""
    n_right = int(right.sum())
    n_pairs = n_right * (len(right) - n_right)
    if n_pairs == 0:
        return nan
    _, inverse, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[right].sum() - n_right * (n_right + 1) / 2) / n_pairs)


def risk_coverage(right: Bools, confidence: Floats) -> tuple[Floats, Floats]:
    """Share answered and share of those answers that is wrong, at every threshold (El-Yaniv & Wiener 2010).

    Returns:
        Coverage, ascending, and risk; one value for each different confidence.
    """
    order, ends = _by_confidence(confidence)
    n_given = ends + 1.0
    return n_given / max(1, len(right)), np.cumsum(~right[order])[ends] / n_given


def aurc(right: Bools, confidence: Floats) -> float:
    """Area under the risk-coverage curve, the mean risk; lower is better (Geifman & El-Yaniv 2017)."""
    coverage, risk = risk_coverage(right, confidence)
    return float(np.sum(np.diff(coverage, prepend=0.0) * risk)) if len(coverage) else nan


def coverage_at_precision(right: Bools, confidence: Floats, *, precision: float, n_answerable: int) -> float:
    """Answers that can be given at this precision, as a share of the answerable questions.

    After Kamath et al. 2020, who divide by all questions. Wrong answers are among those given, so that it
    can be as high as 1 / precision.
    """
    if n_answerable == 0:
        return nan
    order, ends = _by_confidence(confidence)
    n_given = ends + 1
    enough = np.cumsum(right[order])[ends] >= precision * n_given - 1e-9
    return float(n_given[enough].max(initial=0)) / n_answerable


def brier(right: Bools, confidence: Floats) -> float:
    """Mean squared distance between confidence and outcome; lower is better (Brier 1950)."""
    return mean((confidence - right) ** 2)


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies in `(low, high]`, the first bin with 0 too."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def reliability(right: Bools, confidence: Floats, *, n_bins: int = 10) -> list[Bin]:
    """Mean confidence and share of right answers in bins of equal width, without the empty ones."""
    numbers = np.clip(np.ceil(confidence * n_bins).astype(int) - 1, 0, n_bins - 1)
    bins: list[Bin] = []
    for number in np.unique(numbers):
        inside = numbers == number
        edges = number / n_bins, (number + 1) / n_bins
        bins.append(Bin(*edges, int(inside.sum()), mean(confidence[inside]), mean(right[inside])))
    return bins


def ece(right: Bools, confidence: Floats, *, n_bins: int = 10) -> float:
    """Expected calibration error; lower is better (Naeini et al. 2015, Guo et al. 2017)."""
    gaps = [b.n * abs(b.accuracy - b.confidence) for b in reliability(right, confidence, n_bins=n_bins)]
    return float(sum(gaps)) / len(right) if len(right) else nan


def _by_confidence(confidence: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order by falling confidence, and the last place of each run of equal confidences in that order."""
    order = np.argsort(-confidence, kind="stable")
    falls = np.diff(confidence[order], append=-np.inf) < 0
    return order, np.flatnonzero(falls)
