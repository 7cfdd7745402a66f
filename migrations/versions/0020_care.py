"""Who works with whom, the person in the middle, what they consented to and how they came.

`visible_to` is never the writer's choice: a trigger fills it from the consents in force, and a consent
that changes refills every row about the participant before its statement is over.

Revision ID: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.schema import SchemaItem

from migrations.helpers import (
    OF_INTERVENTION,
    OF_PARTICIPANT,
    Reference,
    create_care_root,
    create_care_table,
    create_definer_function,
    create_tenant_table,
    follow_consent,
    one_of,
)

revision = "0020"
down_revision = "0009"

SEXES = ("K", "M", "U")
PARTIES = ("FK", "AF", "REGION", "KOMMUN")
REFERRERS = (*PARTIES, "SELF", "OTHER")
NEEDS = (
    "ARRAY['LONG_SICK', 'YOUNG_DISAB', 'YOUNG_AE', 'MENTAL', 'LONG_UNEMP', 'YOUNG_NEET', 'NEW_ARR', "
    "'ECON_AID', 'EXHAUST', 'ADDICT', 'NPF', 'OTHER']"
)
PROBLEMS = "ARRAY['MEDICAL', 'MENTAL', 'SOCIAL', 'WORK']"
REFERRAL_STATES = (
    "SENT",
    "COMPLETION",
    "QUEUED",
    "ACCEPTED",
    "DECLINED",
    "REDIRECTED",
    "WITHDRAWN",
    "COUNTED",
)
PURPOSES = ("INFO_EXCHANGE", "HEALTH_INFO", "FOLLOW_UP_REG", "CONTACT_1Y")
TODAY = "(now() AT TIME ZONE 'Europe/Stockholm')::date"
FILL_AUDIENCE = f"""
DECLARE
    person uuid;
    controller text;
    insats uuid;
    parties text[];
    tags text[] := '{{}}';
BEGIN
    IF TG_TABLE_NAME = 'participant' THEN
        person := NEW.id;
        controller := NEW.owner_party;
    ELSE
        person := NEW.participant_id;
        IF TG_TABLE_NAME = 'referral' THEN
            tags := ARRAY(SELECT tag FROM unnest(NEW.visible_to) tag WHERE tag LIKE 'R-%');
            IF person IS NULL THEN
                RETURN NEW;
            END IF;
        END IF;
        SELECT p.owner_party, p.intervention_id INTO controller, insats FROM care.participant p
         WHERE p.tenant_id = NEW.tenant_id AND p.id = person;
        IF insats <> NEW.intervention_id THEN
            RAISE EXCEPTION 'a row about a participant belongs to the same insats'
              USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    SELECT array_agg(DISTINCT c.party ORDER BY c.party) INTO parties FROM care.consent c
     WHERE c.tenant_id = NEW.tenant_id AND c.participant_id = person
       AND c.purpose = CASE NEW.sharing WHEN 'HEALTH' THEN 'HEALTH_INFO' ELSE 'INFO_EXCHANGE' END
       AND c.given_on <= {TODAY} AND (c.valid_to IS NULL OR c.valid_to >= {TODAY})
       AND (c.withdrawn_on IS NULL OR c.withdrawn_on > {TODAY});
    parties := array_append(array_remove(coalesce(parties, '{{}}'), controller), controller);
    IF NEW.sharing = 'OWN' OR NOT NEW.owner_party = ANY (parties) THEN
        parties := '{{}}';
    END IF;
    NEW.visible_to := array_remove(parties, NEW.owner_party) || tags;
    RETURN NEW;
END
"""
REFILL = """
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
         WHERE g.tgname = 'follow_consent' AND c.relnamespace = 'care'::regnamespace
           AND c.relname <> 'participant' ORDER BY c.relname
    LOOP
        EXECUTE format('UPDATE care.%I SET visible_to = visible_to WHERE tenant_id = $1 '
                       'AND participant_id = ANY ($2)', place.relname) USING tenant, people;
    END LOOP;
    UPDATE care.participant SET visible_to = visible_to WHERE tenant_id = tenant AND id = ANY (people);
END
"""
CONSENT_CHANGED = """
DECLARE
    touched record;
BEGIN
    -- Refilling touches the ledger's own rows, which is no new consent.
    IF pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    FOR touched IN
        SELECT r.tenant_id, array_agg(DISTINCT r.participant_id) AS people FROM changed r GROUP BY r.tenant_id
    LOOP
        PERFORM care.refill(touched.tenant_id, touched.people);
    END LOOP;
    RETURN NULL;
