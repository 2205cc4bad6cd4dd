"""Comparisons of two reports with known differences."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.compare import compare, render
from eval.records import Record, Report, ReportError


def _record(id_, f1, *, answerable=True, rank=1, group=None):
    return Record(
        id=id_,
        question=f"Question {id_}?",
        asked=f"Question {id_}?",
        kind="",
        group=group or id_,
        answers=("right",) if answerable else (),
        disagree=False,
        outcome="answered" if f1 > 0 else "below_threshold",
        prediction="right" if f1 > 0 else "",
        best="right",
        confidence=0.5,
        em=f1,
        f1=f1,
        best_em=f1,
        best_f1=f1,
        evidence_rank=rank,
        citations_on_evidence=0.0,
        evidence_cited=0.0,
        shows_others=False,
        shows_disagreement=False,
        is_follow_up=False,
        loss=None,
        seconds=0.1,
    )


def _report(scores, **more):
    return Report(
        {}, "gold.jsonl", "", 10, "", 0.0, (), tuple(_record(str(i), f, **more) for i, f in enumerate(scores))
    )


def test_a_clear_gain_is_called_better():
    comparison = compare(_report([0.0] * 20), _report([1.0] * 15 + [0.0] * 5))
    assert comparison.verdict == (
        "Better: F1 0.000 -> 0.750 (+0.750, p = 0.000) on 20 questions; 15 became right, 0 became wrong."
    )


def test_a_clear_loss_is_called_worse():
    assert compare(_report([1.0] * 20), _report([0.0] * 20)).verdict.startswith("Worse: F1 1.000 -> 0.000")


def test_what_chance_would_do_is_called_no_clear_difference():
    comparison = compare(_report([1.0, 0.0, 0.0, 1.0]), _report([0.0, 1.0, 1.0, 1.0]))
    assert comparison.verdict.startswith("No clear difference")
    assert [pair[0].id for pair in comparison.gained] == ["1", "2"]
    assert [pair[0].id for pair in comparison.lost] == ["0"]


def test_questions_on_one_document_are_no_independent_evidence():
    before, after = [0.0] * 20, [1.0] * 20
    assert compare(_report(before, group="one"), _report(after, group="one")).differences[0].p == 1.0


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.4, 1.0]), st.sampled_from([0.0, 0.4, 1.0])), min_size=1, max_size=8)
)
def test_comparing_the_other_way_round_mirrors_everything(scores):
    one, other = (_report(side) for side in zip(*scores, strict=True))
    there, back = compare(one, other), compare(other, one)
    for forward, backward in zip(there.differences, back.differences, strict=True):
        assert (forward.before, forward.after) == (backward.after, backward.before)
        assert forward.p == pytest.approx(backward.p)
    assert [pair[0].id for pair in there.gained] == [pair[0].id for pair in back.lost]


def test_retrieval_is_compared_by_rank():
    comparison = compare(_report([1.0] * 4, rank=None), _report([1.0] * 4, rank=2))
    values = {d.label: (d.before, d.after) for d in comparison.differences}
    assert values["Success@1"] == (0.0, 0.0)
    assert values["Success@10"] == (0.0, 1.0)
    assert values["MRR@10"] == (0.0, 0.5)


def test_questions_without_answers_do_not_count_for_retrieval():
    labels = {
        d.label for d in compare(_report([1.0], answerable=False), _report([0.0], answerable=False)).differences
    }
    assert labels == {"F1", "EM", "F1, unanswerable"}


def test_questions_of_one_report_only_are_left_out_and_counted():
    before, after = _report([1.0, 1.0, 0.0]), _report([1.0, 1.0])
    changed = replace(after, records=(replace(after.records[0], answers=("other",)), after.records[1]))
    comparison = compare(before, changed)
    assert (comparison.differences[0].n, comparison.n_left_out) == (1, 3)
    assert "3 questions stand in one report only" in render(comparison)


def test_what_was_not_made_alike_is_said_in_a_line():
    before, after = _report([1.0]), _report([1.0])
    assert "Not made alike" not in render(compare(before, after))
    before = replace(before, library={"encoder": "one", "threshold": "0.2"}, gold_sha256="a" * 64)
    after = replace(after, library={"encoder": "one", "reader": "tiny"}, gold_sha256="b" * 64, k=5)
    assert (
        "\nNot made alike: threshold 0.2 -> (not said); gold_sha256 aaaaaaaaaaaa… -> bbbbbbbbbbbb…; k 10 -> 5; "
        "reader (not said) -> tiny\n"
    ) in render(compare(before, after))


def test_reports_without_a_common_question_are_refused():
    with pytest.raises(ReportError, match="no question in common"):
        compare(_report([1.0]), _report([]))


def test_the_text_names_what_changed_and_ends_with_the_verdict():
    comparison = compare(_report([1.0, 0.0]), _report([0.0, 1.0]))
    text = render(comparison)
    assert "Became right: 1\n  1  Question 1?  no answer -> 'right'" in text
    assert "Became wrong: 1\n  0  Question 0?  'right' -> no answer" in text
    assert text.endswith(comparison.verdict + "\n")
