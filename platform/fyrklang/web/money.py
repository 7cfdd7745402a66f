"""Amounts as people type them, in kronor, and as they are stored, in whole öre."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from marshmallow import Schema, post_load, validate

from fyrklang.web.forms import SwedishDecimal, tidy_number

_THOUSANDS = re.compile(r".*\.\d{3}", re.ASCII | re.DOTALL)
MONEY = "Ange ett belopp i kronor, till exempel 125 000."
MOST = Decimal(10_000_000_000)


class _Amount(SwedishDecimal):
    """Kronor, longer fractions rounded to the öre: they come from sums and shares in a sheet.

    Exactly three decimals are as likely thousands written in another country's way, so they are refused.
    """

    def _validated(self, value: Any) -> Decimal:
        if _THOUSANDS.fullmatch(tidy_number(str(value))):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def money_field(lowest: Decimal = Decimal(0), **options: Any) -> SwedishDecimal:
    """Kronor with at most two decimals."""
    return _Amount(
        places=2,
        validate=validate.Range(lowest, MOST, error=MONEY),
        error_messages={"required": MONEY, "invalid": MONEY, "null": MONEY},
        **options,
    )


def ore(kronor: Decimal) -> int:
    """Kronor as whole öre."""
    return int(kronor * 100)


class Kronor(Schema):
    """Amounts are typed in kronor and handed on in öre."""

    @post_load
    def to_ore(self, values: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """Every exact number becomes öre."""
        return {name: ore(value) if isinstance(value, Decimal) else value for name, value in values.items()}
