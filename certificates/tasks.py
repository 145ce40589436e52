"""What workers do for certificates: thin wrappers over the domain."""

from django_tasks import task


@task(backend="background")
def issue_batch(batch_id: int) -> str:
    """Issue the certificates of a batch; return its state."""
    from certificates.domain.batches import carry_out  # noqa: PLC0415  the domain enqueues this task

    return carry_out(batch_id=batch_id)
