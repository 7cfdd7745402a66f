"""What the frame around a page needs, as plain data.

The layers above fill a `Shell` per request; the templates read nothing else about the user. Nothing here
knows the domain: a tenant is a name and an address, a person a name and a line of words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Party = Literal["fk", "af", "region", "kommun"]
"""The four parties, always in this order."""

PARTIES: tuple[Party, ...] = ("fk", "af", "region", "kommun")

PARTY_NAMES = {"fk": "FK", "af": "AF", "region": "Region", "kommun": "Kommun"}

Theme = Literal["light", "dark", "auto"]
THEMES: tuple[Theme, ...] = ("light", "dark", "auto")

BOTTOM_BAR_PLACES = 4
"""Menu items that fit in the phone's bottom bar; the rest stand under *Mer*."""


@dataclass(frozen=True)
class MenuItem:
    """One place in the menu. `icon` is a name in the sprite; `count` is shown when above zero.

    `phone` keeps it in the phone's bottom bar; with none marked, the first four are.
    """

    label: str
    url: str
    icon: str
    current: bool = False
    count: int | None = None
    phone: bool = False


@dataclass(frozen=True)
class Menu:
    """The left menu: the daily `items`, and below a heading what one sets up now and then.

    `back` stands first, alone, in menus that have a way out.
    """

    items: tuple[MenuItem, ...] = ()
    admin: tuple[MenuItem, ...] = ()
    back: MenuItem | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.items or self.admin)

    @property
    def first(self) -> tuple[MenuItem, ...]:
        """What the phone's bottom bar shows."""
        marked = tuple(item for item in self.items if item.phone)
        return (marked or self.items or self.admin)[:BOTTOM_BAR_PLACES]

    @property
    def rest(self) -> tuple[MenuItem, ...]:
        """What stands under *Mer* on the phone."""
        shown = self.first
        return tuple(item for item in (*self.items, *self.admin) if item not in shown)


@dataclass(frozen=True)
class TenantChoice:
    """One place the user may switch to."""

    name: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Person:
    """The signed-in user as the top bar shows them.

    `role_line` is the second line in words, for example "förbundschef" or "AF · utlånad 75 %". `parties`
    are the strings that sound in the glyph before it; none draws no glyph. `home` is the home organisation.
    """

    name: str
    role_line: str = ""
    parties: tuple[Party, ...] = ()
    home: str = ""

    @property
    def initials(self) -> str:
        """First letters of the first and last name, for the round mark."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@dataclass(frozen=True)
class Search:
    """The search field of the top bar: sends `q` by POST to `url`, so that no name stands in an address."""

    url: str
    placeholder: str
    value: str = ""


@dataclass(frozen=True)
class Banner:
    """What the user must know on every page while it lasts, and the way out of it: a form's address and deed."""

    words: str
    leave_url: str
    leave: str


@dataclass(frozen=True)
class Shell:
    """The frame of one page view.

    Everything has a default, so that a page for somebody not signed in needs no arguments. `tenant_label`
    is "Förbund" for staff and "Visar" for the council. `own` is what is about the user alone, under their name.
    Links left out are not drawn.
    """

    person: Person | None = None
    menu: Menu = field(default_factory=Menu)
    tenants: tuple[TenantChoice, ...] = ()
    tenant_label: str = "Förbund"
    search: Search | None = None
    notices_url: str = ""
    notices: int = 0
    help_url: str = ""
    own: tuple[MenuItem, ...] = ()
    logout_url: str = ""
    home_url: str = "/"
    accessibility_url: str = ""
    privacy_url: str = ""
    synthetic: bool = False
    banner: Banner | None = None

    @property
    def tenant(self) -> TenantChoice | None:
        """The förbund shown now."""
        return next((choice for choice in self.tenants if choice.current), None)
