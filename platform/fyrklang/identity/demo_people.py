"""Invented people to log in as: one per role in three förbund, and a few who need more than one place.

The names are made so that no real person is likely to bear them. Everyone is marked synthetic, and an
issuer of invented people counts only where the demo is on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import Connection, create_engine, text

from fyrklang.identity.issuers import Issuer, register, seal
from fyrklang.identity.local_accounts import allow
from fyrklang.identity.organisations import link
from fyrklang.kernel.config import Config

ISSUER_ID = "demo"
CLIENT_ID = "fyrklang"
SINCE = "2024-01-01"
DEMO_LEVEL = 3
"""Invented people may do what their role may; nothing real is at stake."""
_NAMESPACE = UUID("5f6c1d52-8f0a-4f6e-9d0e-2b7b3c1c8a10")

ASVIKEN, GRANSTRANDEN, HALLAND = "asviken", "granstranden", "halland"


@dataclass(frozen=True)
class Home:
    """A home organisation: by kind among the förbund's members, or one in particular by its code."""

    kind: str
    code: str = ""


@dataclass(frozen=True)
class Place:
    """A place in a förbund. `percent` is how much of full time the person is lent."""

    slug: str
    role: str
    home: Home
    percent: int | None = None
    mission: str = ""


@dataclass(frozen=True)
class DemoPerson:
    """Someone who does not exist. `sub` is what the issuer knows them by."""

    sub: str
    name: str
    places: tuple[Place, ...] = ()
    national_role: str = ""
    home: Home | None = None

    @property
    def id(self) -> UUID:
        """The person's id in every database."""
        return uuid5(_NAMESPACE, self.sub)


OFFICE, FK, AF, REGION, KOMMUN = (Home(kind) for kind in ("ASSOCIATION", "FK", "AF", "REGION", "KOMMUN"))
KUNGSBACKA, VARBERG, HALMSTAD = (Home("KOMMUN", code) for code in ("1384", "1383", "1380"))

_ROLES: tuple[tuple[str, str, Home, int | None, str], ...] = (
    ("admin", "TENANT_ADMIN", OFFICE, None, "Sköter användare och insatser"),
    ("chef", "DIRECTOR", OFFICE, None, "Leder förbundets kansli"),
    ("styrelse", "BOARD", KOMMUN, None, "Ledamot i styrelsen"),
    ("processledare", "PROCESS_LEAD", OFFICE, None, "Leder och följer upp insatser"),
    ("beredning", "PREP_GROUP", FK, None, "Bereder ärenden inför styrelsen"),
    ("koordinator", "COORDINATOR", REGION, 50, "Samordnar teamet"),
    ("handlaggare", "CASE_WORKER", AF, 75, "Möter deltagare i teamet"),
    ("remittent", "REFERRER", KOMMUN, None, "Remitterar till insatserna"),
    ("revisor", "AUDITOR", REGION, None, "Granskar räkenskaperna"),
    ("granskare", "LOG_REVIEWER", KOMMUN, None, "Granskar loggen för sin part"),
)

_NAMES: dict[str, tuple[str, ...]] = {
    ASVIKEN: (
        "Ulla Förebild",
        "Mira Exempelsson",
        "Sixten Påhitt",
        "Rut Förlaga",
        "Gösta Mallberg",
        "Tyra Låtsasdotter",
        "Melker Provström",
        "Svea Skisslund",
        "Torvald Schablon",
        "Ebba Spegelgren",
    ),
    GRANSTRANDEN: (
        "Hilding Utkast",
        "Saga Fiktén",
        "Alfons Hittepåsson",
        "Vera Kulissdotter",
        "Ragnar Prototypén",
        "Majken Tankefors",
        "Love Attrappson",
        "Signe Stencilmark",
        "Birger Konceptson",
        "Elsy Övningsberg",
    ),
    HALLAND: (
        "Disa Modellgren",
        "Folke Diktadotter",
        "Alma Sagobäck",
        "Ture Ritningsby",
        "Linnea Fantasén",
        "Ivar Platshållare",
        "Märta Demosson",
        "Axel Figurin",
        "Gerda Skenbild",
        "Nils Mönstrén",
    ),
}

