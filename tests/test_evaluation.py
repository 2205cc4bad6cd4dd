"""A whole evaluation, with a library whose every answer is known beforehand."""

import json
import re
from dataclasses import replace

import pytest
from markupsafe import escape

from eval.floors import FloorError, check_floors, parse_floors
from eval.gold import gone_sentence, load_gold
from eval.measures import MEASURES
from eval.records import Report, ReportError
from eval.report import to_html
from eval.run import evaluate
from eval.table import render
from rag.types import Citation
from tests.overlap_library import OverlapLibrary

FERRY = """The ferry Aurora carries 120 passengers. She was built in 1998.

The crossing takes forty minutes. Dogs travel free.

The harbour office opens at nine. Its master is Ida Lund."""
REPORT = """The ferry Aurora carries 140 passengers, says the annual report.

Wages rose by 3 percent. The union had asked for more."""
TEXTS = {"ferry.txt": FERRY, "report.txt": REPORT}

SCRIPT = {
    "How many passengers does the ferry Aurora carry?": ("120", 0.9, "140"),
    "How long is the crossing?": ("forty minutes", 0.3),
    "Who is master of the harbour office?": ("nine", 0.8),
    "How much did wages rise?": ("3 percent", 0.7),
    "What does a dog pay on the ferry Aurora?": ("free", 0.6),
    "Who built the ferry Aurora?": ("1998", 0.55, "120"),
    "When does the union meet?": ("more", 0.2),
    "And when was she built?": ("1998", 0.95),
}


def _line(id_, question, *answers, source="ferry.txt", **more):
    evidence = [
        [source, TEXTS[source].index(answer), TEXTS[source].index(answer) + len(answer)] for answer in answers
    ]
    return {"id": id_, "question": question, "answers": list(answers), "evidence": evidence, **more}


LINES = [
    _line("carries", "How many passengers does the ferry Aurora carry?", "120", disagree=True),
    _line("crossing", "How long is the crossing?", "forty minutes"),
    _line("master", "Who is master of the harbour office?", "Ida Lund", kind="who"),
    _line("wages", "How much did wages rise?", "3 percent", source="report.txt"),
    _line("dog", "What does a dog pay on the ferry Aurora?", "free"),
    _line("percent", "Zzz?", "3 percent", source="report.txt"),
    _line("builder", "Who built the ferry Aurora?"),
    _line("union", "When does the union meet?"),
    _line("built", "And when was she built?", "1998", history=[["What is the ferry called?", "Aurora"]]),
]
LINES[0]["answers"].append("140")
LINES[0]["evidence"].append(["report.txt", REPORT.index("140"), REPORT.index("140") + 3])


@pytest.fixture(scope="module", autouse=True)
def _few_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.statistics.N_RESAMPLES", 100)
        yield


@pytest.fixture(scope="module")
def library():
    return OverlapLibrary(TEXTS, SCRIPT)


@pytest.fixture(scope="module")
def gold(tmp_path_factory, library):
    path = tmp_path_factory.mktemp("gold") / "ferry.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)), encoding="utf-8")
    return load_gold(path, library.documents())


@pytest.fixture(scope="module")
def report(library, gold):
    return evaluate(library, gold)


def _values(report):
    return {metric.name: metric.value for metric in report.metrics}


def _record(report, id_):
    return next(record for record in report.records if record.id == id_)


def test_every_question_has_a_record_in_the_order_of_the_gold(report):
    assert [record.id for record in report.records] == [line["id"] for line in LINES]


def test_metrics_are_those_worked_by_hand(report):
    # Right: carries, wages, dog, built. Withheld: crossing, union. No hit: percent. Wrong: master, builder.
    values = _values(report)
    assert values["em"] == values["f1"] == pytest.approx(5 / 9)
    assert values["f1_answerable"] == pytest.approx(4 / 7)
    assert values["f1_unanswerable"] == values["abstention_recall"] == pytest.approx(1 / 2)
    assert values["f1_always"] == pytest.approx(5 / 7)
    assert values["abstention_precision"] == pytest.approx(1 / 3)
    assert values["answer_precision"] == pytest.approx(4 / 6)
    assert values["citation_precision"] == 1.0
    assert values["citation_recall"] == 1.0
    assert values["disagreement_recall"] == 1.0
    assert (values["disagreement_precision"], report.metric("disagreement_precision").n) == (0.5, 2)
    assert (values["followup_success@10"], report.metric("followup_success@10").n) == (1.0, 1)
    assert report.peak_mib is None or report.peak_mib > 10


