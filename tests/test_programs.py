"""What the README shows to programs is run against a window."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.types import Answer, Outcome
from tests.scripted_library import bridge_library, quoted, span_at
from tests.served_window import served

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SECTION = README.split("## For programs")[1].split("\n## ")[0]
QUESTION = "Who chairs the board?"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    library = bridge_library(tmp_path_factory.mktemp("library"))
    chair = quoted(library.documents()[0], "survey team")
    library.script(QUESTION, Answer(QUESTION, QUESTION, Outcome.ANSWERED, span_at(chair), 0.9, (chair,)))
    with served(library, tmp_path_factory.mktemp("incoming")) as address:
        yield address


def _shown(language: str, window: str) -> str:
    (code,) = re.findall(rf"```{language}\n(.*?)```", SECTION, flags=re.S)
    assert "http://127.0.0.1:7860" in code
    return code.replace("http://127.0.0.1:7860", window)


def test_the_python_for_programs_runs(window: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    exec(compile(_shown("python", window), "README.md", "exec"), names)
    assert capsys.readouterr().out == "survey team 0.9 ['Survey of the Lower Quay Bridge']\n"
    assert isinstance(names["hits"], list) and len(names["hits"]) == 3


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_commands_for_programs_run(window: str) -> None:
    environment = {**os.environ, "no_proxy": "127.0.0.1"}
    ran = subprocess.run(
        ["sh", "-ec", _shown("sh", window)], capture_output=True, text=True, env=environment, timeout=120, check=True
    )
    assert ran.stdout.startswith("event: complete") and '"text": "survey team"' in ran.stdout
