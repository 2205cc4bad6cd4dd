"""Gold files: what is read from them, and what is said about a bad one."""

import gzip
import json
from pathlib import Path

import pytest

from eval.gold import GoldError, load_gold
from eval.squad import squad_documents, write_documents
from index.types import Document
from rag.types import Turn

SHARED = Path(__file__).parents[2] / "shared"
TEXT = "The ferry Aurora was built in 1998 in Åbo 🚢 and carries 120 passengers."
FERRY = Document(id="1", text=TEXT, source="/home/me/docs/ferry.txt", title="Ferry")
COPY = Document(id="2", text=TEXT, source="/home/me/old/ferry.txt", title="Ferry")
GOOD = {
    "id": "a",
    "question": "When was she built?",
    "answers": ["1998"],
    "evidence": [["ferry.txt", 30, 34]],
}


def _load(tmp_path, *lines, documents=(FERRY,), **options):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return load_gold(path, documents, **options)


def test_a_question_cites_the_documents_of_the_library(tmp_path):
    (question,) = _load(tmp_path, GOOD).questions
    assert (question.id, question.question, question.answers) == ("a", "When was she built?", ("1998",))
    assert question.evidence[0].document is FERRY
    assert question.evidence[0].text == "1998"


def test_the_compact_form_means_the_same(tmp_path):
    compact = {**GOOD, "document": "ferry.txt", "evidence": [30, 34], "passage": [0, 40]}
    assert _load(tmp_path, compact).questions == _load(tmp_path, GOOD).questions


@pytest.mark.parametrize("evidence", [[], None])
def test_a_question_without_answers_is_unanswerable(tmp_path, evidence):
    (question,) = _load(tmp_path, {**GOOD, "answers": [], "evidence": evidence, "kind": "unanswerable"}).questions
    assert (question.answers, question.evidence, question.kind) == ((), (), "unanswerable")


def test_a_follow_up_keeps_its_history(tmp_path):
    (question,) = _load(tmp_path, {**GOOD, "history": [["What is she called?", "Aurora"]]}).questions
    assert question.history == (Turn("What is she called?", "Aurora"),)


def test_a_question_on_several_passages_is_one_question(tmp_path):
    carries = {**GOOD, "answers": ["120"], "evidence": [["ferry.txt", 56, 59]]}
    (question,) = _load(tmp_path, {**GOOD, "answers": [], "evidence": None}, GOOD, GOOD, carries).questions
    assert question.answers == ("1998", "120")
    assert [place.text for place in question.evidence] == ["1998", "120"]


