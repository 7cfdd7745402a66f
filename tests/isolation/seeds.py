"""One row per tenant table and förbund, with a canary no other förbund's reader may ever meet.

A table without a seed fails the probe: whoever makes a table writes its row here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.people import TRUSTED


@dataclass(frozen=True)
class Planted:
    """One förbund with one row in each table."""

    tenant_id: UUID
    slug: str
    canary: str
    rows: Mapping[str, UUID]

    @property
    def intervention_id(self) -> UUID:
        """The insats the other rows hang on."""
        return self.rows["office.intervention"]


LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""Ten digits in a row would look like somebody's number, which several columns refuse."""

Values = Callable[[str, Mapping[str, UUID], UUID], dict[str, Any]]


def _care(rows: Mapping[str, UUID]) -> dict[str, Any]:
    """In the förbund's insats, owned by the party that everyone in tests comes from."""
    return {"intervention_id": rows["office.intervention"], "owner_party": "FK"}


def _about(rows: Mapping[str, UUID]) -> dict[str, Any]:
    return {**_care(rows), "participant_id": rows["care.participant"]}


def _in_stay(rows: Mapping[str, UUID]) -> dict[str, Any]:
    return {**_about(rows), "stay_id": rows["care.stay"]}


SEEDS: dict[str, Values] = {
    "office.canary": lambda canary, _rows, _org: {"note": canary},
    "office.member": lambda canary, _rows, org: {
        "organisation_id": org,
        "party_kind": "FK",
        "name": canary,
    },
    "office.intervention": lambda canary, _rows, _org: {
        "name": canary,
        "direction": "INDIVIDUAL",
        "follow_up_method": "PERSON",
        "mode": "B",
        "person_level_from": 2025,
        "focus": "TEAM",
        "format": "TEAM",
        "status": "RUNNING",
        "description": canary,
        "starts_on": "2024-01-01",
    },
    "office.intervention_goal": lambda _canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "measure": "M1",
        "target_permille": 350,
        "first_year": 2024,
    },
    "office.intervention_count": lambda _canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "year": 2024,
        "quarter": 1,
        "sex": "K",
        "ended": 40,
        "known_outcome": 40,
        "ended_work_study": 20,
    },
    "office.sourced_fact": lambda canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "statement": canary,
        "source": canary,
    },
    "office.economy_year": lambda canary, _rows, _org: {
        "year": 2024,
        "total_ore": 100_00,
        "decision": canary,
    },
    "office.contribution_weight": lambda _canary, _rows, org: {
        "organisation_id": org,
        "weight": 7,
        "first_year": 2024,
    },
    "office.contribution_entry": lambda canary, _rows, org: {
        "organisation_id": org,
        "year": 2024,
        "kind": "PAID",
        "amount_ore": 100_00,
        "on_date": "2024-03-01",
        "note": canary,
    },
    "office.budget_line": lambda canary, rows, _org: {
        "year": 2024,
        "intervention_id": rows["office.intervention"],
        "post": "INSATS",
        "fund": "FINSAM",
        "budget_ore": 100_00,
        "comment": canary,
    },
    "office.ledger_import": lambda canary, _rows, _org: {
        "year": 2024,
        "file_name": canary,
        "digest": canary,
        "state": "DONE",
    },
    "office.ledger_row": lambda canary, rows, _org: {
        "year": 2024,
        "import_id": rows["office.ledger_import"],
        "on_date": "2024-03-01",
        "account": "5010",
        "account_name": canary,
        "voucher": canary,
        "amount_ore": 100_00,
        "target": str(rows["office.intervention"]),
        "refused": canary,
    },
    "office.account_mapping": lambda canary, _rows, _org: {
        "account": "5010",
        "object": canary,
        "target": "OTHER",
    },
    "office.equity_balance": lambda _canary, _rows, _org: {"year": 2024, "closing_ore": 100_00},
    "office.report": lambda canary, _rows, _org: {
        "number": 1,
        "kind": "BOARD",
        "year": 2024,
        "period": 0,
        "state": "FROZEN",
        "digest": canary,
        "frozen_at": "2025-01-01",
    },
    "office.report_section": lambda canary, rows, _org: {
        "report_id": rows["office.report"],
        "code": "results",
        "text": canary,
    },
    "office.seat": lambda canary, _rows, org: {
        "organisation_id": org,
        "body": "BOARD",
        "role": "MEMBER",
        "name": canary,
        "valid_from": "2024-01-01",
    },
    "office.secondment": lambda canary, rows, org: {
        "organisation_id": org,
        "intervention_id": rows["office.intervention"],
        "profession": canary,
        "person": canary,
        "percent": 50,
        "valid_from": "2024-01-01",
    },
    "office.intervention_step": lambda canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "position": 1,
        "kind": "APPLY",
        "on_date": "2024-01-01",
        "by_whom": canary,
        "words": canary,
        "from_status": "IDEA",
        "to_status": "APPLIED",
        "was_starts_on": "2024-01-01",
    },
    "office.intervention_paper": lambda canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "name": canary,
        "mimetype": "application/pdf",
        "content": canary.encode(),
        "digest": canary,
    },
    "office.intervention_application": lambda canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "background": canary,
        "plan": canary,
    },
    "office.import_batch": lambda canary, _rows, _org: {
        "kind": "insatser",
        "file_name": canary,
        "digest": canary,
        "header": [canary],
    },
    "office.import_row": lambda canary, rows, _org: {
        "batch_id": rows["office.import_batch"],
        "line": 2,
        "cells": [canary],
    },
    "facts.cell": lambda _canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "measure": "M1",
        "definition": 1,
        "year": 2024,
        "quarter": 0,
        "sex": "T",
        "numerator": 20,
        "denominator": 40,
    },
    "registry.membership": lambda canary, _rows, org: {
        "person_id": uuid4(),
        "organisation_id": org,
        "display_name": canary,
        "roles": ["DIRECTOR"],
        "valid_from": "2024-01-01",
    },
    "registry.delegation": lambda canary, rows, _org: {
        "giver_id": rows["giver"],
        "taker_id": rows["taker"],
        "reason": canary,
        "first_day": "2024-01-01",
        "last_day": "2024-01-30",
    },
    "registry.access_review": lambda _canary, _rows, _org: {
        "opened_on": "2024-01-01",
        "due_on": "2024-01-31",
    },
    "registry.access_review_item": lambda _canary, rows, _org: {
        "review_id": rows["registry.access_review"],
        "membership_id": rows["registry.membership"],
        "role": "DIRECTOR",
    },
    "registry.terms": lambda canary, _rows, _org: {"version": 1, "body": canary},
    "registry.terms_acceptance": lambda _canary, rows, _org: {
        "terms_id": rows["registry.terms"],
        "person_id": uuid4(),
    },
    "office.webhook": lambda canary, _rows, _org: {
        "name": canary,
        "url": f"https://{canary}.test/",
        "events": ["report.frozen"],
        "secret_sealed": canary.encode(),
    },
    "office.webhook_delivery": lambda canary, rows, _org: {
        "webhook_id": rows["office.webhook"],
        "event": "report.frozen",
        "payload": Jsonb({"id": canary}),
        "next_at": "2099-01-01",
    },
    "office.mode_change": lambda canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "from_mode": "A",
        "to_mode": "B",
        "first_year": 2025,
        "officer": canary,
        "basis": canary,
        "decided_on": "2025-01-01",
    },
    "office.team_member": lambda _canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "membership_id": rows["registry.membership"],
        "valid_from": "2024-01-01",
    },
    "care.participant": lambda canary, rows, _org: {**_care(rows), "code": canary[-40:], "sex": "K"},
    "care.consent": lambda canary, rows, _org: {
        **_about(rows),
        "purpose": "INFO_EXCHANGE",
        "party": "AF",
        "text_version": "1",
        "form": "PAPER",
        "reference": canary,
        "given_on": "2025-01-02",
    },
    "care.referral": lambda canary, rows, _org: {
        **_about(rows),
        "visible_to": [f"R-{rows['care.referral'].hex}"],
        "reference": canary,
        "status_hash": sha256(canary.encode()).hexdigest(),
        "referring_party": "FK",
        "referred_by": rows["care.referral"],
        "referrer_name": canary,
        "received_on": "2025-01-02",
        "code": canary[-40:],
        "sex": "K",
        "own_words": canary,
    },
    "care.stay": lambda canary, rows, _org: {
        **_about(rows),
        "referral_id": rows["care.referral"],
        "started_on": "2025-02-01",
        "referring_party": "FK",
        "sex": "K",
        "next_step": canary,
    },
    "care.situation": lambda _canary, rows, _org: {
        **_in_stay(rows),
        "moment": "START",
        "taken_on": "2025-02-01",
        "occupations": ["NONE"],
        "income_sources": ["SJP"],
    },
    "care.assessment": lambda _canary, rows, _org: {
        **_in_stay(rows),
        "moment": "START",
        "taken_on": "2025-02-01",
        "area": "HEALTH",
        "score": 3,
    },
    "care.existing_plan": lambda canary, rows, _org: {
        **_in_stay(rows),
        "party": "FK",
        "kind": canary,
        "aim": canary,
    },
    "care.plan": lambda canary, rows, _org: {**_in_stay(rows), "goal": canary},
    "care.commitment": lambda canary, rows, _org: {
        **_in_stay(rows),
        "plan_id": rows["care.plan"],
        "party": "FK",
        "what": canary,
        "responsible": canary,
    },
    "care.plan_version": lambda canary, rows, _org: {
        **_about(rows),
        "plan_id": rows["care.plan"],
        "number": 1,
        "met_on": "2025-02-01",
        "content": Jsonb({"goal": canary, "commitments": {}}),
    },
    "care.activity": lambda canary, rows, _org: {
        **_in_stay(rows),
        "kind": canary,
        "lane": "WORK",
        "party": "FK",
        "started_on": "2025-02-01",
    },
    "care.note": lambda canary, rows, _org: {
        **_in_stay(rows),
        "sharing": "SHARED",
        "kind": "MEETING",
        "happened_on": "2025-02-01",
        "body": canary,
        "written_by": rows["registry.membership"],
        "writer_name": canary,
    },
    "care.attachment": lambda canary, rows, _org: {
        **_in_stay(rows),
        "sharing": "SHARED",
        "kind": "OTHER",
        "mimetype": "application/pdf",
        "size": 1,
        "name_sealed": canary.encode(),
        "content_sealed": canary.encode(),
    },
    "care.task": lambda canary, rows, _org: {
        **_in_stay(rows),
        "kind": "OWN",
        "what": canary,
        "due_on": "2025-03-01",
    },
    "care.referral_invitation": lambda canary, rows, _org: {
        **_care(rows),
        "token_hash": sha256(b"invited " + canary.encode()).hexdigest(),
        "party": "AF",
        "name": canary,
        "expires_at": "2024-01-20",
        "created_at": "2024-01-02",
        "created_by": rows["registry.membership"],
    },
    "care.anonymous_entry": lambda _canary, rows, _org: {
        **_care(rows),
        "year": 2025,
        "quarter": 1,
        "sex": "K",
        "reason": "PROTECTED",
    },
    "registry.invitation": lambda canary, _rows, org: {
        "name": canary,
        "organisation_id": org,
        "issuer_id": "prov",
        "code_hash": uuid4().hex * 2,
        "roles": ["DIRECTOR"],
        "valid_from": "2024-01-01",
        "created_by": uuid4(),
        "expires_at": "2099-01-01",
    },
    "registry.api_token": lambda canary, rows, _org: {
        "name": canary,
        "membership_id": rows["registry.membership"],
        "person_id": uuid4(),
        "prefix": "fkl_prov",
        "token_hash": uuid4().hex * 2,
        "permissions": ["members:read"],
        "created_at": "2024-01-01",
        "expires_at": "2024-12-31",
    },
    "office.group_series": lambda canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "name": canary,
        "template": "OWN",
        "place": canary,
        "leaders": [canary],
    },
    "office.group_meeting": lambda canary, rows, _org: {
        "series_id": rows["office.group_series"],
        "number": 1,
        "theme": canary,
        "held_on": "2025-03-03",
    },
    "care.group_place": lambda _canary, rows, _org: {
        **_in_stay(rows),
        "series_id": rows["office.group_series"],
    },
    "care.attendance": lambda _canary, rows, _org: {
        **_in_stay(rows),
        "meeting_id": rows["office.group_meeting"],
        "mark": "HERE",
    },
    "office.plugin_state": lambda canary, _rows, _org: {"plugin": "example", "status": "ON", "fault": canary},
    "office.plugin_settings": lambda canary, _rows, _org: {
        "plugin": "example",
        "version": 1,
        "chosen": Jsonb({"halsning": canary}),
        "saver": canary,
    },
    "office.plugin_note": lambda canary, _rows, _org: {
        "plugin": "example",
        "kind": "anteckning",
        "key": "senaste",
        "body": Jsonb({"rubrik": canary, "ord": canary}),
    },
    "care.follow_up": lambda canary, rows, _org: {
        **_in_stay(rows),
        "closed_as": "REACHED",
        "closed_on": "2026-03-03",
        "helped_most": canary,
    },
    "care.follow_up_attempt": lambda _canary, rows, _org: {
        **_in_stay(rows),
        "tried_on": "2026-03-03",
        "channel": "CALL",
        "outcome": "NO_ANSWER",
    },
    "care.assignment": lambda _canary, rows, _org: {
        **_in_stay(rows),
        "batch": rows["care.stay"],
        "made_by": rows["registry.membership"],
    },
    "office.saved_list": lambda canary, rows, _org: {
        "person_id": rows["registry.membership"],
        "name": canary,
        "choices": Jsonb({"status": ["RUNNING"]}),
        "place": "interventions.portfolio",
        "shared": True,
    },
    "office.snooze": lambda _canary, rows, _org: {
        "person_id": rows["registry.membership"],
        "key": f"task:{rows['care.task']}",
        "until": "2099-01-01",
    },
    "office.emergency_access": lambda canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "party": "FK",
        "case_index": sha256(canary.encode()).digest(),
        "reason": canary,
        "asker_id": rows["taker"],
    },
    "vault.tenant_key": lambda canary, _rows, _org: {
        "purpose": "DATA",
        "generation": 1,
        "platform_key": canary,
        "wrapped": canary.encode(),
        "created_at": "2024-01-01",
    },
    "vault.person_key": lambda canary, rows, _org: {
        "tenant_key_id": rows["vault.tenant_key"],
        "wrapped": canary.encode(),
        "created_at": "2024-01-01",
    },
    "jobs.job": lambda canary, rows, _org: {
        "kind": "facts.recompute",
        "key": canary,
        "args": Jsonb({"intervention_id": str(rows["office.intervention"]), "year": 2024}),
        "queue": "interactive",
        "state": "WAITING",
        "run_at": "2099-01-01",
        "max_attempts": 5,
        "progress_text": canary,
    },
    "audit.event": lambda canary, rows, _org: {
        "seq": 1,
        "at": "2024-01-01",
        "actor_id": rows["registry.membership"],
        "role": canary,
        "action": "intervention.created",
        "object_type": "intervention",
        "object_id": rows["office.intervention"],
        "reason": canary,
        "outcome": "DONE",
        "detail": Jsonb({"fields": [canary]}),
        "previous_hash": bytes(32),
        "hash": sha256(canary.encode()).digest(),
    },
    "audit.head": lambda canary, _rows, _org: {"seq": 1, "hash": sha256(canary.encode()).digest()},
    "audit.review": lambda canary, _rows, _org: {
        "first_seq": 1,
        "last_seq": 1,
        "first_at": "2024-01-01",
        "last_at": "2024-01-01",
        "population": 1,
        "set_aside": 0,
        "seed": canary,
        "hash": sha256(canary.encode()).digest(),
    },
    "audit.review_item": lambda canary, rows, _org: {
        "review_id": rows["audit.review"],
        "event_id": rows["audit.event"],
        "place": 1,
        "rule": "RANDOM",
        "note": canary,
    },
}
ORDER = tuple(SEEDS)
COLLEAGUES = ("giver", "taker")
"""Two places with cases, so that one can cover for the other."""
PERSON = "-mn"
"""Ends the canary where it stands for somebody's own words."""
TRACES = ("audit.event", "audit.head")
"""Where reading, too, may leave something."""


