"""The common way of doing leased work whose outcome is written under the lease alone."""

import logging
from collections.abc import Callable
from typing import TypeVar

from jobs.models import LeasedWork

from .leases import Lease, LeaseLost, claim
from .worker import worker_name

logger = logging.getLogger("jobs")

W = TypeVar("W", bound=LeasedWork)


def do_leased_work(*, model: type[W], pk: int, work: Callable[[W, Lease], None]) -> str:
    """Have `work` done with the row, if it may be claimed; any worker may call this.

    Returns the row's state, empty where the row is gone. A lease lost on the way is no error:
    another worker goes on with the row.
    """
    lease = claim(model=model, pk=pk, holder=worker_name())
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        return ""
    if lease is not None:
        try:
            work(row, lease)
        except LeaseLost:
            logger.warning("%s %s: another worker goes on with it", model.__name__, pk)
        row.refresh_from_db()
    return row.state