def test_offsets_count_characters_outside_ascii(tmp_path):
    start = TEXT.index("120")
    line = {**GOOD, "answers": ["120 Passengers"], "evidence": [["ferry.txt", start, start + 14]]}
    assert _load(tmp_path, line).questions[0].evidence[0].text == "120 passengers"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 2 is not JSON"),
        ("[1]", "line 2 is not a JSON object"),
        ('{"id": "b", "question": "\\ud800"}', "line 2 is not JSON"),
        ({**GOOD, "id": ""}, "line 2 has no id"),
        ({**GOOD, "id": "b", "question": 7}, "line 2 has no question"),
        ({**GOOD, "id": "b", "question": "???"}, "line 2 can't be asked (The question has no words."),
        ({**GOOD, "id": "b", "question": "Who? " * 500}, "can't be asked (The question has 2,499 characters; 2,000"),
        (
            {**GOOD, "id": "b", "question": "And in the harbour?", "history": [["Who sailed? " * 166, ""]]},
            "can't be asked (The question has 2,0",
        ),
        ({**GOOD, "question": "Who?"}, "line 2 has the id 'a' of another question"),
        ({**GOOD, "id": "b", "answers": "1998"}, "line 2 has answers '1998', which is not a list"),
        ({**GOOD, "id": "b", "answers": [" "]}, "line 2 has an empty string among its answers"),
        ({**GOOD, "id": "b", "evidence": []}, "line 2 has answers but no evidence"),
        ({**GOOD, "id": "b", "evidence": 3}, "line 2 has evidence 3, which is not a list"),
        ({**GOOD, "id": "b", "answers": []}, "line 2 has evidence but no answers"),
        ({**GOOD, "id": "b", "evidence": [["ferry.txt", 34, 30]]}, "which is not [document, start, end]"),
        ({**GOOD, "id": "b", "evidence": [[3, 30, 34]]}, "which is not [document, start, end]"),
        (
            {**GOOD, "id": "b", "evidence": [["ferry.txt", 31, 35]]},
            "which reads '998 ' and is none of its answers",
        ),
        ({**GOOD, "id": "b", "evidence": [["ferry.txt", 900, 904]]}, "which reads ''"),
        ({**GOOD, "id": "b", "evidence": [["rry.txt", 30, 34]]}, "'rry.txt', which is not in the library"),
        ({**GOOD, "id": "b", "history": [["only a question"]]}, "which is not a list of 2 strings"),
        ({**GOOD, "id": "b", "history": "x"}, "has history 'x', which is not a list"),
    ],
)
def test_a_bad_line_is_named_with_its_reason(tmp_path, line, problem):
    with pytest.raises(GoldError) as caught:
        _load(tmp_path, GOOD, line)
    assert problem in str(caught.value)
    assert str(caught.value).startswith("gold.jsonl has 1 bad line: line 2 ")


def test_all_bad_lines_are_counted_and_ten_are_named(tmp_path):
    with pytest.raises(
        GoldError, match=r"has 12 bad lines: line 1 .*; line 10 is not JSON.*; and 2 more\.$"
    ) as caught:
        _load(tmp_path, *["x"] * 12)
    assert "line 11" not in str(caught.value)


def test_a_name_that_means_two_documents_is_refused(tmp_path):
    with pytest.raises(GoldError, match="which could be"):
        _load(tmp_path, GOOD, documents=[FERRY, COPY])
    line = {**GOOD, "evidence": [["old/ferry.txt", 30, 34]]}
    assert _load(tmp_path, line, documents=[FERRY, COPY]).questions[0].evidence[0].document is COPY


