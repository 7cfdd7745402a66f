"""Files that come in from a browser, and how they are handed out again.

    @pages.route("/bilagor", permission=…, methods=("POST",), takes_file=True)
    def attach(actor: Actor) -> Any:
        sent = receive("file", PDF, JPEG, PNG, DOCX)   # raises Invalid(fields={"file": sentence})
        service.attach(actor, sent.name, sent.kind.mimetype, sent.content)

    return deliver(row.name, row.mimetype, content)

A form without `takes_file` is refused at two megabytes before it is read. What a file is, its content says
and its name must agree; it is looked into in a process with little memory and time (`upload_check`). A file
is kept in a row of its förbund, never on disk, under a random id; its name is words to show and nothing more.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, current_app, request

from fyrklang.kernel.errors import Invalid
from fyrklang.web import upload_check
from fyrklang.web.i18n import gettext

MOST_BYTES = 20_000_000
FORM_BYTES = 2_000_000
"""The most a form or a JSON document without a file may hold."""

_BESIDE = 100_000
_WAIT = 30
_LONGEST_NAME = 120
_MARK = "__fyrklang_takes_file__"


@dataclass(frozen=True)
class Kind:
    """A sort of file that may be sent in. `starts` are the bytes it begins with; text has none."""

    code: str
    mimetype: str
    endings: tuple[str, ...]
    starts: tuple[bytes, ...] = ()


PDF = Kind("pdf", "application/pdf", (".pdf",), (b"%PDF-",))
PNG = Kind("png", "image/png", (".png",), (b"\x89PNG\r\n\x1a\n",))
JPEG = Kind("jpeg", "image/jpeg", (".jpg", ".jpeg"), (b"\xff\xd8\xff",))
DOCX = Kind(
    "docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx",),
    (b"PK\x03\x04",),
)
XLSX = Kind(
    "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",), (b"PK\x03\x04",)
)
SIE = Kind("text", "text/plain", (".se", ".si", ".sie"))
CSV = Kind("text", "text/csv", (".csv", ".txt"))


@dataclass(frozen=True)
class Upload:
    """A file that has been looked into. `content` is what to keep, `digest` its SHA-256 (hex)."""

    name: str
    kind: Kind
    content: bytes
    digest: str


def receive(field: str, *kinds: Kind, most: int = MOST_BYTES) -> Upload:
    """The file of a form's field.

    Raises:
        Invalid: there is none, or it is too large, of another kind, broken, or holds what may do something.
    """
    sent = request.files.get(field)
    content = sent.stream.read(most + 1) if sent else b""
    if sent is None or not content:
        raise Invalid(fields={field: gettext("Välj en fil.")})
    if len(content) > most:
        raise _refused(field, "large", most // 1_000_000)
    name = clean_name(sent.filename or "")
    kind = next((each for each in kinds if _is(each, name, content)), None)
    if kind is None:
        raise _refused(field, "type", ", ".join(ending for each in kinds for ending in each.endings))
    kept = _look_into(field, kind, content)
    return Upload(name, kind, kept, hashlib.sha256(kept).hexdigest())


def deliver(name: str, mimetype: str, content: bytes) -> Response:
    """A file that somebody once sent in: saved by the browser, never shown as a page of ours."""
    answer = Response(content, content_type=mimetype)
    shown = clean_name(name)
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode()
    whole = {"filename*": "UTF-8''" + quote(shown, safe="")}
    answer.headers.set("Content-Disposition", "attachment", filename=plain, **whole)
    return answer


def clean_name(sent: str) -> str:
    """A file's name as it may be shown and stored: no folders, no invisible signs, at most 120 characters."""
    last = unicodedata.normalize("NFC", sent).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    tidy = " ".join("".join("_" if sign in '<>:"|?*%;' else sign for sign in shown).split()).lstrip(". ")
    stem, dot, ending = tidy.rpartition(".")
    if not dot or not stem:
        return tidy[:_LONGEST_NAME] or "fil"
    ending = ending[:20]
    return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"


def _is(kind: Kind, name: str, content: bytes) -> bool:
    named = name.lower().endswith(kind.endings)
    return named and (not kind.starts or content.startswith(kind.starts))


def _look_into(field: str, kind: Kind, content: bytes) -> bytes:
    try:
        return upload_check.check_text(content) if not kind.starts else _in_a_process(kind, content)
    except upload_check.RefusedError as refused:
        raise _refused(field, str(refused), ", ".join(kind.endings)) from refused


def _in_a_process(kind: Kind, content: bytes) -> bytes:
    command = (sys.executable, "-I", str(Path(upload_check.__file__)), kind.code)
    try:
        looked = subprocess.run(
            command, input=content, capture_output=True, timeout=_WAIT, env={}, check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise upload_check.RefusedError("bomb") from fault
    told, _line, kept = looked.stdout.partition(b"\n")
    code = json.loads(told)["fault"] if looked.returncode == 0 and told else "bomb"
    if code:
        raise upload_check.RefusedError(code)
    return kept


def _refused(field: str, fault: str, what: object = "") -> Invalid:
    sentences = {
        "large": gettext("Filen är för stor. Den får vara högst %(most)s MB.", most=what),
        "type": gettext(
            "Filen är av ett slag som inte tas emot här, eller så säger namnet något annat än innehållet. "
            "Det här går: %(endings)s.",
            endings=what,
        ),
        "broken": gettext("Filen är trasig och går inte att läsa. Spara den på nytt och försök igen."),
        "locked": gettext("Filen är låst med lösenord. Spara den utan lösenord och försök igen."),
        "active": gettext(
            "Filen innehåller makron, program, formulär eller andra filer. Spara den utan dem, till exempel "
            "som en ny PDF, och försök igen."
        ),
        "bomb": gettext("Filen är för stor när den packas upp. Dela upp den och försök igen."),
    }
    return Invalid(fields={field: sentences[fault]})


def mark_takes_file(view: object) -> None:
    """Say that a registered view reads a file."""
    setattr(view, _MARK, True)


def takes_file(view: object) -> bool:
    """Whether a registered view reads a file."""
    return bool(getattr(view, _MARK, False))


def _limit_body() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = MOST_BYTES + _BESIDE if takes_file(view) else FORM_BYTES


def init_uploads(app: Flask) -> None:
    """Set how much each address takes in. Call it before anything reads what was sent."""
    app.before_request(_limit_body)
