"""How quick the window is on this machine: `python -m tests.window_speed` serves the example library and asks it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from rag import open_library
from tests.browsing import LAUNCH

ROOT = Path(__file__).parents[1]
_N_STARTS, _N_QUESTIONS = 5, 20
_ASK = """() => new Promise((resolve) => {
  const shown = () => document.querySelectorAll('.qb-answer').length;
  const before = shown(), began = performance.now();
  const look = () => {
    if (shown() > before && !document.querySelector('.qb-pending')) resolve(performance.now() - began);
    else requestAnimationFrame(look);
  };
  [...document.querySelectorAll('#question button')].find((b) => b.textContent.trim() === 'Ask').click();
  look();
})"""


def main() -> None:
    """Print the medians of five starts and twenty questions, with `ask()` in a process of its own by turns."""
    with TemporaryDirectory() as made:
        folder = Path(made) / "examples"
        with open_library(folder, create=True) as library, sync_playwright() as playwright:
            library.sync(ROOT / "examples" / "library")
            browser = playwright.chromium.launch(**LAUNCH)
            starts, first = [], []
            for _ in range(_N_STARTS):
                with _serving(folder) as (address, printed):
                    page = browser.new_page()
                    _open(page, address)
                    starts.append(time.perf_counter() - printed)
                    first.append(_seconds(page, _questions()[0]))
                    page.close()
            with _serving(folder) as (address, _):
                page = browser.new_page()
                _open(page, address)
                _seconds(page, _questions()[0])
                library.ask(_questions()[0])
                shown, asked = [], []
                for question in _questions()[1 : _N_QUESTIONS + 1]:
                    shown.append(_seconds(page, question))
                    page.wait_for_timeout(1_500)  # until what could be asked next is known
                    began = time.perf_counter()
                    library.ask(question)
                    asked.append(time.perf_counter() - began)
            browser.close()
    more = [window - alone for window, alone in zip(shown, asked, strict=True)]
    print("| | median | most | n |\n|---|---|---|---|")
    for name, seconds in (
        ("from the printed address to a page that can be asked", starts),
        ("the first answer after a start", first),
        ("a later answer in the window", shown),
        ("the same from `ask()`", asked),
        ("the window beyond `ask()`", more),
    ):
        print(f"| {name} | {_ms(statistics.median(seconds))} | {_ms(max(seconds))} | {len(seconds)} |")


def _questions() -> list[str]:
    lines = (ROOT / "eval" / "data" / "examples.jsonl").read_text("utf-8").splitlines()
    return [row["question"] for row in map(json.loads, lines) if "history" not in row]


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, float]]:
    """The address of a window in a process of its own, and when it was printed."""
    command = [
        sys.executable,
        "-c",
        "from ui.cli import main; main()",
        "serve",
        "--library",
        str(folder),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        try:
            line = next(line for line in child.stdout if "http://" in line)
            yield line[line.index("http://") :].split()[0], time.perf_counter()
        finally:
            child.kill()


def _open(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".qb-scope")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()


def _seconds(page: Page, question: str) -> float:
    page.get_by_label("Your question").fill(question)
    return float(page.evaluate(_ASK)) / 1000


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


if __name__ == "__main__":
    main()
