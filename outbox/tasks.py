"""What workers do for the outbox: a thin wrapper over the domain."""

from django_tasks import task


# Before lectures: mail takes a moment, and people wait for it.
@task(backend="background", priority=50)
def send_due() -> int:
    """Send the letters that are due; return how many left."""
    from outbox.domain.posting import send_due_letters  # noqa: PLC0415  it enqueues this task

    return send_due_letters()
