"""What a role may do, in words made from the tables, and the words around a user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fyrklang.access.pairs import PAIRS
from fyrklang.access.permissions import (
    CASE_ROLES,
    NATIONAL_ROLES,
    PERMISSION_TRAITS,
    ROLE_NAMES,
    ROLE_PERMISSIONS,
    Permission,
    Reach,
    Role,
)
from fyrklang.identity.invitations import Outcome
from fyrklang.kernel import clock
from fyrklang.web.i18n import LazyText, lazy_gettext
from fyrklang.web.i18n import gettext as _

EXPIRING_DAYS = 30
STRONG_LOA = 3
COMMON = ROLE_PERMISSIONS[Role.BOARD] | {Permission.JOBS_READ}
"""What need not be said of each role when somebody chooses among them."""

PERMISSION_WORDS: dict[Permission, LazyText] = {
    Permission.MEMBERS_READ: lazy_gettext("se förbundets medlemmar"),
    Permission.MEMBERS_WRITE: lazy_gettext("sköta styrelsens platser och utlånad personal"),
    Permission.ROLES_READ: lazy_gettext("se vad varje roll får göra"),
    Permission.USERS_READ: lazy_gettext("se förbundets användare, deras roller och senaste inloggning"),
    Permission.USERS_WRITE: lazy_gettext("bjuda in användare, ändra deras roller och avsluta dem"),
    Permission.TOKENS_WRITE: lazy_gettext("skapa och återkalla nycklar för andra program"),
    Permission.INTERVENTIONS_READ: lazy_gettext("se insatser, mål och resultat i antal och andelar"),
    Permission.INTERVENTIONS_WRITE: lazy_gettext("lägga upp och ändra insatser och sätta mål"),
    Permission.COUNTS_WRITE: lazy_gettext("registrera antal för en insats"),
    Permission.ECONOMY_READ: lazy_gettext("se bidrag, budget, utfall och eget kapital"),
    Permission.ECONOMY_WRITE: lazy_gettext("sköta budget, bidrag och bokföring"),
    Permission.REPORTS_READ: lazy_gettext("läsa frysta rapporter och uppföljning"),
    Permission.REPORTS_WRITE: lazy_gettext("skriva och frysa rapporter"),
    Permission.JOBS_READ: lazy_gettext(
        "följa arbete som pågår i bakgrunden, till exempel när siffror räknas om"
    ),
    Permission.PLUGINS_READ: lazy_gettext("se vilka tillägg som finns och vad de får göra"),
    Permission.PLUGINS_WRITE: lazy_gettext("slå på, ställa in och stänga av tillägg"),
    Permission.NATIONAL_READ: lazy_gettext("se publicerade siffror för hela landet"),
    Permission.RELEASES_WRITE: lazy_gettext("publicera siffror för hela landet"),
    Permission.REFERRALS_SEND: lazy_gettext("skicka remisser till insatser"),
    Permission.REFERRALS_OWN: lazy_gettext("följa remisser man själv har skickat"),
    Permission.REFERRALS_READ: lazy_gettext("läsa och besluta om remisser till de insatser man arbetar i"),
    Permission.CASES_READ: lazy_gettext(
        "läsa om deltagare i de insatser man arbetar i, så långt samtycket räcker"
    ),
    Permission.CASES_WRITE: lazy_gettext("skriva om deltagare i de insatser man arbetar i"),
    Permission.CASES_UNMASK: lazy_gettext(
        "visa namn och personnummer på deltagare i de insatser man arbetar i"
    ),
    Permission.COVERS_USE: lazy_gettext("låta en kollega täcka för sig, och täcka för en kollega"),
    Permission.EMERGENCY_ASK: lazy_gettext("be om nödåtkomst till ett ärende i en annan insats"),
    Permission.EMERGENCY_ANSWER: lazy_gettext(
        "svara när en kollega ber om nödåtkomst till ett ärende i ens insats"
    ),
    Permission.LOG_OWN: lazy_gettext("se vad man själv har gjort och läst enligt loggen"),
    Permission.LOG_READ: lazy_gettext("läsa förbundets logg över vem som har gjort och läst vad"),
    Permission.LOG_REVIEW: lazy_gettext("granska loggen och skriva under granskningen"),
    Permission.LOG_TECHNICAL: lazy_gettext("se att loggen är hel, men inte vad som står i den"),
    Permission.PLATFORM_READ: lazy_gettext("se vilka förbund som finns i registret"),
}
"""Each permission as what follows after "kan" or "kan inte"."""


def homes_in_words(homes: Sequence[Any]) -> dict[Any, str]:
    """Each organisation once, with every way to log in from it."""
    ways: dict[Any, list[str]] = {}
    names = {home.id: home.name for home in homes}
    for home in homes:
        ways.setdefault(home.id, []).append(home.issuer_name)
    return {key: f"{name} ({', '.join(ways[key])})" for key, name in names.items()}


def ways_in_words() -> list[tuple[str, str]]:
    """How somebody invited is to log in."""
    return [
        ("OIDC", _("Organisationens egen inloggning")),
        ("LOCAL", _("Konto i Fyrklang, med lösenord och kodapp")),
    ]


SOURCES = {
    "PLATFORM": lazy_gettext("Upplagd av plattformen"),
    "INVITATION": lazy_gettext("Inbjuden av förbundet"),
}

DONE = {
    "sparad": lazy_gettext("Ändringen är sparad och gäller från personens nästa klick."),
    "avslutad": lazy_gettext("Avslutat. Den som hade platsen kommer inte in i förbundet mer."),
    "utloggad": lazy_gettext("Personen är utloggad överallt och behöver logga in på nytt."),
    "kvar": lazy_gettext("De du valde behåller sina platser."),
    "aterkallad": lazy_gettext("Inbjudan är återkallad. Koden fungerar inte längre."),
}
"""What the list says after a deed."""

CODE_FAULTS: dict[Outcome, LazyText] = {
    Outcome.UNKNOWN: lazy_gettext(
        "Koden stämmer inte eller är redan använd. Kontrollera den eller be om en ny."
    ),
    Outcome.EXPIRED: lazy_gettext("Koden har gått ut. Be den som bjöd in dig om en ny."),
    Outcome.ALREADY: lazy_gettext("Du har redan en plats i förbundet. Ladda om sidan för att välja den."),
    Outcome.APART: lazy_gettext(
        "Du har redan en roll som inte kan höra ihop med den du är inbjuden till. Prata med den som bjöd in dig."
    ),
    Outcome.OWN: lazy_gettext("Du kan inte bjuda in dig själv. Be en annan administratör i förbundet."),
}


@dataclass(frozen=True)
class RoleInWords:
    """One role as the page tells it."""

    code: Role
    name: str
    can: tuple[str, ...]
    cannot: tuple[str, ...]
    apart: tuple[str, ...]
    own: bool = False


def roles_in_words(held: frozenset[Role]) -> list[RoleInWords]:
    """Every role in a förbund, in the order of the enum; `held` are the reader's own."""
    return [_in_words(role, role in held) for role in Role if role not in NATIONAL_ROLES]


