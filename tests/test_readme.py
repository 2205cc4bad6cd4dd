"""What the README shows is run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.models
def test_the_python_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QUOTEBACK_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(ROOT)
    code, _ = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    exec(compile(code, "README.md", "exec"), {})
    assert "Ingrid Maltravers" in capsys.readouterr().out


def test_every_command_of_the_readme_exists() -> None:
    shown = set(re.findall(r"^quoteback (\S+)", README, flags=re.M))
    shown |= {
        name.split()[0] for cell in re.findall(r"^\| (`[a-z].*?) \|", README, flags=re.M) for name in names(cell)
    }
    help_text = subprocess.run(
        [sys.executable, "-m", "ui.cli", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout
    shown -= {"answer."}  # the head of a table of its fields
    assert len(shown) > 8
    assert {name for name in shown if name not in help_text and name not in fields()} == set()


def names(cell: str) -> list[str]:
    return re.findall(r"`([a-z][^`]*)`", cell)


def fields() -> set[str]:
    """Attributes of an answer, which stand in a table of their own."""
    from rag import Answer

    return {name for name in dir(Answer) if not name.startswith("_")}


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.M))
    assert set(re.findall(r"^make (\w+)", README, flags=re.M)) <= targets


def test_every_file_that_the_readme_links_to_exists() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link
