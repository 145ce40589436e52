"""What workers do for quizzes: thin wrappers over the domain."""

from django_tasks import task


@task(backend="background")
def refit_deck(fit_id: int) -> str:
    """Fit the review deck's scheduler to one learner; return the state of that work."""
    from quizzes.domain.refits import refit  # noqa: PLC0415  the domain enqueues this task

    return refit(fit_id=fit_id)
