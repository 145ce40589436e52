"""Members' copies of letters to cohorts become letters of the outbox, and back."""

import hashlib
import json

from django.conf import settings
from django.db import migrations

KIND = 'courses.cohort'


def _key(user_id, about):
    told = json.dumps([KIND, user_id, about], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()


def to_outbox(apps, schema_editor):
    Letter = apps.get_model('outbox', 'Letter')
    Delivery = apps.get_model('courses', 'MessageDelivery')
    letters = []
    for copy in Delivery.objects.select_related('message').iterator(chunk_size=500):
        about = {'message': copy.message_id}
        letter = Letter(
            kind=KIND,
            key=_key(copy.user_id, about),
            recipient_id=copy.user_id,
            about=about,
            batch=f'courses.message:{copy.message_id}',
            created_at=copy.message.created_at,
            max_attempts=20,
        )
        if copy.sent_at:
            letter.state, letter.outcome = 'done', 'sent'
            letter.sent_at = letter.finished_at = copy.sent_at
        elif copy.refusal:
            letter.state, letter.failure_code = 'failed', 'refused'
            letter.failure_detail = copy.refusal
            letter.finished_at = copy.message.finished_at or copy.message.created_at
        elif copy.message.state in ('failed', 'done'):
            letter.state, letter.failure_code = 'failed', 'away'
            letter.failure_detail = copy.message.failure_detail
            letter.finished_at = copy.message.finished_at or copy.message.created_at
        letters.append(letter)
    Letter.objects.bulk_create(letters, batch_size=500)


def from_outbox(apps, schema_editor):
    Letter = apps.get_model('outbox', 'Letter')
    Message = apps.get_model('courses', 'CohortMessage')
    Delivery = apps.get_model('courses', 'MessageDelivery')
    messages = set(Message.objects.values_list('pk', flat=True))
    copies, unsent = [], set()
    for letter in Letter.objects.filter(kind=KIND).iterator(chunk_size=500):
        message_id = letter.about['message']
        if message_id not in messages:
            continue
        is_refused = letter.state == 'failed' and letter.failure_code == 'refused'
        # Cancelled and needless copies were no state of the former table: they count as refused.
        is_over = letter.state == 'done' and letter.outcome != 'sent'
        refusal = letter.failure_detail or 'refused' if is_refused else letter.outcome
        copies.append(
            Delivery(
                message_id=message_id,
                user_id=letter.recipient_id,
                sent_at=letter.sent_at,
                refusal=refusal[:200] if is_refused or is_over else '',
            )
        )
        if letter.state in ('waiting', 'running'):
            unsent.add(message_id)
    Delivery.objects.bulk_create(copies, batch_size=500)
    Message.objects.exclude(pk__in=unsent).update(state='done')
    Letter.objects.filter(kind=KIND).delete()


LEASE_FIELDS = (
    'attempts', 'failure_code', 'failure_detail', 'finished_at', 'heartbeat_at', 'holder',
    'lease_until', 'max_attempts', 'not_before', 'progress', 'started_at', 'state', 'token',
)


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0005_modules_and_cohorts'),
        ('outbox', '0001_letters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(to_outbox, from_outbox),
        migrations.DeleteModel(name='MessageDelivery'),
        *(migrations.RemoveField(model_name='cohortmessage', name=name) for name in LEASE_FIELDS),
    ]
