"""What may be asked."""

from __future__ import annotations

from index.errors import InvalidQuestionError

MAX_CHARACTERS = 2_000


def checked_question(question: str, k: int) -> str:
    """The question without blanks around it.

    Raises:
        InvalidQuestionError: It has no words or is too long, or k is below 1.
    """
    question = question.strip()
    if not any(character.isalnum() for character in question):
        raise InvalidQuestionError("The question has no words. Type what you want to know.")
    if len(question) > MAX_CHARACTERS:
        raise InvalidQuestionError(
            f"The question has {len(question):,} characters; {MAX_CHARACTERS:,} are allowed. Shorten it."
        )
    if k < 1:
        raise InvalidQuestionError(f"k is {k}; it is how many passages are read, at least 1.")
    return question
