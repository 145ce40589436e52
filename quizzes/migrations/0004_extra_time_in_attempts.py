from django.db import migrations, models


def keep_limits(apps, schema_editor):
    """Attempts that are running go on with the limit of their quiz, as they began."""
    attempts = apps.get_model("quizzes", "Attempt").objects.filter(finished_at=None)
    for attempt in attempts.select_related("quiz").iterator():
        attempt.limit_min = attempt.quiz.time_limit_min
        attempt.save(update_fields=["limit_min"])


class Migration(migrations.Migration):

    dependencies = [("quizzes", "0003_outages_fits_and_reminders")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="limit_min",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="The time limit it began with, in minutes; 0: none."
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="extra_percent",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="The person's extra time in it, in per cent of the limit."
            ),
        ),
        migrations.RunPython(keep_limits, migrations.RunPython.noop),
    ]
