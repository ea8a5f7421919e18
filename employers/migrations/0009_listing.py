"""Narrow rows for lists, and counts, kept by PostgreSQL itself: see decision 25."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# What a listing holds of a posting. Every body is text, so that PostgreSQL does not tie the
# tables' columns to it: another migration may change them.
LISTED = """
ALTER TABLE employers_listing SET (toast_tuple_target = 128);

CREATE FUNCTION employers_listed(ids bigint[]) RETURNS SETOF employers_listing
LANGUAGE sql STABLE AS $$
    SELECT o.id, o.opens_at, coalesce(o.closes_at, '2100-01-01 00:00+00'), o.public_since,
        o.hourly_pay, o.starts_on, o.start_kind,
        (zips.found)[2:], marks.found, o.search,
        o.employer_id, o.occupation_id, (zips.found)[1], o.program_id
    FROM employers_opportunity o
    JOIN employers_employer e ON e.id = o.employer_id
    JOIN accounts_organization g ON g.id = e.organization_id,
    LATERAL (
        SELECT array_agg(l.place_id ORDER BY l.id) AS found
        FROM employers_location l WHERE l.opportunity_id = o.id
    ) AS zips,
    LATERAL (
        SELECT coalesce(o.hours_max, o.hours_min) * CASE WHEN o.hours_per = 'month' THEN 12 ELSE 52 END
            / 52 AS weekly
    ) AS hours,
    LATERAL (
        SELECT array_agg(mark ORDER BY mark COLLATE "C") AS found FROM (
            SELECT 'kind=' || o.kind
            UNION SELECT 'sector=' || o.sector_id
            UNION SELECT 'mode=' || nullif(o.mode, '')
            UNION SELECT 'education=' || nullif(o.education, '')
            UNION SELECT 'pay=' || CASE
                WHEN o.hourly_pay >= 25 THEN '25' WHEN o.hourly_pay >= 20 THEN '20'
                WHEN o.hourly_pay >= 18 THEN '18' WHEN o.hourly_pay >= 15 THEN '15'
                WHEN o.paid IN ('wage', 'stipend') THEN 'paid' END
            UNION SELECT 'hours=' || CASE
                WHEN hours.weekly <= 10 THEN '10' WHEN hours.weekly <= 20 THEN '20'
                WHEN hours.weekly <= 30 THEN '30'
                WHEN hours.weekly >= 35 AND o.hours_per = 'week' THEN 'full' END
            UNION SELECT 'under18=1' WHERE coalesce(o.minimum_age, 0) < 18
            UNION SELECT 'supports=' || unnest(o.supports)
            UNION SELECT 'county=' || l.county_id
                FROM employers_location l WHERE l.opportunity_id = o.id
            UNION SELECT 'skill=' || s.slug
                FROM employers_skillwanted w JOIN vocabularies_skill s ON s.id = w.skill_id
                WHERE w.opportunity_id = o.id
        ) AS each (mark) WHERE mark IS NOT NULL
    ) AS marks
    WHERE (ids IS NULL OR o.id = ANY(ids))
        AND o.state = 'published' AND o.opens_at IS NOT NULL
        AND g.state IN ('verified', 'returned', 'pending') AND g.verified_at IS NOT NULL
$$;

