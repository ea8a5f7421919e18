from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0004_imports_in_steps"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="sender",
            field=models.CharField(
                blank=True,
                db_index=True,
                default="",
                help_text=("Keyed hash of the network address, to count by; erased when decided"),
                max_length=64,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="report",
            name="is_quick",
            field=models.BooleanField(default=False, verbose_name="sent within two seconds"),
        ),
    ]
