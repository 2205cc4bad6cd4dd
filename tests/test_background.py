"""Work in a thread, followed: its news, its end, its failure."""

from collections.abc import Callable
from threading import Event

import pytest

from ui.background import following

Tell = Callable[[str], None]


def told(tell: Tell) -> int:
    tell("first")
    tell("second")
    return 3


def test_the_news_come_before_the_result() -> None:
    assert list(following(told)) == ["first", "second", 3]


def test_work_that_is_done_at_once_has_no_news() -> None:
    assert list(following(told, quiet_seconds=60)) == [3]


def test_work_that_takes_longer_tells_all_its_news() -> None:
    is_heard = Event()

    def slow(tell: Tell) -> int:
        told(tell)
        assert is_heard.wait(60)
        return 3

    followed = following(slow, quiet_seconds=0.01)
    assert next(followed) == "first"
    is_heard.set()
    assert list(followed) == ["second", 3]


@pytest.mark.parametrize("quiet_seconds", [0.0, 60.0])
def test_what_the_work_raises_is_raised(quiet_seconds: float) -> None:
    def failing(tell: Tell) -> int:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        list(following(failing, quiet_seconds=quiet_seconds))
