"""A small BEIR folder, judged through a library whose ranking is known."""

import json
from dataclasses import replace
from random import Random

import pytest

from eval.beir import Beir, document_name, evaluate_retrieval, read_beir
from eval.contexts import fill
from eval.floors import check_floors
from eval.gold import GoldError
from eval.squad import write_documents
from eval.table import render_retrieval
from index.library import Library
from index.types import Document, Hit, Passage
from tests.fakes import ScriptedReader, WordEncoder
from tests.overlap_library import OverlapLibrary

CORPUS = [
    {"_id": "d1", "title": "Ferry", "text": "the aurora sails\n\nthe aurora rests"},
    {"_id": "d/2", "title": "", "text": "the ferry aurora"},
    {"_id": "d3", "text": "dogs travel free"},
]
QUERIES = [
    {"_id": "q1", "text": "the ferry aurora"},
    {"_id": "q2", "text": "free dogs"},
    {"_id": "q3", "text": "x"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td/2\t1\nq2\td1\t1\nq3\td1\t0\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)))
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)))
    (tmp_path / "qrels" / "test.tsv").write_text(QRELS)
    return tmp_path


def _add(path, line):
    path.write_text(f"{path.read_text()}\n{json.dumps(line)}")


def test_retrieval_is_scored_on_documents_at_their_best_passage(folder):
    beir = read_beir(folder)
    library = OverlapLibrary({document.source: document.text for document in beir.documents}, {})
    report = evaluate_retrieval(library, beir, name="ships")
    ndcg, success, mrr = report.metrics
    # q1 finds d/2 (grade 1) before d1 (grade 2); q2 finds nothing that is relevant; q3 has nothing to find.
    assert ndcg.value == pytest.approx((1 + 2 / 1.5849625) / (2 + 1 / 1.5849625) / 2)
    assert (success.value, mrr.value, mrr.n) == (0.5, 0.5, 2)
    assert [(query.id, query.rank) for query in report.queries] == [("q1", 1), ("q2", None)]
    assert json.loads(report.to_json())["queries"][0]["ndcg"] == report.queries[0].ndcg


class Ranked:
    """Finds some of the documents in an order that is drawn anew for each query."""

    def __init__(self, documents):
        self.documents = documents

    def retrieve(self, question, *, k=10):
        random = Random(question)
        drawn = random.sample(self.documents, random.randrange(1, 16))
        passages = [Passage(document, 0, len(document.text)) for document in drawn]
        return [Hit(passage, 1 / rank, rank) for rank, passage in enumerate(passages, start=1)]

    def fingerprint(self):
        return {}


def test_a_whole_benchmark_is_measured_as_by_trec_eval():
    import ir_measures
    from ir_measures import RR, Success, nDCG

    random = Random(1)
    ids = [f"d{number}" for number in range(40)]
    documents = [Document(id=id_, text=id_, source=document_name(id_), title=id_) for id_ in ids]
    judged = {f"q{number}": random.sample(ids, random.randrange(2, 15)) for number in range(50)}
    qrels = {query: {document_name(id_): random.randrange(4) for id_ in of} for query, of in judged.items()}
    qrels = {query: grades for query, grades in qrels.items() if any(grades.values())}
    library = Ranked(documents)
    run = {q: {hit.passage.document.source: hit.score for hit in library.retrieve(q)} for q in qrels}
    report = evaluate_retrieval(library, Beir(tuple(documents), {q: q for q in qrels}, qrels), name="drawn")
    official = ir_measures.calc_aggregate([nDCG @ 10, Success @ 10, RR @ 10], qrels, run)
    values = [official[measure] for measure in (nDCG @ 10, Success @ 10, RR @ 10)]
    assert [metric.value for metric in report.metrics] == pytest.approx(values, abs=1e-9)
    of_queries = {found.query_id: found.value for found in ir_measures.iter_calc([nDCG @ 10], qrels, run)}
    assert {query.id: query.ndcg for query in report.queries} == pytest.approx(of_queries, abs=1e-9)
    assert 0.1 < values[0] < values[1] < 1


