"""What workers do for courses: thin wrappers over the domain."""

from django_tasks import task


@task(backend="background")
def send_message(message_id: int) -> str:
    """Send a letter to a cohort; return its state."""
    from courses.domain.messages import deliver  # noqa: PLC0415  the domain enqueues this task

    return deliver(message_id=message_id)
