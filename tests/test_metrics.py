"""The metrics against the official SQuAD 2.0 script's logic, other implementations and brute force."""

import collections
import math
import re
import string
import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eval import metrics
from eval.metrics import exact_match, normalise, token_f1
from eval.statistics import groups_of, interval, permutation_p

TEXTS = st.text(alphabet="ab the,.Ä 中\t'", max_size=20)
OUTCOMES = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])), min_size=1, max_size=12
)


@pytest.mark.parametrize(
    ("prediction", "golds", "em", "f1"),
    [
        ("The Denver Broncos", ["Denver Broncos"], 1.0, 1.0),
        ("Denver Broncos!", ["the  denver broncos", "Broncos"], 1.0, 1.0),
        ("in the late 1990s", ["late 1990s"], 0.0, 0.8),
        ("Normandy, France", ["France"], 0.0, 2 / 3),
        ("10,000", ["10000"], 1.0, 1.0),
        ("mother-in-law", ["mother in law"], 0.0, 0.0),
        ("to be or to be", ["to be"], 0.0, 4 / 7),
        ("", [], 1.0, 1.0),
        ("the", [], 1.0, 1.0),
        ("Paris", [], 0.0, 0.0),
        ("", ["Paris"], 0.0, 0.0),
        ("Paris", ["the", "Paris"], 1.0, 1.0),
        ("", ["a"], 1.0, 1.0),
        ("東京都", ["東京"], 0.0, 0.0),
        ("Straße 7", ["straße"], 0.0, 2 / 3),
    ],
)
def test_scores_are_those_of_the_official_script(prediction, golds, em, f1):
    assert exact_match(prediction, golds) == em
    assert token_f1(prediction, golds) == pytest.approx(f1)


def _official_normalize(text):
    text = "".join(ch for ch in text.lower() if ch not in set(string.punctuation))
    return " ".join(re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text).split())


def _official_f1(gold, prediction):
    """`compute_f1` of evaluate-v2.0.py."""
    gold_tokens, tokens = _official_normalize(gold).split(), _official_normalize(prediction).split()
    common = collections.Counter(gold_tokens) & collections.Counter(tokens)
    n_same = sum(common.values())
    if len(gold_tokens) == 0 or len(tokens) == 0:
        return int(gold_tokens == tokens)
    if n_same == 0:
        return 0
    precision, recall = 1.0 * n_same / len(tokens), 1.0 * n_same / len(gold_tokens)
    return (2 * precision * recall) / (precision + recall)


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_scores_are_those_of_the_official_functions(prediction, golds):
    scored = [gold for gold in golds if _official_normalize(gold)] or [""]
    assert exact_match(prediction, golds) == max(
        _official_normalize(gold) == _official_normalize(prediction) for gold in scored
    )
    assert token_f1(prediction, golds) == max(_official_f1(gold, prediction) for gold in scored)


@given(TEXTS, TEXTS)
def test_f1_is_symmetric_and_no_less_than_exact_match(one, other):
    assume(normalise(one) and normalise(other))
    assert token_f1(one, [other]) == pytest.approx(token_f1(other, [one]))
    assert exact_match(one, [other]) <= token_f1(one, [other]) <= 1.0


@pytest.mark.parametrize(
    ("passage", "held"),
    [((0, 100), True), ((15, 40), True), ((16, 40), False), ((0, 10), False), ((20, 90), False)],
)
def test_a_passage_holds_evidence_with_half_of_its_characters(passage, held):
    assert metrics.holds(*passage, 10, 20) is held


def test_ranks_count_from_one():
    assert [metrics.success_at_k(rank, 5) for rank in (1, 5, 6, math.inf)] == [1.0, 1.0, 0.0, 0.0]
    assert [metrics.reciprocal_rank(rank, 10) for rank in (1, 4, 11, math.inf)] == [1.0, 0.25, 0.0, 0.0]


@pytest.mark.slow
@given(st.lists(st.integers(0, 3), min_size=2, max_size=12), st.integers(1, 12))
def test_ndcg_is_that_of_scikit_learn_with_linear_gains(grades, k):
    from sklearn.metrics import ndcg_score

    assume(any(grades))
    scores = -np.arange(len(grades), dtype=float)
    assert metrics.ndcg(grades, grades, k) == pytest.approx(ndcg_score([grades], [scores], k=k), abs=1e-9)


