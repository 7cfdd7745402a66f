"""What public sources say about real insatser, laid in from `tenants/insatser/` with each source named.

These rows stand under their real förbund whether or not there is an invented nation. They carry no counts:
a published figure is a statement with a source, never a fact to count with.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, or_, select

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.paths import project_root
from fyrklang.modules.interventions.models import Goal, Intervention, SourcedFact
from fyrklang.sdk.codes import INDIVIDUAL_FOCUS, STRUCTURAL_FOCUS
from fyrklang.sdk.measures import MEASURES
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry import Fault, RegistryError, tenant_id
from fyrklang.tenancy.registry.models import Tenant
from fyrklang.tenancy.registry.schema import faults_of
from fyrklang.tenancy.session import TenantSession, tenant_session

FOLDER = "insatser"
_FORM = "insatser"


@dataclass(frozen=True)
class Published:
    """One förbund's file: its slug, and the insatser as the file tells them."""

    slug: str
    interventions: tuple[Mapping[str, Any], ...]


def load_published(folder: Path) -> list[Published]:
    """Every file in `folder`/insatser, validated.

    Raises:
        RegistryError: with every fault found, not only the first.
    """
    faults: list[Fault] = []
    found = []
    for path in sorted((folder / FOLDER).glob("*.toml")):
        name = f"{FOLDER}/{path.name}"
        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(Fault(name, "", f"Filen går inte att läsa som TOML: {error}"))
            continue
        own = [*faults_of(_FORM, _dates_as_text(content), name), *_contradictions(content, name)]
        faults += own
        if not own:
            found.append(Published(path.stem, tuple(content["insatser"])))
    if faults:
        raise RegistryError(sorted(faults))
    return found


def apply_published(config: Config, folder: Path | None = None) -> int:
    """Lay the files in, each förbund in its own context; returns how many things changed.

    An insats that is already there is left as staff have it; only its published statements follow the file.
    Safe to repeat. Run it after the register.

    Raises:
        RegistryError: a file is wrong, or names a förbund that the register does not hold. Nothing is saved.
    """
    published = load_published(folder or project_root() / "tenants")
    database = Database(config)
    try:
        _refuse_unknown(database, published)
        return sum(_apply_one(database, item) for item in published)
    finally:
        database.dispose()


def _apply_one(database: Database, item: Published) -> int:
    context = TenantContext(tenant_id(item.slug), item.slug)
    with tenant_session(database, context, "worker") as session:
        return sum(_lay_in(session, values) for values in item.interventions)


def _lay_in(session: TenantSession, values: Mapping[str, Any]) -> int:
    own_id = uuid5(session.context.tenant_id, f"published:{values['name']}")
    changed = 0
    same = or_(Intervention.id == own_id, Intervention.name_norm == values["name"].strip().lower())
    # Staff may have renamed ours, or entered their own under the same name: then that one is meant.
    found = session.scalar(select(Intervention.id).where(same).order_by(Intervention.id != own_id).limit(1))
    if found is not None:
        own_id = found
    else:
        session.add(_intervention(own_id, values))
        session.flush()
        session.add_all(_goals(own_id, values))
        changed += 1
    wanted = [(fact["statement"], fact.get("as_of", ""), fact["source"]) for fact in values["facts"]]
    columns = (SourcedFact.statement, SourcedFact.as_of, SourcedFact.source)
    query = select(*columns).where(SourcedFact.intervention_id == own_id).order_by(SourcedFact.position)
    if [tuple(row) for row in session.execute(query)] != wanted:
        session.execute(delete(SourcedFact).where(SourcedFact.intervention_id == own_id))
        session.add_all(_facts(own_id, wanted))
        changed += 1
    session.flush()
    return changed


def _intervention(own_id: UUID, values: Mapping[str, Any]) -> Intervention:
    return Intervention(
        id=own_id,
        name=values["name"],
        direction=values.get("direction", "INDIVIDUAL"),
        follow_up_method="COUNT_ONLY",
        esf_funded=values.get("esf_funded", False),
        focus=values["focus"],
        format=values["format"],
        status=values["status"],
        description=values["description"].strip(),
        target_groups=values.get("target_groups", []),
        parties=values.get("parties", []),
        kommun_code=values.get("kommun"),
        starts_on=values["starts_on"],
        ends_on=values.get("ends_on"),
    )


def _goals(own_id: UUID, values: Mapping[str, Any]) -> Iterator[Goal]:
    for goal in values.get("goals", ()):
        yield Goal(
            id=uuid5(own_id, f"goal:{goal['measure']}:{goal['first_year']}"),
            intervention_id=own_id,
            measure=goal["measure"],
            definition=MEASURES[goal["measure"]].version,
            target_permille=goal["target_permille"],
            first_year=goal["first_year"],
            last_year=goal.get("last_year"),
        )


def _facts(own_id: UUID, wanted: list[tuple[str, str, str]]) -> Iterator[SourcedFact]:
    for position, (statement, as_of, source) in enumerate(wanted):
        yield SourcedFact(
            id=uuid5(own_id, f"fact:{position}"),
            intervention_id=own_id,
            position=position,
            statement=statement,
            as_of=as_of,
            source=source,
        )


def _refuse_unknown(database: Database, published: list[Published]) -> None:
    wanted = [item.slug for item in published]
    query = select(Tenant.slug).where(Tenant.slug.in_(wanted), Tenant.synthetic.is_(False))
    with database.engine("worker").connect() as connection:
        known = set(connection.scalars(query))
    text = "Registret har inget förbund med det kortnamnet."
    faults = [Fault(f"{FOLDER}/{slug}.toml", "", text) for slug in wanted if slug not in known]
    if faults:
        raise RegistryError(faults)


def _contradictions(content: Mapping[str, Any], name: str) -> Iterator[Fault]:
    """What the schema cannot see; silent about what the schema already refuses."""
    items = content.get("insatser")
    seen: set[str] = set()
    for place, item in enumerate(items if isinstance(items, list) else (), start=1):
        if not isinstance(item, dict):
            continue
        starts_on, ends_on = item.get("starts_on"), item.get("ends_on")
        if isinstance(starts_on, date) and isinstance(ends_on, date) and ends_on < starts_on:
            yield Fault(name, f"insatser, post {place}, ends_on", "Slutdatum kan inte vara före startdatum.")
        fitting = STRUCTURAL_FOCUS if item.get("direction") == "STRUCTURAL" else INDIVIDUAL_FOCUS
        if item.get("focus") in {*INDIVIDUAL_FOCUS, *STRUCTURAL_FOCUS} - {*fitting}:
            text = "Välj en preciserad inriktning som hör till insatsens inriktning."
            yield Fault(name, f"insatser, post {place}, focus", text)
        title = str(item.get("name", "")).strip().lower()
        if title in seen:
            yield Fault(name, f"insatser, post {place}, name", "Namnet står redan tidigare i filen.")
        seen.add(title)


def _dates_as_text(value: Any) -> Any:
    """The same content as JSON would hold it, which is what a JSON Schema speaks of."""
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
