"""What workers do for connections: thin wrappers over the domain."""

from django_tasks import task


@task(backend="background")
def send_grade(grade_id: int) -> str:
    """Send a grade to its platform; return its state."""
    from interop.domain.grades import deliver  # noqa: PLC0415  the domain enqueues this task

    return deliver(grade_id=grade_id)


@task(backend="background")
def send_statement(statement_id: int) -> str:
    """Send an xAPI statement to the record store; return its state."""
    from interop.domain.statements import deliver  # noqa: PLC0415  the domain enqueues this task

    return deliver(statement_id=statement_id)
