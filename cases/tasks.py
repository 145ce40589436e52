"""What workers do for cases: thin wrappers over the domain."""

from django_tasks import task


@task(backend="background")
def run_import(job_id: int) -> str:
    """Carry out a DICOM import; return its state."""
    from cases.domain.imports import work_off  # noqa: PLC0415  the domain enqueues this task

    return work_off(job_id=job_id)


@task(backend="background")
def send_review_letter(letter_id: int) -> str:
    """Send a letter of a peer review; return its state."""
    from cases.domain.review_letters import send_letter  # noqa: PLC0415  it enqueues this task

    return send_letter(letter_id=letter_id)
