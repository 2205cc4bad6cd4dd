"""Settings that hold for every test: no network, no telemetry, no deadlines on a shared machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.scripted_library import ScriptedLibrary

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
settings.register_profile("shared", deadline=None)
settings.register_profile("fast", deadline=None, max_examples=20)
settings.load_profile("shared")

ROOT = Path(__file__).parents[1]
_SLOW = {
    "test_beir",
    "test_evaluation",
    "test_compare",
    "test_compare_retrieval",
    "test_report",
    "test_sync",
    "test_reader",
    "test_server",
    "test_handlers",
    "test_endpoints",
    "test_evaluating",
    "test_feedback",
    "test_login",
    "test_mcp",
    "test_programs",
    "test_shelving",
    "test_worker",
    "test_limits",
    "test_pages",
    "test_training",
    "test_teacher",
    "test_average",
    "test_changes",
    "test_export",
    "test_planted_faults",
    "test_calibrate",
    "test_benchmark",
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave modules unread when their tests are not asked for: importing Gradio alone takes seconds."""
    asked, name = config.getoption("markexpr"), collection_path.stem
    unread = ("not slow" in asked and name in _SLOW) or ("not browser" in asked and _is_browsing(name))
    return True if unread else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts processes or a server, loads much, hashes passwords or trains; the rest can be run alone."""
    for item in items:
        if item.path.stem in _SLOW or "survives_being_killed" in item.name:
            item.add_marker(pytest.mark.slow)
        if item.path.stem == "test_encoder_onnx":
            item.add_marker(pytest.mark.models)
        if _is_browsing(item.path.stem):
            from tests.browsing import CHROMIUM

            missing = not Path(CHROMIUM).exists()
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.skipif(missing, reason="needs Chromium: set CHROMIUM to its path"))


def _is_browsing(module: str) -> bool:
    return module == "test_window" or module.startswith("test_window_")


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """The program in this process: (exit code, stdout, stderr)."""
    from ui import cli

    def run_here(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["quoteback", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return run_here


@pytest.fixture(scope="session")
def examples_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example library, indexed with the real encoder."""
    from rag import open_library

    place = tmp_path_factory.mktemp("libraries") / "examples"
    with open_library(place, create=True) as library:
        report = library.sync(ROOT / "examples" / "library")
    assert len(report.added) >= 14 and not report.refused
    return place


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    from tests.browsing import LAUNCH

    return {**browser_type_launch_args, **LAUNCH}


@pytest.fixture(scope="module")
def window(library: ScriptedLibrary, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a window on the library of the module."""
    from tests.served_window import served

    with served(library, tmp_path_factory.mktemp("incoming")) as address:
        yield address


@pytest.fixture()
def opened(page: Page, window: str) -> Iterator[Page]:
    """The window in a page that fails the test on any request elsewhere, any error and any dialog."""
    from playwright.sync_api import expect

    wrong: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((window, "data:", "blob:")) else wrong.append(r.url))
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.goto(window)
    expect(page.get_by_label("Your question")).to_be_visible()
    expect(page.locator(".qb-welcome")).to_be_visible()
    expect(page.locator(".qb-scope")).to_be_visible()
    yield page
    assert wrong == []
