"""Letters of peer reviews become letters of the outbox, and back."""

import datetime
import hashlib
import json

from django.db import migrations

PREFIX = 'cases.review_'
LEASED = (
    'state', 'attempts', 'token', 'holder', 'lease_until', 'heartbeat_at', 'not_before',
    'progress', 'started_at', 'finished_at', 'failure_code', 'failure_detail', 'created_at',
)


def _key(kind, user_id, about):
    told = json.dumps([kind, user_id, about], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()


def to_outbox(apps, schema_editor):
    New = apps.get_model('outbox', 'Letter')
    Old = apps.get_model('cases', 'ReviewLetter')
    letters = []
    for old in Old.objects.select_related('review').iterator(chunk_size=500):
        about = {'round': old.round_id}
        if old.review_id:
            about['review'] = old.review_id
        if old.review_id and old.kind in ('reminder', 'late'):
            about['due'] = old.review.due_at.astimezone(datetime.timezone.utc).isoformat()
        kind = PREFIX + old.kind
        letter = New(
            kind=kind,
            key=_key(kind, old.recipient_id, about),
            recipient_id=old.recipient_id,
            about=about,
            max_attempts=20,
            **{name: getattr(old, name) for name in LEASED},
        )
        if old.failure_code == 'not_sent':
            letter.failure_code = 'away'
        if old.state == 'done':
            letter.outcome, letter.sent_at = 'sent', old.finished_at or old.created_at
        letters.append(letter)
    New.objects.bulk_create(letters, batch_size=500)


def from_outbox(apps, schema_editor):
    New = apps.get_model('outbox', 'Letter')
    Old = apps.get_model('cases', 'ReviewLetter')
    rounds = set(apps.get_model('cases', 'ReviewRound').objects.values_list('pk', flat=True))
    reviews = set(apps.get_model('cases', 'PeerReview').objects.values_list('pk', flat=True))
    found = New.objects.filter(kind__startswith=PREFIX)
    kept = {}
    # One letter for each deadline there, one in all here: the latest stands.
    for new in found.order_by('pk').iterator(chunk_size=500):
        round_id, review_id = new.about['round'], new.about.get('review')
        if round_id not in rounds or (review_id and review_id not in reviews):
            continue
        kind = new.kind[len(PREFIX):]
        kept[kind, new.recipient_id, review_id or f'round {round_id}'] = Old(
            kind=kind,
            recipient_id=new.recipient_id,
            round_id=round_id,
            review_id=review_id,
            **{name: getattr(new, name) for name in LEASED},
        )
    dates = [old.created_at for old in kept.values()]
    made = Old.objects.bulk_create(kept.values(), batch_size=500)
    for old, created_at in zip(made, dates):  # auto_now_add takes no date of ours
        Old.objects.filter(pk=old.pk).update(created_at=created_at)
    found.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0008_pictures_or_stacks'),
        ('outbox', '0001_letters'),
    ]

    operations = [
        migrations.RunPython(to_outbox, from_outbox),
        migrations.DeleteModel(name='ReviewLetter'),
    ]
