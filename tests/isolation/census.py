"""The census of the catalog: every relation against every rule, and nothing but named exceptions.

Each rule is one query that returns what breaks it, in words. A table, function or grant made past the
migration helper shows up here.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from fyrklang.tenancy.selfcheck import PUBLIC_REGISTER

SCHEMAS = ("context", "registry", "office", "care", "facts", "national", "audit", "jobs", "vault")
LOGIN_ROLES = ("app", "worker", "auth", "relay", "audit_writer", "council", "backup")
SHARED_TABLES = frozenset(
    {
        *PUBLIC_REGISTER,
        "context.key",
        "context.alembic_version",
        "registry.tenant",
        "registry.region",
        "registry.kommun",
        "registry.equity_guideline",
        "registry.organisation",
        "registry.applied",
        "registry.issuer",
        "registry.organisation_issuer",
        "registry.person",
        "registry.identity",
        "registry.national_role",
        "registry.directory_key",
        "registry.directory_user",
        "registry.local_account",
        "jobs.schedule_run",
        "audit.anchor",
        "national.release",
        "national.measure",
        "national.association",
        "national.cell",
        "national.total",
        "national.leaf",
        "national.kommun_cover",
        "national.succession",
        "national.card",
        "national.question",
        "national.adoption",
        "national.follow",
    }
)
"""Tables without a tenant, each looked at: the public register, people as sign-in knows them, releases, and
seals, which hold where each chain ends and which only their writer and the backup read."""

ACROSS_TENANTS = (
    "registry.membership_person_idx",
    "registry.invitation_code_idx",
    "registry.api_token_hash_idx",
)
"""Indexes for the doorkeeper alone: it asks where one person has places, and what a code invites to or a key opens,
before any förbund is chosen."""

POINTING = (
    "registry.delegation.giver_id",
    "registry.delegation.taker_id",
    "office.emergency_access.asker_id",
    "office.emergency_access.approver_id",
)
"""Columns that point at a tenant table by another name than its own."""

DEFINER_OWNERS = ("fyrklang_owner", "fyrklang_publisher", "fyrklang_doorkeeper")

TENANT_TABLES = """
WITH own AS (
  SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relname, c.relrowsecurity, c.relforcerowsecurity
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p')
    AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
    AND n.nspname || '.' || c.relname <> ALL (%(shared)s)
)
"""

RULES: dict[str, str] = {
    "a table names a tenant or stands on the list": """
        SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p')
          AND n.nspname || '.' || c.relname <> ALL (%(shared)s)
          AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')""",
    "row security is on and forced": TENANT_TABLES
    + "SELECT name FROM own WHERE NOT (relrowsecurity AND relforcerowsecurity)",
    "one predicate in one restrictive and one permissive policy": TENANT_TABLES
    + """SELECT name FROM own LEFT JOIN pg_policy p ON p.polrelid = own.oid GROUP BY name
        HAVING count(p.oid) <> 2 OR count(DISTINCT p.polpermissive) <> 2
          OR count(DISTINCT pg_get_expr(p.polqual, p.polrelid)) <> 1
          OR count(DISTINCT pg_get_expr(p.polwithcheck, p.polrelid)) <> 1
          OR min(pg_get_expr(p.polqual, p.polrelid)) <> min(pg_get_expr(p.polwithcheck, p.polrelid))""",
    "the predicate asks for the tenant, without sub-select, for every command and role": TENANT_TABLES
    + """SELECT name || ' ' || p.polname FROM own JOIN pg_policy p ON p.polrelid = own.oid
        WHERE pg_get_expr(p.polqual, p.polrelid) !~ '^\\(+tenant_id = context\\.tenant\\(\\)'
          OR pg_get_expr(p.polqual, p.polrelid) ~* '\\m(select|or true)\\M'
          OR p.polcmd <> '*' OR p.polroles <> '{0}'""",
    "care asks for the insats and the party too": """
        SELECT p.polrelid::regclass::text FROM pg_policy p
        WHERE p.polrelid::regclass::text LIKE 'care.%%' AND
          (pg_get_expr(p.polqual, p.polrelid) !~ 'context\\.interventions'
           OR pg_get_expr(p.polqual, p.polrelid) !~ 'context\\.party')""",
    "policies stand on nothing else": """
        SELECT p.polrelid::regclass::text FROM pg_policy p WHERE NOT EXISTS (
          SELECT 1 FROM pg_attribute a WHERE a.attrelid = p.polrelid AND a.attname = 'tenant_id')""",
    "tenant_id is never null": TENANT_TABLES
    + """SELECT name FROM own JOIN pg_attribute a ON a.attrelid = own.oid AND a.attname = 'tenant_id'
        WHERE NOT a.attnotnull""",
    "tenant_id leads every index, the primary key too": TENANT_TABLES
    + """SELECT name || ' ' || i.indexrelid::regclass FROM own JOIN pg_index i ON i.indrelid = own.oid
        JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum = i.indkey[0] WHERE a.attname <> 'tenant_id'
          AND i.indexrelid::regclass::text <> ALL (%(across)s)
        UNION ALL SELECT name || ' has no primary key' FROM own WHERE NOT EXISTS (
          SELECT 1 FROM pg_index i WHERE i.indrelid = own.oid AND i.indisprimary)""",
    "foreign keys between tenant tables carry tenant_id on both sides": TENANT_TABLES
    + """SELECT c.conrelid::regclass || ' ' || c.conname FROM pg_constraint c
        JOIN own a ON a.oid = c.conrelid JOIN own b ON b.oid = c.confrelid
        WHERE c.contype = 'f' AND NOT (
          (SELECT attname FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = c.conkey[1]) = 'tenant_id'
          AND (SELECT attname FROM pg_attribute WHERE attrelid = c.confrelid AND attnum = c.confkey[1])
              = 'tenant_id' AND cardinality(c.conkey) > 1)""",
    "columns that point at a tenant table have a key": TENANT_TABLES
    + """SELECT name || '.' || a.attname FROM own JOIN pg_attribute a ON a.attrelid = own.oid
        WHERE (EXISTS (
            SELECT FROM own o WHERE right(a.attname, 3) = '_id' AND a.attname <> 'tenant_id'
              AND right('_' || o.relname, length(a.attname) - 2) = '_' || left(a.attname, -3))
            OR name || '.' || a.attname = ANY (%(pointing)s))
          AND NOT EXISTS (
          SELECT 1 FROM pg_constraint c WHERE c.conrelid = own.oid AND c.contype = 'f'
            AND a.attnum = ANY (c.conkey) AND cardinality(c.conkey) > 1)""",
    "tenant tables point outward only at the register": TENANT_TABLES
    + """SELECT c.conrelid::regclass || ' ' || c.conname FROM pg_constraint c JOIN own a ON a.oid = c.conrelid
        WHERE c.contype = 'f' AND c.confrelid NOT IN (SELECT oid FROM own)
          AND c.confrelid::regclass::text NOT LIKE 'registry.%%'""",
    "tables, sequences and views belong to a role that cannot log in": """
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_roles r ON r.oid = c.relowner
        WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'S', 'v', 'm') AND r.rolcanlogin
          AND c.oid::regclass::text <> 'context.alembic_version'""",
    "no native enum, whose comparison is not leakproof": """
        SELECT t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype = 'e' AND n.nspname = ANY (%(schemas)s)""",
    "no sequence counts rows across förbund": """
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' AND n.nspname = ANY (%(schemas)s) AND n.nspname <> 'national'""",
    "views run as the one who asks": """
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (%(schemas)s) AND (c.relkind = 'm' OR (c.relkind = 'v'
          AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)))""",
    "login roles are plain": """
        SELECT rolname FROM pg_roles WHERE rolname = ANY (%(plain)s)
          AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication
               OR (rolbypassrls AND rolname <> 'fyrklang_backup'))""",
    "login roles belong to no other role and own nothing": """
        SELECT m.member::regrole::text FROM pg_auth_members m WHERE m.member::regrole::text = ANY (%(plain)s)
        UNION ALL SELECT c.relowner::regrole::text FROM pg_class c
        WHERE c.relowner::regrole::text = ANY (%(plain)s)""",
    "only rows may be read and written, by named roles": """
        SELECT c.oid::regclass || ' ' || x.grantee::regrole || ' ' || x.privilege_type
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) x
        WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm') AND x.grantee <> c.relowner
          AND (x.grantee = 0 OR x.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
               OR x.is_grantable)""",
    "the council reaches only what is national": """
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm') AND
          (((n.nspname <> 'national' OR c.relname = 'leaf')
             AND has_table_privilege('fyrklang_council', c.oid, 'SELECT'))
           OR has_table_privilege('fyrklang_council', c.oid, 'INSERT, UPDATE, DELETE'))""",
    "the app reaches nothing national, the relay no table": """
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm') AND
          ((n.nspname = 'national' AND has_table_privilege('fyrklang_app', c.oid, 'SELECT, INSERT, UPDATE'))
           OR (n.nspname IN ('office', 'care', 'facts', 'jobs', 'vault')
               AND has_table_privilege('fyrklang_relay', c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
           OR (n.nspname IN ('office', 'care', 'facts', 'jobs', 'vault')
               AND has_table_privilege('fyrklang_auth', c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
           OR (c.oid::regclass::text = 'registry.membership'
               AND has_table_privilege('fyrklang_auth', c.oid, 'SELECT')))""",
    "the log is written by its function alone, and nobody who serves reads a seal": """
        SELECT c.oid::regclass || ' ' || r FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
          unnest(%(plain)s::text[]) r
        WHERE n.nspname = 'audit' AND c.relkind = 'r' AND (
          (c.relname IN ('event', 'head') AND has_table_privilege(r, c.oid, 'INSERT, UPDATE, DELETE'))
          OR has_table_privilege(r, c.oid, 'UPDATE, DELETE')
          OR (c.relname = 'anchor' AND r NOT IN ('fyrklang_audit_writer', 'fyrklang_backup')
              AND has_table_privilege(r, c.oid, 'SELECT, INSERT')))
        UNION ALL SELECT 'a change of ' || t.name || ' is let through' FROM
          (VALUES ('event', 56), ('head', 56), ('anchor', 60), ('review', 20), ('review_item', 16)) t (name, acts)
        WHERE coalesce((SELECT bit_or(g.tgtype::int) FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
               WHERE g.tgrelid = ('audit.' || t.name)::regclass AND g.tgenabled = 'O'
                 AND p.proname ~ '^(refuse|stamp)_'), 0) & t.acts <> t.acts""",
    "nobody but its owner and the backup reads the context key": """
        SELECT x.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) x
        WHERE c.oid = 'context.key'::regclass AND x.grantee <> c.relowner
          AND NOT (x.grantee = 'fyrklang_backup'::regrole AND x.privilege_type = 'SELECT')""",
    "definer functions have a fixed path, a known owner, and are closed to the public": """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = ANY (%(schemas)s) AND p.prosecdef AND (
          p.proowner::regrole::text <> ALL (%(definers)s)
          OR NOT coalesce(p.proconfig::text ~ 'search_path=pg_catalog, pg_temp', false)
          OR has_function_privilege('public', p.oid, 'EXECUTE'))""",
    "functions in policies are stable": """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'context' AND p.provolatile = 'v'""",
    "login roles create nothing, not even temporary tables": """
        SELECT r || ' ' || n.nspname FROM unnest(%(plain)s::text[]) r, pg_namespace n
        WHERE (n.nspname = ANY (%(schemas)s) OR n.nspname = 'public')
          AND has_schema_privilege(r, n.oid, 'CREATE')
        UNION ALL SELECT r || ' temporary' FROM unnest(%(plain)s::text[]) r
        WHERE has_database_privilege(r, current_database(), 'TEMP, CREATE')""",
}


def findings(conn: psycopg.Connection) -> Iterator[str]:
    """What breaks a rule, as `rule: thing`."""
    values = {
        "schemas": list(SCHEMAS),
        "shared": sorted(SHARED_TABLES),
        "plain": [f"fyrklang_{role}" for role in LOGIN_ROLES],
        "definers": list(DEFINER_OWNERS),
        "across": list(ACROSS_TENANTS),
        "pointing": list(POINTING),
    }
    for rule, query in RULES.items():
        for (thing,) in conn.execute(query, values):
            yield f"{rule}: {thing}"


def tenant_tables(conn: psycopg.Connection) -> list[str]:
    """Every table behind the wall."""
    values = {"schemas": list(SCHEMAS), "shared": sorted(SHARED_TABLES)}
    return [name for (name,) in conn.execute(TENANT_TABLES + "SELECT name FROM own ORDER BY 1", values)]