def plant(admin: psycopg.Connection, name: str) -> Planted:
    """Make a förbund with one row in every table, past the wall."""
    admin.execute(TRUSTED)
    tenant_id, canary = uuid4(), f"kanarie-{name}-{uuid4().hex.translate(LETTERS)}"
    slug = f"isolering-{name}-{tenant_id.hex[:6]}"
    admin.execute(
        "INSERT INTO registry.tenant (id, slug, name, short_name, synthetic) VALUES (%s, %s, %s, %s, true)",
        (tenant_id, slug, f"Förbundet {name}", name),
    )
    found = admin.execute(
        "SELECT id FROM registry.organisation WHERE kind = 'FK' AND NOT synthetic ORDER BY code LIMIT 1"
    ).fetchone()
    assert found is not None
    rows = {role: uuid4() for role in COLLEAGUES}
    for place in rows.values():
        values = {**SEEDS["registry.membership"](canary, rows, found[0]), "roles": ["CASE_WORKER"]}
        values |= {"tenant_id": tenant_id, "id": place}
        admin.execute(insertion("registry.membership", values), values)
    for table in ORDER:
        rows[table] = uuid4()
        words = f"{canary}{PERSON}" if table.startswith("care.") else canary
        values = {"tenant_id": tenant_id, "id": rows[table], **SEEDS[table](words, rows, found[0])}
        admin.execute(insertion(table, values), values)
    return Planted(tenant_id, slug, canary, rows)


def insertion(table: str, values: Mapping[str, Any]) -> sql.Composed:
    """INSERT of named values."""
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.SQL(table),  # type: ignore[arg-type]
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
    )


def checksum(admin: psycopg.Connection, planted: Planted, but: tuple[str, ...] = ()) -> str:
    """A digest of everything a förbund owns, some tables left out."""
    digests = []
    for table in (name for name in ORDER if name not in but):
        query = sql.SQL(
            "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) FROM {} t WHERE tenant_id = %s"
        )
        row = admin.execute(query.format(sql.SQL(table)), (planted.tenant_id,)).fetchone()  # type: ignore[arg-type]
        assert row is not None
        digests.append(row[0])
    return " ".join(digests)
