"""An index of every eighth listing: what is common is told by it, for an eighth of the cost."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("employers", "0011_listing_tally")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX listing_sample ON employers_listing USING gin (search, marks) "
            "WHERE mod(opportunity_id, 8) = 0",
            "DROP INDEX listing_sample",
        )
    ]