END
"""
LEDGER = "purpose, party, given_on, valid_to, withdrawn_on"
SEALED = ("content_key", "name_sealed", "number_sealed", "contact_sealed", "number_index")
NOT_SEALED = " AND ".join(f"{name} IS NULL" for name in SEALED)


def upgrade() -> None:
    _interventions()
    _teams()
    _rights()
    _participant()
    _consent()
    _referral()


def _interventions() -> None:
    """What an insats says about people: how they are followed, since when, and how they come in."""
    for column in (
        sa.Column("person_level_from", sa.SmallInteger),
        sa.Column("referral_required", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("referrals_open", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("free_text", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("who_for", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("intervention", column, schema="office")
    op.create_check_constraint(
        "mode_has_year", "intervention", "mode = 'A' OR person_level_from IS NOT NULL", schema="office"
    )
    op.create_check_constraint(
        "mode_fits_method", "intervention", "mode = 'A' OR follow_up_method = 'PERSON'", schema="office"
    )
    create_tenant_table(
        "office.mode_change",
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("from_mode", sa.Text, nullable=False),
        sa.Column("to_mode", sa.Text, nullable=False),
        sa.Column("first_year", sa.SmallInteger, nullable=False),
        sa.Column("officer", sa.Text, nullable=False, comment="the data protection officer who approved"),
        sa.Column("basis", sa.Text, nullable=False, comment="reference to the decision in the register"),
        sa.Column("decided_on", sa.Date, nullable=False),
        sa.Column("changed_by", UUID(as_uuid=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        one_of("from_mode", ("A", "B", "C")),
        one_of("to_mode", ("A", "B", "C")),
        indexes=[("intervention_id", "changed_at")],
        references=[OF_INTERVENTION],
    )


def _teams() -> None:
    """Who works in which insats: what the signed context lists."""
    create_tenant_table(
        "office.team_member",
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("membership_id", UUID(as_uuid=True), nullable=False),
        sa.Column("responsible", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_order"),
        unique=[("intervention_id", "membership_id")],
        indexes=[("membership_id",)],
        references=[
            OF_INTERVENTION,
            Reference(("membership_id",), "registry.membership", on_delete="CASCADE"),
        ],
    )


def _rights() -> None:
    for role in ("doorkeeper", "publisher"):
        op.execute(f"GRANT CREATE, USAGE ON SCHEMA care TO fyrklang_{role}")
    op.execute("GRANT USAGE ON SCHEMA office TO fyrklang_doorkeeper")
    op.execute("GRANT SELECT (tenant_id, id, name) ON office.intervention TO fyrklang_doorkeeper")
    create_definer_function(
        "care.fill_audience() RETURNS trigger", FILL_AUDIENCE, owner="doorkeeper", callers=()
    )
    create_definer_function(
        "care.refill(tenant uuid, people uuid[]) RETURNS void", REFILL, owner="doorkeeper", callers=()
    )
    create_definer_function(
        "care.consent_changed() RETURNS trigger", CONSENT_CHANGED, owner="doorkeeper", callers=()
    )


def _made() -> tuple[SchemaItem, ...]:
    return (
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def _sealed() -> tuple[SchemaItem, ...]:
    return tuple(sa.Column(name, sa.LargeBinary) for name in SEALED)


def _participant() -> None:
    """One person in one insats. The same person in another insats is another row, joined by nothing."""
    create_care_root(
        "care.participant",
        sa.Column("identity_mode", sa.Text, nullable=False, server_default="PSEUDONYM"),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_norm", sa.Text, sa.Computed("lower(btrim(code))", persisted=True), nullable=False),
        sa.Column("sex", sa.Text, nullable=False),
        sa.Column("birth_year", sa.SmallInteger),
        sa.Column("kommun_code", sa.Text, sa.ForeignKey("registry.kommun.code")),
        sa.Column("language", sa.Text, nullable=False, server_default="sv"),
        sa.Column("interpreter", sa.Boolean, nullable=False, server_default=sa.false()),
        *_sealed(),
        _version(),
        *_made(),
        one_of("identity_mode", ("PSEUDONYM", "IDENTIFIED", "PROTECTED")),
        one_of("sex", SEXES),
        sa.CheckConstraint(
            f"identity_mode = 'IDENTIFIED' OR ({NOT_SEALED})", name="identity_only_if_allowed"
        ),
        sa.CheckConstraint("identity_mode <> 'PROTECTED' OR kommun_code IS NULL", name="protected_nowhere"),
        sa.CheckConstraint("length(btrim(code)) BETWEEN 1 AND 40", name="code_length"),
        # A code that could be somebody's number is none.
        sa.CheckConstraint("code !~ '[0-9]{6}[-+]?[0-9]{4}'", name="code_is_no_number"),
        sa.CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year_sane"),
        indexes=[("intervention_id", "owner_party")],
    )
    for columns in ("code_norm", "number_index"):
        op.execute(
            f"CREATE UNIQUE INDEX participant_{columns}_key ON care.participant "
            f"(tenant_id, intervention_id, {columns})"
        )
    follow_consent("care.participant")
    op.execute("GRANT SELECT (id) ON care.participant TO fyrklang_doorkeeper")


def _consent() -> None:
    create_care_table(
        "care.consent",
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("text_version", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False, server_default="sv"),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False, server_default=""),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("withdrawn_on", sa.Date),
        sa.Column("withdrawn_by", UUID(as_uuid=True)),
        *_made(),
        one_of("purpose", PURPOSES),
        one_of("form", ("WRITTEN", "PAPER", "DIGITAL")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= given_on", name="valid_order"),
        sa.CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= given_on", name="withdrawn_after"),
        sa.CheckConstraint("length(reference) <= 120", name="reference_length"),
        indexes=[("participant_id", "purpose", "party"), ("valid_to",)],
    )
    op.execute(f"GRANT SELECT ({LEDGER}) ON care.consent TO fyrklang_doorkeeper")
    op.execute(
        "CREATE UNIQUE INDEX consent_in_force_key ON care.consent (tenant_id, participant_id, purpose, party) "
        "WHERE withdrawn_on IS NULL"
    )
    for event, transition in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER consent_{event.lower()} AFTER {event} ON care.consent REFERENCING {transition} "
            "TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION care.consent_changed()"
        )


def _needs() -> tuple[SchemaItem, ...]:
    return (
        sa.Column("need_groups", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("problem_areas", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.CheckConstraint(f"need_groups <@ {NEEDS}", name="need_groups_known"),
        sa.CheckConstraint(f"problem_areas <@ {PROBLEMS}", name="problem_areas_known"),
    )


def _referral() -> None:
    """Seen by the referrer alone (the tag R- and their id) and by the parties the person let it go to."""
    create_care_root(
        "care.referral",
        sa.Column("participant_id", UUID(as_uuid=True)),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="SENT"),
        sa.Column("status_hash", sa.Text),
        sa.Column("referring_party", sa.Text, nullable=False),
        sa.Column("referred_by", UUID(as_uuid=True), nullable=False),
        sa.Column("referrer_name", sa.Text, nullable=False),
        sa.Column("referrer_contact", sa.Text, nullable=False, server_default=""),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("answer_by", sa.Date),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("sex", sa.Text, nullable=False),
        sa.Column("birth_year", sa.SmallInteger),
        *_sealed(),
        *_needs(),
        sa.Column("tried", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("own_words", sa.Text, nullable=False, server_default=""),
        sa.Column("consent_parties", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("consent_given_on", sa.Date),
        sa.Column("consent_form", sa.Text),
        sa.Column("consent_reference", sa.Text, nullable=False, server_default=""),
        sa.Column("consent_text_version", sa.Text, nullable=False, server_default=""),
        sa.Column("consent_language", sa.Text, nullable=False, server_default="sv"),
        sa.Column("assigned_to", UUID(as_uuid=True)),
        sa.Column("missing", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("question", sa.Text, nullable=False, server_default=""),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.Column("decision_reason", sa.Text),
        sa.Column("decided_by", UUID(as_uuid=True)),
        sa.Column("decided_on", sa.Date),
        sa.Column("suggested_id", UUID(as_uuid=True)),
        _version(),
        *_made(),
        one_of("status", REFERRAL_STATES),
        one_of("referring_party", REFERRERS),
        one_of("sex", SEXES),
        sa.CheckConstraint("length(own_words) <= 1000", name="own_words_length"),
        sa.CheckConstraint("length(question) <= 500 AND length(answer) <= 1000", name="exchange_length"),
        sa.CheckConstraint("code !~ '[0-9]{6}[-+]?[0-9]{4}'", name="code_is_no_number"),
        sa.CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year_sane"),
        indexes=[
            ("intervention_id", "status", "received_on"),
            ("participant_id",),
            ("referred_by", "received_on"),
        ],
        references=[OF_PARTICIPANT],
    )
    for columns in ("reference", "status_hash"):
        op.execute(f"CREATE UNIQUE INDEX referral_{columns}_key ON care.referral (tenant_id, {columns})")
    follow_consent("care.referral")