@given(
    st.lists(st.integers(0, 3), max_size=25),  # grades of what is retrieved, best hit first
    st.lists(st.integers(1, 3), max_size=12),  # of what is relevant and not retrieved
)
def test_retrieval_is_measured_as_by_trec_eval(retrieved, missed):
    import ir_measures
    from ir_measures import RR, Success, nDCG

    assume(any(retrieved) or missed)
    grades = [*retrieved, *missed]
    qrels = {"q": {str(document): grade for document, grade in enumerate(grades)}}
    run = {"q": {str(document): float(-document) for document in range(len(retrieved))} or {"unjudged": 0.0}}
    official = {
        str(m): v
        for m, v in ir_measures.calc_aggregate(
            [nDCG @ 10, RR @ 10, Success @ 1, Success @ 5, Success @ 10], qrels, run
        ).items()
    }
    rank = next((place for place, grade in enumerate(retrieved, start=1) if grade), math.inf)
    ours = {
        "nDCG@10": metrics.ndcg(retrieved, grades, 10),
        "RR@10": metrics.reciprocal_rank(rank, 10),
        **{f"Success@{k}": metrics.success_at_k(rank, k) for k in (1, 5, 10)},
    }
    assert ours == pytest.approx(official, abs=1e-9)


def _official_best_f1(f1, confidence, answerable):
    """`find_best_thresh` of evaluate-v2.0.py, with 1 - confidence as its no-answer probability."""
    best = score = sum(not has_answer for has_answer in answerable)
    for i in sorted(range(len(f1)), key=lambda i: 1 - confidence[i]):
        score += f1[i] if answerable[i] else -1
        best = max(best, score)
    return best / len(f1)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.booleans()), min_size=1, max_size=20))
def test_best_f1_is_that_of_the_official_script_without_ties(questions):
    answerable = np.array([has_answer for _, has_answer in questions])
    f1 = np.array([value if has_answer else 0.0 for value, has_answer in questions])
    confidence = np.random.default_rng(len(f1)).permutation(len(f1)) / len(f1)
    best, threshold = metrics.best_f1(f1, confidence, answerable)
    assert best == pytest.approx(_official_best_f1(f1, confidence, answerable))
    assert best == pytest.approx(np.mean(np.where(confidence >= threshold, f1, ~answerable)))


def test_best_f1_never_cuts_between_equal_confidences():
    f1, answerable = np.array([1.0, 0.0, 0.0]), np.array([True, False, False])
    assert metrics.best_f1(f1, np.full(3, 0.5), answerable) == (2 / 3, math.inf)


def test_a_question_without_a_span_counts_as_withheld_in_best_f1():
    f1, answerable = np.array([1.0, 1.0, 0.0]), np.array([True, False, True])
    best, threshold = metrics.best_f1(f1, np.array([0.4, np.nan, np.nan]), answerable)
    assert (best, threshold) == (pytest.approx(2 / 3), 0.4)


@given(OUTCOMES)
@pytest.mark.slow  # loads scikit-learn
def test_auroc_is_that_of_scikit_learn(outcomes):
    from sklearn.metrics import roc_auc_score

    right, confidence = _columns(outcomes)
    assume(0 < right.sum() < len(right))
    assert metrics.auroc(right, confidence) == pytest.approx(roc_auc_score(right, confidence), abs=1e-9)


@given(OUTCOMES)
def test_auroc_is_the_share_of_pairs_in_order(outcomes):
    right, confidence = _columns(outcomes)
    pairs = [(a > b) + 0.5 * (a == b) for a in confidence[right] for b in confidence[~right]]
    expected = float(np.mean(pairs)) if pairs else math.nan
    assert metrics.auroc(right, confidence) == pytest.approx(expected, nan_ok=True)


@given(OUTCOMES)
def test_the_risk_coverage_curve_is_that_of_every_threshold(outcomes):
    right, confidence = _columns(outcomes)
    coverage, risk = metrics.risk_coverage(right, confidence)
    for threshold, share, wrong in zip(sorted(set(confidence), reverse=True), coverage, risk, strict=True):
        given_answers = confidence >= threshold
        assert share == pytest.approx(given_answers.mean())
        assert wrong == pytest.approx((~right[given_answers]).mean())
    assert coverage[-1] == 1.0
    assert 0.0 <= metrics.aurc(right, confidence) <= 1.0


@given(OUTCOMES)
def test_aurc_is_the_mean_risk_of_answering_no_more_than_each(outcomes):
    right, confidence = _columns(outcomes)
    risks = [np.mean(~right[confidence >= own]) for own in confidence]
    assert metrics.aurc(right, confidence) == pytest.approx(np.mean(risks), abs=1e-9)


