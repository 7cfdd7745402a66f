"""Files of a stay: sealed, read as notes are, kept only where names are, and gone with the person's key."""

from __future__ import annotations

import io
from collections.abc import Iterator

import psycopg
import pytest
from flask.testing import FlaskClient
from PIL import Image

from fyrklang.kernel.config import Config
from tests.modules.casework.walk import TODAY, Ground, first, take_in
from tests.tenancy.vault.numbers import numbers

NAME = "cv Zvea Kanariesson.png"
WHO = {
    "name": "Zvea Kanariesson", "number": numbers(1, seed=43)[0], "contact": "", "identity_consented": "1",
}  # fmt: skip


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def stay(ground: Ground, admin: psycopg.Connection) -> str:
    """A stay in an insats that stores names, of somebody who has agreed to that."""
    admin.execute("UPDATE office.intervention SET mode = 'C' WHERE id = %s", (ground.insats,))
    return take_in(ground, **WHO)


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(made, "PNG")
    return made.getvalue()


def send(ground: Ground, stay: str, content: bytes | None = None, name: str = NAME, **more: str):
    file = (io.BytesIO(picture() if content is None else content), name)
    data = {"file": file, "kind": "CV", "sharing": "OWN", **more}
    return ground.af.post(f"{stay}/bilagor", data=data, content_type="multipart/form-data")


def link(client: FlaskClient, stay: str) -> str:
    found = first(client, f"{stay}/bilagor", r"bilagor/([0-9a-f-]{36})\"")
    return f"{stay}/bilagor/{found}"


def test_a_file_is_sealed_read_by_consent_and_the_log_is_told(
    ground: Ground, stay: str, admin: psycopg.Connection
) -> None:
    assert "Inga bilagor" in ground.af.get(f"{stay}/bilagor").text
    assert send(ground, stay).status_code == 303
    assert "Bilagor</a>" not in (page := ground.af.get(stay).text)
    assert "Bilagor (1)" in page
    file = link(ground.af, stay)
    answer = ground.af.get(file)
    assert Image.open(io.BytesIO(answer.data)).size == (40, 30)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    stored = admin.execute(
        "SELECT name_sealed, content_sealed, size FROM care.attachment WHERE tenant_id = %s",
        (ground.forbund.id,),
    ).fetchone()
    assert stored is not None
    assert b"Kanarie" not in stored[0]
    assert b"PNG" not in stored[1]
    assert stored[2] == len(answer.data)
    told = admin.execute(
        "SELECT action, detail::text FROM audit.event WHERE tenant_id = %s AND action ~ '^attachment'",
        (ground.forbund.id,),
    ).fetchall()
    assert [action for action, _detail in told] == ["attachment.added", "attachment.read"]
    assert "Kanarie" not in str(told)
    assert ground.region.get(file).status_code == 404
    assert NAME not in ground.region.get(f"{stay}/bilagor").text
    assert ground.chief.get(f"{stay}/bilagor").status_code == 403
    assert send(ground, stay, sharing="SHARED").status_code == 303
    shared = link(ground.region, stay)
    assert ground.region.get(shared).status_code == 200
    assert ground.region.post(f"{shared}/ta-bort", data={"sure": "1"}).status_code == 404
    unsure = ground.af.post(f"{shared}/ta-bort")
    assert unsure.status_code == 422
    assert NAME in unsure.text
    assert ground.af.post(f"{shared}/ta-bort", data={"sure": "1"}).status_code == 303
    assert ground.region.get(shared).status_code == 404


def test_what_is_not_taken_in_is_said_at_its_field(ground: Ground, stay: str) -> None:
    for sentence, answer in (
        ("Välj en fil.", send(ground, stay, b"")),
        ("säger namnet något annat", send(ground, stay, b"hej", "hej.txt")),
        ("högst 10 MB", send(ground, stay, b"%PDF-" + bytes(10_000_000), "stor.pdf")),
        ("Välj ett av alternativen.", send(ground, stay, kind="")),
        ("samtycke till hälsouppgifter", send(ground, stay, kind="MEDICAL", sharing="SHARED")),
    ):
        assert answer.status_code == 422, sentence
        assert sentence in answer.text
    assert "Inga bilagor" in ground.af.get(f"{stay}/bilagor").text


def test_no_file_is_kept_where_no_name_is(ground: Ground) -> None:
    stay = take_in(ground)
    refused = send(ground, stay)
    assert refused.status_code == 422
    assert "En bilaga talar ofta om vem någon är." in refused.text


def test_protection_destroys_the_files_and_nothing_is_sealed_again(
    ground: Ground, stay: str, admin: psycopg.Connection
) -> None:
    assert send(ground, stay).status_code == 303
    admin.execute(  # One that the protecting party cannot see, and so not remove.
        "INSERT INTO care.attachment (tenant_id, id, intervention_id, owner_party, participant_id, stay_id, kind, "
        "mimetype, size, name_sealed, content_sealed) SELECT tenant_id, gen_random_uuid(), intervention_id, "
        "'FK', participant_id, stay_id, kind, mimetype, size, name_sealed, content_sealed FROM care.attachment "
        "WHERE tenant_id = %s",
        (ground.forbund.id,),
    )
    file = link(ground.af, stay)
    assert ground.af.post(f"{stay}/skydda", data={"understood": "1"}).status_code == 303
    assert ground.af.get(file).status_code == 404
    assert send(ground, stay).status_code == 422
    admin.execute(
        "UPDATE care.participant SET identity_mode = 'PSEUDONYM' WHERE tenant_id = %s", (ground.forbund.id,)
    )
    admin.execute("UPDATE care.attachment SET owner_party = 'AF' WHERE tenant_id = %s", (ground.forbund.id,))
    assert "Förstörd, går inte att öppna" in ground.af.get(f"{stay}/bilagor").text
    assert ground.af.get(link_of(admin, ground, stay)).status_code == 409
    assert send(ground, stay).status_code == 422
    again = ground.af.post(f"{stay}/identitet", data=WHO)
    assert again.status_code == 422
    assert "Nyckeln är förstörd" in ground.af.get(f"{stay}/identitet").text


def link_of(admin: psycopg.Connection, ground: Ground, stay: str) -> str:
    found = admin.execute(
        "SELECT id FROM care.attachment WHERE tenant_id = %s", (ground.forbund.id,)
    ).fetchone()
    assert found is not None
    return f"{stay}/bilagor/{found[0]}"


def test_a_note_may_begin_under_the_headings_of_a_template(ground: Ground) -> None:
    stay = take_in(ground)
    page = ground.af.get(f"{stay}/anteckning").text
    assert "Börja från en mall:" in page
    filled = ground.af.get(f"{stay}/anteckning?mall=THREE_PARTY").text
    assert "Vad var och en åtar sig:" in filled
    assert 'value="THREE_PARTY" selected' in filled
    assert ground.af.get(f"{stay}/anteckning?mall=x").status_code == 200
    ground.af.post(f"{stay}/utkast", data={"body": "Halva tanken"})
    waiting = ground.af.get(f"{stay}/anteckning?mall=PHONE").text
    assert "Halva tanken" in waiting
    assert "Börja från en mall:" not in waiting
    assert (
        ground.af.post(f"{stay}/anteckning", data={"body": "Klar", "happened_on": str(TODAY)}).status_code
        == 303
    )
