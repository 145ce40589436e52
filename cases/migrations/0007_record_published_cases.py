from django.db import migrations
from django.utils import timezone


def record_what_is_live(apps, schema_editor):
    """Cases published before there was a record get their number in the order of publishing."""
    case_page = apps.get_model("cases", "CasePage")
    case_record = apps.get_model("cases", "CaseRecord")
    case_version = apps.get_model("cases", "CaseVersion")
    known = set()
    live = case_page.objects.filter(live=True, alias_of__isnull=True)
    for page in live.order_by("first_published_at", "pk"):
        at = page.first_published_at or page.latest_revision_created_at or timezone.now()
        if page.translation_key not in known:
            known.add(page.translation_key)
            case_record.objects.create(
                case_key=page.translation_key, case=page, title=page.title, assigned_at=at
            )
        if page.live_revision_id:
            case_version.objects.create(
                case=page,
                revision_id=page.live_revision_id,
                number=1,
                basis="admission",
                cleared_at=at,
                published_at=at,
            )


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_peer_review'),
    ]

    operations = [
        migrations.RunPython(record_what_is_live, migrations.RunPython.noop),
    ]