@given(OUTCOMES, st.sampled_from([0.5, 0.8, 0.9]))
def test_coverage_at_a_precision_is_the_most_that_any_threshold_gives(outcomes, precision):
    right, confidence = _columns(outcomes)
    most = max(
        [0]
        + [
            int((confidence >= t).sum())
            for t in set(confidence)
            if right[confidence >= t].sum() >= precision * (confidence >= t).sum()
        ]
    )
    got = metrics.coverage_at_precision(right, confidence, precision=precision, n_answerable=20)
    assert got == pytest.approx(most / 20)


@given(OUTCOMES)
@pytest.mark.slow  # loads scikit-learn
def test_brier_is_that_of_scikit_learn(outcomes):
    from sklearn.metrics import brier_score_loss

    right, confidence = _columns(outcomes)
    assert metrics.brier(right, confidence) == pytest.approx(
        brier_score_loss(right, confidence, pos_label=True), abs=1e-9
    )


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 999).map(lambda n: n / 1000)), min_size=1))
def test_ece_is_the_weighted_gap_of_ten_bins(outcomes):
    gap = 0.0
    for low in range(10):
        inside = [(is_right, c) for is_right, c in outcomes if low * 100 < round(c * 1000) <= low * 100 + 100]
        gap += abs(sum(is_right - c for is_right, c in inside))
    assert metrics.ece(*_columns(outcomes)) == pytest.approx(gap / len(outcomes))


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 999).map(lambda n: n / 1000)), min_size=1))
@pytest.mark.slow  # loads scikit-learn
def test_the_bins_of_ece_are_those_of_scikit_learn(outcomes):
    from sklearn.calibration import calibration_curve

    right, confidence = _columns(outcomes)
    accuracy, mean_confidence = calibration_curve(right, confidence, n_bins=10)
    bins = metrics.reliability(right, confidence)
    assert [b.accuracy for b in bins] == pytest.approx(accuracy, abs=1e-9)
    assert [b.confidence for b in bins] == pytest.approx(mean_confidence, abs=1e-9)


def test_a_reliability_table_counts_every_answer_once():
    right, confidence = np.array([True, False, True, True]), np.array([0.0, 0.1, 0.15, 1.0])
    table = metrics.reliability(right, confidence)
    assert [(b.low, b.high, b.n, b.accuracy) for b in table] == [
        (0.0, 0.1, 2, 0.5),
        (0.1, 0.2, 1, 1.0),
        (0.9, 1.0, 1, 1.0),
    ]


def test_a_metric_of_nothing_is_not_a_number():
    nothing, no = np.array([]), np.array([], dtype=bool)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert math.isnan(metrics.mean(nothing))
        assert math.isnan(metrics.auroc(no, nothing))
        assert math.isnan(metrics.aurc(no, nothing))
        assert math.isnan(metrics.ece(no, nothing))
        assert math.isnan(metrics.brier(no, nothing))
        assert math.isnan(metrics.best_f1(nothing, nothing, no)[0])
        assert math.isnan(metrics.coverage_at_precision(no, nothing, precision=0.8, n_answerable=0))


def test_an_interval_holds_the_mean_and_repeats_itself():
    values = np.random.default_rng(1).random(200)
    groups = groups_of(range(200))
    low, high = interval(lambda drawn: metrics.mean(values[drawn]), groups)
    error = 1.96 * values.std() / math.sqrt(200)
    assert low == pytest.approx(values.mean() - error, abs=0.01)
    assert high == pytest.approx(values.mean() + error, abs=0.01)
    assert interval(lambda drawn: metrics.mean(values[drawn]), groups) == (low, high)


def test_questions_on_one_document_widen_the_interval():
    values = np.repeat(np.random.default_rng(1).random(20), 10)
    alone = interval(lambda drawn: metrics.mean(values[drawn]), groups_of(range(200)))
    together = interval(lambda drawn: metrics.mean(values[drawn]), groups_of([i // 10 for i in range(200)]))
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_one_group_has_no_interval():
    assert interval(lambda drawn: 1.0, groups_of(["a", "a"])) is None


def test_a_permutation_of_few_questions_is_exact():
    before, after = np.zeros(5), np.ones(5)
    assert permutation_p(before, after, groups_of(range(5))) == pytest.approx(2 / 2**5)
    assert permutation_p(before, before, groups_of(range(5))) == 1.0
    assert permutation_p(before, after, groups_of(["one"] * 5)) == 1.0


def _columns(outcomes):
    return np.array([is_right for is_right, _ in outcomes]), np.array([c for _, c in outcomes])
