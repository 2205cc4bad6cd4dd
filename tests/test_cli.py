import io
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes import ScriptedReader, WordEncoder
from ui import cli

Command = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[1]


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """The real program, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *arguments], capture_output=True, text=True, input=given, cwd=ROOT
    )


@pytest.mark.models
def test_a_question_gets_its_words_and_their_place(examples_library: Path) -> None:
    result = run("ask", "How many passengers were carried in 2023?", "--library", str(examples_library))
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() and "—" in result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.models
def test_json_is_one_object_whose_text_is_the_cited_slice(here, examples_library: Path) -> None:  # type: ignore[no-untyped-def]
    from rag import open_library

    question = "How many passengers were carried in 2023?"
    code, out, _ = here("ask", question, "--library", str(examples_library), "--json")
    (record,) = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and record["outcome"] == "answered"
    place = record["citations"][0]
    with open_library(examples_library) as library:
        assert library.document(place["document"]).text[place["start"] : place["end"]] == record["text"]


@pytest.mark.models
def test_no_answer_is_exit_code_3(here, examples_library: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = here("ask", "What is the boiling point of tungsten?", "--library", str(examples_library))
    assert code == cli.NO_ANSWER and "closest passages" in out


@pytest.mark.models
def test_the_benchmark_prints_its_table_and_holds_its_floors(here, examples_library: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    gold = tmp_path / "gold.jsonl"
    lines = (ROOT / "eval" / "data" / "examples.jsonl").read_text().splitlines()
    gold.write_text("\n".join(lines[:12]))
    arguments = ("eval", str(gold), "--library", str(examples_library), "--out", str(tmp_path / "out"))
    code, out, _ = here(*arguments)
    assert code == 0 and "Success@5" in out and "MRR@10" in out
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000
    code, _, err = here(*arguments, "--fail-under", "f1=1.01")
    assert code == cli.BELOW_FLOOR and "f1 is " in err and "below 1.01." in err


def test_a_library_that_does_not_exist_is_exit_code_4(tmp_path: Path, here) -> None:  # type: ignore[no-untyped-def]
    code, out, err = here("ask", "Anything?", "--library", str(tmp_path / "none"))
    assert code == cli.NO_LIBRARY and out == ""
    assert "There is no library" in err and "quoteback sync" in err


def test_a_folder_that_does_not_exist_is_one_sentence(tmp_path: Path, here) -> None:  # type: ignore[no-untyped-def]
    code, out, err = here("sync", str(tmp_path / "none"), "--library", str(tmp_path / "l"))
    assert code == cli.USAGE and out == ""
    assert err.strip() == f"There is no folder {tmp_path / 'none'}. Check the path."
    assert not (tmp_path / "l").exists()


@pytest.mark.parametrize(
    "options", [("--host", "0.0.0.0"), ("--name", "office.example"), ("--host", "0.0.0.0", "--auth")]
)
def test_a_window_that_is_not_to_be_served_so_is_exit_code_2(tmp_path: Path, here, options: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    from ui.accounts import keep_account

    accounts = tmp_path / "accounts"
    keep_account(accounts, "ada", "a long password")
    given = [*options, str(accounts)] if "--auth" in options else options
    code, out, err = here("serve", *given, "--port", "0", "--library", str(tmp_path / "l"))
    assert code == cli.USAGE and out == "" and len(err.splitlines()) == 1
    assert not (tmp_path / "l").exists()


def test_a_port_that_is_taken_begins_no_library(tmp_path: Path, here: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, _, err = here("serve", "--port", port, "--library", str(tmp_path / "l"))
    assert code == cli.FAILED and f"Port {port} is in use" in err
    assert not (tmp_path / "l").exists()


def test_a_window_on_a_new_library_says_so(tmp_path: Path, here: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTEBACK_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("ui.server.serve", lambda library, **options: None)
    code, _, err = here("serve", "--port", "0", "--library", "reprots")
    assert code == 0 and "There is no library 'reprots' yet. A new, empty one is begun: " in err
    assert here("serve", "--port", "0", "--library", "reprots") == (0, "", "")
    assert here("serve", "--port", "0") == (0, "", "")


@pytest.mark.parametrize("question", ["", "   ", "?!", "x" * 2_001])
def test_a_question_that_is_none_is_exit_code_2(tmp_path: Path, here, question: str) -> None:  # type: ignore[no-untyped-def]
    from index.library import Library

    Library(tmp_path / "l", create=True)
    code, out, err = here("ask", question, "--library", str(tmp_path / "l"))
    assert code == cli.USAGE and out == "" and "question" in err and "Traceback" not in err


@pytest.mark.models
def test_a_wrong_model_folder_is_one_sentence(tmp_path: Path, here) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("Words.")
    code, _, err = here(
        "sync", str(tmp_path / "docs"), "-l", str(tmp_path / "l"), "--encoder", str(tmp_path / "docs")
    )
    assert code == cli.FAILED and "sentence-transformers model" in err and len(err.splitlines()) == 1


def test_list_rm_and_doctor(tmp_path: Path, here) -> None:  # type: ignore[no-untyped-def]
    from index.library import Library
    from index.sync import sync

    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("The ferry leaves at nine.")
    sync(Library(tmp_path / "l", create=True), tmp_path / "docs", encoder=WordEncoder())
    code, out, _ = here("list", "-l", str(tmp_path / "l"), "--json")
    (record,) = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and record["kind"] == "txt" and record["passages"] == 1
    assert here("doctor", "-l", str(tmp_path / "l"))[1].strip().endswith("is sound: 1 document, 1 passage.")
    assert here("rm", record["id"], "-l", str(tmp_path / "l"))[0] == 0
    assert here("rm", record["id"], "-l", str(tmp_path / "l"))[0] == cli.FAILED
    assert here("list", "-l", str(tmp_path / "l"))[1] == ""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of one document, made with words for an encoder; beside it the folder `docs`."""
    from index.library import Library
    from index.sync import sync

    place = tmp_path_factory.mktemp("made")
    (place / "docs").mkdir()
    (place / "docs" / "ferry.txt").write_text(FERRY)
    library = Library(place / "l", create=True)
    sync(library, place / "docs", encoder=WordEncoder())
    library.close()
    return place / "l"


