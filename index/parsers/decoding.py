"""Bytes to text: UTF-8 strictly, then a byte order mark, then a detector on enough text, else refused.

The detector is never asked about a short text: it names a wrong code page there and the words come out wrong.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, lookup

from index.errors import RefusedError

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
# Dashes, quotes, ellipsis, no-break space, guillemets, degree: the same in every Windows code page.
_SHARED = bytes([0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0xA0, 0xA9, 0xAB, 0xAE, 0xB0, 0xBB])
# What browsers read where a page names Latin-1: the signs of Windows' code page in place of controls (WHATWG).
_BROWSERS_LATIN = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
_WINDOW = 256 * 1024  # bytes shown to the detector
_ENOUGH = 32  # bytes beyond ASCII that the detector needs to tell code pages apart
_COMMON = (  # the detector also knows code pages that nobody saves a text in, and names them
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_9", "koi8_r", "koi8_u"),
    *("mac_roman", "mac_cyrillic", "cp437", "cp850", "cp852", "cp866"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949", "tis_620"),
)
_STRAY_SHARE = 0.01  # of bytes: so few that the text is worth having without them
_BINARY_SHARE = 0.02  # of characters that are controls or unreadable


def clean(text: str) -> str:
    """Replace what no text may hold, keeping the length: lone surrogates by U+FFFD, C0 controls by blanks."""
    if _SURROGATES.search(text):
        text = _SURROGATES.sub("�", text)
    return _CONTROLS.sub(" ", text) if _CONTROLS.search(text) else text


def decode(data: bytes, *, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Decode a text file.

    Args:
        declared: The encoding that the text itself names, tried when it is not UTF-8.

    Returns:
        The text without its byte order mark, cleaned; and warnings.

    Raises:
        RefusedError: The bytes are no text, or their encoding can't be told.
    """
    text, warning = _decode(data, declared)
    if text.startswith("\ufeff"):
        text = text[1:]
    strange = len(_CONTROLS.findall(text)) + text.count("�")
    if strange > 8 and strange > _BINARY_SHARE * len(text):
        raise RefusedError("holds binary data, not text")
    return clean(text), (warning,) if warning else ()


def _decode(data: bytes, declared: str | None) -> tuple[str, str]:
    wide = _wide_encoding(data)
    if wide is not None:
        return _strictly(data, wide)
    if b"\x1b$B" in data or b"\x1b$@" in data:
        return _strictly(data, "iso2022_jp")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        first_bad = error.start
    if _is_damaged_utf8(data):
        return _strictly(data, "utf-8")
    if declared is not None and (text := _as_declared(data, declared)) is not None:
        return text, ""
    if _only_shared_signs(data):
        return data.decode("cp1252"), ""
    encoding = _detect(data, first_bad)
    if encoding is not None and (text := _try(data, encoding)) is not None:
        return text, f"the encoding was guessed to be {encoding}"
    n_strange = len(_NOT_ASCII.findall(data))
    if n_strange > _STRAY_SHARE * len(data):
        raise RefusedError("is in an encoding that can't be told; save it as UTF-8")
    n = f"{n_strange} {'character' if n_strange == 1 else 'characters'}"
    return data.decode("ascii", "replace"), f"{n} can't be told and shown as �"


def _strictly(data: bytes, encoding: str) -> tuple[str, str]:
    """Decode, merging surrogate pairs written as two and marking what can't be read."""
    try:
        text = data.decode(encoding, "surrogatepass")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), ""
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
    n_bad = text.count("�")
    return text, f"{n_bad} {'place is' if n_bad == 1 else 'places are'} not valid {encoding} and shown as �"


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32, by the mark or by where the NULs of Latin letters, blanks and digits stand."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[: 4096 - len(data) % 2]
    if len(sample) < 8 or sample.startswith(BOM_UTF8):
        return None
    nuls = [sample[i::4].count(0) / (len(sample) / 4) for i in range(4)]
    for encoding, zero, letters in (
        ("utf-32-le", (1, 2, 3), (0,)),
        ("utf-32-be", (0, 1, 2), (3,)),
        ("utf-16-le", (1, 3), (0, 2)),
        ("utf-16-be", (0, 2), (1, 3)),
    ):
        if all(nuls[i] > 0.7 for i in zero) and all(nuls[i] < 0.05 for i in letters):
            return encoding
    return None


def _is_damaged_utf8(data: bytes) -> bool:
    good = len(_MULTIBYTE.findall(data))
    bad = data.decode("utf-8", "replace").count("�")
    return good >= 20 * bad or _try(data, "utf-8", "surrogatepass") is not None


def _only_shared_signs(data: bytes) -> bool:
    return not _NOT_ASCII.search(data.translate(None, _SHARED))


def _as_declared(data: bytes, encoding: str) -> str | None:
    try:
        name = lookup(encoding).name
    except LookupError:
        return None
    if name in ("iso8859-1", "ascii"):
        return data.decode("latin-1").translate(_BROWSERS_LATIN)
    if name.startswith(("utf-16", "utf-32")):  # the name could not be read if it were so
        return None
    return _try(data, name)


def _try(data: bytes, encoding: str, errors: str = "strict") -> str | None:
    try:
        return data.decode(encoding, errors)
    except (UnicodeDecodeError, LookupError):
        return None


def _detect(data: bytes, first_bad: int) -> str | None:
    from charset_normalizer import from_bytes

    window = data[max(0, first_bad - _WINDOW // 2) : first_bad + _WINDOW // 2]
    if len(_NOT_ASCII.findall(window)) >= _ENOUGH:
        best = from_bytes(window, threshold=0.1, cp_isolation=list(_COMMON)).best()
        return best.encoding if best is not None else None
    return None
