"""What a sync has to do, from what a library knows and what is in the folder. Pure: only names and hashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Every source that was found is in exactly one of these; `delete` holds ids of documents that are gone.

    Attributes:
        add: Sources of new documents.
        update: Id of the document to replace, by source.
        rename: Old source, by new source; the content is the same.
        unchanged: Sources.
        duplicates: The source with the same content, by source.
        delete: Source of each document that is gone, by its id.
    """

    add: tuple[str, ...]
    update: Mapping[str, str]
    rename: Mapping[str, str]
    unchanged: tuple[str, ...]
    duplicates: Mapping[str, str]
    delete: Mapping[str, str]


def make_plan(
    known: Mapping[str, tuple[str, str]],
    found: Mapping[str, str],
    *,
    elsewhere: Mapping[str, str] | None = None,
) -> Plan:
    """Compare a folder with the library.

    Args:
        known: (id, sha256) of each document of this folder in the library, by source.
        found: sha256 of each file that is there now, by source.
        elsewhere: Source of each other document of the library, by sha256.
    """
    unchanged = {source: sha256 for source, sha256 in found.items() if source in known and known[source][1] == sha256}
    gone = {source: sha256 for source, (_, sha256) in known.items() if source not in found}
    has = dict(elsewhere or {}) | {sha256: source for source, sha256 in unchanged.items()}
    add: list[str] = []
    update: dict[str, str] = {}
    rename: dict[str, str] = {}
    duplicates: dict[str, str] = {}
    delete = {known[source][0]: source for source in gone}
    for source, sha256 in sorted(found.items()):
        if source in unchanged:
            continue
        if sha256 in has:
            duplicates[source] = has[sha256]
            if source in known:
                delete[known[source][0]] = source
            continue
        has[sha256] = source
        if source in known:
            update[source] = known[source][0]
            continue
        moved_from = next((old for old in sorted(gone) if gone[old] == sha256), None)
        if moved_from is None:
            add.append(source)
        else:
            rename[source] = moved_from
            del gone[moved_from], delete[known[moved_from][0]]
    return Plan(tuple(add), update, rename, tuple(sorted(unchanged)), duplicates, delete)
