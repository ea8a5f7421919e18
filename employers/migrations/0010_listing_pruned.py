"""Let go of what closed long ago before counting in, so that its events are gone at once."""

from django.db import migrations

COUNT_IN = """
CREATE OR REPLACE FUNCTION employers_count_in(until timestamptz, before timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    counted bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7340114) THEN
        RETURN 0;
    END IF;
    DELETE FROM employers_listing WHERE ends_at <= before;
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
    RETURN counted;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("employers", "0009_listing")]
    operations = [migrations.RunSQL(COUNT_IN, migrations.RunSQL.noop)]
