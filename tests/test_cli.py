import json
import subprocess
import sys
from pathlib import Path

import pytest

from ui import cli

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
    from tests.fakes import WordEncoder

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
