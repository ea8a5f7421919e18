import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0005_senders_of_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dismissal",
            name="about",
            field=models.CharField(
                blank=True, help_text="The words it was given to", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="minimum_wage",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=6,
                null=True,
                validators=[django.core.validators.MinValueValidator(Decimal("7.25"))],
                verbose_name="least pay an hour by state or local law, where it is above the federal",
            ),
        ),
        migrations.AlterField(
            model_name="typed",
            name="data",
            field=models.TextField(help_text="As JSON: {name: [values]}"),
        ),
        migrations.CreateModel(
            name="SectionSave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("section", models.SlugField(max_length=20)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("page", models.UUIDField(blank=True, null=True)),
                ("seen", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="section_saves",
                        to="employers.opportunity",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("opportunity", "section"), name="one_last_save_a_section"
                    )
                ],
            },
        ),
    ]
