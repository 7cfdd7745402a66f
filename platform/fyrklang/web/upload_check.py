"""Look inside a file somebody sent, in a process of its own: `python -I upload_check.py KIND < file`.

Run as a script and importing nothing of ours, since what parses a hostile file must hold nothing to steal
and may be killed. Standard output is one line of JSON, `{"fault": code}` with "" for a sound file, and after
it the bytes to keep: an image is drawn anew, everything else is as it came.
"""

from __future__ import annotations

import io
import json
import re
import resource
import stat
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

MEMORY = 512 * 1024 * 1024
SECONDS = 10
OPEN_FILES = 16

ENTRIES = 1_000
UNPACKED = 200_000_000
RATIO = 100
SMALL = 100_000
"""A part of fewer bytes than this may be packed as tightly as it likes."""
PIXELS = 40_000_000

_XML = (".xml", ".rels", ".vml")
_NESTED = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"MZ",
    b"\x7fELF",
)
_ACTIVE_PARTS = re.compile(
    r"vbaproject|vbadata|activex|/embeddings/|macrosheets|\.(exe|dll|js|vbs|bat|cmd|ps1|scr|com|jar|hta|lnk)$",
    re.I,
)
_MAIN = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
_PDF_ACTIVE = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm|GoTo[ER]|XFA\s*[\[\d])(?![A-Za-z])"
)
"""Names too long to turn up by chance in packed pictures; whatever runs a script says /JavaScript."""
_PDF_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_PDF_STREAM = re.compile(rb"stream\r?\n")
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_CHUNK = 65_536
_OVERLAP = 64
_TWO_BYTES = (b"\xff\xfe", b"\xfe\xff")
_TEXT_ALLOWED = frozenset(b"\t\n\r\x0c\x1a")


class RefusedError(Exception):
    """The file is not taken; the text is one of the codes the caller has words for."""


def check_text(content: bytes) -> bytes:
    """Text has no control characters, whatever its alphabet; Excel's "Unicode text" has two bytes to a sign."""
    plain = content
    if content.startswith(_TWO_BYTES):
        try:
            plain = content.decode("utf-16").encode()
        except UnicodeError as fault:
            raise RefusedError("type") from fault
    if any(byte < 32 and byte not in _TEXT_ALLOWED for byte in set(plain)):
        raise RefusedError("type")
    return content


def check_image(content: bytes, kind: str) -> bytes:
    """One picture, drawn anew: what a camera wrote of place and time, and anything hidden behind, is gone."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=(kind.upper(),)) as found:
        if found.width * found.height > PIXELS:
            raise RefusedError("bomb")
        ImageOps.exif_transpose(found, in_place=True)
        mode = "RGB" if kind == "jpeg" else _png_mode(found.mode)
        plain = found if found.mode == mode else found.convert(mode)
        plain.info = {}
        out = io.BytesIO()
        plain.save(out, kind.upper(), **({"quality": 90} if kind == "jpeg" else {}))
    return out.getvalue()


def _png_mode(mode: str) -> str:
    return "L" if mode in ("1", "L") else "RGB" if mode == "RGB" else "RGBA"


def check_pdf(content: bytes) -> bytes:
    """A document that only shows something: no program, no form that sends, no file inside, no lock."""
    if b"%%EOF" not in content[-2_048:]:
        raise RefusedError("broken")
    for piece in (content, *_unpacked(content)):
        named = _PDF_ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), piece)
        if _PDF_LOCKED.search(named):
            raise RefusedError("locked")
        if _PDF_ACTIVE.search(named):
            raise RefusedError("active")
    return content


def _unpacked(content: bytes) -> Iterator[bytes]:
    """The streams of a PDF that are packed the common way; objects with names may lie in them."""
    left = UNPACKED
    for found in _PDF_STREAM.finditer(content):
        for piece in _inflated(content, found.end(), left):
            left -= len(piece)
            yield piece


def _inflated(content: bytes, start: int, most: int) -> Iterator[bytes]:
    """A stream from `start` to its own end, in pieces that overlap so that no name is cut in two."""
    unpacker, tail = zlib.decompressobj(), b""
    while start < len(content) and not unpacker.eof:
        try:
            piece = unpacker.decompress(content[start : start + _CHUNK], most)
        except zlib.error:
            return
        if unpacker.unconsumed_tail:
            raise RefusedError("bomb")
        yield tail + piece
        tail, start, most = (tail + piece)[-_OVERLAP:], start + _CHUNK, max(1, most - len(piece))


def check_office(content: bytes, kind: str) -> bytes:
    """A document of Word or Excel without macros, objects, distant templates or XML that grows."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        entries = packed.infolist()
        _check_entries(entries)
        for entry in entries:
            part = _read(packed, entry)
            if part.startswith(_NESTED):
                raise RefusedError("active")
            if entry.filename.lower().endswith(_XML):
                _check_xml(part)
        types = packed.read("[Content_Types].xml").decode("utf-8", "replace")
    if _MAIN[kind] not in types:
        raise RefusedError("active" if "macroEnabled" in types else "type")
    return content


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.replace("\\", "/") for entry in entries]
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
        raise RefusedError("bomb")
    if len(set(names)) != len(names) or any(_is_trick(name) for name in names):
        raise RefusedError("broken")
    if any(stat.S_ISLNK(entry.external_attr >> 16) for entry in entries):
        raise RefusedError("broken")
    if any(entry.flag_bits & 1 for entry in entries):
        raise RefusedError("locked")
    if any(_ACTIVE_PARTS.search(f"/{name}") for name in names):
        raise RefusedError("active")
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > RATIO * max(1, entry.compress_size):
            raise RefusedError("bomb")


def _is_trick(name: str) -> bool:
    return name.startswith("/") or ":" in name or "\0" in name or ".." in name.split("/")


def _read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One part, with what its head says of its size held against what comes out."""
    with packed.open(entry) as part:
        read = part.read(entry.file_size + 1)
    if len(read) > entry.file_size:
        raise RefusedError("bomb")
    return read


def _parse(part: bytes, seen: Callable[[str, dict[str, str]], None]) -> None:
    parser = expat.ParserCreate()

    def refuse(*_told: object) -> int:
        raise RefusedError("active")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = seen
    parser.Parse(part, True)


def _check_xml(part: bytes) -> None:
    """No document type, no entities, and no link but one to click on."""

    def see(_name: str, told: dict[str, str]) -> None:
        kind = told.get("Type", "").lower()
        if told.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink"):
            raise RefusedError("active")

    _parse(part, see)


def examine(kind: str, content: bytes) -> bytes:
    """The bytes to keep.

    Raises:
        RefusedError: the file is not taken.
    """
    try:
        if kind in ("png", "jpeg"):
            return check_image(content, kind)
        if kind in _MAIN:
            return check_office(content, kind)
        return {"pdf": check_pdf, "text": check_text}[kind](content)
    except RefusedError:
        raise
    except MemoryError as fault:
        raise RefusedError("bomb") from fault
    except Exception as fault:
        raise RefusedError("broken") from fault


def _limit(limits: Iterable[tuple[int, int]]) -> None:
    for what, most in limits:
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Shut the doors, then look."""
    _limit(
        (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, SECONDS),
            (resource.RLIMIT_NOFILE, OPEN_FILES),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        )
    )
    content = sys.stdin.buffer.read()
    try:
        kept, fault = examine(sys.argv[1], content), ""
    except RefusedError as refused:
        kept, fault = b"", str(refused)
    sys.stdout.buffer.write(json.dumps({"fault": fault}).encode() + b"\n" + kept)


if __name__ == "__main__":
    main()
