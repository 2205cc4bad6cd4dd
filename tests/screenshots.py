"""Pictures of the window for the README: `python -m tests.screenshots docs` asks the example library and looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from rag import open_library
from tests.browsing import LAUNCH, ask
from tests.served_window import served

REPAIRED = "What did the repair at Kettle Bay cost?"
DIFFERING = "How many cars will the Josiah Thorne carry?"
UNANSWERED = "When will a second battery ferry be ordered?"
MAX_BYTES = 150_000
_DESK, _PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def pictures(folder: Path) -> None:
    """Write a picture of each main state of the window."""
    root = Path(__file__).parents[1]
    with TemporaryDirectory() as made, open_library(Path(made) / "examples", create=True) as library:
        library.sync(root / "examples" / "library")
        with served(
            library, Path(made) / "incoming", examples=(REPAIRED, DIFFERING, "Who chairs the board?")
        ) as address:
            _desk(address, folder)
            _phone(address, folder)


def _desk(address: str, folder: Path) -> None:
    with _opened(address, viewport=_DESK) as page:
        _shoot(page, folder / "welcome.png")
        ask(page, REPAIRED)
        page.locator("#evidence .qb-source").first.click()
        page.get_by_role("button", name="Show the page as it looks").click()
        expect(page.locator(".qb-box").first).to_be_in_viewport()
        _shoot(page, folder / "page.png")
    with _opened(address, viewport=_DESK) as page:
        ask(page, DIFFERING)
        _shoot(page, folder / "differing.png")
    with _opened(address, viewport=_DESK, color_scheme="dark") as page:
        ask(page, DIFFERING)
        _shoot(page, folder / "dark.png")
    with _opened(address, viewport=_DESK) as page:
        ask(page, UNANSWERED)
        _shoot(page, folder / "no-answer.png")
        page.get_by_role("tab", name="Documents").click()
        expect(page.locator(".qb-shelf")).to_be_visible()
        _shoot(page, folder / "documents.png")


def _phone(address: str, folder: Path) -> None:
    with _opened(address, viewport=_PHONE, device_scale_factor=2) as page:
        ask(page, DIFFERING)
        _shoot(page, folder / "phone.png")


@contextmanager
def _opened(address: str, **options: Any) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        try:
            page = browser.new_page(reduced_motion="reduce", **options)
            page.set_default_timeout(120_000)
            page.goto(address)
            expect(page.locator(".qb-example").first).to_be_visible()
            yield page
        finally:
            browser.close()


def _shoot(page: Page, path: Path) -> None:
    page.evaluate("document.activeElement.blur()")
    # How long it took says something about the machine that the picture was taken on, not about the program.
    page.locator(".qb-timing span").evaluate_all("spans => spans.forEach((s) => { s.style.visibility = 'hidden'; })")
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.quantize(200, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{path} has {path.stat().st_size:,} bytes; {MAX_BYTES:,} are allowed. Show less on it.")


if __name__ == "__main__":
    pictures(Path(sys.argv[1]))
