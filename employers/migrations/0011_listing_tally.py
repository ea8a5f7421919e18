"""Count the marks of very many listings by one sum; keep them in the row, and words alone apart."""

from django.db import migrations, models

INLINE = """
ALTER TABLE employers_listing
    ALTER COLUMN marks SET STORAGE PLAIN,
    ALTER COLUMN more_places SET STORAGE PLAIN,
    ALTER COLUMN tally SET STORAGE MAIN;
"""

LISTED = """
CREATE OR REPLACE FUNCTION employers_listed(ids bigint[]) RETURNS SETOF employers_listing
LANGUAGE sql STABLE AS $$
    SELECT o.id, o.opens_at, coalesce(o.closes_at, '2100-01-01 00:00+00'), o.public_since,
        o.hourly_pay, o.starts_on, o.start_kind,
        (zips.found)[2:], marks.found, o.search,
        o.employer_id, o.occupation_id, (zips.found)[1], o.program_id,
        (SELECT coalesce(sum(rpad('1', 4 * m.place + 1, '0')::numeric), 0)
            FROM employers_mark m WHERE m.name = ANY(marks.found))
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

-- A new mark gets the next place. Two who meet the same one at once: the second waits.
CREATE FUNCTION employers_place_marks(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    fresh text[];
BEGIN
    SELECT array_agg(DISTINCT mark) INTO fresh
    FROM employers_listed(ids) l, unnest(l.marks) AS mark
    WHERE NOT EXISTS (SELECT FROM employers_mark m WHERE m.name = mark);
    IF fresh IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(7340115);
        INSERT INTO employers_mark (name, place)
        SELECT mark, (SELECT coalesce(max(place) + 1, 0) FROM employers_mark)
            + row_number() OVER (ORDER BY mark) - 1
        FROM unnest(fresh) AS mark
        WHERE NOT EXISTS (SELECT FROM employers_mark m WHERE m.name = mark);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION employers_list(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
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
    PERFORM employers_place_marks(ids);
    DELETE FROM employers_listing l WHERE l.opportunity_id = ANY(ids) AND NOT EXISTS (
        SELECT FROM employers_listed(ids) f
        WHERE f.opportunity_id = l.opportunity_id AND f IS NOT DISTINCT FROM l
    );
    INSERT INTO employers_listing SELECT * FROM employers_listed(ids) ON CONFLICT DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION employers_list_again() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE employers_listing, employers_listingevent, employers_opencount;
    PERFORM employers_place_marks(NULL);
    INSERT INTO employers_listing SELECT * FROM employers_listed(NULL);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("employers", "0010_listing_pruned")]

    operations = [
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("place", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("name",), name="one_mark_a_name"),
                    models.UniqueConstraint(fields=("place",), name="one_mark_a_place"),
                ],
            },
        ),
        migrations.AddField(
            model_name="listing",
            name="tally",
            field=models.DecimalField(
                default=0,
                help_text="1 in the place of each of its marks; the sum over rows counts all marks "
                "at once",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(INLINE + LISTED, migrations.RunSQL.noop),
        migrations.RunSQL("SELECT employers_list_again()", migrations.RunSQL.noop),
    ]
