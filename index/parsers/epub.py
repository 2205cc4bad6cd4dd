"""EPUB: the chapters of the spine in order; their headings are the book's."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from urllib.parse import unquote
from zipfile import ZipFile

from index.parsers.archive import open_archive, plausible_title, read_part, stream_xml
from index.parsers.blocks import Blocks
from index.parsers.dates import parse_date
from index.parsers.html import add_page
from index.parsers.parsed import Parsed


class _Package:
    """Listens to the container and the package file."""

    def __init__(self) -> None:
        self.path = ""
        self.fields: dict[str, str] = {}
        self.manifest: dict[str, str] = {}
        self.spine: list[str] = []
        self._name = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "rootfile":
            self.path = self.path or attributes.get("full-path", "")
        elif name == "item":
            self.manifest[attributes.get("id", "")] = attributes.get("href", "")
        elif name == "itemref":
            self.spine.append(attributes.get("idref", ""))
        self._name = name if name in ("title", "date") and name not in self.fields else ""

    def end(self, name: str) -> None:
        self._name = ""

    def data(self, text: str) -> None:
        if self._name:
            self.fields[self._name] = self.fields.get(self._name, "") + text


def parse(data: bytes) -> Parsed:
    """Read a book."""
    archive = open_archive(data)
    package = _Package()
    stream_xml(archive, "META-INF/container.xml", package)
    stream_xml(archive, package.path, package)
    blocks = Blocks()
    missing = [chapter for chapter in _chapters(package) if not _add_chapter(blocks, archive, chapter)]
    warnings = (f"{len(missing)} of {len(package.spine)} chapters are missing from the file",) if missing else ()
    title = plausible_title(package.fields.get("title", "")) or blocks.first_heading
    day = parse_date(package.fields.get("date", "").strip()[:10])
    return blocks.parsed("epub", title=title, date=day, warnings=warnings)


def _chapters(package: _Package) -> list[str]:
    folder = posixpath.dirname(package.path)
    hrefs = [package.manifest.get(name, "") for name in package.spine]
    return [posixpath.normpath(posixpath.join(folder, unquote(href.split("#")[0]))) for href in hrefs]


def _add_chapter(blocks: Blocks, archive: ZipFile, path: str) -> bool:
    if path not in archive.namelist():
        return False
    add_page(blocks, read_part(archive, path))
    return True
