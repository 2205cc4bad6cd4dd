"""Asking a question, with each stage told while it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from index.types import Filter
from rag.types import Turn
from ui.background import following
from ui.problems import explained
from ui.roles import Exchange, Library
from ui.wording import counted

_STAGES = {"searching": ("Searching", "document"), "reading": ("Reading", "passage")}


def asking(
    library: Library,
    question: str,
    *,
    history: Sequence[Turn] = (),
    where: Filter | None = None,
    quiet_seconds: float = 0.0,
) -> Iterator[str | Exchange]:
    """Ask a question, from now on.

    Yields:
        What is being done, in words, each time that something else is, unless the answer comes within
        `quiet_seconds`; at the end the question with its answer or its problem.
    """

    def ask(tell: Callable[[str], None]) -> Exchange:
        def told(stage: str, n: int) -> None:
            doing, noun = _STAGES[stage]
            tell(f"{doing} {counted(n, noun)}")

        try:
            return Exchange(question, library.ask(question, history=history, where=where, progress=told))
        except Exception as error:
            return Exchange(question, problem=explained(error))

    # Whoever stops following leaves the thread to finish by itself: a model can't be interrupted.
    return following(ask, quiet_seconds=quiet_seconds)
