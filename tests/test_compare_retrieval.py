"""Comparisons of two measurements of retrieval with known differences."""

from dataclasses import replace

import pytest

from eval.beir import JudgedQuery, RetrievalReport
from eval.compare_retrieval import compare_retrieval, is_retrieval, render_retrieval
from eval.records import Metric, ReportError


def _report(*outcomes: tuple[float, int | None], k: int = 10) -> RetrievalReport:
    queries = tuple(JudgedQuery(str(i), f"query {i}", ndcg, rank) for i, (ndcg, rank) in enumerate(outcomes))
    return RetrievalReport({"encoder": "words"}, "ships", k, (Metric(f"ndcg@{k}", 0.5, None, None, 2),), queries)


MISSED, SECOND, FIRST = (0.0, None), (0.6, 2), (1.0, 1)


def test_a_clear_gain_is_called_better():
    comparison = compare_retrieval(_report(*[MISSED] * 20), _report(*[FIRST] * 15, *[MISSED] * 5))
    assert comparison.verdict == (
        "Better: nDCG@10 0.000 -> 0.750 (+0.750, p = 0.000) on 20 queries; 15 became better, 0 became worse."
    )
    values = {d.label: (d.before, d.after, d.n) for d in comparison.differences}
    assert values == {"nDCG@10": (0.0, 0.75, 20), "Success@10": (0.0, 0.75, 20), "MRR@10": (0.0, 0.75, 20)}


def test_what_chance_would_do_is_called_no_clear_difference():
    there = compare_retrieval(_report(FIRST, SECOND), _report(SECOND, FIRST))
    assert there.verdict.startswith("No clear difference: nDCG@10 0.800 -> 0.800")
    assert [after.id for _, after in there.better] == ["1"] and [after.id for _, after in there.worse] == ["0"]


def test_the_text_names_what_changed_the_most_first_and_ends_with_the_verdict():
    comparison = compare_retrieval(_report(SECOND, MISSED, FIRST), _report(FIRST, FIRST, FIRST))
    text = render_retrieval(comparison)
    assert "Became better: 2\n  1  query 1  0.000 -> 1.000\n  0  query 0  0.600 -> 1.000\n" in text
    assert "Became worse" not in text and text.endswith(comparison.verdict + "\n")


def test_queries_of_one_report_only_are_left_out_and_counted():
    comparison = compare_retrieval(_report(FIRST, FIRST, FIRST), _report(FIRST, FIRST))
    assert (comparison.differences[0].n, comparison.n_left_out) == (2, 1)
    assert "1 queries stand in one report only" in render_retrieval(comparison)


def test_what_the_two_were_made_with_is_named_where_it_differs():
    before = _report(FIRST)
    after = replace(before, library={"encoder": "other"})
    assert "\nNot made alike: encoder words -> other\n" in render_retrieval(compare_retrieval(before, after))
    assert "alike" not in render_retrieval(compare_retrieval(before, before))


def test_reports_that_can_not_be_compared_are_refused():
    with pytest.raises(ReportError, match="no query in common"):
        compare_retrieval(_report(FIRST), replace(_report(FIRST), queries=()))
    with pytest.raises(ReportError, match="k = 10, the other with 5"):
        compare_retrieval(_report(FIRST), _report(FIRST, k=5))


def test_a_report_is_read_as_it_was_written():
    report = _report(FIRST, MISSED)
    assert is_retrieval(report.to_json()) and RetrievalReport.from_json(report.to_json()) == report
    for other in ("{", "[]", '{"format": 2}'):
        assert not is_retrieval(other)
        with pytest.raises(ReportError, match="not a report on retrieval"):
            RetrievalReport.from_json(other)
