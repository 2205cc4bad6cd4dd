"""Windows hold a question and a part of a passage; together they hold all of it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.forward import load_tokenizer
from rag.windows import Frame, Tokenizer, cut_windows
from tests.tiny_readers import TEXT, save_bert, save_roberta

BERT = Frame(before=(101,), between=(102,), after=(102,), types=(0, 1))
ROBERTA = Frame(before=(0,), between=(2, 2), after=(2,), types=(0, 0))


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_roberta(tmp_path_factory.mktemp("roberta"))


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_a_window_is_the_question_then_the_title_then_the_passage() -> None:
    (window,) = cut_windows(ids(7, 8), ids(5, 6), ids(20, 21, 22), frame=BERT)
    assert window.ids.tolist() == [101, 7, 8, 102, 5, 6, 20, 21, 22, 102]
    assert window.types.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert window.ids[window.offset : window.offset + window.n_passage].tolist() == [20, 21, 22]


def test_a_roberta_window_has_two_separators_and_one_type() -> None:
    (window,) = cut_windows(ids(7, 8), ids(), ids(20), frame=ROBERTA)
    assert window.ids.tolist() == [0, 7, 8, 2, 2, 20, 2]
    assert not window.types.any()


@given(
    n_question=st.integers(0, 90),
    n_prefix=st.integers(0, 40),
    n_passage=st.integers(0, 900),
    max_tokens=st.integers(104, 384),
    stride=st.integers(0, 100),
    frame=st.sampled_from([BERT, ROBERTA]),
)
def test_windows_together_hold_every_token_of_the_passage_in_order(
    n_question: int, n_prefix: int, n_passage: int, max_tokens: int, stride: int, frame: Frame
) -> None:
    passage = np.arange(1000, 1000 + n_passage)
    windows = cut_windows(
        np.full(n_question, 7), np.full(n_prefix, 5), passage, frame=frame, max_tokens=max_tokens, stride=stride
    )
    held = 0
    for number, window in enumerate(windows):
        inside = window.ids[window.offset : window.offset + window.n_passage]
        assert inside.tolist() == passage[window.first : window.first + window.n_passage].tolist()
        assert len(window) == len(window.types) <= max_tokens
        room = max_tokens - window.offset - len(frame.after)
        if number:
            assert window.first == held - min(stride, room // 2)
        assert window.first <= held < window.first + window.n_passage
        held = window.first + window.n_passage
    assert held == n_passage


def test_long_questions_and_titles_leave_room_for_the_passage() -> None:
    passage = np.arange(1000, 1300)
    windows = cut_windows(np.full(500, 7), np.full(500, 5), passage, frame=BERT, max_tokens=128)
    assert [int((window.ids == 7).sum()) for window in windows] == [64] * len(windows)
    assert [int((window.ids == 5).sum()) for window in windows] == [32] * len(windows)


def test_windows_too_small_for_a_passage_are_an_error() -> None:
    with pytest.raises(ValueError, match="no room"):
        cut_windows(np.full(64, 7), ids(), ids(20), frame=BERT, max_tokens=67)


@pytest.mark.slow
def test_the_frame_is_asked_of_the_tokenizer(bert: Path, roberta: Path) -> None:
    one, other = load_tokenizer(bert), load_tokenizer(roberta)
    assert Tokenizer(one).frame == Frame((one.cls_token_id,), (one.sep_token_id,), (one.sep_token_id,), (0, 1))
    separators = (other.sep_token_id, other.sep_token_id)
    assert Tokenizer(other).frame == Frame((other.cls_token_id,), separators, separators[:1], (0, 0))


@pytest.mark.slow
def test_tokens_say_which_characters_they_are_made_of(bert: Path) -> None:
    (tokens,) = Tokenizer(load_tokenizer(bert)).tokens([TEXT])
    slices = [TEXT[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert slices[:4] == ["The", "ferry", "Solveig", "was"]
    assert "".join(slices) == "".join(TEXT.split())


@pytest.mark.slow
def test_a_long_title_is_cut_but_keeps_its_colon(bert: Path) -> None:
    tokenizer = Tokenizer(load_tokenizer(bert))
    short, long = tokenizer.prefix("The ferry"), tokenizer.prefix("ferry " * 100)
    assert (len(short), len(long), len(tokenizer.prefix("  "))) == (3, 32, 0)
    assert long[-1] == short[-1]


@pytest.mark.slow
def test_tokenizing_a_long_text_cuts_nothing(bert: Path) -> None:
    (tokens,) = Tokenizer(load_tokenizer(bert)).tokens([TEXT * 60])
    assert tokens.ends[-1] == len(TEXT) * 60
