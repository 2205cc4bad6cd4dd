import pytest

from rag.conversation import resolve
from rag.types import Turn


@pytest.mark.parametrize(
    ("before", "answer", "question", "asked"),
    [
        (
            "Who is the harbour master?",
            "Anna Lind",
            "When was she appointed?",
            "When was Anna Lind appointed?",
        ),
        (
            "Who is the harbour master?",
            "Anna Lind",
            "What is her phone number?",
            "What is Anna Lind's phone number?",
        ),
        ("When was the Nordlys built?", "1990", "And where was it built?", "where was Nordlys built?"),
        (
            "How many troops are in Belarus?",
            "30,000",
            "When did they start?",
            "When did troops in Belarus start?",
        ),
        ("How many passengers came in 2022?", "9", "and in 2023?", "How many passengers came in 2023?"),
        ("How much is a ticket for adults?", "4", "And for children?", "How much is a ticket for children?"),
        (
            "How much is a ticket for adults in 2023?",
            "4",
            "And for children in 2024?",
            "How much is a ticket for children in 2024?",
        ),
        ("How long is the pier?", "9 m", "At what time?", "How long is the pier At what time?"),
        (
            "On which vessel was the violin found?",
            "the Nordlys",
            "What did the label inside it say?",
            "What did the label inside vessel violin found say?",
        ),
        ("When was the Nordlys built?", "1990", "Why?", "Why was the Nordlys built?"),
        (
            "WHAT IS THE POPULATION OF KUWAIT",
            "4 million",
            "and Oman?",
            "WHAT IS THE POPULATION OF KUWAIT Oman?",
        ),
        ("WHEN WAS IT SOLD IN YORK", "1990", "Who owns it and who built it?", "Who owns SOLD YORK and who built it?"),
    ],
)
def test_a_follow_up_becomes_a_question_that_stands_alone(
    before: str, answer: str, question: str, asked: str
) -> None:
    assert resolve(question, [Turn(before, answer)]) == asked


@pytest.mark.parametrize(
    "question",
    [
        "How many people work at the harbour?",
        "Is there a ferry on Sundays?",
        "What does the policy that replaced the old one say?",
        "Did Anna Lind sell her boat?",
        "ticket price children",
        "Who chairs the board and when was she elected?",
        "In 1992, who chaired the board?",
        "In which year was Skua sold?",
        "By whom was Skua built?",
        "And in which year did Skua sail?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert resolve(question, [Turn("When was the Nordlys built?", "1990")]) == question


def test_without_a_history_nothing_is_changed() -> None:
    assert resolve("When was it built?", []) == "When was it built?"
