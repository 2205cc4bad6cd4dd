from hypothesis import given
from hypothesis import strategies as st

from index.plan import make_plan

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
CONTENT = st.sampled_from(["1", "2", "3"])


@given(st.dictionaries(NAMES, CONTENT), st.dictionaries(NAMES, CONTENT), st.dictionaries(NAMES, CONTENT))
def test_following_a_plan_gives_one_document_for_each_content(
    first: dict[str, str], second: dict[str, str], elsewhere: dict[str, str]
) -> None:
    others = {content: f"other/{name}" for name, content in elsewhere.items()}
    library: dict[str, tuple[str, str]] = {}
    for found in (first, second):
        plan = make_plan(library, found, elsewhere=others)
        library = follow(plan, library, found)
        assert sorted(sha256 for _, sha256 in library.values()) == sorted(set(found.values()) - others.keys())
        assert all(found[source] == sha256 for source, (_, sha256) in library.items())
        assert make_plan(library, found, elsewhere=others).unchanged == tuple(sorted(library))


def follow(plan, library, found):  # type: ignore[no-untyped-def]
    """An independent, plain reading of what a plan says."""
    after = {source: facts for source, facts in library.items() if facts[0] not in plan.delete}
    for source, old in plan.rename.items():
        after[source] = after.pop(old)
    for source, id_ in plan.update.items():
        after[source] = (id_, found[source])
    for source in plan.add:
        after[source] = (f"new-{source}-{found[source]}-{len(library)}", found[source])
    return after


def test_a_moved_file_is_renamed() -> None:
    plan = make_plan({"a": ("1", "x")}, {"b": "x"})
    assert plan.rename == {"b": "a"} and not plan.delete and not plan.add


def test_a_copy_is_a_duplicate() -> None:
    plan = make_plan({"a": ("1", "x")}, {"a": "x", "b": "x"})
    assert plan.duplicates == {"b": "a"} and plan.unchanged == ("a",)


def test_when_the_first_of_two_copies_goes_the_other_takes_its_place() -> None:
    plan = make_plan({"a": ("1", "x")}, {"b": "x"}, elsewhere={})
    assert plan.rename == {"b": "a"}