def test_citations_are_held_against_all_evidence_that_says_the_same(tmp_path):
    class Citing(OverlapLibrary):
        """Cites the mate, too, which is no evidence."""

        def ask(self, question, **options):
            answer = super().ask(question, **options)
            document = answer.span.passage.document
            at = document.text.index("mate")
            return replace(answer, citations=(*answer.citations, Citation(document, at, at + 4)))

    text = "The master is Ida Lund.\n\nAsk the mate.\n\nIda Lund signed. So did her brother Ole Lund."
    places = [["ship.txt", at, at + 8] for at in (text.index("Ida"), text.rindex("Ida"), text.index("Ole"))]
    line = {"id": "a", "question": "Who is the master?", "answers": ["Ida Lund", "Ole Lund"], "evidence": places[:2]}
    other = {**line, "answers": ["Ole Lund"], "evidence": places[2:]}
    (tmp_path / "gold.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps(other)}")
    library = Citing({"ship.txt": text}, {"Who is the master?": ("Ida Lund", 0.9)})
    (record,) = evaluate(library, load_gold(tmp_path / "gold.jsonl", library.documents())).records
    assert record.prediction == "Ida Lund"
    assert record.citations_on_evidence == 1 / 2
    assert record.evidence_cited == 1 / 2


def test_nothing_is_said_of_disagreement_where_gold_says_nothing(library, gold):
    silent = replace(gold, questions=tuple(replace(q, disagree=False) for q in gold.questions))
    report = evaluate(library, silent)
    assert report.metric("disagreement_precision").n == report.metric("disagreement_recall").n == 0


def test_every_measure_has_a_name_of_its_own_and_says_what_it_is(report):
    assert [metric.name for metric in report.metrics] == [measure.name for measure in MEASURES]
    assert (
        len({measure.name for measure in MEASURES}) == len({measure.label for measure in MEASURES}) == len(MEASURES)
    )
    page = to_html(report)
    assert all(str(escape(measure.says)) in page for measure in MEASURES)


def test_confidence_is_judged_over_the_questions_with_a_span(report):
    # Falling: 0.95 right, 0.9 right, 0.8 wrong, 0.7 right, 0.6 right, 0.55 wrong, 0.3 right, 0.2 wrong.
    values = _values(report)
    assert report.metric("auroc").n == 8
    assert values["auroc"] == pytest.approx((3 + 3 + 2 + 2 + 1) / 15)
    assert values["coverage@80"] == pytest.approx(5 / 7)
    assert values["coverage@95"] == pytest.approx(2 / 7)
    assert values["f1_best"] == pytest.approx((4 + 2) / 9)
    assert values["brier"] == pytest.approx(
        (0.05**2 + 0.1**2 + 0.8**2 + 0.3**2 + 0.4**2 + 0.55**2 + 0.7**2 + 0.2**2) / 8
    )


def test_the_numbers_are_fractions_within_their_intervals(report):
    for metric in report.metrics:
        if metric.value is not None and metric.low is not None:
            assert 0.0 <= metric.low <= metric.high
            assert metric.name.startswith("coverage") or metric.high <= 1.0
            assert metric.low <= metric.value <= metric.high or metric.n < 10


def test_evidence_ranks_are_those_of_the_hits(report, library, gold):
    assert _record(report, "percent").evidence_rank is None
    for question, record in zip(gold.questions, report.records, strict=True):
        if record.evidence_rank is not None:
            passage = library.retrieve(record.asked, k=10)[record.evidence_rank - 1].passage
            assert any(passage.start <= e.start and e.end <= passage.end for e in question.evidence)


def test_a_follow_up_is_asked_with_its_history(report):
    record = _record(report, "built")
    assert record.asked == "What is the ferry called? And when was she built?"
    assert record.prediction == "1998"


def test_retrieval_is_measured_on_ten_hits_whatever_is_read(library, gold):
    read_one, read_ten = evaluate(library, gold, k=1), evaluate(library, gold, k=10)
    for name in ("success@1", "success@10", "mrr@10"):
        assert read_one.metric(name) == read_ten.metric(name)


def test_every_loss_is_labelled_with_its_stage(report):
    assert {record.id: record.loss for record in report.records if record.loss is not None} == {
        "crossing": "wrongly_withheld",
        "master": "misread",
        "percent": "not_retrieved",
        "builder": "wrongly_answered",
    }


def test_evidence_below_what_was_read_is_told_from_evidence_not_retrieved(gold):
    script = {**SCRIPT, "What does a dog pay on the ferry Aurora?": ("120", 0.9)}
    report = evaluate(OverlapLibrary(TEXTS, script, n_read=1), gold)
    assert _record(report, "dog").loss == "ranked_below_read"


def test_evidence_outside_every_passage_was_lost_in_parsing(library, gold):
    class Torn(OverlapLibrary):
        def passages(self, document_id):
            return [replace(p, end=p.start + 10) for p in super().passages(document_id)]

    assert _record(evaluate(Torn(TEXTS, SCRIPT), gold), "master").loss == "lost_in_parsing"


def test_a_document_that_is_gone_is_named_as_the_loss(tmp_path):
    library = OverlapLibrary({"ferry.txt": FERRY.replace("forty", "fifty")}, SCRIPT)
    path = tmp_path / "ferry.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)), encoding="utf-8")
    gold = load_gold(path, library.documents(), strict=False)
    assert gone_sentence(gold).startswith(
        "Evidence of 4 of 9 questions is not in the library, or reads differently there: line 1, line 2, line 4, "
        "line 6. A question"
    )
    report = evaluate(library, gold)
    assert _record(report, "wages").loss == "not_in_library"
    assert _record(report, "crossing").loss == "lost_in_parsing"
    assert report.metric("success@10").n == 7