def can_and_cannot(role: Role) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the role may and may not do of all that is done in a förbund, as words after "kan"."""
    given = ROLE_PERMISSIONS[role]
    can = [_words(permission) for permission in Permission if permission in given]
    cannot = [
        str(PERMISSION_WORDS[permission])
        for permission in Permission
        if permission not in given
        and PERMISSION_TRAITS[permission].reach not in (Reach.NATIONAL, Reach.PLATFORM)
    ]
    if role not in CASE_ROLES:
        cannot.append(_("se uppgifter om enskilda deltagare"))
    return tuple(can), tuple(cannot)


def role_options() -> list[tuple[str, str, str]]:
    """Roles to tick, each with what it can do beyond what a reader of the förbund can."""
    common = {str(PERMISSION_WORDS[each]) for each in COMMON}
    options = []
    for each in roles_in_words(frozenset()):
        own = [words for words in each.can if words not in common] or each.can
        options.append((each.code.value, each.name, _("Kan %(words)s.", words=listed(own))))
    return options


def role_names(codes: Sequence[str]) -> str:
    """Roles in words, in the order of the enum."""
    return ", ".join(ROLE_NAMES[role] for role in Role if role.value in codes)


def listed(words: Sequence[str]) -> str:
    """`a, b och c`."""
    return _(" och ").join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def standing(row: Any) -> tuple[str, str]:
    """A user's place as status key and word."""
    today = clock.today()
    if row.ended_at is not None or (row.valid_to is not None and row.valid_to < today):
        return "ended", _("Avslutad")
    if row.valid_from > today:
        return "planned", _("Börjar senare")
    if row.valid_to is not None and row.valid_to - today <= timedelta(days=EXPIRING_DAYS):
        return "expiring", _("Löper ut")
    return "on", _("Gäller")


def token_standing(row: Any) -> tuple[str, str]:
    """A token as status key and word."""
    if row.revoked_at is not None:
        return "ended", _("Återkallad")
    if row.expires_at <= clock.now():
        return "ended", _("Utgången")
    return "on", _("Gäller")


def _in_words(role: Role, own: bool) -> RoleInWords:
    can, cannot = can_and_cannot(role)
    others = {other for pair in PAIRS if role in pair.roles for other in pair.roles - {role}} - NATIONAL_ROLES
    apart = tuple(ROLE_NAMES[other].lower() for other in Role if other in others)
    return RoleInWords(role, ROLE_NAMES[role], can, cannot, apart, own)


def _words(permission: Permission) -> str:
    words = str(PERMISSION_WORDS[permission])
    if PERMISSION_TRAITS[permission].loa >= STRONG_LOA:
        return _("%(words)s (kräver stark e-legitimation)", words=words)
    return words
