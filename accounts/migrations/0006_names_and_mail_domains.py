from django.db import migrations

from accounts.hosts import host_of
from accounts.names import in_latin
from vocabularies.text import without_accents

LEGAL_WORDS = {"inc", "llc", "ltd", "llp", "lp", "pllc", "corp", "corporation", "co", "company"}


def name_key(name):
    plain = without_accents(in_latin(name))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    kept = [word for word in words if word not in LEGAL_WORDS and word != "the"]
    return " ".join(kept or words)[:120]


def fill(apps, schema_editor):
    Organization = apps.get_model("accounts", "Organization")
    for row in Organization.objects.only("pk", "name", "website").iterator():
        Organization.objects.filter(pk=row.pk).update(
            name_key=name_key(row.name), mail_domain=host_of(row.website)
        )


class Migration(migrations.Migration):
    """Names are compared without the letters that imitate Latin ones; a website's host says
    whose mailboxes may claim the organization."""

    dependencies = [("accounts", "0005_who_reads_it"), ("vocabularies", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
