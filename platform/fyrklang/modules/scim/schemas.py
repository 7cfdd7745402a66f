"""What SCIM says and hears, in the few attributes that are kept: `externalId`, `userName`, a name and `active`.

Everything else a directory sends about its staff is passed by unread, as RFC 7644 §3.3 lets a server do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fyrklang.identity.directory import Entry, Page, Staff

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"

MOST = 200
MAX_NAME_CHARS = 200
MAX_ID_CHARS = 255
MAX_OPERATIONS = 100
_UNREAD = frozenset(
    {
        "nickname", "profileurl", "title", "usertype", "preferredlanguage", "locale", "timezone", "password", "emails",
        "phonenumbers", "ims", "photos", "addresses", "groups", "entitlements", "roles", "x509certificates", "meta",
        "schemas", "id",
    }
)  # fmt: skip
"""Attributes of the core schema that are not kept."""
_FILTER = re.compile(
    r'^\s*(?:urn:ietf:params:scim:schemas:core:2\.0:User:)?(\w+)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)\s*$',
    re.IGNORECASE,
)
_FILTERED = frozenset({"id", "externalid", "username", "displayname", "active"})


class ScimFault(Exception):  # noqa: N818 - a fault of the one who asked, not of the program
    """What is wrong with a request. `kind` is one of the words of RFC 7644 table 9, or empty."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        self.status = status
        self.detail = detail
        self.kind = kind
        super().__init__(detail)


def read_user(document: Any) -> Staff:
    """A whole user, as POST and PUT bring it.

    Raises:
        ScimFault: an attribute that must be there is not, or is of the wrong kind.
    """
    values = _object(document)
    subject, user_name = values.get("externalid"), values.get("username")
    if subject is None:
        raise ScimFault(
            400,
            "externalId måste vara personens sub hos inloggningen, annars vet vi inte vem det är.",
            "invalidValue",
        )
    called = _called(values)
    return Staff(
        _word("externalId", subject, MAX_ID_CHARS),
        _word("userName", user_name, MAX_ID_CHARS),
        _word("displayName", called, MAX_NAME_CHARS) if called else "",
        _truth(values.get("active", True)),
    )


