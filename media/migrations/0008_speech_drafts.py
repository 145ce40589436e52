from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0007_decks_and_links")]

    operations = [
        migrations.AddField(
            model_name="caption",
            name="drafted_by",
            field=models.CharField(blank=True, default="", editable=False, max_length=40),
        ),
        migrations.AlterField(
            model_name="stage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("probe", "Examine"),
                    ("encode", "Transcode"),
                    ("package", "Package"),
                    ("stills", "Find slides"),
                    ("speech", "Write draft captions"),
                ],
                max_length=10,
            ),
        ),
    ]