def test_evidence_that_is_gone_is_kept_as_a_reason_when_not_strict(tmp_path):
    moved = {**GOOD, "id": "b", "evidence": [["ferry.txt", 0, 4], ["boat.txt", 0, 4], ["ferry.txt", 30, 34]]}
    (question,) = _load(tmp_path, moved, strict=False).questions
    assert question.gone == ("lost_in_parsing", "not_in_library")
    assert [place.start for place in question.evidence] == [30]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_without_questions_is_refused(tmp_path, text):
    with pytest.raises(GoldError, match="holds no questions"):
        _load(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(GoldError, match=r"nowhere\.jsonl"):
        load_gold(tmp_path / "nowhere.jsonl", [])


SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Aurora/ship",
            "paragraphs": [
                {
                    "context": TEXT,
                    "qas": [
                        {
                            "id": "q1",
                            "question": "When was she built?",
                            "answers": [
                                {"text": "1998", "answer_start": 30},
                                {"text": "1998", "answer_start": 30},
                            ],
                        },
                        {"id": "q2", "question": "Who built her?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ],
}


@pytest.mark.parametrize("name", ["squad.json", "squad.json.gz"])
def test_squad_contexts_become_documents_that_its_questions_find(tmp_path, name):
    data = json.dumps(SQUAD).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    documents = squad_documents(tmp_path / name)
    write_documents(documents, tmp_path / "folder")
    assert [path.read_bytes().decode() for path in (tmp_path / "folder").iterdir()] == [TEXT]
    answerable, unanswerable = load_gold(tmp_path / name, documents).questions
    assert [place.text for place in answerable.evidence] == ["1998"]
    assert unanswerable.answers == ()
    assert answerable.document == unanswerable.document == documents[0].source


def test_a_context_of_two_articles_is_one_document_that_the_questions_of_both_find(tmp_path):
    def article(title):
        qas = [{"id": title, "question": "When was she built?", "answers": [{"text": "1998", "answer_start": 30}]}]
        return {"title": title, "paragraphs": [{"context": TEXT, "qas": qas}]}

    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [article("Ships"), article("Ferries")]}))
    (document,) = squad_documents(path)
    assert document.title == "Ships"
    questions = load_gold(path, [document]).questions
    assert [(question.id, question.document) for question in questions] == [
        ("Ships", document.source),
        ("Ferries", document.source),
    ]
    assert all(place.document is document for question in questions for place in question.evidence)


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (3, "question number 2 is not a JSON object"),
        ({"question": "When?", "answers": []}, "question number 2 has no id"),
        ({"id": "b", "answers": []}, "question b has no question"),
        ({"id": "b", "question": "When?"}, "question b has answers None, which is not a list"),
        ({"id": "b", "question": "When?", "answers": None}, "question b has answers None, which is not a list"),
        ({"id": "b", "question": "When?", "answers": ["1998"]}, "question b has the answer '1998', which lacks"),
        ({"id": "b", "question": "When?", "answers": [{"text": "1998"}]}, "which lacks words as text or a number as"),
        ({"id": "b", "question": "When?", "answers": [{"answer_start": 30}]}, "which lacks words as text or a"),
        ({"id": "b", "question": "When?", "answers": [{"text": "1998", "answer_start": "30"}]}, "question b has"),
        ({"id": "b", "question": "When?", "answers": [{"text": "1998", "answer_start": True}]}, "question b has"),
        ({"id": "b", "question": "When?", "answers": [{"text": None, "answer_start": 30}]}, "question b has"),
        (
            {"id": "b", "question": "When?", "answers": [{"text": "1998", "answer_start": -1}]},
            "question b has the ev",
        ),
        ({"id": "b", "question": "When?", "answers": [{"text": "1998", "answer_start": 31}]}, "which reads '998 '"),
        ({"id": "b", "question": "\ud800", "answers": []}, "question b holds half a character"),
    ],
)
def test_a_bad_question_of_squad_is_named_with_its_reason(tmp_path, question, problem):
    good = {"id": "a", "question": "When was she built?", "answers": [{"text": "1998", "answer_start": 30}]}
    content = {"data": [{"title": "Aurora", "paragraphs": [{"context": TEXT, "qas": [good, question]}]}]}
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(content))
    with pytest.raises(GoldError) as caught:
        load_gold(path, squad_documents(path))
    assert str(caught.value).startswith("squad.json has 1 bad line: question ") and problem in str(caught.value)


def test_a_squad_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(GoldError, match=r"nowhere\.json"):
        squad_documents(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"data": [{}]}',
        b'{"data": 3}',
        b"\xff\x00",
        b'{"data": [{"paragraphs": [{"qas": []}]}]}',
        b'{"data": [{"paragraphs": [{"context": "\\ud800", "qas": []}]}]}',
        b'{"data": [{"paragraphs": [{"context": "Words.", "qas": null}]}]}',
    ],
)
def test_another_json_file_is_not_squad(tmp_path, data):
    path = tmp_path / "squad.json"
    path.write_bytes(data)
    with pytest.raises(GoldError, match="is not SQuAD JSON"):
        load_gold(path, [])


@pytest.mark.skipif(not SHARED.exists(), reason="the public collection is not beside the checkout")
def test_the_gold_of_the_public_collection_is_sound():
    folder = SHARED / "data" / "rag"
    documents = [
        Document(id=path.name, text=path.read_bytes().decode(), source=str(path), title=path.name)
        for path in sorted((folder / "documents").iterdir())
    ]
    gold = load_gold(folder / "dev.jsonl", documents)
    assert len(gold.questions) == 1373 - 4  # four questions were written on two passages
    assert sum(not question.answers for question in gold.questions) == 458 - 4
