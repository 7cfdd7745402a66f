"""Hostile statements: everything one förbund's connection could try on another's rows.

`attack` returns what got through, in words; an empty list means the wall held. The same function is
run on a healthy database, where it must find nothing, and on mutilated ones, where it must find something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg

from fyrklang.kernel.config import Config
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.token import TokenSigner
from tests.isolation.seeds import ORDER, SEEDS, Planted, insertion

CONTEXTS = ("own", "unset", "empty", "malformed", "forged", "expired", "stripped")
ROLES = ("app", "worker")
SNEAKS = (
    "SELECT * FROM {table} WHERE tenant_id = '{other}'",
    "SELECT * FROM {table} WHERE id = '{row}'",
    "SELECT * FROM {table} t WHERE t::text LIKE '%%kanarie-%%' AND tenant_id <> '{own}'",
    "SELECT * FROM {table} WHERE tenant_id = '{own}' OR true OR tenant_id = '{other}'",
    "SELECT max(t::text) FROM {table} t WHERE tenant_id = '{other}'",
    "SELECT * FROM {table} WHERE tenant_id IN (SELECT id FROM registry.tenant)",
    "SELECT t.* FROM registry.tenant r JOIN {table} t ON t.tenant_id = r.id WHERE r.id = '{other}'",
    "WITH x AS (SELECT * FROM {table}) SELECT * FROM x WHERE tenant_id = '{other}'",
    "SELECT (SELECT string_agg(t::text, ',') FROM {table} t WHERE tenant_id = '{other}')",
    "SELECT * FROM {table} WHERE tenant_id = '{other}' FOR UPDATE",
    "UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = '{other}' RETURNING *",
    "UPDATE {table} SET id = id WHERE id = '{row}' RETURNING *",
    "DELETE FROM {table} WHERE tenant_id = '{other}' RETURNING *",
    "DELETE FROM {table} WHERE id = '{row}' RETURNING *",
    "UPDATE {table} SET tenant_id = '{other}' WHERE tenant_id = '{own}' RETURNING *",
    "MERGE INTO {table} t USING (SELECT '{row}'::uuid AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE",
    "SELECT set_config('fyrklang.ctx', replace(current_setting('fyrklang.ctx'), '{own_hex}', '{other_hex}'), "
    "true), (SELECT string_agg(t::text, ',') FROM {table} t)",
    "SELECT set_config('row_security', 'off', true), (SELECT string_agg(t::text, ',') FROM {table} t "
    "WHERE tenant_id = '{other}')",
    "SELECT query_to_xml('SELECT * FROM {table} WHERE tenant_id = ''{other}''', true, false, '')",
    "TABLE {table}",
)


@dataclass
class Report:
    """How many statements were tried, and what got through."""

    tried: int = 0
    leaks: list[str] = field(default_factory=list)


def attack(config: Config, own: Planted, others: list[Planted], roles: tuple[str, ...] = ROLES) -> Report:
    """Try everything as `own` on every other förbund's rows, in every kind of context."""
    report = Report()
    for role in roles:
        with psycopg.connect(config.url_for(role).replace("+psycopg", ""), prepare_threshold=None) as conn:
            for context in CONTEXTS:
                token = _token(config, own, others[0], context)
                for other in others:
                    _attack_rows(conn, token, own, other, report)
                    if context == "own":
                        _attack_inserts(conn, token, own, other, report)
    return report


def _attack_rows(
    conn: psycopg.Connection, token: str | None, own: Planted, other: Planted, report: Report
) -> None:
    for table in ORDER:
        for sneak in SNEAKS:
            statement = sneak.format(
                table=table,
                other=other.tenant_id,
                own=own.tenant_id,
                row=other.rows[table],
                own_hex=own.tenant_id.hex,
                other_hex=other.tenant_id.hex,
            )
            _try(conn, token, statement.replace("%%", "%"), other, report)


def _attack_inserts(
    conn: psycopg.Connection, token: str | None, own: Planted, other: Planted, report: Report
) -> None:
    for table in ORDER:
        for statement, values in _insertions(table, own, other):
            report.tried += 1
            conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (token or "",))
            try:
                conn.execute(statement, values)
            except psycopg.Error as error:
                _scan(str(error), other, f"insert into {table}", report)
            else:
                report.leaks.append(f"insert into {table} of another förbund's row or parent")
            conn.rollback()


def _insertions(table: str, own: Planted, other: Planted) -> Iterator[tuple[object, dict[str, object]]]:
    values = SEEDS[table]("egen", other.rows, uuid4())
    yield (
        insertion(table, {"tenant_id": 0, "id": 0, **values}),
        {
            "tenant_id": other.tenant_id,
            "id": uuid4(),
            **values,
        },
    )
    if "intervention_id" in values:
        yield (
            insertion(table, {"tenant_id": 0, "id": 0, **values}),
            {
                "tenant_id": own.tenant_id,
                "id": uuid4(),
                **values,
            },
        )


def _try(conn: psycopg.Connection, token: str | None, statement: str, other: Planted, report: Report) -> None:
    report.tried += 1
    if token is not None:
        conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (token,))
    try:
        cursor = conn.execute(statement)  # type: ignore[arg-type]
        said = str(cursor.fetchall()) if cursor.description else ""
        if statement.startswith(("UPDATE", "DELETE", "MERGE")) and cursor.rowcount > 0:
            report.leaks.append(f"{cursor.rowcount} rows changed: {statement}")
    except psycopg.Error as error:
        said = str(error)
    _scan(said, other, statement, report)
    conn.rollback()


def _scan(said: str, other: Planted, statement: str, report: Report) -> None:
    if other.canary in said or str(other.rows["office.intervention"]) in said.replace(statement, ""):
        report.leaks.append(f"canary seen: {statement}")


def at_work(own: Planted) -> TenantContext:
    """A case worker of the party that owns what is planted, in the team of the insats."""
    return TenantContext(own.tenant_id, own.slug, uuid4(), "FK", (own.intervention_id,))


def _token(config: Config, own: Planted, other: Planted, context: str) -> str | None:
    signer = TokenSigner(config)
    good = signer.sign(at_work(own))
    return {
        "own": good,
        "unset": None,
        "empty": "",
        "malformed": "inte.en.kontext",
        "forged": good.replace(own.tenant_id.hex, other.tenant_id.hex),
        "expired": signer.sign(TenantContext(other.tenant_id, other.slug), lifetime=-5),
        "stripped": ".".join(good.replace(own.tenant_id.hex, other.tenant_id.hex).split(".")[:-1]) + ".",
    }[context]