@pytest.fixture
def library(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a copy of that library; what the program loads are models of words."""
    monkeypatch.setattr("rag.pipeline.load_encoder", lambda given: WordEncoder(given or "words"))
    monkeypatch.setattr("rag.pipeline.OpenLibrary.reader", ScriptedReader({"nine": 9.0}))
    return str(shutil.copytree(made, tmp_path / "l"))


FERRY = "The ferry leaves at nine."


@pytest.mark.parametrize(("good", "expected"), [(FERRY, cli.REFUSED), ("", cli.FAILED)])
def test_a_sync_that_refuses_a_file_saves_the_rest_and_says_so_in_its_exit_code(
    tmp_path: Path, here: Command, library: str, good: str, expected: int
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "good.txt").write_text(good)
    (tmp_path / "docs" / "empty.txt").write_text("")
    code, out, err = here("sync", str(tmp_path / "docs"), "-l", str(tmp_path / "new"))
    assert (code, out) == (expected, "") and "empty.txt: " in err
    names = [
        json.loads(line)["title"] for line in here("list", "-l", str(tmp_path / "new"), "--json")[1].splitlines()
    ]
    assert len(names) == (1 if good else 0)
    (tmp_path / "docs" / "empty.txt").write_text("Dogs travel free.")
    (tmp_path / "docs" / "good.txt").write_text(FERRY)
    assert here("sync", str(tmp_path / "docs"), "-l", str(tmp_path / "new"))[0] == 0


def test_a_sync_says_what_it_left_out(tmp_path: Path, here: Command) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("empty.txt", "old.doc", "older.DOC", "Makefile", ".hidden.doc"):
        (tmp_path / "docs" / name).write_text("")
    _, _, err = here("sync", str(tmp_path / "docs"), "-l", str(tmp_path / "new"))
    assert "left out, of kinds that are not read: 3 (no extension: 1, .doc: 2)" in " ".join(err.split())


def test_retrieve_gives_passages_with_their_place(
    here: Command, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = here("retrieve", "ferry", "-l", library, "--json")
    (record,) = [json.loads(line) for line in out.splitlines()]
    assert (code, err, record["text"], record["rank"]) == (0, "", FERRY, 1)
    monkeypatch.setattr("sys.stdin", io.StringIO("When does the ferry leave?\n"))
    code, out, _ = here("retrieve", "-", "-l", library)
    assert code == 0 and FERRY in out and "ferry.txt" in out


def test_retrieve_finds_nothing_in_an_empty_library(tmp_path: Path, here: Command, library: str) -> None:
    from index.library import Library

    Library(tmp_path / "empty", create=True).close()
    assert here("retrieve", "ferry", "-l", str(tmp_path / "empty")) == (cli.NO_ANSWER, "", "")


def test_a_question_is_read_from_standard_input(here: Command, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("When does the ferry leave?\n"))
    code, out, _ = here("ask", "-", "-l", library, "--json")
    record = json.loads(out)
    assert (code, record["question"], record["text"]) == (0, "When does the ferry leave?", "nine")


@pytest.mark.parametrize("command", ["ask", "retrieve"])
def test_a_library_made_with_another_encoder_is_exit_code_4(here: Command, library: str, command: str) -> None:
    code, out, err = here(command, "When does the ferry leave?", "-l", library, "--encoder", "other")
    assert (code, out) == (cli.NO_LIBRARY, "") and len(err.splitlines()) == 1
    assert "made with encoder 'words', but 'other' is running" in err
    assert f"quoteback rebuild --library {library}" in err


def test_rebuild_makes_a_library_for_another_encoder(here: Command, library: str) -> None:
    assert here("rebuild", "-l", library, "--encoder", "other") == (0, "", "1 document made anew.\n")
    assert here("retrieve", "ferry", "-l", library, "--encoder", "other")[0] == 0
    assert here("retrieve", "ferry", "-l", library)[0] == cli.NO_LIBRARY


def test_info_tells_what_a_library_was_made_with(
    here: Command, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTEBACK_ENCODER", "other")
    monkeypatch.setenv("QUOTEBACK_LIBRARY", library)
    code, out, _ = here("info")
    told = dict(line.split(": ", 1) for line in out.splitlines())
    assert code == 0 and (told["library"], told["documents"], told["made with encoder"]) == (library, "1", "words")
    assert told["python"].startswith("3.")
    assert here("info", "--library", f"{library}-none")[0] == cli.NO_LIBRARY
    monkeypatch.delenv("QUOTEBACK_LIBRARY")
    assert "made with" not in here("info")[1]


def test_gold_check_names_what_to_look_at_again(tmp_path: Path, here: Command, library: str) -> None:
    line = {"id": "a", "question": "When?", "answers": ["nine"], "evidence": [["ferry.txt", 20, 24]]}
    (tmp_path / "gold.jsonl").write_text(json.dumps(line))
    assert here("gold", "check", str(tmp_path / "gold.jsonl"), "-l", library) == (0, "", "")
    again = {**line, "id": "b", "evidence": [["boat.txt", 0, 4]]}
    (tmp_path / "gold.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps(again)}")
    code, out, _ = here("gold", "check", str(tmp_path / "gold.jsonl"), "-l", library)
    assert code == cli.FAILED and out.splitlines()[0] == "b asks the same as a." and "b " in out.splitlines()[1]


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("eval.statistics.N_RESAMPLES", 20)
    monkeypatch.setattr("eval.statistics.N_PERMUTATIONS", 99)
    yield


@pytest.mark.slow
@pytest.mark.usefixtures("library", "few_resamples")
def test_the_documents_of_squad_are_made_a_library_and_its_questions_asked(tmp_path: Path, here: Command) -> None:
    answer = {"text": "nine", "answer_start": FERRY.index("nine")}
    qas = [
        {"id": "a", "question": "When does the ferry leave?", "answers": [answer]},
        {"id": "b", "question": "Who steers?", "answers": [], "is_impossible": True},
    ]
    squad = {"data": [{"title": "Ferry", "paragraphs": [{"context": FERRY, "qas": qas}]}]}
    (tmp_path / "squad.json").write_text(json.dumps(squad))
    given = ("eval", str(tmp_path / "squad.json"), "--library", str(tmp_path / "new"))
    code, out, err = here(*given, "--contexts", "--out", str(tmp_path / "out"))
    assert code == 0 and "squad.json: 2 questions" in out and "1 added." in err
    assert "1 unchanged." in here(*given, "--contexts")[2]
    assert here(*given)[0] == 0
    report = str(tmp_path / "out" / "report.json")
    code, out, _ = here("compare", report, report)
    assert code == 0 and "No clear difference: F1" in out.rstrip().splitlines()[-1]
    code, out, err = here("compare", report, str(tmp_path / "none.json"))
    assert (code, out) == (cli.FAILED, "") and "none.json can't be read" in err


@pytest.mark.slow
@pytest.mark.usefixtures("library", "few_resamples")
def test_the_documents_of_beir_are_made_a_library_and_two_searches_compared(tmp_path: Path, here: Command) -> None:
    (tmp_path / "ships" / "qrels").mkdir(parents=True)
    corpus = [{"_id": "d1", "text": FERRY}, {"_id": "d2", "text": "Dogs travel free."}]
    (tmp_path / "ships" / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (tmp_path / "ships" / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "When does the ferry leave?"}))
    (tmp_path / "ships" / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    given = ("eval", str(tmp_path / "ships"), "--library", str(tmp_path / "new"), "--out", str(tmp_path / "out"))
    code, out, err = here(*given, "--contexts")
    assert code == 0 and "ships: 1 queries, k = 10" in out and "2 added." in err
    report = str(tmp_path / "out" / "retrieval.json")
    code, out, _ = here("compare", report, report)
    assert code == 0 and "No clear difference: nDCG@10 1.000 -> 1.000" in out.rstrip().splitlines()[-1]


@pytest.mark.slow
def test_help_names_every_command() -> None:
    out = run("--help").stdout
    commands = "sync ask retrieve chat serve list rm doctor rebuild eval compare calibrate gold info"
    assert all(command in out for command in commands.split())
    assert run("--help").returncode == 0 and run("nonsense").returncode == cli.USAGE


@pytest.mark.slow
def test_help_keeps_the_names_of_extras() -> None:
    assert "(extra mcp)" in " ".join(run("serve", "--help").stdout.replace("│", " ").split())


def test_a_long_passage_says_that_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    from index.types import Hit, Passage
    from tests.scripted_library import document
    from ui.terminal import show_hits

    doc = document("word " * 100, title="T", source="t.txt")
    show_hits([Hit(Passage(doc, 0, len(doc.text)), 1.0, 1), Hit(Passage(doc, 0, 9), 0.5, 2)])
    _, long, _, short = capsys.readouterr().out.splitlines()
    assert long.endswith("…") and short.strip() == "word word"
