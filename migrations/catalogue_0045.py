"""The functions of migration 0045: the only ways a förbund writes in the shared catalogue.

Each reads which förbund it serves from the signed context and never from an argument.
"""

from __future__ import annotations

_OWN = """
DECLARE own registry.tenant;
BEGIN
    SELECT * INTO own FROM registry.tenant t WHERE t.id = context.tenant() AND t.kind = 'ASSOCIATION';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no förbund in the context' USING ERRCODE = 'insufficient_privilege';
    END IF;
"""

FUNCTIONS: dict[str, str] = {
    "national.card_for(card uuid) RETURNS jsonb": """/* STABLE */
BEGIN
    RETURN (SELECT to_jsonb(c) - 'search' - 'body' FROM national.card c WHERE c.id = card);
END""",
    "national.ask(question uuid, card uuid, words text) RETURNS boolean": _OWN
    + """
    INSERT INTO national.question (id, card_id, slug, synthetic, text)
    SELECT question, c.id, own.slug, own.synthetic, words FROM national.card c
     WHERE c.id = card AND c.slug <> own.slug;
    RETURN FOUND;
END""",
    "national.answer(question uuid, words text) RETURNS boolean": _OWN
    + """
    UPDATE national.question q SET answer = words, answered_at = now()
      FROM national.card c WHERE q.id = question AND c.id = q.card_id AND c.slug = own.slug;
    RETURN FOUND;
END""",
    "national.follow_card(card uuid, wanted boolean) RETURNS boolean": _OWN
    + """
    IF NOT wanted THEN
        DELETE FROM national.follow f WHERE f.card_id = card AND f.slug = own.slug;
    ELSE
        INSERT INTO national.follow (card_id, slug, synthetic)
        SELECT c.id, own.slug, own.synthetic FROM national.card c WHERE c.id = card
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN EXISTS (SELECT FROM national.card c WHERE c.id = card);
END""",
    "national.adopt(adoption uuid, card uuid, insats uuid, named text, changes text) RETURNS boolean": _OWN
    + """
    INSERT INTO national.adoption (id, card_id, slug, synthetic, intervention_id, name, changed)
    SELECT adoption, c.id, own.slug, own.synthetic, insats, named, changes FROM national.card c
     WHERE c.id = card AND c.slug <> own.slug;
    RETURN FOUND;
END""",
    "national.own_exchange() RETURNS jsonb": "/* STABLE */"
    + _OWN
    + """
    RETURN jsonb_build_object(
        'questions', (SELECT coalesce(jsonb_agg(to_jsonb(q) || jsonb_build_object('card', c.name,
                'owner', c.slug, 'asker', t.short_name) ORDER BY q.answered_at NULLS FIRST, q.asked_at DESC), '[]')
            FROM national.question q JOIN national.card c ON c.id = q.card_id
            LEFT JOIN registry.tenant t ON t.slug = q.slug WHERE own.slug IN (c.slug, q.slug)),
        'adoptions', (SELECT coalesce(jsonb_agg(to_jsonb(a) || jsonb_build_object('card', c.name,
                'owner', c.slug, 'adopter', t.short_name) ORDER BY a.adopted_at DESC), '[]')
            FROM national.adoption a JOIN national.card c ON c.id = a.card_id
            LEFT JOIN registry.tenant t ON t.slug = a.slug WHERE own.slug IN (c.slug, a.slug)),
        'follows', (SELECT coalesce(jsonb_agg(jsonb_build_object('card_id', c.id, 'card', c.name,
                'updated_on', c.updated_on) ORDER BY c.updated_on DESC), '[]')
            FROM national.follow f JOIN national.card c ON c.id = f.card_id WHERE f.slug = own.slug),
        'slug', own.slug);
END""",
}
