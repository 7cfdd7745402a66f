"""Two people with names and numbers that no answer may hold; one of them is protected since.

They are entered, looked at and protected through the pages, so that whatever the platform keeps of that is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID, uuid4

import psycopg
from flask.testing import FlaskClient

from tests.isolation.seeds import Planted
from tests.tenancy.vault.numbers import numbers


@dataclass(frozen=True)
class Canary:
    """Somebody invented, told apart from everybody else by name and number."""

    code: str
    name: str
    number: str
    contact: str
    stay: UUID

    def words(self) -> list[bytes]:
        """Every way their name, number or contact could stand written."""
        digits = self.number
        short, sign = digits[2:], f"{digits[2:8]}-{digits[8:]}"
        plain = [digits, short, sign, f"{digits[:8]}-{digits[8:]}", self.name, self.contact]
        return [form.encode() for word in plain for form in {word, quote(word), word.upper(), word[::-1]}]


@dataclass(frozen=True)
class Hidden:
    """Both of them."""

    named: Canary
    protected: Canary

    def secrets(self) -> list[bytes]:
        """What may be met nowhere."""
        return [*self.named.words(), *self.protected.words()]

    def met(self, body: bytes, stay: UUID | None = None) -> list[bytes]:
        """What of them stands in an answer; the protected one's code may stand in their own case, `stay`."""
        code = self.protected.code.encode()
        found = [word for word in self.secrets() if word in body]
        return [*found, code] if code in body and stay != self.protected.stay else found


def hide(admin: psycopg.Connection, home: Planted, worker: FlaskClient) -> Hidden:
    """Put both into the förbund's insats, which stores names from then on."""
    for table in ("vault.person_key", "vault.tenant_key"):  # Planted ones open nothing.
        admin.execute(f"DELETE FROM {table} WHERE tenant_id = %s", (home.tenant_id,))  # type: ignore[arg-type]
    admin.execute("UPDATE office.intervention SET mode = 'C' WHERE id = %s", (home.intervention_id,))
    first, second = numbers(2, seed=77)
    named = _join(admin, home, worker, ("Wendla Kanariehona", first))
    protected = _join(admin, home, worker, ("Ymer Kanariehane", second))
    answer = worker.post(f"/f/{home.slug}/deltagare/{protected.stay}/skydda", data={"understood": "1"})
    assert answer.status_code == 303
    return Hidden(named, protected)


def _join(admin: psycopg.Connection, home: Planted, worker: FlaskClient, who: tuple[str, str]) -> Canary:
    """Somebody with a stay, who has let their name be kept; it is entered and looked at through the pages."""
    person, stay, name, number = uuid4(), uuid4(), *who
    canary = Canary(f"hemlig-{person.hex[:12]}x", name, number, f"{person.hex[:10]}@exempel.test", stay)
    shared = (home.tenant_id, home.intervention_id)
    admin.execute(
        "INSERT INTO care.participant (tenant_id, id, intervention_id, owner_party, code, sex) "
        "VALUES (%s, %s, %s, 'FK', %s, 'K')",
        (shared[0], person, shared[1], canary.code),
    )
    admin.execute(
        "INSERT INTO care.consent (tenant_id, id, intervention_id, owner_party, participant_id, purpose, party, "
        "text_version, form, given_on) VALUES (%s, %s, %s, 'FK', %s, 'FOLLOW_UP_REG', 'FK', '1', 'PAPER', "
        "'2025-01-02')",
        (shared[0], uuid4(), shared[1], person),
    )
    admin.execute(
        "INSERT INTO care.stay (tenant_id, id, intervention_id, owner_party, participant_id, started_on, sex, "
        "number) VALUES (%s, %s, %s, 'FK', %s, '2025-02-01', 'K', 1)",
        (shared[0], stay, shared[1], person),
    )
    page = f"/f/{home.slug}/deltagare/{stay}/identitet"
    given = {"name": name, "number": number, "contact": canary.contact}
    assert worker.post(page, data=given).status_code == 303
    seen = worker.post(f"{page}/visa", data={"why": "MEETING"})
    assert name in seen.text
    return canary