CREATE FUNCTION employers_list(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF ids IS NULL THEN
        RETURN;
    END IF;
    -- Who suspends the organization at this moment waits for us, or we wait for them.
    PERFORM 1 FROM accounts_organization WHERE id IN (
        SELECT e.organization_id FROM employers_opportunity o
        JOIN employers_employer e ON e.id = o.employer_id
        WHERE o.id = ANY(ids) AND o.state = 'published'
    ) ORDER BY id FOR SHARE;
    DELETE FROM employers_listing l WHERE l.opportunity_id = ANY(ids) AND NOT EXISTS (
        SELECT FROM employers_listed(ids) f
        WHERE f.opportunity_id = l.opportunity_id AND f IS NOT DISTINCT FROM l
    );
    INSERT INTO employers_listing SELECT * FROM employers_listed(ids) ON CONFLICT DO NOTHING;
END $$;
"""

# Who calls it: whatever changes a posting, its places, its skills, its organization.
TRIGGERS = """
CREATE FUNCTION employers_opportunity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM employers_list(array_agg(id)) FROM fresh WHERE state = 'published';
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM employers_list(array_agg(f.id)) FROM fresh f JOIN past p ON p.id = f.id
        WHERE f.state = 'published' OR p.state = 'published';
    ELSE
        DELETE FROM employers_listing l USING past p WHERE p.id = l.opportunity_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER listing_insert AFTER INSERT ON employers_opportunity
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION employers_opportunity_changed();
CREATE TRIGGER listing_update AFTER UPDATE ON employers_opportunity
    REFERENCING OLD TABLE AS past NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION employers_opportunity_changed();
CREATE TRIGGER listing_delete AFTER DELETE ON employers_opportunity
    REFERENCING OLD TABLE AS past
    FOR EACH STATEMENT EXECUTE FUNCTION employers_opportunity_changed();

CREATE FUNCTION employers_beside_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM employers_list(array_agg(DISTINCT o.id))
        FROM past b JOIN employers_opportunity o ON o.id = b.opportunity_id
        WHERE o.state = 'published';
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM employers_list(array_agg(DISTINCT o.id))
        FROM fresh b JOIN employers_opportunity o ON o.id = b.opportunity_id
        WHERE o.state = 'published';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION employers_organization_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM employers_list(array_agg(o.id))
    FROM fresh f JOIN past p ON p.id = f.id
    JOIN employers_employer e ON e.organization_id = f.id
    JOIN employers_opportunity o ON o.employer_id = e.id
    WHERE o.state = 'published'
        AND (f.state, f.verified_at) IS DISTINCT FROM (p.state, p.verified_at);
    RETURN NULL;
END $$;
CREATE TRIGGER listing_update AFTER UPDATE ON accounts_organization
    REFERENCING OLD TABLE AS past NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION employers_organization_changed();
"""
BESIDE = """
CREATE TRIGGER listing_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION employers_beside_changed();
CREATE TRIGGER listing_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS past NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION employers_beside_changed();
CREATE TRIGGER listing_delete AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS past
    FOR EACH STATEMENT EXECUTE FUNCTION employers_beside_changed();
"""

# From when to when it is open with which marks: starting "within a month" and "within 3 months"
# begin at a midnight of the region, 31 and 92 days before the day.
COUNTED = """
CREATE FUNCTION employers_events(
    opens timestamptz, ends timestamptz, starts date, start_kind text, marks text[]
) RETURNS TABLE (at timestamptz, has text[], n smallint) LANGUAGE sql STABLE AS $$
    WITH zone AS (
        SELECT coalesce((SELECT time_zone FROM vocabularies_region WHERE id = 1), 'UTC') AS name
    ), parts (since, until, mark) AS (
        SELECT '-infinity'::timestamptz, 'infinity'::timestamptz,
            CASE WHEN start_kind IN ('at-once', 'rolling') THEN 'start=1' END
        WHERE start_kind IN ('at-once', 'rolling') OR starts IS NULL
        UNION ALL
        SELECT part.* FROM zone, LATERAL (
            SELECT (starts - 92)::timestamp AT TIME ZONE zone.name AS early,
                (starts - 31)::timestamp AT TIME ZONE zone.name AS soon
        ) AS day, LATERAL (VALUES
            ('-infinity'::timestamptz, day.early, NULL),
            (day.early, day.soon, 'start=3'),
            (day.soon, 'infinity'::timestamptz, 'start=1')
        ) AS part
        WHERE start_kind NOT IN ('at-once', 'rolling') AND starts IS NOT NULL
    )
    SELECT edge.at, CASE WHEN mark IS NULL THEN marks ELSE marks || mark END, edge.n::smallint
    FROM parts, LATERAL (VALUES (greatest(opens, since), 1), (least(ends, until), -1)) AS edge (at, n)
    WHERE greatest(opens, since) < least(ends, until) AND edge.at < '2100-01-01 00:00+00'
$$;

CREATE FUNCTION employers_listing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO employers_listingevent (at, marks, n)
        SELECT v.at, v.has, v.n FROM fresh l,
            employers_events(l.opens_at, l.ends_at, l.starts_on, l.start_kind, l.marks) v;
    ELSE
        INSERT INTO employers_listingevent (at, marks, n)
        SELECT v.at, v.has, -v.n FROM past l,
            employers_events(l.opens_at, l.ends_at, l.starts_on, l.start_kind, l.marks) v;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER listing_insert AFTER INSERT ON employers_listing
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION employers_listing_changed();
CREATE TRIGGER listing_delete AFTER DELETE ON employers_listing
    REFERENCING OLD TABLE AS past
    FOR EACH STATEMENT EXECUTE FUNCTION employers_listing_changed();

-- Every set of up to three of the marks as a key; a skill stands with one other at most.
CREATE FUNCTION employers_sets(marks text[]) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    WITH m AS (
        SELECT mark COLLATE "C" AS mark, (mark LIKE 'skill=%')::int AS skill FROM unnest(marks) mark
    )
    SELECT ''
    UNION ALL SELECT mark FROM m
    UNION ALL SELECT a.mark || '|' || b.mark
        FROM m a JOIN m b ON a.mark < b.mark AND a.skill + b.skill < 2
    UNION ALL SELECT a.mark || '|' || b.mark || '|' || c.mark
        FROM m a JOIN m b ON a.mark < b.mark JOIN m c ON b.mark < c.mark
        WHERE a.skill + b.skill + c.skill = 0
$$;

CREATE FUNCTION employers_count_in(until timestamptz, before timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    counted bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7340114) THEN
        RETURN 0;
    END IF;
    WITH due AS (
        DELETE FROM employers_listingevent WHERE at <= until RETURNING marks, n
    ), merged AS (
        SELECT marks, sum(n) AS n FROM due GROUP BY marks HAVING sum(n) <> 0
    ), sets AS (
        SELECT key, sum(n) AS n FROM merged, employers_sets(marks) AS key
        GROUP BY key HAVING sum(n) <> 0
    ), kept AS (
        INSERT INTO employers_opencount AS c (key, n) SELECT key, n FROM sets
        ON CONFLICT (key) DO UPDATE SET n = c.n + excluded.n
    )
    SELECT count(*) INTO counted FROM due;
    IF counted > 0 THEN
        DELETE FROM employers_opencount WHERE n = 0;
    END IF;
    DELETE FROM employers_listing WHERE ends_at <= before;
    RETURN counted;
END $$;

CREATE FUNCTION employers_list_again() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE employers_listing, employers_listingevent, employers_opencount;
    INSERT INTO employers_listing SELECT * FROM employers_listed(NULL);
END $$;
"""

BACK = """
DROP TRIGGER listing_insert ON employers_opportunity;
DROP TRIGGER listing_update ON employers_opportunity;
DROP TRIGGER listing_delete ON employers_opportunity;
DROP TRIGGER listing_insert ON employers_location;
DROP TRIGGER listing_update ON employers_location;
DROP TRIGGER listing_delete ON employers_location;
DROP TRIGGER listing_insert ON employers_skillwanted;
DROP TRIGGER listing_update ON employers_skillwanted;
DROP TRIGGER listing_delete ON employers_skillwanted;
DROP TRIGGER listing_update ON accounts_organization;
DROP TRIGGER listing_insert ON employers_listing;
DROP TRIGGER listing_delete ON employers_listing;
DROP FUNCTION employers_opportunity_changed, employers_beside_changed,
    employers_organization_changed, employers_listing_changed, employers_list_again,
    employers_count_in, employers_sets, employers_events, employers_list, employers_listed;
"""
FORWARD = (
    LISTED
    + TRIGGERS
    + BESIDE.format(table="employers_location")
    + BESIDE.format(table="employers_skillwanted")
    + COUNTED
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_names_and_mail_domains"),
        ("employers", "0008_alike"),
        ("programs", "0002_cost_note"),
        ("vocabularies", "0003_apprenticeship_standards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Listing",
            fields=[
                ('opportunity', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='listing', serialize=False, to='employers.opportunity')),
                ('opens_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(help_text='When it closes, or NEVER')),
                ('public_since', models.DateTimeField()),
                ('hourly_pay', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('starts_on', models.DateField(null=True)),
                ('start_kind', models.CharField(max_length=8)),
                ('more_places', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), null=True)),
                ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='What filters ask of it: ["kind=internship", "pay=18", …], sorted')),
                ('search', django.contrib.postgres.search.SearchVectorField()),
                ('employer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='employers.employer')),
                ('occupation', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='vocabularies.occupation')),
                ('place', models.ForeignKey(db_constraint=False, db_index=False, help_text='The first of its places', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='vocabularies.place')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='programs.program')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search', 'marks'], name='listing_search'), models.Index(fields=['ends_at', 'opportunity'], name='listing_closing'), models.Index(fields=['-public_since', '-opportunity'], name='listing_newest'), models.Index(models.OrderBy(models.F('hourly_pay'), descending=True, nulls_last=True), models.OrderBy(models.F('opportunity'), descending=True), name='listing_pay'), models.Index(fields=['occupation'], name='listing_occupation'), models.Index(fields=['program'], name='listing_program'), models.Index(fields=['place'], name='listing_place')],
            },
        ),
        migrations.CreateModel(
            name="ListingEvent",
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ('n', models.SmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="OpenCount",
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField()),
                ('n', models.IntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key',), name='one_count_a_key')],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
        migrations.RunSQL("SELECT employers_list_again()", migrations.RunSQL.noop),
    ]
