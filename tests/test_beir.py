"""A small BEIR folder, judged through a library whose ranking is known."""

import json
from dataclasses import replace

import pytest

from eval.beir import document_name, evaluate_retrieval, read_beir
from eval.gold import GoldError
from eval.squad import write_documents
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


def test_retrieval_is_scored_on_documents_at_their_best_passage(folder):
    beir = read_beir(folder)
    library = OverlapLibrary({document.source: document.text for document in beir.documents}, {})
    ndcg, success, mrr = evaluate_retrieval(library, beir)
    # q1 finds d/2 (grade 1) before d1 (grade 2); q2 finds nothing that is relevant; q3 has nothing to find.
    assert ndcg.value == pytest.approx((1 + 2 / 1.5849625) / (2 + 1 / 1.5849625) / 2)
    assert (success.value, mrr.value, mrr.n) == (0.5, 0.5, 2)


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


def test_a_judgement_of_an_unknown_query_is_refused(folder):
    (folder / "qrels" / "test.tsv").write_text(QRELS + "q9\td1\t1\n")
    with pytest.raises(GoldError, match="'q9'"):
        read_beir(folder)


def test_nothing_judged_is_nothing_measured(folder):
    beir = replace(read_beir(folder), grades={})
    assert [metric.value for metric in evaluate_retrieval(OverlapLibrary({}, {}), beir)] == [None] * 3
