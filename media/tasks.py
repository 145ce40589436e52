"""What workers do for lectures: thin wrappers over the domain."""

from django_tasks import task


@task(backend="background")
def process_lecture(lecture_id: int) -> str:
    """Take the lecture's open stages as far as they go; return its state."""
    from media.domain.stages import process  # noqa: PLC0415  the domain enqueues this task

    return process(lecture_id=lecture_id)
