"""Work in a thread of its own, followed from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Queue
from threading import Thread
from typing import TypeVar

News = TypeVar("News")
Result = TypeVar("Result")


def following(work: Callable[[Callable[[News], None]], Result]) -> Iterator[News | Result]:
    """Do a piece of work in a thread.

    Args:
        work: Is given the function that it tells its news with; None is no news.

    Yields:
        The news, one by one; at the end what the work returned.

    Raises:
        BaseException: What the work raised.
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

    Thread(target=run, daemon=True).start()
    while (item := news.get()) is not None:
        yield item
    if failed:
        raise failed[0]
    yield done[0]
