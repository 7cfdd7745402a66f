"""Swedish in the source, English as the second language.

Texts are written in Swedish where they are used, marked with `_()` in templates and `gettext` or
`lazy_gettext` in Python. After adding or changing one:

    python -m fyrklang.web.i18n update     # collects texts from the whole package into messages.po
    (write the English in translations/en/LC_MESSAGES/messages.po)
    python -m fyrklang.web.i18n compile    # writes messages.mo, which is committed

`python -m fyrklang.web.i18n check` lists what lacks English; a test runs the same check. A text without
English is shown in Swedish. The language is the cookie `fy_lang`, never the browser's guess: the service's
users are Swedish authorities, and half a page in another language than the colleague's helps nobody.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask import Flask, g, has_request_context, request
from flask_babel import Babel  # type: ignore[import-untyped]
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext
from markupsafe import Markup, escape

__all__ = [
    "LANGUAGES",
    "LANGUAGE_COOKIE",
    "Language",
    "LazyText",
    "current_language",
    "gettext",
    "init_i18n",
    "lazy_gettext",
    "ngettext",
]

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = ("sv", "en")
LANGUAGE_COOKIE = "fy_lang"

PACKAGE = Path(__file__).parent.parent
TRANSLATIONS = Path(__file__).parent / "translations"
ENGLISH = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"

# Babel's own header carries the time of each run, which would differ in every change and say nothing.
_HEADER = r"""# English for Fyrklang. How to keep it: see fyrklang.web.i18n.
msgid ""
msgstr ""
"Project-Id-Version: Fyrklang\n"
"Language: en\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""

_METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "Sentence": None,
    # A service raises its error in Swedish; the door translates it.
    "BadRequest": None,
    "Conflict": None,
    "Forbidden": None,
    "NotFound": None,
    "NotSignedIn": None,
    "Unavailable": None,
}


def gettext(text: str, **values: object) -> str:
    """`text` in the reader's language, with `%(name)s` filled in; Swedish outside a request."""
    if has_request_context():
        return str(_gettext(text, **values))
    return text % values if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """As `gettext`, choosing by `count`, which is also the value `num`."""
    if has_request_context():
        return str(_ngettext(one, many, count, **values))
    return (one if count == 1 else many) % {"num": count, **values}


class LazyText:
    """A text that is put into the reader's language each time it is shown."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return gettext(self._text)

    def __html__(self) -> Markup:
        return escape(str(self))

    def __repr__(self) -> str:
        return f"LazyText({self._text!r})"


def lazy_gettext(text: str) -> LazyText:
    """A text in a module constant, put into the reader's language when it is shown."""
    return LazyText(text)


def current_language() -> Language:
    """The language of the page now being made."""
    if not has_request_context():
        return "sv"
    known: Language | None = g.get("fy_language")
    if known is None:
        known = "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "sv"
        g.fy_language = known
    return known


def init_i18n(app: Flask) -> None:
    """Set Flask-Babel up and give templates `_`, `gettext` and `ngettext`."""
    Babel(
        app,
        default_locale="sv",
        default_timezone="Europe/Stockholm",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=current_language,
    )
    app.jinja_env.globals["current_language"] = current_language


def _sources() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str]]]:
    found = extract_from_dir(
        str(PACKAGE),
        method_map=_METHODS,
        options_map={"**/templates/**.html": {"encoding": "utf-8"}},
        keywords=_KEYWORDS,
    )
    for name, line, message, comments, _context in found:
        yield name, line, message, comments


def collect() -> Catalog:
    """Every marked text in the package."""
    catalog = Catalog(project="Fyrklang", charset="utf-8", fuzzy=False)
    for name, _line, message, comments in _sources():
        # Line numbers would change the file with every edit elsewhere.
        catalog.add(message, None, [(name, None)] if name else [], auto_comments=comments)  # type: ignore[list-item]
    return catalog


def read_english() -> Catalog:
    """The English catalogue as committed."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def missing_english() -> list[str]:
    """Texts in use without an English translation."""
    english = read_english()
    lacking = []
    for message in collect():
        if not message.id:
            continue
        known = english.get(message.id if isinstance(message.id, str) else message.id[0])
        texts = () if known is None else (known.string,) if isinstance(known.string, str) else known.string
        if known is None or known.fuzzy or not texts or not all(texts):
            lacking.append(str(message.id))
    return sorted(lacking)


def update() -> None:
    """Bring the English file up to date with the source; nothing translated is lost."""
    template = collect()
    if ENGLISH.exists():
        english = read_english()
        english.update(template, no_fuzzy_matching=True)
    else:
        ENGLISH.parent.mkdir(parents=True, exist_ok=True)
        english = template
        english.locale = "en"
    english.obsolete.clear()
    with ENGLISH.open("wb") as file:
        file.write(_HEADER.encode())
        write_po(file, english, width=100, sort_output=True, omit_header=True)


def compile_english() -> None:
    """Write the binary catalogue that the running system reads."""
    with ENGLISH.with_suffix(".mo").open("wb") as file:
        write_mo(file, read_english())


@click.command()
@click.argument("deed", type=click.Choice(["update", "compile", "check"]))
def main(deed: str) -> None:
    """Keep the English catalogue."""
    if deed == "update":
        update()
    elif deed == "compile":
        compile_english()
    lacking = missing_english()
    for text in lacking:
        click.echo(text)
    if deed == "check" and lacking:
        sys.exit(1)


if __name__ == "__main__":
    main()
