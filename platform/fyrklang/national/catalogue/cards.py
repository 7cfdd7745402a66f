"""Lay cards from files into the catalogue: real ones from `tenants/kunskap`, invented ones with the demo."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from marshmallow import ValidationError
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.paths import project_root
from fyrklang.national.catalogue.models import Card
from fyrklang.national.catalogue.schemas import TEXTS, CardFile
from fyrklang.national.catalogue.words import METHODS
from fyrklang.sdk.codes import FORMATS, NEED_GROUPS, PARTY_KINDS
from fyrklang.tenancy.registry import Fault, RegistryError
from fyrklang.tenancy.registry.models import Tenant
from fyrklang.web.forms import flatten_errors

REAL = Path("kunskap", "kort.toml")
_PUBLISHED = "insatser"
_SPACE = uuid5(NAMESPACE_URL, "fyrklang:kunskap")


def card_id(key: str) -> UUID:
    """The same in every database."""
    return uuid5(_SPACE, key)


def load_cards(path: Path) -> list[dict[str, Any]]:
    """Every card of a file, validated.

    Raises:
        RegistryError: with every fault found.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    found, faults = [], []
    for place, raw in enumerate(content.get("kort", ()), start=1):
        try:
            found.append(CardFile().load(_as_text(raw)))
        except ValidationError as error:
            for name, sentence in flatten_errors(_messages(error)).items():
                faults.append(Fault(path.name, f"kort, post {place}, {name}", sentence))
    keys = [card["key"] for card in found]
    faults += [
        Fault(path.name, key, "Nyckeln står redan tidigare i filen.")
        for key in {key for key in keys if keys.count(key) > 1}
    ]
    if faults:
        raise RegistryError(sorted(faults))
    return found


def apply_real(config: Config, folder: Path | None = None) -> int:
    """Lay the real cards in, each with what is published about its insats; returns how many there are.

    Raises:
        RegistryError: a file is wrong.
    """
    base = folder or project_root() / "tenants"
    path = base / REAL
    if not path.exists():
        return 0
    cards = load_cards(path)
    for card in cards:
        card["published"] = _statements(base, card)
    database = Database(config)
    try:
        return lay_in(database, cards, synthetic=False)
    finally:
        database.dispose()


def lay_in(database: Database, cards: Sequence[Mapping[str, Any]], *, synthetic: bool) -> int:
    """Write the cards whose förbund the register holds, in place of what the files said before."""
    with database.engine("migrator").begin() as connection:
        query = select(Tenant.slug, Tenant.short_name, Tenant.name).where(Tenant.synthetic.is_(synthetic))
        owners = {row.slug: row.short_name or row.name for row in connection.execute(query)}
        kept = [card for card in cards if card["slug"] in owners]
        keys = {card["key"] for card in kept}
        # An origin stands before what came of it, for the key between them.
        for card in sorted(kept, key=lambda card: card["origin"] is not None):
            origin = card["origin"] if card["origin"] in keys else None
            _put(connection, _row(card, owners[card["slug"]], origin) | {"synthetic": synthetic})
        gone = delete(Card).where(Card.synthetic.is_(synthetic))
        connection.execute(gone.where(Card.id.not_in([card_id(key) for key in keys])))
    return len(kept)


def _put(connection: Connection, row: dict[str, Any]) -> None:
    statement = insert(Card).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))


def _row(card: Mapping[str, Any], owner: str, origin: str | None) -> dict[str, Any]:
    told = (
        "key",
        "slug",
        "name",
        "summary",
        "status",
        "format",
        "need_groups",
        "methods",
        "parties",
        "hours",
    )
    content = {name: value for name, value in card.items() if name not in (*told, "origin", "updated_on")}
    content["ratings"] = [
        {**rating, "rated_on": rating["rated_on"].isoformat()} for rating in content["ratings"]
    ]
    return {
        "id": card_id(card["key"]),
        "owner_name": owner,
        "origin_id": card_id(origin) if origin else None,
        "body": _body(card),
        "content": content,
        "updated_on": card["updated_on"],
        **{name: card[name] for name in told[1:]},
    }


def _body(card: Mapping[str, Any]) -> str:
    """Everything a search should find a card by, as running text."""
    lessons = [word for lesson in card["lessons"] for word in lesson.values()]
    words = [
        *(card[name] for name in TEXTS),
        *lessons,
        *(NEED_GROUPS[code] for code in card["need_groups"]),
        *(METHODS[code] for code in card["methods"]),
        *(PARTY_KINDS[code] for code in card["parties"]),
        FORMATS[card["format"]],
    ]
    return "\n".join(word for word in words if word)


def _statements(base: Path, card: Mapping[str, Any]) -> list[dict[str, str]]:
    """What public sources say about the insats, from the file that already holds it."""
    path = base / _PUBLISHED / f"{card['slug']}.toml"
    items = tomllib.loads(path.read_text("utf-8"))["insatser"] if path.exists() else []
    wanted = card["published_as"] or card["name"]
    return [dict(fact) for item in items if item["name"] == wanted for fact in item["facts"]]


def _as_text(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Dates as ISO text, which is what the schema reads."""
    made = dict(raw)
    for item in (made, *made.get("ratings", ())):
        for name in ("updated_on", "rated_on"):
            if name in item:
                item[name] = str(item[name])
    return made


def _messages(error: ValidationError) -> Mapping[str, Any]:
    """Field to sentences; marshmallow leaves the method untyped."""
    found: Mapping[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return found
