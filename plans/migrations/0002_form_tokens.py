import uuid

import django.contrib.postgres.functions
from django.db import migrations, models


def form_token():
    """The database fills the rows that are there, each with a value of its own."""
    return models.UUIDField(
        db_default=django.contrib.postgres.functions.RandomUUID(),
        default=uuid.uuid4,
        editable=False,
        help_text='Sending the form twice makes one',
        unique=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0001_initial'),
    ]

    operations = [
        migrations.AddField(model_name='comment', name='form_token', field=form_token()),
        migrations.AddField(model_name='item', name='form_token', field=form_token()),
    ]
