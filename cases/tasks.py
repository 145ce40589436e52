"""What workers do for cases: thin wrappers over the domain."""

from django_tasks import task


# An author waits for it in front of a page, and lectures take minutes.
@task(backend="background", priority=20)
def run_import(job_id: int) -> str:
    """Carry out a DICOM import; return its state."""
    from cases.domain.imports import work_off  # noqa: PLC0415  the domain enqueues this task

    return work_off(job_id=job_id)


@task(backend="background", priority=20)
def run_defacing(defacing_id: int) -> str:
    """Work a face out, or overwrite it; return the state."""
    from cases.domain.defacing import work_off_defacing  # noqa: PLC0415  it enqueues this task

    return work_off_defacing(defacing_id=defacing_id)


# Nobody waits for it: a case is there without.
@task(backend="background", priority=-20)
def make_light_stack(light_id: int) -> str:
    """Make the light copy of a stack; return its state."""
    from cases.domain.light import work_off_light  # noqa: PLC0415  it enqueues this task

    return work_off_light(light_id=light_id)
