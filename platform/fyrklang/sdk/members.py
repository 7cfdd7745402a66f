"""Which parties stand behind a förbund, as rows about participants name them."""

from __future__ import annotations

from sqlalchemy import text

from fyrklang.access.teams import party_code
from fyrklang.kernel import clock
from fyrklang.tenancy.session import TenantSession

_MEMBERS = text(
    """
    SELECT o.kind, o.code, o.name FROM office.member m
      JOIN registry.organisation o ON o.id = m.organisation_id
     WHERE (m.valid_from IS NULL OR m.valid_from <= :today)
       AND (m.valid_to IS NULL OR m.valid_to >= :today)
     ORDER BY registry.sv_sort(o.name)
    """
)


def member_parties(session: TenantSession) -> dict[str, str]:
    """Party to name of every member today, in Swedish order: `{"AF": "Arbetsförmedlingen", …}`."""
    rows = session.execute(_MEMBERS, {"today": clock.today()})
    named = {party_code(row.kind, row.code): row.name for row in rows}
    return {party: name for party, name in named.items() if party is not None}
