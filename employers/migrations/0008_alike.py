from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("employers", "0007_search_words")]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["state", "kind", "sector", "-public_since"], name="opportunity_alike"
            ),
        ),
    ]