_HALLAND_HOMES = {
    "styrelse": VARBERG,
    "koordinator": KUNGSBACKA,
    "granskare": HALMSTAD,
}
_TEAM = "Individsamverkansteamet i Kungsbacka"

DOUBLE = DemoPerson(
    "tva-forbund",
    "Embla Dubbelgren",
    (
        Place(ASVIKEN, "CASE_WORKER", AF, 40, "Möter deltagare två dagar i veckan"),
        Place(GRANSTRANDEN, "COORDINATOR", AF, 60, "Samordnar teamet tre dagar i veckan"),
    ),
)
ANALYST = DemoPerson(
    "rad-analytiker",
    "Otto Överblick",
    national_role="NAT_COUNCIL",
    home=Home("COUNCIL", "NATIONELLA_RADET"),
)
OPERATOR = DemoPerson(
    "plattform-drift",
    "Stina Serverlund",
    national_role="PLATFORM_ADMIN",
    home=Home("PLATFORM", "PLATTFORMEN"),
)


def people() -> tuple[DemoPerson, ...]:
    """Everyone, förbund by förbund, then those who stand outside one."""
    return (*_by_role(), DOUBLE, ANALYST, OPERATOR)


def client_secret(config: Config) -> str:
    """The secret the demo issuer and the platform share, derived on both sides."""
    return config.derive("demo-issuer-client").hex()


def demo_issuer(config: Config, address: str) -> Issuer:
    """The registration of the local issuer: UserInfo signed, as the Swedish profile has it."""
    return Issuer(
        id=ISSUER_ID,
        name="Demoinloggningen",
        hint="Logga in som en påhittad person",
        issuer=address,
        client_id=CLIENT_ID,
        algorithms=("RS256", "ES256"),
        userinfo="SIGNED",
        synthetic=True,
        loa_map={"*": DEMO_LEVEL},
        secret_sealed=seal(config, ISSUER_ID, client_secret(config)),
    )


def ensure(config: Config, issuer: Issuer) -> int:
    """Lay in the issuer and everyone whose förbund exists; returns how many people. Safe to repeat.

    Call it again after förbund have been added: people whose förbund is missing wait until then.
    """
    engine = create_engine(config.url_for("migrator"))
    try:
        with engine.begin() as connection:
            register(connection, issuer)
            count = _lay_in(connection, issuer)
            offices = "SELECT id FROM registry.organisation WHERE kind = 'ASSOCIATION' AND synthetic"
            allow(connection, [row.id for row in connection.execute(text(offices))])
            return count
    finally:
        engine.dispose()


def remove(config: Config) -> None:
    """Take every invented person away, with their places, and the issuer that knows them."""
    engine = create_engine(config.url_for("migrator"))
    everyone = {"people": [person.id for person in people()], "issuer": ISSUER_ID}
    try:
        with engine.begin() as connection:
            for table in ("membership", "national_role", "identity"):
                connection.execute(
                    text(f"DELETE FROM registry.{table} WHERE person_id = ANY (:people)"),  # noqa: S608
                    everyone,
                )
            connection.execute(text("DELETE FROM registry.invitation WHERE issuer_id = :issuer"), everyone)
            connection.execute(text("DELETE FROM registry.person WHERE id = ANY (:people)"), everyone)
            connection.execute(
                text("DELETE FROM registry.organisation_issuer WHERE issuer_id = :issuer"), everyone
            )
            connection.execute(
                text(
                    "DELETE FROM registry.issuer WHERE id = :issuer "
                    "AND NOT EXISTS (SELECT FROM registry.identity WHERE issuer_id = :issuer)"
                ),
                everyone,
            )
    finally:
        engine.dispose()


def _by_role() -> Iterator[DemoPerson]:
    for slug, names in _NAMES.items():
        for (key, role, home, percent, mission), name in zip(_ROLES, names, strict=True):
            at_home = _HALLAND_HOMES.get(key, home) if slug == HALLAND else home
            task = _TEAM if slug == HALLAND and role in ("COORDINATOR", "CASE_WORKER") else mission
            yield DemoPerson(f"{slug}-{key}", name, (Place(slug, role, at_home, percent, task),))


