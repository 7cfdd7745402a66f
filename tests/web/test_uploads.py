"""Files from browsers: what is taken, what is refused, and that a hostile one harms nobody."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator

import openpyxl
import pytest
from flask import Flask
from PIL import Image

from fyrklang.kernel.errors import Invalid
from fyrklang.web import uploads
from fyrklang.web.uploads import CSV, DOCX, JPEG, PDF, PNG, SIE, XLSX, clean_name, deliver, receive
from tests.web.gallery import make_app

ALL = (PDF, PNG, JPEG, DOCX, XLSX)
TYPES = "[Content_Types].xml"


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


def send(
    app: Flask, name: str, content: bytes, *kinds: uploads.Kind, most: int = uploads.MOST_BYTES
) -> uploads.Upload:
    data = {"file": (io.BytesIO(content), name)}
    with app.test_request_context("/", method="POST", data=data):
        return receive("file", *(kinds or ALL), most=most)


def fault_of(app: Flask, name: str, content: bytes, *kinds: uploads.Kind) -> str:
    with pytest.raises(Invalid) as refused:
        send(app, name, content, *kinds)
    return refused.value.fields["file"]


def pdf(inside: bytes = b"", packed: bytes = b"") -> bytes:
    stream = zlib.compress(packed)
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog " + inside + b">>\nendobj\n"
        b"2 0 obj\n<</Length " + str(len(stream)).encode() + b"/Filter/FlateDecode>>\nstream\n" + stream
        + b"\nendstream\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )  # fmt: skip


def image(kind: str, size: tuple[int, int] = (8, 6), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (40, 90, 20)).save(out, kind, **more)
    return out.getvalue()


def office(
    ending: str = "docx",
    parts: dict[str, bytes] | None = None,
    types: str = "",
    infos: tuple[zipfile.ZipInfo, ...] = (),
) -> bytes:
    main = {
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    }[ending]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(TYPES, f'<Types><Override ContentType="{types or main}"/></Types>')
        for name, content in (parts or {}).items():
            packed.writestr(name, content)
        for info in infos:
            packed.writestr(info, b"x")
    return out.getvalue()


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["År", 2025])
    book.save(out)
    return out.getvalue()


def test_sound_files_are_taken_as_what_they_are(app: Flask) -> None:
    sound = {
        "remiss.pdf": (pdf(packed=b"BT (Hej) Tj ET"), PDF),
        "Bild.PNG": (image("PNG"), PNG),
        "foto.jpeg": (image("JPEG"), JPEG),
        "brev.docx": (office(parts={"word/document.xml": b"<w>Hej</w>"}), DOCX),
        "tal.xlsx": (workbook(), XLSX),
    }
    for name, (content, kind) in sound.items():
        taken = send(app, name, content)
        assert taken.kind is kind
        assert taken.content == content or kind in (PNG, JPEG)
    assert send(app, "bok.se", "#FLAGGA 0\nå".encode("cp437"), SIE).kind is SIE
    assert send(app, "rader.csv", b"a;b\r\n1;2\r\n", CSV).kind is CSV


def test_a_photo_forgets_where_it_was_taken_and_stands_upright(app: Flask) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned a quarter.
    exif[0x010E] = "kanarie"
    sent = image("JPEG", (40, 20), exif=exif, comment=b"kanarie") + b"kanarie efter slutet"
    kept = send(app, "foto.jpg", sent).content
    assert b"kanarie" in sent
    assert b"kanarie" not in kept
    with Image.open(io.BytesIO(kept)) as shown:
        assert shown.size == (20, 40)
        assert not shown.getexif()


def entries(*names: str, mode: int = 0) -> tuple[zipfile.ZipInfo, ...]:
    made = tuple(zipfile.ZipInfo(name) for name in names)
    for info in made:
        info.external_attr = mode << 16
    return made


LINK = (
    '<Relationships><Relationship Id="a" TargetMode="External" Target="https://ond.example/t.dotm" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"/></Relationships>'
)
DTD = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><a>&b;</a>'
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"


def hostile() -> Iterator[tuple[str, str, bytes]]:
    """The word that must be in the answer, a name, and the content."""
    for name in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia", b"/XFA [",
                 b"/SubmitForm", b"/ImportData", b"/GoToE", b"/GoToR", b"/Java#53cript", b"/#4aavaScript",
                 b"/La#75nch"):  # fmt: skip
        yield "makron", "a.pdf", pdf(b"/A" + name + b" 3 0 R")
        yield "makron", "a.pdf", pdf(packed=b"x" * 70_000 + b"<<" + name + b" 3 0 R>>")
    yield "lösenord", "a.pdf", pdf(b"/Encrypt 3 0 R")
    yield "trasig", "a.pdf", b"%PDF-1.7\n"
    yield "packas upp", "a.pdf", pdf(packed=bytes(210_000_000))
    for part in ("word/vbaProject.bin", "word/vbaData.xml", "word/activeX/activeX1.xml", "word/embeddings/a.bin",
                 "xl/macrosheets/a.xml", "word/a.exe", "word/a.js"):  # fmt: skip
        yield "makron", "a.docx", office(parts={part: b"<a/>"})
    for magic in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ", b"\x7fELF", b"Rar!", b"7z\xbc\xaf"):
        yield "makron", "a.docx", office(parts={"word/media/a.png": magic + b"x"})
    for kind in ("attachedTemplate", "oleObject", "frame", "image", "externalLinkPath", "package"):
        yield "makron", "a.docx", office(parts={"word/_rels/a.rels": LINK.format(kind).encode()})
    for coding in ("utf-8", "utf-16", "utf-16-le"):
        text = f'<?xml version="1.0" encoding="{coding[:6]}"?>{DTD}'
        yield "", "a.docx", office(parts={"word/document.xml": text.encode(coding)})
    yield (
        "makron",
        "a.docx",
        office(parts={"word/document.xml": b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}),
    )
    yield "trasig", "a.docx", office(parts={"word/document.xml": b"<a><b></a>"})
    yield "makron", "a.docx", office(types=MACRO)
    yield "tas emot", "a.docx", office("xlsx")
    yield "packas upp", "a.docx", office(parts={"word/document.xml": b"<a>" + b" " * 50_000_000 + b"</a>"})
    yield "packas upp", "a.xlsx", office("xlsx", {f"a{number}.txt": b"" for number in range(1_001)})
    for trick in ("../ond.xml", "/ond.xml", "a/../../b.xml", "C:/ond.xml", "..\\ond.xml"):
        yield "trasig", "a.docx", office(infos=entries(trick))
    yield "trasig", "a.docx", office(infos=entries("word/länk", mode=0o120777))
    yield "trasig", "a.docx", b"PK\x03\x04" + b"x" * 500
    for kind in ("PNG", "JPEG"):
        yield "packas upp", f"a.{kind.lower()}", image(kind, (9_000, 5_000))
        yield "trasig", f"a.{kind.lower()}", image(kind)[:40]
    yield "trasig", "a.png", b"\x89PNG\r\n\x1a\n" + b"<script>" * 50
    for name, content in (("a.pdf", image("PNG")), ("a.png", pdf()), ("a.html", b"<script>1</script>"),
                          ("a.svg", b"<svg onload='x'/>"), ("a.docm", office(types=MACRO)), ("a.exe", b"MZ"),
                          ("a.pdf.exe", pdf()), ("a.jpg", b"GIF89a"), ("a", pdf()), ("a.xlsx", pdf()),
                          ("a.zip", office()), ("a.xls", b"\xd0\xcf\x11\xe0"), ("a.pdf\0.png", pdf())):  # fmt: skip
        yield "tas emot", name, content


def test_hostile_files_are_refused_in_words(
    app: Flask, record_property: Callable[[str, object], None]
) -> None:
    tried = 0
    for word, name, content in hostile():
        assert word in fault_of(app, name, content), (name, content[:80], content[-80:])
        tried += 1
    for byte in (*range(9), *range(14, 26), *range(27, 32)):
        assert "tas emot" in fault_of(app, "a.se", b"#FLAGGA 0" + bytes([byte]), SIE)
        tried += 1
    record_property("hostile files refused", tried)
    assert tried > 100


def test_a_file_that_grows_is_stopped_by_the_process_it_grows_in(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_WAIT", 0.001)
    assert "packas upp" in fault_of(app, "a.pdf", pdf())


def test_too_large_is_told_and_nothing_is_a_question(app: Flask) -> None:
    assert "Välj en fil" in fault_of(app, "a.pdf", b"")
    with app.test_request_context("/", method="POST"), pytest.raises(Invalid):
        receive("file", PDF)
    with pytest.raises(Invalid) as refused:
        send(app, "a.pdf", b"x" * 3_000_001, PDF, most=3_000_000)
    assert "högst 3 MB" in refused.value.fields["file"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("C:\\Users\\a\\remiss.pdf", "remiss.pdf"),
        ("../../etc/passwd", "passwd"),
        ("...dold.pdf", "dold.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("rad\r\nbrytning\0.pdf", "radbrytning.pdf"),
        ('x"; filename="y.pdf', "x__ filename=_y.pdf"),
        ("  många   mellanslag .pdf", "många mellanslag .pdf"),
        ("a\u030a.pdf", "å.pdf"),
        ("", "fil"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_words_and_nothing_more(sent: str, shown: str) -> None:
    assert clean_name(sent) == shown
    assert clean_name(shown) == shown


def test_a_file_is_handed_out_to_be_saved_and_can_do_nothing(app: Flask) -> None:
    app.add_url_rule("/en-fil", view_func=lambda: deliver("brev å.pdf", PDF.mimetype, pdf()))
    answer = app.test_client().get("/en-fil")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "filename*=UTF-8''brev%20%C3%A5.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_type == "application/pdf"


def test_only_an_address_for_files_takes_in_much(app: Flask) -> None:
    much = {"file": (io.BytesIO(b"x" * (uploads.FORM_BYTES + 1)), "a.pdf")}
    client = app.test_client()
    answer = client.post("/visning", data=much, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 413
    assert "för stor" in answer.text
