import html
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from ui.escape import characters, in_attribute, is_unseen, isolated


class _Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_only_our_own_mark_is_a_tag(text: str) -> None:
    assert _Page(characters(text)).tags <= {"span"}


@given(st.text())
def test_a_page_shows_exactly_the_characters(text: str) -> None:
    marked = "".join("▯" if is_unseen(c, before) else c for before, c in zip(" " + text, text, strict=False))
    assert _Page(characters(text)).text == marked


@given(st.text())
def test_nothing_that_means_something_elsewhere_is_left(text: str) -> None:
    plain = re.sub(r"&#\d+;|</?span[^>]*>", "", characters(text))
    assert not re.search(r"[*_`$~\[\](){}\\<>&\"'!#=|:/.@\n]", plain)


def test_characters_without_a_shape_show_as_a_mark() -> None:
    shown = characters("a\u200bb\u202ec\x00d\ufffe\ufdd0")
    assert _Page(shown).text == "a▯b▯c▯d▯▯"
    assert "U&#43;202E" in shown


def test_joiners_that_belong_to_the_spelling_stay() -> None:
    assert html.unescape(characters("می\u200cخواهم 👩\u200d🔬")) == "می\u200cخواهم 👩\u200d🔬"
    assert is_unseen("\u200d", "a")


def test_white_space_stays_as_it_is() -> None:
    assert html.unescape(characters("a\n\tb\r\nc")) == "a\n\tb\r\nc"


def test_direction_is_kept_to_the_text_itself() -> None:
    assert isolated("x") == "<bdi>x</bdi>"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_the_value_of_an_attribute_is_exactly_the_text(text: str) -> None:
    class Field(HTMLParser):
        value: str | None = None

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.value = dict(attrs)["value"]

    field = Field()
    field.feed(f'<input value="{in_attribute(text)}">')
    assert field.value == text and not re.search(r"[\"'<>`${}]", in_attribute(text))
