"""What programs may call: /ask and /retrieve. Their docstrings are the description that a program is given."""

from __future__ import annotations

import gradio as gr

from ui.problems import explained
from ui.records import AnswerRecord, HitRecord, answer_record, hit_record
from ui.roles import Library


class Endpoints:
    """Asks the library and gives plain records."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def ask(self, question: str, k: int = 10) -> AnswerRecord:
        """Answer a question by quoting the documents.

        Args:
            question: At most 2,000 characters.
            k: Passages to read, from 1 to 50.

        Returns:
            The answer with its citations; offsets are half-open and in characters of the document's text.
        """
        try:
            return answer_record(self._library.ask(question, k=_k(k)))
        except Exception as error:
            raise gr.Error(explained(error), print_exception=False) from error

    def retrieve(self, question: str, k: int = 10) -> list[HitRecord]:
        """Find the passages closest to a question.

        Args:
            question: At most 2,000 characters.
            k: Hits to give, from 1 to 50.

        Returns:
            Hits, best first.
        """
        try:
            return [hit_record(hit) for hit in self._library.retrieve(question, k=_k(k))]
        except Exception as error:
            raise gr.Error(explained(error), print_exception=False) from error


def _k(k: int) -> int:
    return min(50, max(1, int(k)))
