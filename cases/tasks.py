"""What workers do for cases: thin wrappers over the domain."""

from django_tasks import task


@task(backend="background")
def run_import(job_id: int) -> str:
    """Carry out a DICOM import; return its state."""
    from cases.domain.imports import work_off  # noqa: PLC0415  the domain enqueues this task

    return work_off(job_id=job_id)