def test_a_query_never_finds_itself(folder):
    beir = read_beir(folder)
    renamed = replace(beir, queries={"d/2": "the ferry aurora"}, grades={"d/2": beir.grades["q1"]})
    library = OverlapLibrary({document.source: document.text for document in beir.documents}, {})
    (query,) = evaluate_retrieval(library, renamed, name="ships").queries
    assert query.ndcg == pytest.approx(2 / (2 + 1 / 1.5849625))


def test_documents_are_written_under_names_that_files_can_have(folder, tmp_path):
    documents = list(read_beir(folder).documents)
    write_documents(documents, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(d.source for d in documents)
    assert document_name("d/2") != document_name("d-2")
    assert "/" not in document_name("../d")
    assert not document_name(".hidden").startswith(".")


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_folder_that_lacks_a_file_is_refused(folder, missing):
    (folder / missing).unlink()
    with pytest.raises(GoldError, match="is not a BEIR folder"):
        read_beir(folder)


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("corpus.jsonl", "{", "corpus.jsonl line 4 is not JSON"),
        ("corpus.jsonl", "[1]", "corpus.jsonl line 4 is not a JSON object"),
        ("corpus.jsonl", '{"text": "x"}', "corpus.jsonl line 4 has no _id"),
        ("corpus.jsonl", '{"_id": "d4", "text": null}', "corpus.jsonl line 4 has no text"),
        ("corpus.jsonl", '{"_id": "d1", "text": "x"}', "corpus.jsonl line 4 has the _id 'd1' of an earlier line"),
        ("queries.jsonl", '{"_id": "q4"}', "queries.jsonl line 4 has no text"),
        ("queries.jsonl", '{"_id": "q1", "text": "x"}', "queries.jsonl line 4 has the _id 'q1' of an earlier line"),
        ("qrels/test.tsv", "q9\td1\t1", "qrels/test.tsv line 6 judges the query 'q9', which is not in queries.jsonl"),
        ("qrels/test.tsv", "q1\td9\t1", "qrels/test.tsv line 6 judges 'd9', which is not in corpus.jsonl"),
        ("qrels/test.tsv", "q1\td1", "qrels/test.tsv line 6 is 'q1\\td1', which is not query, document and grade"),
        ("qrels/test.tsv", "q1\td1\thigh", "line 6 is 'q1\\td1\\thigh', which is not query, document and grade"),
        ("qrels/test.tsv", "q1\td1\tnan", "line 6 is 'q1\\td1\\tnan', which is not query, document and grade"),
    ],
)
def test_a_bad_line_is_named_with_its_file_and_reason(folder, name, line, problem):
    text = (folder / name).read_text().rstrip("\n")
    (folder / name).write_text(f"{text}\n{line}\n")
    with pytest.raises(GoldError) as caught:
        read_beir(folder)
    assert str(caught.value).startswith(f"{folder} is not a sound BEIR folder: ") and problem in str(caught.value)


def test_all_bad_lines_are_counted_and_ten_are_named(folder):
    (folder / "qrels" / "test.tsv").write_text(QRELS + "q1\td9\t1\n" * 12)
    with pytest.raises(GoldError, match=r"line 15 judges 'd9'.*; and 2 more\.$") as caught:
        read_beir(folder)
    assert "line 16" not in str(caught.value)


def test_judgements_without_a_head_or_below_nothing_are_read(folder):
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t2\r\nq1\td3\t-1\r\n\r\n")
    assert read_beir(folder).grades == {"q1": {"d1.txt": 2.0, "d3.txt": 0.0}}


@pytest.fixture
def opened(tmp_path):
    from rag.pipeline import OpenLibrary

    with OpenLibrary(
        Library(tmp_path / "l", create=True), encoder=WordEncoder(), reader=ScriptedReader({})
    ) as library:
        yield library