def test_lost_questions_keep_their_words_and_others_do_not(report):
    lost = _record(report, "master")
    assert lost.gold_excerpt.marked == "Ida Lund"
    assert lost.best_excerpt.marked == "nine"
    for excerpt in (lost.gold_excerpt, lost.best_excerpt):
        assert excerpt.before + excerpt.marked + excerpt.after in FERRY
        assert FERRY[excerpt.start : excerpt.end] == excerpt.marked
    assert _record(report, "wages").gold_excerpt is None


def test_the_same_library_and_gold_give_the_same_report_but_for_the_clock(library, gold, report):
    assert _without_clock(evaluate(library, gold)) == _without_clock(report)


def test_a_report_survives_its_json(report):
    assert Report.from_json(report.to_json()) == report


def test_the_json_holds_the_figures_of_the_page(report):
    figures = json.loads(report.to_json())["figures"]
    assert figures["losses"] == {"misread": 1, "not_retrieved": 1, "wrongly_answered": 1, "wrongly_withheld": 1}
    assert figures["latencies"]["read"] == {"p50": 0.03, "p95": 0.03, "n": 9}
    assert set(figures["latencies"]) == {"retrieve", "read", "ask"}
    assert figures["kinds"]["who"] == {"em": 0.0, "f1": 0.0, "n": 1}
    assert sum(kind["n"] for kind in figures["kinds"].values()) == 9
    assert sum(each["n"] for each in figures["reliability"]) == 8
    assert figures["reliability"][-1] == {"low": 0.9, "high": 1.0, "n": 1, "confidence": 0.95, "accuracy": 1.0}
    assert len(figures["risk_coverage"]["risk"]) == len(figures["risk_coverage"]["coverage"]) == 8
    assert figures["risk_coverage"]["coverage"][-1] == pytest.approx(8 / 9)


def test_a_report_without_questions_of_a_sort_still_has_its_json(library, gold):
    report = evaluate(library, replace(gold, questions=gold.questions[5:6]))
    assert json.loads(report.to_json())["figures"]["reliability"] == []


def test_a_report_says_what_it_was_made_with(library, gold):
    report = evaluate(library, gold, command="quoteback eval ferry.jsonl")
    assert report.command == "quoteback eval ferry.jsonl"
    assert {"python", "numpy", "faiss-cpu", "onnxruntime", "torch"} <= set(report.versions)
    assert report.made_with == {
        "encoder": "word overlap",
        "reader": "scripted",
        "gold_sha256": gold.sha256,
        "k": "10",
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 3, "metrics": []}'])
def test_another_file_is_no_report(text):
    with pytest.raises(ReportError, match=r"\.$"):
        Report.from_json(text)


def test_progress_counts_the_questions(library, gold):
    seen = []
    evaluate(library, gold, progress=lambda done, n: seen.append((done, n)))
    assert seen == [(i, 9) for i in range(1, 10)]


def test_the_table_shows_every_metric_with_its_n(report):
    table = render(report)
    assert re.search(r"^F1, answerable +0\.571 +0\.\d{3} – [01]\.\d{3} +7$", table, re.MULTILINE)
    assert re.search(r"^read +30 +30 +9$", table, re.MULTILINE)
    assert re.search(r"^misread +1$", table, re.MULTILINE)
    assert max(map(len, table.splitlines())) <= 100


def test_gold_of_one_question_can_be_evaluated(library, gold):
    report = evaluate(library, replace(gold, questions=gold.questions[:1]))
    assert report.metric("abstention_recall").value is None
    assert report.metric("f1").low is None
    assert "–" in render(report)
    assert Report.from_json(report.to_json()) == report


def test_floors_name_what_fell_below_them(report):
    assert check_floors(report.metrics, ["f1=0.5", "brier=0.5"]) == []
    assert check_floors(report.metrics, ["f1=0.7", "brier=0.1"]) == [
        "f1 is 0.5556, below 0.7.",
        "brier is 0.2169, above 0.1.",
    ]


def test_a_metric_of_nothing_misses_its_floor(library, gold):
    report = evaluate(library, replace(gold, questions=gold.questions[:1]))
    assert check_floors(report.metrics, ["abstention_recall=0.1"]) == [
        "abstention_recall could not be measured; at least 0.1 is asked."
    ]


@pytest.mark.parametrize("floor", ["f1", "f1=high", "f2=0.5", "=1", "f1=nan"])
def test_a_floor_that_means_nothing_is_refused_before_anything_is_measured(floor):
    with pytest.raises(FloorError):
        parse_floors([floor])


def _without_clock(report):
    records = tuple(replace(record, seconds=0.0, timings={}) for record in report.records)
    return replace(report, started="", seconds=0.0, records=records, peak_mib=None)
