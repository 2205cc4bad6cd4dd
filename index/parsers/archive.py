"""Zip archives that hold a document (docx, pptx, xlsx, epub), opened only if they are no bomb, and their XML.

Python's zipfile never gives more bytes than the directory declares, so checking the directory is enough.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO
from typing import Protocol
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from index.errors import RefusedError
from index.parsers.dates import parse_date

_MAX_ENTRIES = 5_000
_MAX_ENTRY = 50_000_000  # bytes, unpacked
_MAX_TOTAL = 100_000_000  # bytes, unpacked
_MAX_RATIO = 100  # unpacked to packed, for entries beyond 1 MB
_STEP = 64 * 1024
# What python-docx and python-pptx write into every new document: the day their template was made.
_TEMPLATE_TIMES = ("2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z", "2013-01-27T09:15:58Z")


class Events(Protocol):
    """What listens to an XML document. Names come without their namespace."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def data(self, text: str) -> None: ...


def open_archive(data: bytes) -> ZipFile:
    """Open a document's archive.

    Raises:
        RefusedError: It is damaged, encrypted or would unpack to far more than a document holds.
    """
    try:
        archive = ZipFile(BytesIO(data))
        entries = archive.infolist()
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise RefusedError("is damaged: it can't be unpacked") from error
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise RefusedError("is protected by a password; save it without one")
    if len(entries) > _MAX_ENTRIES:
        raise RefusedError(f"holds {len(entries)} parts, and the most allowed is {_MAX_ENTRIES}")
    if len({entry.filename for entry in entries}) < len(entries):
        raise RefusedError("holds two parts of the same name")
    if sum(entry.compress_size for entry in entries) > len(data):
        raise RefusedError("is damaged: its parts overlap")
    largest = max((entry.file_size for entry in entries), default=0)
    packed = [e for e in entries if e.file_size > 1_000_000 and e.file_size > _MAX_RATIO * e.compress_size]
    if packed or largest > _MAX_ENTRY or sum(entry.file_size for entry in entries) > _MAX_TOTAL:
        raise RefusedError("would unpack to far more than a document holds")
    return archive


def read_part(archive: ZipFile, name: str) -> bytes:
    """Unpack one part; refused if it is absent or damaged."""
    try:
        return archive.read(name)
    except KeyError as error:
        raise RefusedError(f"is damaged: its part {name} is missing") from error
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise RefusedError(f"is damaged: its part {name} can't be unpacked") from error


def stream_xml(archive: ZipFile, name: str, events: Events) -> None:
    """Send a part's elements to `events` as they are unpacked, so memory does not grow with the part."""
    for _ in _fed(archive, name, events):
        pass


def start_tags(archive: ZipFile, name: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """A part's elements in order, each by its name and attributes."""
    events = _Starts()
    for _ in _fed(archive, name, events):
        yield from events.found
        events.found.clear()


def _fed(archive: ZipFile, name: str, events: Events) -> Iterator[None]:
    parser = _parser(events)
    try:
        with archive.open(name) as stream:
            while piece := stream.read(_STEP):
                parser.Parse(piece, False)
                yield
        parser.Parse(b"", True)
    except KeyError as error:
        raise RefusedError(f"is damaged: its part {name} is missing") from error
    except (expat.ExpatError, BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise RefusedError(f"is damaged: its part {name} can't be read") from error


class _Starts:
    def __init__(self) -> None:
        self.found: list[tuple[str, Mapping[str, str]]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.found.append((name, attributes))

    def end(self, name: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


def refuse_doctypes(archive: ZipFile) -> None:
    """Refuse an archive with a document type in any XML part, for parsers that read the XML themselves."""
    for entry in archive.infolist():
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            part = read_part(archive, entry.filename)
            if any("<!DOCTYPE".encode(encoding) in part for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
                raise RefusedError(_DOCTYPE)


class _Core:
    """Listens to docProps/core.xml."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._name = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._name = name

    def end(self, name: str) -> None:
        self._name = ""

    def data(self, text: str) -> None:
        if self._name:
            self.fields[self._name] = self.fields.get(self._name, "") + text


def core_properties(archive: ZipFile) -> tuple[str | None, date | None]:
    """Title and date (last saved, else made) that an Office document's properties tell."""
    if "docProps/core.xml" not in archive.namelist():
        return None, None
    core = _Core()
    stream_xml(archive, "docProps/core.xml", core)
    times = [core.fields.get(name, "").strip() for name in ("modified", "created")]
    days = [parse_date(time[:10]) for time in times if time not in _TEMPLATE_TIMES]
    return plausible_title(core.fields.get("title", "")), next((day for day in days if day is not None), None)


def plausible_title(title: str) -> str | None:
    """A metadata title, unless it is what programs put there by themselves."""
    title = " ".join(title.split())
    lowered = title.lower()
    machine_made = (
        lowered.startswith(("microsoft word", "microsoft powerpoint", "untitled", "unbenannt", "sans titre"))
        or lowered in {"powerpoint presentation", "presentation", "document", "title", "word document", "slide 1"}
        or lowered.endswith(
            (".doc", ".docx", ".pdf", ".tex", ".dvi", ".indd", ".qxd", ".ppt", ".pptx", ".odt", ".rtf")
        )
        or not any(character.isalpha() for character in title)
    )
    return None if machine_made else title[:300]


_DOCTYPE = "holds a document type declaration, which no such document needs; save it again with its own program"


def _parser(events: Events) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        events.start(name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def end(name: str) -> None:
        events.end(name.rpartition(" ")[2])

    def refuse(*_declaration: object) -> None:
        raise RefusedError(_DOCTYPE)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = events.data
    parser.StartDoctypeDeclHandler = refuse
    return parser
