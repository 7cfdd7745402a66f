"""What the feature does, in the words of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fyrklang.sdk.audit import Group, action
from fyrklang.web.i18n import lazy_gettext


def _year(detail: Mapping[str, Any]) -> str:
    return str(detail.get("year", ""))


YEAR_SET = action("economy.year_set", lazy_gettext("Satte årets bidrag"), Group.WRITE, _year)
KEY_SET = action("economy.key_set", lazy_gettext("Ändrade fördelningsnyckeln"), Group.WRITE, _year)
CALLED = action("economy.called", lazy_gettext("Rekvirerade bidrag"), Group.WRITE, _year)
PAID = action("economy.paid", lazy_gettext("Registrerade en betalning"), Group.WRITE, _year)
BUDGET_SET = action("economy.budget_set", lazy_gettext("Ändrade budget eller prognos"), Group.WRITE, _year)
COST = action("economy.cost", lazy_gettext("Registrerade ett utfall"), Group.WRITE, _year)
READ_IN = action("economy.read_in", lazy_gettext("Läste in bokföring"), Group.WRITE, _year)
READ_OUT = action("economy.read_out", lazy_gettext("Ångrade en inläsning"), Group.WRITE, _year)
EQUITY_SET = action("economy.equity_set", lazy_gettext("Satte eget kapital"), Group.WRITE, _year)