def patched(staff: Staff, document: Any) -> Staff:
    """The user after the operations of a PATCH, in their order.

    Raises:
        ScimFault: an operation cannot be done; then none is.
    """
    operations = _object(document).get("operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MAX_OPERATIONS:
        raise ScimFault(
            400, f"Operations ska vara en lista med 1 till {MAX_OPERATIONS} ändringar.", "invalidSyntax"
        )
    for operation in operations:
        staff = _operated(staff, _object(operation))
    return staff


def read_filter(text: str) -> tuple[str, str]:
    """The one comparison a filter may hold, as field in small letters and value; empty is no filter.

    Raises:
        ScimFault: the filter says more than that.
    """
    if not text.strip():
        return "", ""
    found = _FILTER.match(text)
    field = found[1].lower() if found else ""
    if found is None or field not in _FILTERED or (field == "active") == found[2].startswith('"'):
        raise ScimFault(
            400,
            'Filter kan vara: id, externalId, userName, displayName eq "värde", eller active eq true.',
            "invalidFilter",
        )
    try:
        value = found[2] if field == "active" else str(json.loads(found[2]))
    except ValueError:
        raise ScimFault(400, "Värdet i filtret går inte att läsa.", "invalidFilter") from None
    if "\0" in value:
        raise ScimFault(400, "Värdet i filtret går inte att läsa.", "invalidFilter")
    return field, value


def read_window(first: str | None, count: str | None) -> tuple[int, int]:
    """How many to skip and the most to give, of `startIndex` (from 1) and `count` (RFC 7644 §3.4.2.4).

    Raises:
        ScimFault: one of them is no whole number.
    """
    try:
        start, most = int(first or 1), int(count or MOST) if count != "0" else 0
    except ValueError:
        raise ScimFault(400, "startIndex och count ska vara heltal.", "invalidValue") from None
    return min(max(start - 1, 0), 2**31 - 1), min(max(most, 0), MOST)


def user(entry: Entry, base: str) -> dict[str, Any]:
    """One user as the directory reads it back."""
    staff = entry.staff
    return {
        "schemas": [USER],
        "id": str(entry.id),
        "externalId": staff.subject,
        "userName": staff.user_name,
        "displayName": staff.display_name,
        "active": staff.active,
        "meta": {
            "resourceType": "User",
            "created": entry.created_at.isoformat(),
            "lastModified": entry.changed_at.isoformat(),
            "location": f"{base}/Users/{entry.id}",
        },
    }


def listed(resources: list[dict[str, Any]], total: int, skipped: int = 0) -> dict[str, Any]:
    """A list answer."""
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": skipped + 1,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def page(found: Page, skipped: int, base: str) -> dict[str, Any]:
    """A list of users."""
    return listed([user(entry, base) for entry in found.entries], found.total, skipped)


def error(fault: ScimFault) -> dict[str, Any]:
    """An error answer (RFC 7644 §3.12)."""
    said: dict[str, Any] = {"schemas": [ERROR], "status": str(fault.status), "detail": fault.detail}
    return {**said, "scimType": fault.kind} if fault.kind else said


def provider_config(base: str) -> dict[str, Any]:
    """What is and is not offered (RFC 7643 §5)."""
    return {
        "schemas": [_CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Nyckel",
                "description": "Organisationens egen nyckel, skickad som Authorization: Bearer.",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def user_type(base: str) -> dict[str, Any]:
    """The one kind of thing there is (RFC 7643 §6)."""
    return {
        "schemas": [_TYPE],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "description": "Anställd hos organisationen",
        "schema": USER,
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/User"},
    }


def user_schema(base: str) -> dict[str, Any]:
    """The attributes that are kept (RFC 7643 §7)."""
    return {
        "schemas": [_SCHEMA],
        "id": USER,
        "name": "User",
        "description": "Anställd hos organisationen",
        "attributes": [
            _attribute("userName", "string", "Användarnamn hos organisationen", required=True, unique=True),
            _attribute("displayName", "string", "Namn"),
            _attribute("active", "boolean", "Om personen arbetar hos organisationen"),
        ],
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{USER}"},
    }


def _attribute(
    name: str, kind: str, text: str, *, required: bool = False, unique: bool = False
) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": text,
        "required": required,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "server" if unique else "none",
    }


def _operated(staff: Staff, operation: Mapping[str, Any]) -> Staff:
    deed, path, value = operation.get("op"), operation.get("path"), operation.get("value")
    if not isinstance(deed, str) or deed.lower() not in ("add", "replace", "remove"):
        raise ScimFault(400, "op ska vara add, replace eller remove.", "invalidSyntax")
    if path is not None and not isinstance(path, str):
        raise ScimFault(400, "path ska vara text.", "invalidPath")
    if deed.lower() == "remove":
        if not path:
            raise ScimFault(400, "Säg med path vad som ska tas bort.", "noTarget")
        return _removed(staff, _name(path))
    if path:
        return _set(staff, _name(path), value)
    for name, each in _object(value).items():
        staff = _set(staff, _name(name), each)
    return staff


def _set(staff: Staff, name: str, value: Any) -> Staff:
    if name == "active":
        return replace(staff, active=_truth(value))
    if name == "username":
        return replace(staff, user_name=_word("userName", value, MAX_ID_CHARS))
    if name in ("displayname", "name.formatted"):
        return replace(staff, display_name=_word("displayName", value, MAX_NAME_CHARS))
    if name == "externalid":
        if value != staff.subject:
            raise ScimFault(400, "externalId kan inte ändras: det är en annan person då.", "mutability")
        return staff
    _check_known(name)
    return staff


def _removed(staff: Staff, name: str) -> Staff:
    if name in ("username", "externalid", "active"):
        raise ScimFault(400, "Uppgiften måste finnas och kan inte tas bort.", "mutability")
    if name in ("displayname", "name", "name.formatted"):
        return replace(staff, display_name="")
    _check_known(name)
    return staff


def _check_known(name: str) -> None:
    root = re.split(r"[.\[]", name, maxsplit=1)[0]
    if root not in _UNREAD | {"name"} and not root.startswith("urn:"):
        raise ScimFault(400, "path pekar på en uppgift som inte finns.", "invalidPath")


def _name(path: str) -> str:
    return path.strip().lower().removeprefix(USER.lower() + ":")


def _called(values: Mapping[str, Any]) -> Any:
    if values.get("displayname") is not None:
        return values["displayname"]
    name = values.get("name")
    if not isinstance(name, dict):
        return None
    parts = {str(key).lower(): value for key, value in name.items()}
    whole = " ".join(str(parts[key]) for key in ("givenname", "familyname") if parts.get(key))
    return parts.get("formatted") or whole


def _object(document: Any) -> dict[str, Any]:
    """An object with its names in small letters, since SCIM's names may be written in any."""
    if not isinstance(document, dict):
        raise ScimFault(400, "Innehållet ska vara ett JSON-objekt.", "invalidSyntax")
    values = {str(name).lower(): value for name, value in document.items()}
    if len(values) != len(document):
        raise ScimFault(400, "En uppgift står två gånger.", "invalidSyntax")
    return values


def _word(name: str, value: Any, most: int) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= most or not value.isprintable():
        raise ScimFault(400, f"{name} ska vara text med 1 till {most} tecken.", "invalidValue")
    return value if name == "externalId" else value.strip()


def _truth(value: Any) -> bool:
    """True or false; some directories send the word instead."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise ScimFault(400, "active ska vara true eller false.", "invalidValue")
    return value
