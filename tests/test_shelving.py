import os
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from tests.scripted_library import ScriptedLibrary, bridge_library
from ui.shelving import Shelving


@pytest.fixture()
def library(tmp_path: Path) -> ScriptedLibrary:
    return bridge_library(tmp_path / "library")


@pytest.fixture()
def shelving(library: ScriptedLibrary, tmp_path: Path) -> Shelving:
    (tmp_path / "incoming").mkdir()
    return Shelving(library, tmp_path / "incoming")


def _event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def test_only_files_that_were_sent_are_added_and_removed(
    shelving: Shelving, library: ScriptedLibrary, tmp_path: Path
) -> None:
    secret, sent = tmp_path / "secret.txt", tmp_path / "incoming" / "sent.txt"
    secret.write_text("a secret", "utf-8")
    sent.write_text("It rains.", "utf-8")
    os.symlink(secret, tmp_path / "incoming" / "link.txt")
    outside = [
        str(secret),
        f"{tmp_path}/incoming/../secret.txt",
        f"{tmp_path}/incoming/link.txt",
        f"{tmp_path}/incoming",
        f"{tmp_path}/incoming-too/a.txt",
        "../secret.txt",
        "/proc/self/environ",
        "secret.txt\0.txt",
        "",
        7,
        None,
        ["a"],
    ]
    n_before = len(library.documents())
    *_, (outcome, _, _) = shelving.added("", _event(paths=[*outside, str(sent)]))
    assert len(library.documents()) == n_before + 1
    assert "sent.txt" in outcome.replace("&#46;", ".") and "secret" not in outcome
    assert secret.exists() and not sent.exists()
    for paths in ("/etc/passwd", None, {"a": 1}):
        *_, (outcome, _, _) = shelving.added("", _event(paths=paths))
        assert len(library.documents()) == n_before + 1


def test_a_document_that_is_gone_is_no_error(shelving: Shelving) -> None:
    for document in ("", "no such", 7, None):
        shelving.deleted("", (), _event(document=document))
