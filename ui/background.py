"""Work in a thread of its own, followed from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread, main_thread
from typing import TypeVar

from index.errors import StoppedError

News = TypeVar("News")
Result = TypeVar("Result")
_LOOK_SECONDS = 0.3


def following(
    work: Callable[[Callable[[News], None]], Result], *, quiet_seconds: float = 0.0
) -> Iterator[News | Result]:
    """Do a piece of work in a thread, which starts at once.

    Args:
        work: Is given the function that it tells its news with; None is no news.
        quiet_seconds: Work that is done by then has no news.

    Yields:
        The news, one by one; at the end what the work returned.

    Raises:
        BaseException: What the work raised.
        StoppedError: The program ends; its last threads are waited for, but this work is not.
    """
    news: Queue[News | None] = Queue()
    done: list[Result] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work(news.put))
        except BaseException as error:
            failed.append(error)
        news.put(None)

    thread = Thread(target=run, daemon=True)
    thread.start()

    def followed() -> Iterator[News | Result]:
        thread.join(quiet_seconds)
        has_news = thread.is_alive() or not quiet_seconds
        while has_news and (item := _next(news)) is not None:
            yield item
        if failed:
            raise failed[0]
        yield done[0]

    return followed()


def _next(news: Queue[News | None]) -> News | None:
    while main_thread().is_alive():
        with suppress(Empty):
            return news.get(timeout=_LOOK_SECONDS)
    raise StoppedError("The program is ending.")