def test_a_library_is_made_of_the_documents_that_a_benchmark_brings(opened, folder):
    assert len(fill(opened, folder).added) == 3
    report = evaluate_retrieval(opened, read_beir(folder), name="ships")
    # q1 finds d1 and then d/2, as it should; q2 finds its only document third.
    assert [metric.value for metric in report.metrics] == pytest.approx([(1 + 0.5) / 2, 1.0, (1 + 1 / 3) / 2])
    assert report.library["encoder"] == "words"
    assert check_floors(report.metrics, ["ndcg@10=0.5", "f1=0.5"]) == [
        "f1 could not be measured; at least 0.5 is asked."
    ]
    assert len(fill(opened, folder).unchanged) == 3


def test_documents_with_one_text_count_as_one_whichever_was_judged(opened, folder):
    _add(folder / "corpus.jsonl", {"_id": "a copy", "text": "dogs travel free"})
    _add(folder / "corpus.jsonl", {"_id": "z", "text": "dogs travel free"})
    (folder / "qrels" / "test.tsv").write_text("q1\td3\t1\nq1\tz\t2\nq2\ta copy\t1\nq2\tz\t1\n")
    assert len(fill(opened, folder).duplicates) == 2
    beir = replace(read_beir(folder), queries={"q1": "dogs travel", "q2": "free dogs"})
    assert [(q.rank, q.ndcg) for q in evaluate_retrieval(opened, beir, name="ships").queries] == [(1, 1.0)] * 2


def test_a_query_finds_a_copy_of_itself(opened, folder):
    _add(folder / "corpus.jsonl", {"_id": "d4", "text": "the ferry aurora"})
    fill(opened, folder)
    beir = replace(read_beir(folder), queries={"d/2": "the ferry aurora"}, grades={"d/2": {"d4.txt": 1.0}})
    (query,) = evaluate_retrieval(opened, beir, name="ships").queries
    assert query.rank == 2  # below d1


def test_no_query_is_too_long_or_too_bare_to_be_measured(opened, folder):
    fill(opened, folder)
    beir = read_beir(folder)
    texts = {"long": "free dogs travel " * 200, "endless": "dogs" * 501, "bare": "?" * 3_000, "short": "free dogs"}
    judged = replace(beir, queries=texts, grades={query: {"d3.txt": 1.0} for query in texts})
    report = evaluate_retrieval(opened, judged, name="ships")
    assert [query.id for query in report.queries] == list(texts)
    assert (report.queries[0].rank, report.queries[2].rank, report.queries[3].rank) == (1, None, 1)
    said = "Queries of more than 2,000 characters, asked without their end: "
    assert f"{said}3\n" in render_retrieval(report)
    assert said not in render_retrieval(replace(report, queries=report.queries[3:]))


def test_a_long_query_is_cut_between_words(folder):
    class Listening(OverlapLibrary):
        def retrieve(self, question, *, k=10):
            asked.append(question)
            return super().retrieve(question, k=k)

    asked = []
    beir = replace(read_beir(folder), queries={"q1": " harbours" * 400, "q2": "dogs"})
    evaluate_retrieval(Listening({}, {}), beir, name="ships")
    assert asked == [" ".join(["harbours"] * 222), "dogs"]


def test_a_library_of_contexts_follows_its_benchmark(opened, folder, tmp_path):
    fill(opened, folder)
    squad = {"data": [{"title": "Dock", "paragraphs": [{"context": "The dock is deep.", "qas": []}]}]}
    (tmp_path / "squad.json").write_text(json.dumps(squad))
    report = fill(opened, tmp_path / "squad.json")
    assert (len(report.added), len(report.deleted)) == (1, 3)
    assert [document.text for document in opened.documents()] == ["The dock is deep."]


def test_contexts_are_never_mixed_with_a_persons_documents(opened, folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear Ida, the ferry is late.")
    opened.sync(tmp_path / "mine")
    with pytest.raises(GoldError, match=r"holds other documents \(.*letter\.txt\)"):
        fill(opened, folder)
    with pytest.raises(GoldError, match="brings no documents of its own"):
        fill(opened, tmp_path / "gold.jsonl")
    assert len(opened.documents()) == 1


def test_nothing_judged_is_nothing_measured(folder):
    beir = replace(read_beir(folder), grades={})
    report = evaluate_retrieval(OverlapLibrary({}, {}), beir, name="ships")
    assert [metric.value for metric in report.metrics] == [None] * 3
