"""The functions of migration 0007: what freezes a release, and the only ways to write one."""

from __future__ import annotations

# A published row never changes. A release leaves DRAFT once and may be withdrawn. Only an invented one goes
# away: whole through its function, or row by row under the command that takes the demo away (as migrator).
REFUSE_CHANGE = """
CREATE FUNCTION national.refuse_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'a release is never emptied' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' AND national.may_go(OLD.release_id) THEN
        RETURN OLD;
    END IF;
    IF (TG_OP <> 'INSERT' AND national.is_frozen(OLD.release_id))
       OR (TG_OP <> 'DELETE' AND national.is_frozen(NEW.release_id)) THEN
        RAISE EXCEPTION 'the release is published' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
IS_FROZEN = """
CREATE FUNCTION national.is_frozen(release uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM national.release r WHERE r.id = release AND r.state <> 'DRAFT')
$$
"""
MAY_GO = """
CREATE FUNCTION national.may_go(release uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT session_user = 'fyrklang_migrator'
        AND EXISTS (SELECT FROM national.release r WHERE r.id = release AND r.synthetic)
$$
"""
KEEP_RELEASE = """
CREATE FUNCTION national.keep_release() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.state = 'DRAFT' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.synthetic AND (OLD.state = 'WITHDRAWN' OR session_user = 'fyrklang_migrator') THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.state = 'PUBLISHED' AND NEW.state = 'WITHDRAWN'
        AND to_jsonb(NEW) - '{state,withdrawn_at,withdrawn_reason}'::text[]
          = to_jsonb(OLD) - '{state,withdrawn_at,withdrawn_reason}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the release is published' USING ERRCODE = 'restrict_violation';
END $$
"""

# What the seal of a release is taken over: every line anyone can read in it, in one order. Runs with the
# caller's own rights, so that the council can check what it reads.
CHECKSUM = """
CREATE FUNCTION national.checksum(release uuid) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(
        sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex')
    FROM (
        SELECT 'cell' || (to_jsonb(c) - 'release_id')::text FROM national.cell c WHERE release_id = release
        UNION ALL
        SELECT 'total' || (to_jsonb(t) - 'release_id')::text FROM national.total t WHERE release_id = release
        UNION ALL
        SELECT 'measure' || (to_jsonb(m) - 'release_id')::text FROM national.measure m
        WHERE release_id = release
        UNION ALL
        SELECT 'association' || (to_jsonb(a) - 'release_id')::text FROM national.association a
        WHERE release_id = release
        UNION ALL
        SELECT 'kommun' || (to_jsonb(k) - 'release_id')::text FROM national.kommun_cover k
        WHERE release_id = release
    ) AS lines (line)
$$
"""

NEEDS_PLATFORM = """
    IF NOT EXISTS (SELECT FROM registry.tenant t WHERE t.id = context.tenant() AND t.kind = 'PLATFORM') THEN
        RAISE EXCEPTION 'only the platform' USING ERRCODE = 'insufficient_privilege';
    END IF;
"""
NEEDS_DRAFT = """
    SELECT * INTO target FROM national.release r WHERE r.number = wanted AND r.state = 'DRAFT' FOR UPDATE;
    IF target.id IS NULL THEN
        RAISE EXCEPTION 'no such draft' USING ERRCODE = 'no_data_found';
    END IF;
"""
ROSTER_COLUMNS = (
    "release_id, slug, name, short_name, sort_key, synthetic, status, regions, kommuner, population"
)
ROSTER = f"""
    INSERT INTO national.association ({ROSTER_COLUMNS})
    SELECT target.id, t.slug, t.name, t.short_name, registry.sv_sort(t.short_name), t.synthetic, t.status,
        coalesce(array_agg(DISTINCT g.county) FILTER (WHERE g.county IS NOT NULL), '{{}}'),
        count(DISTINCT k.code), coalesce(sum(k.population), 0)
    FROM registry.tenant t
    LEFT JOIN registry.area a ON a.tenant_id = t.id
        AND coalesce(a.valid_from, current_date) <= current_date
        AND coalesce(a.valid_to, current_date) >= current_date
    LEFT JOIN registry.kommun k ON k.code = a.kommun_code
    LEFT JOIN registry.region g ON g.code = k.region_code
    WHERE t.kind = 'ASSOCIATION' AND t.synthetic = target.synthetic
"""

# Starts a draft, or starts an unfinished one over: who is expected to report, which kommuner are covered
# and what each measure means are frozen as they stand now. An invented nation without kommuner of its own
# shows which kommuner the public register says are covered, without naming a real förbund.
OPEN = f"""
DECLARE
    target "national".release;
    own_area boolean;
BEGIN
    {NEEDS_PLATFORM}
    DELETE FROM national.release r WHERE r.number = wanted->>'number' AND r.state = 'DRAFT';
    INSERT INTO national.release (id, number, first_year, last_year, synthetic, engine, engine_version,
        threshold, min_base, note)
    SELECT gen_random_uuid(), w.number, w.first_year, w.last_year, w.synthetic, w.engine, w.engine_version,
        w.threshold, w.min_base, w.note
    FROM jsonb_populate_record(NULL::"national".release, wanted) w RETURNING * INTO target;
    INSERT INTO national.measure (release_id, code, position, version, name, short_name, is_share, counted,
        base, excluded, caution, valid_from)
    SELECT target.id, m.code, m.position, m.version, m.name, m.short_name, m.is_share, m.counted,
        m.base, m.excluded, m.caution, m.valid_from
    FROM jsonb_populate_recordset(NULL::"national".measure, measures) m;
    {ROSTER} AND t.status = 'ACTIVE' GROUP BY t.id;
    own_area := target.synthetic AND EXISTS (SELECT FROM registry.area a
        JOIN registry.tenant t ON t.id = a.tenant_id WHERE t.synthetic);
    INSERT INTO national.kommun_cover
        (release_id, kommun_code, name, county, sort_key, population, slug, covered)
    SELECT DISTINCT ON (k.code) target.id, k.code, k.name, g.county, registry.sv_sort(k.name), k.population,
        CASE WHEN t.synthetic = target.synthetic THEN t.slug END, t.id IS NOT NULL
    FROM registry.kommun k JOIN registry.region g ON g.code = k.region_code
    LEFT JOIN (registry.area a JOIN registry.tenant t ON t.id = a.tenant_id
        AND t.status = 'ACTIVE' AND t.kind = 'ASSOCIATION') ON a.kommun_code = k.code
        AND t.synthetic = own_area
        AND coalesce(a.valid_from, current_date) <= current_date
        AND coalesce(a.valid_to, current_date) >= current_date
    ORDER BY k.code, t.slug;
    RETURN target.id;
END
"""

# One förbund's whole-year figures, summed over its insatser, for the förbund whose signed context it is
# and for no other. A year that an earlier release holds stands as it was: two releases that differ by one
# late record would tell about that person.
COLLECT = f"""
DECLARE
    target "national".release;
    own registry.tenant;
    taken integer;
BEGIN
    SELECT * INTO own FROM registry.tenant t WHERE t.id = context.tenant() AND t.kind = 'ASSOCIATION';
    IF own.id IS NULL THEN
        RAISE EXCEPTION 'no förbund in context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO target FROM national.release r WHERE r.number = wanted AND r.state = 'DRAFT';
    IF target.id IS NULL THEN
        RAISE EXCEPTION 'no such draft' USING ERRCODE = 'no_data_found';
    END IF;
    IF own.synthetic <> target.synthetic THEN
        RAISE EXCEPTION 'real and invented never mix' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM national.leaf l WHERE l.release_id = target.id AND l.slug = own.slug;
    {ROSTER} AND t.id = own.id AND EXISTS (SELECT FROM facts.cell c WHERE c.tenant_id = own.id)
    GROUP BY t.id ON CONFLICT DO NOTHING;
    INSERT INTO national.leaf (release_id, slug, measure, definition, year, sex, numerator, denominator)
    SELECT target.id, own.slug, l.measure, l.definition, l.year, l.sex, l.numerator, l.denominator
    FROM national.leaf l JOIN national.measure m
        ON m.release_id = target.id AND m.code = l.measure AND m.version = l.definition
    WHERE l.slug = own.slug AND l.year BETWEEN target.first_year AND target.last_year
        AND l.release_id = (SELECT r.id FROM national.release r JOIN national.leaf e ON e.release_id = r.id
            WHERE r.state = 'PUBLISHED' AND r.synthetic = target.synthetic AND e.slug = own.slug
                AND e.measure = l.measure AND e.definition = l.definition AND e.year = l.year
            ORDER BY r.published_at LIMIT 1);
    INSERT INTO national.leaf (release_id, slug, measure, definition, year, sex, numerator, denominator)
    SELECT target.id, own.slug, c.measure, c.definition, c.year, c.sex, sum(c.numerator), sum(c.denominator)
    FROM facts.cell c JOIN national.measure m
        ON m.release_id = target.id AND m.code = c.measure AND m.version = c.definition
    WHERE c.tenant_id = own.id AND c.quarter = 0 AND c.year BETWEEN target.first_year AND target.last_year
        AND NOT EXISTS (SELECT FROM national.leaf s WHERE s.release_id = target.id AND s.slug = own.slug
            AND s.measure = c.measure AND s.year = c.year)
    GROUP BY c.measure, c.definition, c.year, c.sex;
    SELECT count(*) INTO taken FROM national.leaf l WHERE l.release_id = target.id AND l.slug = own.slug;
    RETURN taken;
END
"""

# What the engine protects. `counted`: the figure is already part of a national sum somebody has read.
LEAVES = f"""
DECLARE
    target "national".release;
BEGIN
    {NEEDS_PLATFORM} {NEEDS_DRAFT}
    RETURN QUERY SELECT l.slug, l.measure, l.year, l.sex, l.numerator, l.denominator,
        EXISTS (SELECT FROM national.leaf e
            JOIN national.release r ON r.id = e.release_id AND r.state <> 'DRAFT'
            JOIN national.total s ON s.release_id = r.id AND s.measure = e.measure AND s.year = e.year
                AND s.sex = e.sex AND s.complete
            WHERE e.slug = l.slug AND e.measure = l.measure AND e.year = l.year AND e.sex = l.sex
                AND r.synthetic = target.synthetic)
    FROM national.leaf l WHERE l.release_id = target.id;
END
"""

# The last line: whatever the engine says, a cell with a small part or rest, a share on too few, or a cell
# of a förbund or measure outside the release is not frozen.
FINISH = f"""
DECLARE
    target "national".release;
BEGIN
    {NEEDS_PLATFORM} {NEEDS_DRAFT}
    INSERT INTO national.cell (release_id, measure, year, sex, slug, numerator, denominator, word)
    SELECT target.id, c.measure, c.year, c.sex, c.slug, c.numerator, c.denominator, c.word
    FROM jsonb_populate_recordset(NULL::"national".cell, cells) c;
    INSERT INTO national.total
        (release_id, measure, year, sex, numerator, denominator, word, associations, complete)
    SELECT target.id, t.measure, t.year, t.sex, t.numerator, t.denominator, t.word, t.associations, t.complete
    FROM jsonb_populate_recordset(NULL::"national".total, totals) t;
    IF EXISTS (SELECT FROM (
        SELECT measure, numerator, denominator FROM national.cell WHERE release_id = target.id
        UNION ALL SELECT measure, numerator, denominator FROM national.total WHERE release_id = target.id
    ) v JOIN national.measure m ON m.release_id = target.id AND m.code = v.measure
    WHERE v.numerator BETWEEN 1 AND target.threshold - 1
        OR m.is_share AND v.denominator - v.numerator BETWEEN 1 AND target.threshold - 1
        OR m.is_share AND v.denominator < target.min_base) THEN
        RAISE EXCEPTION 'a cell is not protected' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE national.release r SET state = 'PUBLISHED', published_at = clock_timestamp(),
        checksum = national.checksum(target.id)
    WHERE r.id = target.id RETURNING r.checksum INTO target.checksum;
    RETURN target.checksum;
END
"""

WITHDRAW = f"""
BEGIN
    {NEEDS_PLATFORM}
    UPDATE national.release r SET state = 'WITHDRAWN', withdrawn_at = clock_timestamp(),
        withdrawn_reason = reason WHERE r.number = wanted AND r.state = 'PUBLISHED';
    RETURN FOUND;
END
"""

REMOVE_INVENTED = f"""
DECLARE
    gone integer;
BEGIN
    {NEEDS_PLATFORM}
    UPDATE national.release r SET state = 'WITHDRAWN', withdrawn_at = clock_timestamp(),
        withdrawn_reason = 'Demouppgifterna är borttagna.' WHERE r.synthetic AND r.state = 'PUBLISHED';
    DELETE FROM national.release r WHERE r.synthetic;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
"""

FUNCTIONS = {
    "national.open_release(wanted jsonb, measures jsonb) RETURNS uuid": OPEN,
    "national.collect(wanted text) RETURNS integer": COLLECT,
    "national.leaves(wanted text) RETURNS TABLE (slug text, measure text, year smallint, sex text, "
    "numerator integer, denominator integer, counted boolean)": LEAVES,
    "national.finish(wanted text, cells jsonb, totals jsonb) RETURNS text": FINISH,
    "national.withdraw(wanted text, reason text) RETURNS boolean": WITHDRAW,
    "national.remove_invented() RETURNS integer": REMOVE_INVENTED,
}
