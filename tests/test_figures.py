"""The README's table of figures is made from reports."""

import json
import shlex
from pathlib import Path

import pytest
import typer

from eval.gold import load_gold
from eval.readme import main, read_figures
from eval.records import Report
from eval.run import evaluate
from tests.overlap_library import OverlapLibrary
from ui import cli

ROOT = Path(__file__).parents[1]
TEXT = "The ferry Aurora carries 120 passengers on deck."
MARKED = "# Quoteback\n\n<!-- figures: python -m eval.readme -->\nthe last one\n<!-- end of figures -->\n\nMore.\n"


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.setattr("eval.statistics.N_RESAMPLES", 20)
    library = OverlapLibrary({"ferry.txt": TEXT}, {"How many passengers does she carry?": ("120", 0.9)})
    lines = [
        {"id": "a", "question": "How many passengers does she carry?", "answers": ["120"]},
        {"id": "b", "question": "Which passengers pay?", "answers": []},
    ]
    lines[0]["evidence"] = [["ferry.txt", TEXT.index("120"), TEXT.index("120") + 3]]
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return evaluate(library, load_gold(tmp_path / "gold.jsonl", library.documents()))


@pytest.fixture
def made(tmp_path: Path, report: Report):  # type: ignore[no-untyped-def]
    """The command in a folder with a marked README and the report: (exit code, README)."""
    readme, figures = tmp_path / "README.md", tmp_path / "figures.json"
    readme.write_text(MARKED)
    (tmp_path / "report.json").write_text(report.to_json())

    def make(*columns: str) -> tuple[int, str]:
        code = main([*columns, "--readme", str(readme), "--figures", str(figures)])
        return code, readme.read_text()

    return make


def test_the_table_in_the_readme_is_what_the_command_writes(tmp_path: Path) -> None:
    kept = {name: (ROOT / name).read_bytes() for name in ("README.md", "docs/figures.json")}
    for name, data in kept.items():
        (tmp_path / Path(name).name).write_bytes(data)
    assert main(["--readme", str(tmp_path / "README.md"), "--figures", str(tmp_path / "figures.json")]) == 0
    assert {name: (tmp_path / Path(name).name).read_bytes() for name in kept} == kept


def test_the_example_gold_of_the_readme_is_the_one_that_was_measured() -> None:
    n_lines = len((ROOT / "eval" / "data" / "examples.jsonl").read_text(encoding="utf-8").splitlines())
    assert n_lines in [column.n_questions for column in read_figures(ROOT / "docs" / "figures.json")]


def test_a_column_shows_the_numbers_of_its_report(made, report: Report, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, readme = made(f"a = b={tmp_path / 'report.json'}", f"again={tmp_path / 'report.json'}")
    rows = dict(line.strip("| ").split(" | ", 1) for line in readme.splitlines() if line.startswith("| "))
    assert code == 0 and "the last one" not in readme
    assert readme.startswith("# Quoteback\n") and readme.endswith("\nMore.\n")
    assert readme.splitlines()[4] == "| | a = b | again |"
    assert rows["questions (answerable)"] == "2 (1) | 2 (1)"
    assert rows["answerable, always answering: F1 / EM"] == "1.000 / 1.000 | 1.000 / 1.000"
    assert rows["AUROC of the confidence"] == "– | –"
    assert rows["`ask`, median ms (of it `retrieve`)"].endswith("(2)")
    assert made() == (0, readme)


def test_a_column_is_dropped_only_when_told(
    made,  # type: ignore[no-untyped-def]
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = tmp_path / "report.json"
    _, both = made(f"a={report}", f"b={report}")
    assert made(f"b={report}", f"c={report}") == (2, both)
    assert "would lose the column 'a'." in capsys.readouterr().err
    assert made(f"b={report}", f"a={report}", f"c={report}")[0] == 0
    code, fewer = made(f"b={report}", "--drop")
    assert code == 0 and "| | b |" in fewer.splitlines()


def test_the_commands_of_the_readme_make_its_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("<!-- end of figures -->")[1].split("```sh\n")[1].split("```")[0]
    *commands, last = (shlex.split(line, comments=True) for line in block.replace("\\\n", " ").splitlines())
    group = typer.main.get_command(cli.app)
    synced, written = set(), []
    for program, name, *options in commands:
        assert program == "quoteback"
        given = group.commands[name].make_context(name, options).params  # type: ignore[attr-defined]
        if name == "sync":
            synced.add(given["library"])
        else:
            assert given["library"] in synced
            written.append(f"{given['out']}/report.json")
    assert last[:3] == ["python", "-m", "eval.readme"]
    columns = [column.rpartition("=") for column in last[3:]]
    assert len(set(written)) == len(written) and [path for _, _, path in columns] == written
    assert [title for title, _, _ in columns] == [kept.title for kept in read_figures(ROOT / "docs" / "figures.json")]


@pytest.mark.parametrize(
    ("column", "sentence"), [("report.json", "is not a column's title"), ("a=none.json", "none.json")]
)
def test_a_wrong_argument_changes_nothing(
    made,  # type: ignore[no-untyped-def]
    capsys: pytest.CaptureFixture[str],
    column: str,
    sentence: str,
) -> None:
    assert made(column) == (2, MARKED)
    assert sentence in capsys.readouterr().err


def test_a_readme_without_markers_is_left_as_it_is(made, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "README.md").write_text("Words.")
    assert made(f"a={tmp_path / 'report.json'}") == (2, "Words.")
