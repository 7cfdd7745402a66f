"""Fill the frame around every page: who is here, where they are, and the menu their roles give."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask, request, url_for

from fyrklang.access.guard import Scope, guard_of, lens, place, visitor
from fyrklang.access.permissions import ROLE_NAMES, Permission, Role, permissions_of
from fyrklang.identity.visitor import Membership, Visitor
from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.sdk.parts import MenuEntry, Part, Place
from fyrklang.sdk.plugins import menu as plugin_menu
from fyrklang.web.context import PARTIES, Banner, Menu, MenuItem, Party, Person, Search, Shell, TenantChoice
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _

SWITCH_ENDPOINT = "signin.choose"
LOGOUT_ENDPOINT = "signin.logout"
ACCOUNT_ENDPOINT = "signin.own_sessions"
LEAVE_ENDPOINT = "covers.leave"


def shell(app: Flask, parts: tuple[Part, ...], *, demo: bool) -> Shell:
    """The frame of the present request."""
    person = visitor()
    if person is None:
        return Shell(synthetic=demo)
    entries = sorted((entry for part in parts for entry in part.menu), key=lambda entry: entry.order)
    here = place() or (person.memberships[0] if person.memberships else None)
    items = _items(app, entries, person, here)
    return Shell(
        person=_person(person, here),
        menu=Menu((*items["daily"], *plugin_menu.items()), tuple(items["admin"])),
        tenants=_tenants(person, here),
        tenant_label=_("Visar") if person.national_roles else _("Förbund"),
        own=(
            MenuItem(_("Mina inloggningar"), url_for(ACCOUNT_ENDPOINT), "user-round"),
            *items["me"],
        ),
        logout_url=url_for(LOGOUT_ENDPOINT),
        home_url="/",
        synthetic=demo and (here is None or here.synthetic),
        banner=_banner(here),
        search=_search(parts, person, here),
    )


def init_app(app: Flask, parts: tuple[Part, ...], *, demo: bool) -> None:
    """Remember what `shell` needs; returns nothing."""
    app.extensions["fyrklang.shell"] = partial(shell, app, parts, demo=demo)


def _search(parts: tuple[Part, ...], person: Visitor, here: Membership | None) -> Search | None:
    """The first search that the person's roles here let them use."""
    if here is None or person.national_roles:
        return None
    held = permissions_of(frozenset(Role(code) for code in here.roles))
    entry = next((part.search for part in parts if part.search and part.search.permission in held), None)
    if entry is None:
        return None
    return Search(url_for(entry.endpoint, slug=here.slug), entry.label())


def _banner(here: Membership | None) -> Banner | None:
    looking = lens()
    if looking is None or here is None:
        return None
    leave_url = url_for(LEAVE_ENDPOINT, slug=here.slug)
    if isinstance(looking.until, datetime):
        words = _(
            "Nödåtkomst till ett ärende, till klockan %(time)s. Du kan läsa men inte ändra, och allt granskas.",
            time=f"{looking.until.astimezone(STOCKHOLM):%H.%M}",
        )
        return Banner(words, leave_url, _("Tillbaka till mina egna"))
    words = _(
        "Du täcker för %(name)s till och med %(day)s och ser bara ärenden som är personens egna.",
        name=looking.whose,
        day=date_iso(looking.until),
    )
    return Banner(words, leave_url, _("Tillbaka till mina egna"))


def _person(person: Visitor, here: Membership | None) -> Person:
    if here is None or person.national_roles:
        roles = ", ".join(ROLE_NAMES[Role(code)] for code in sorted(person.national_roles))
        return Person(person.name, roles)
    words = ", ".join(ROLE_NAMES[Role(code)].lower() for code in sorted(here.roles))
    lent = _(" · utlånad %(percent)s %%", percent=here.percent) if here.percent else ""
    kind = here.organisation_kind.lower()
    sounding: tuple[Party, ...] = tuple(party for party in PARTIES if party == kind)
    home = here.organisation_name
    return Person(person.name, f"{words}{lent}", parties=sounding, home=home)


def _items(
    app: Flask, entries: list[MenuEntry], person: Visitor, here: Membership | None
) -> dict[Place, list[MenuItem]]:
    at_home = permissions_of(frozenset(Role(code) for code in here.roles)) if here else frozenset()
    national = permissions_of(_roles(person))
    items: dict[Place, list[MenuItem]] = {"daily": [], "admin": [], "me": []}
    for entry in entries:
        view = app.view_functions.get(entry.endpoint)
        guarded = guard_of(view) if view else None
        if guarded is None:
            continue
        in_tenant = guarded[1] is Scope.TENANT
        if in_tenant and (here is None or person.national_roles or entry.permission not in at_home):
            continue
        if not in_tenant and not _may_outside(entry.permission, at_home, national):
            continue
        values: dict[str, Any] = {"slug": here.slug} if in_tenant and here else {}
        current = _is_current(entry.endpoint, entry.also)
        items[entry.place].append(
            MenuItem(entry.label(), url_for(entry.endpoint, **values), entry.icon, current=current)
        )
    return items


def _may_outside(
    permission: Permission, at_home: frozenset[Permission], national: frozenset[Permission]
) -> bool:
    return permission in national or (permission is Permission.NATIONAL_READ and permission in at_home)


def _roles(person: Visitor) -> frozenset[Role]:
    return frozenset(Role(code) for code in person.national_roles)


def _is_current(endpoint: str, also: tuple[str, ...]) -> bool:
    present = request.endpoint or ""
    return present == endpoint or present.rpartition(".")[0] in (endpoint.rpartition(".")[0], *also)


def _tenants(person: Visitor, here: Membership | None) -> tuple[TenantChoice, ...]:
    if person.national_roles:
        sees_figures = Permission.NATIONAL_READ in permissions_of(_roles(person))
        label = _("Hela landet") if sees_figures else _("Plattformen")
        return (TenantChoice(label, url_for(SWITCH_ENDPOINT), current=True),)
    return tuple(
        TenantChoice(
            each.tenant_short_name or each.tenant_name,
            url_for("start.home", slug=each.slug),
            current=here is not None and each.tenant_id == here.tenant_id,
        )
        for each in person.memberships
    )
