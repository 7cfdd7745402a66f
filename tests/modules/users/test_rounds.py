"""The periodic review of roles: laid by itself, decided role by role by somebody else, signed, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.users.rounds import service
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession, tenant_session
from fyrklang.tenancy.token import TokenSigner
from tests.people import Forbund, make_forbund, sign_in


class Holder:
    """What a job gives a service: a session."""

    def __init__(self, session: TenantSession) -> None:
        self.session = session


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "varv")


@pytest.fixture
def boss_id() -> UUID:
    return uuid4()


@pytest.fixture
def boss(app: Flask, own: Forbund, boss_id: UUID) -> FlaskClient:
    return sign_in(app, (own, Role.TENANT_ADMIN), person_id=boss_id)


def begin(boss: FlaskClient, own: Forbund) -> str:
    answer = boss.post(f"/f/{own.slug}/anvandare/genomgang")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def items(admin: psycopg.Connection, own: Forbund) -> dict[tuple[UUID, str], UUID]:
    rows = admin.execute(
        "SELECT m.person_id, i.role, i.id FROM registry.access_review_item i JOIN registry.membership m "
        "ON m.tenant_id = i.tenant_id AND m.id = i.membership_id WHERE i.tenant_id = %s",
        (own.id,),
    ).fetchall()
    return {(person, role): item for person, role, item in rows}


def test_kept_taken_signed_and_told(
    app: Flask, own: Forbund, boss: FlaskClient, boss_id: UUID, admin: psycopg.Connection
) -> None:
    both, board, gone = uuid4(), uuid4(), uuid4()
    visitor = sign_in(app, (own, Role.DIRECTOR), person_id=both)
    leaving = sign_in(app, (own, Role.BOARD), person_id=board)
    sign_in(app, (own, Role.AUDITOR), person_id=gone)
    admin.execute(
        "UPDATE registry.membership SET roles = '{DIRECTOR,PREP_GROUP}' WHERE person_id = %s", (both,)
    )
    path = begin(boss, own)
    assert boss.post(f"/f/{own.slug}/anvandare/genomgang").status_code == 409
    assert "Gå igenom allas roller" in boss.get(f"/f/{own.slug}/").text
    laid = items(admin, own)
    assert set(laid) == {
        (boss_id, "TENANT_ADMIN"),
        (both, "DIRECTOR"),
        (both, "PREP_GROUP"),
        (board, "BOARD"),
        (gone, "AUDITOR"),
    }
    assert visitor.get(f"/f/{own.slug}/ekonomi").status_code == 200
    saved = boss.post(
        path,
        data={
            f"roll_{laid[both, 'DIRECTOR'].hex}": "TAKE",
            f"roll_{laid[both, 'PREP_GROUP'].hex}": "KEEP",
            f"roll_{laid[boss_id, 'TENANT_ADMIN'].hex}": "KEEP",
            "deed": "sign",
        },
    )
    assert saved.status_code == 422, "one's own role is for somebody else"
    data = {f"roll_{laid[both, 'DIRECTOR'].hex}": "TAKE", f"roll_{laid[both, 'PREP_GROUP'].hex}": "KEEP"}
    early = boss.post(path, data={**data, "deed": "sign"}, follow_redirects=True)
    assert "inte signerat" in early.text
    assert "2 roller kvar" in boss.get(f"/f/{own.slug}/").text
    roles = admin.execute("SELECT roles FROM registry.membership WHERE person_id = %s", (both,)).fetchone()
    assert roles == (["PREP_GROUP"],)
    assert visitor.post(f"/f/{own.slug}/insatser/ny", data={}).status_code == 403
    admin.execute("UPDATE registry.membership SET ended_at = now() WHERE person_id = %s", (gone,))
    done = boss.post(
        path, data={f"roll_{laid[board, 'BOARD'].hex}": "TAKE", "deed": "sign"}, follow_redirects=True
    )
    assert "är signerad" in done.text
    assert leaving.get(f"/f/{own.slug}/insatser").status_code == 404, "the last role ends the place"
    events = admin.execute(
        "SELECT action, count(*) FROM audit.event WHERE tenant_id = %s AND action LIKE 'access_review%%' "
        "GROUP BY 1 ORDER BY 1",
        (own.id,),
    ).fetchall()
    assert events == [("access_review.decided", 3), ("access_review.opened", 1), ("access_review.signed", 1)]
    signed = admin.execute(
        "SELECT detail->>'keep', detail->>'take', detail->>'roles', length(detail->>'content') FROM audit.event "
        "WHERE tenant_id = %s AND action = 'access_review.signed'",
        (own.id,),
    ).fetchone()
    assert signed == ("1", "2", "5", 64)
    assert boss.post(path, data={**data, "deed": "sign"}).status_code in (303, 409)
    assert boss.get(f"/f/{own.slug}/").text.count("Gå igenom allas roller") == 0
    assert "Signerad" in boss.get(f"/f/{own.slug}/anvandare/genomgang").text


def test_it_begins_by_itself_and_lateness_shows(
    own: Forbund, boss: FlaskClient, admin: psycopg.Connection, database: Database
) -> None:
    """A place since 2024 is due at once; after a signed round, half a year later."""
    with tenant_session(database, own.context, "worker") as session:
        made = service.open_if_due(Holder(session))
        assert made is not None
        assert service.open_if_due(Holder(session)) is None
    assert "Försenad" not in boss.get(f"/f/{own.slug}/").text
    admin.execute("ALTER TABLE registry.access_review DISABLE TRIGGER USER")
    admin.execute(
        "UPDATE registry.access_review SET opened_on = opened_on - 40, due_on = due_on - 40 WHERE id = %s",
        (made,),
    )
    admin.execute("ALTER TABLE registry.access_review ENABLE TRIGGER USER")
    page = boss.get(f"/f/{own.slug}/").text
    assert "Försenad" in page
    assert "Försenad" in boss.get(f"/f/{own.slug}/anvandare/genomgang").text
    assert boss.post(f"/api/v1/f/{own.slug}/access-reviews/{made}/sign", json={}).status_code == 204
    with tenant_session(database, own.context, "worker") as session:
        assert service.open_if_due(Holder(session)) is None
    admin.execute(
        "ALTER TABLE registry.access_review DISABLE TRIGGER USER; UPDATE registry.access_review SET opened_on = "
        "opened_on - 150; ALTER TABLE registry.access_review ENABLE TRIGGER USER"
    )
    with tenant_session(database, own.context, "worker") as session:
        assert service.open_if_due(Holder(session)) is not None


def test_the_database_lets_nobody_decide_over_themselves_or_change_what_is_signed(
    app: Flask, own: Forbund, boss: FlaskClient, boss_id: UUID, admin: psycopg.Connection, config: Config
) -> None:
    other = uuid4()
    sign_in(app, (own, Role.BOARD), person_id=other)
    begin(boss, own)
    laid = items(admin, own)
    token = TokenSigner(config).sign(TenantContext(own.id, own.slug, boss_id))
    tried = (
        f"UPDATE registry.access_review_item SET decision = 'KEEP' WHERE id = '{laid[boss_id, 'TENANT_ADMIN']}'",
        f"UPDATE registry.access_review_item SET role = 'DIRECTOR' WHERE id = '{laid[other, 'BOARD']}'",
        f"UPDATE registry.access_review_item SET decided_by = '{other}' WHERE id = '{laid[other, 'BOARD']}'",
        "UPDATE registry.access_review SET state = 'SIGNED'",
        "UPDATE registry.access_review SET due_on = due_on + 90",
    )
    for change in tried:
        with psycopg.connect(config.url_for("app").replace("+psycopg", "")) as conn:
            conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (token,))
            with pytest.raises(psycopg.errors.CheckViolation):
                conn.execute(change)  # type: ignore[arg-type]
    path = f"/api/v1/f/{own.slug}/access-reviews"
    (made,) = boss.get(path).json["items"]
    asked = {"items": [{"id": str(laid[other, "BOARD"]), "decision": "KEEP"}]}
    assert boss.post(f"{path}/{made['id']}", json=asked).json == {"count": 1}
    assert boss.post(f"{path}/{made['id']}", json=asked).json == {"count": 0}
    foreign = {"items": [{"id": str(uuid4()), "decision": "KEEP"}]}
    assert boss.post(f"{path}/{made['id']}", json=foreign).status_code == 404
    assert boss.post(f"{path}/{made['id']}/sign", json={}).status_code == 204
    assert boss.post(f"{path}/{made['id']}/sign", json={}).status_code == 409
    assert boss.post(f"{path}/{made['id']}", json=asked).status_code == 409


def test_the_last_administrator_stays(
    app: Flask, own: Forbund, boss: FlaskClient, boss_id: UUID, admin: psycopg.Connection
) -> None:
    second = uuid4()
    sign_in(app, (own, Role.TENANT_ADMIN), person_id=second)
    path = begin(boss, own)
    laid = items(admin, own)
    admin.execute(
        "UPDATE registry.membership SET roles = '{BOARD}' WHERE person_id = %s AND tenant_id = %s",
        (boss_id, own.id),
    )
    refused = boss.post(path, data={f"roll_{laid[second, 'TENANT_ADMIN'].hex}": "TAKE"})
    assert refused.status_code in (403, 422)
    left = admin.execute(
        "SELECT count(*) FROM registry.membership WHERE tenant_id = %s AND 'TENANT_ADMIN' = ANY (roles) "
        "AND ended_at IS NULL",
        (own.id,),
    ).fetchone()
    assert left == (1,)
