"""Is everything in a library as it was written? Nothing is repaired, everything is named."""

from __future__ import annotations

from index import lexical
from index.errors import LibraryDamagedError
from index.library import Library
from index.rows import StoredDocument


def problems(library: Library) -> list[str]:
    """All that is wrong with a library, in sentences; nothing if it is sound."""
    found = library.check_file()
    if found:
        return found
    with library.reading():
        for number in library.checksums():
            try:
                found += _of_document(library, library.load(number))
            except LibraryDamagedError as error:
                found.append(str(error))
        n_orphans = library.count_orphans()
    return found + ([f"{n_orphans} passages of deleted documents can still be found."] if n_orphans else [])


def _of_document(library: Library, stored: StoredDocument) -> list[str]:
    terms = [" ".join(lexical.terms(passage.search_text)) for passage in stored.passages]
    if library.terms_of(stored.number) == dict(zip(stored.ids, terms, strict=True)):
        return []
    return [
        f"The terms of {stored.document.source} are not those of its text. "
        f"Make them anew: quoteback rebuild --library {library.path}"
    ]