def _lay_in(connection: Connection, issuer: Issuer) -> int:
    tenants: dict[str, UUID] = {
        row.slug: row.id
        for row in connection.execute(text("SELECT slug, id FROM registry.tenant WHERE status = 'ACTIVE'"))
    }
    count = 0
    for person in people():
        places = [place for place in person.places if place.slug in tenants]
        if places or person.national_role:
            _lay_person(connection, issuer, person)
            homes = [_lay_place(connection, person, place, tenants[place.slug]) for place in places]
            if person.home is not None:
                homes.append(_organisation(connection, person.home))
            link(connection, [home for home in homes if home is not None], issuer.id)
            count += 1
    return count


def _lay_person(connection: Connection, issuer: Issuer, person: DemoPerson) -> None:
    values = {"id": person.id, "name": person.name, "issuer": issuer.id, "sub": person.sub}
    connection.execute(
        text(
            "INSERT INTO registry.person (id, display_name, synthetic) VALUES (:id, :name, true) "
            "ON CONFLICT (id) DO NOTHING"
        ),
        values,
    )
    connection.execute(
        text(
            "INSERT INTO registry.identity (issuer_id, sub, person_id, last_login_at) "
            "VALUES (:issuer, :sub, :id, NULL) ON CONFLICT DO NOTHING"
        ),
        values,
    )
    if person.national_role:
        connection.execute(
            text(
                "INSERT INTO registry.national_role (person_id, role) VALUES (:id, :role) "
                "ON CONFLICT DO NOTHING"
            ),
            {"id": person.id, "role": person.national_role},
        )


def _lay_place(connection: Connection, person: DemoPerson, place: Place, tenant_id: UUID) -> UUID | None:
    home = _home_among_members(connection, place.home, tenant_id) or _organisation(connection, place.home)
    if place.home.kind == OFFICE.kind or home is None:
        home = _office(connection, tenant_id)
    connection.execute(
        text(
            "INSERT INTO registry.membership (tenant_id, id, person_id, organisation_id, display_name, "
            "roles, percent, mission, valid_from) VALUES (:tenant, :id, :person, :home, :name, "
            ":roles, :percent, :mission, CAST(:since AS date)) ON CONFLICT DO NOTHING"
        ),
        {
            "tenant": tenant_id,
            "id": uuid5(_NAMESPACE, f"{person.sub}:{place.slug}"),
            "person": person.id,
            "home": home,
            "name": person.name,
            "roles": [place.role],
            "percent": place.percent,
            "mission": place.mission,
            "since": SINCE,
        },
    )
    return home


def _home_among_members(connection: Connection, home: Home, tenant_id: UUID) -> UUID | None:
    """The member of that kind, the named one or else the first in Swedish order."""
    found: UUID | None = connection.execute(
        text(
            "SELECT o.id FROM office.member m JOIN registry.organisation o ON o.id = m.organisation_id "
            "WHERE m.tenant_id = :tenant AND o.kind = :kind AND :code IN ('', o.code) "
            "ORDER BY registry.sv_sort(o.name) LIMIT 1"
        ),
        {"tenant": tenant_id, "kind": home.kind, "code": home.code},
    ).scalar()
    return found


def _organisation(connection: Connection, home: Home) -> UUID | None:
    """One of the organisations there is only one of in the country, or one named by its code."""
    found: UUID | None = connection.execute(
        text(
            "SELECT id FROM registry.organisation WHERE kind = :kind AND NOT synthetic "
            "AND (code = :code OR kind IN ('FK', 'AF') AND :code = '') LIMIT 1"
        ),
        {"kind": home.kind, "code": home.code},
    ).scalar()
    return found


def _office(connection: Connection, tenant_id: UUID) -> UUID:
    """The förbund as an employer."""
    connection.execute(
        text(
            "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
            "SELECT :id, 'ASSOCIATION', slug, name, synthetic FROM registry.tenant WHERE id = :tenant "
            "ON CONFLICT (kind, code) DO NOTHING"
        ),
        {"id": uuid5(_NAMESPACE, f"office:{tenant_id}"), "tenant": tenant_id},
    )
    found: UUID = connection.execute(
        text(
            "SELECT o.id FROM registry.organisation o JOIN registry.tenant t ON t.slug = o.code "
            "WHERE o.kind = 'ASSOCIATION' AND t.id = :tenant"
        ),
        {"tenant": tenant_id},
    ).scalar_one()
    return found
