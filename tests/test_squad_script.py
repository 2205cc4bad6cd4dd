"""Our numbers for a whole SQuAD 2.0 file against those of the official script, rewritten here from its logic."""

import collections
import gzip
import json
import re
import string
from pathlib import Path
from random import Random

import numpy as np
import pytest

from eval.metrics import best_f1, exact_match, mean, token_f1

HELD_OUT = Path(__file__).parents[2] / "shared" / "data" / "reading" / "squad2-heldout.json.gz"
pytestmark = pytest.mark.skipif(not HELD_OUT.exists(), reason="the SQuAD file is not beside the checkout")


def _normalize(text: str) -> str:
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def _f1(gold: str, prediction: str) -> float:
    gold_tokens, tokens = _normalize(gold).split(), _normalize(prediction).split()
    if not gold_tokens or not tokens:
        return int(gold_tokens == tokens)
    n_same = sum((collections.Counter(gold_tokens) & collections.Counter(tokens)).values())
    if n_same == 0:
        return 0
    precision, recall = n_same / len(tokens), n_same / len(gold_tokens)
    return 2 * precision * recall / (precision + recall)


def _questions() -> list[tuple[str, list[str]]]:
    """Context and gold answers of each question; [] for an unanswerable one."""
    content = json.loads(gzip.decompress(HELD_OUT.read_bytes()))
    paragraphs = [p for article in content["data"] for p in article["paragraphs"]]
    return [(p["context"], [a["text"] for a in q["answers"]]) for p in paragraphs for q in p["qas"]]


def _predictions(questions: list[tuple[str, list[str]]]) -> list[str]:
    """Gold answers, parts and extensions of them, other words of the context, and nothing, by turns."""
    random = Random(1)
    predictions = []
    for context, golds in questions:
        start = random.randrange(len(context))
        words = context[start : start + random.randrange(1, 60)]
        gold = random.choice(golds) if golds else words
        predictions.append(random.choice(["", gold, f"the {gold}, {words}", gold[: len(gold) // 2], words]))
    return predictions


def test_every_number_of_the_official_script_is_ours() -> None:
    questions = _questions()
    predictions = _predictions(questions)
    golds = [[gold for gold in of_one if _normalize(gold)] or [""] for _, of_one in questions]
    official_em = [
        max(int(_normalize(g) == _normalize(p)) for g in of) for of, p in zip(golds, predictions, strict=True)
    ]
    official_f1 = [max(_f1(g, p) for g in of) for of, p in zip(golds, predictions, strict=True)]
    em = np.array([exact_match(p, answers) for (_, answers), p in zip(questions, predictions, strict=True)])
    f1 = np.array([token_f1(p, answers) for (_, answers), p in zip(questions, predictions, strict=True)])
    has_answer = np.array([bool(answers) for _, answers in questions])
    assert len(questions) == 1478 and int(has_answer.sum()) == 639
    assert 0.1 < mean(em) < mean(f1) < 0.9
    for ours, official in ((em, official_em), (f1, official_f1)):
        assert mean(ours) == pytest.approx(sum(official) / len(official), abs=1e-9)
        for part in (has_answer, ~has_answer):  # HasAns_ and NoAns_
            numbers = [value for value, is_part in zip(official, part, strict=True) if is_part]
            assert mean(ours[part]) == pytest.approx(sum(numbers) / len(numbers), abs=1e-9)


def test_the_best_threshold_of_the_official_script_is_ours() -> None:
    questions = _questions()
    answerable = np.array([bool(answers) for _, answers in questions])
    given = [prediction or "words" for prediction in _predictions(questions)]
    scores = [token_f1(text, answers) for (_, answers), text in zip(questions, given, strict=True)]
    no_answer_probability = Random(2).sample(range(len(questions)), len(questions))  # no two alike
    score = best = int((~answerable).sum())
    for i in sorted(range(len(questions)), key=no_answer_probability.__getitem__):
        score += scores[i] if answerable[i] else -1 if given[i] else 0
        best = max(best, score)
    confidence = -np.array(no_answer_probability, dtype=float)
    ours, _ = best_f1(np.where(answerable, scores, 0.0), confidence, answerable)
    assert ours == pytest.approx(best / len(questions), abs=1e-9)
