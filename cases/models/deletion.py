"""What becomes of rows that stand on a revision."""

from typing import Any

from django.db.models import CASCADE, ProtectedError, QuerySet
from wagtail.models import Revision


def keep_revision(collector: Any, field: Any, sub_objs: Any, using: str) -> None:
    """On delete: a revision stays for what stands on it; both go when their page does.

    Unlike RESTRICT this is what Wagtail's `purge_revisions` expects: it passes over a revision
    whose deletion raises `ProtectedError`.
    """
    origin = collector.origin
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    if model is Revision and sub_objs:
        raise ProtectedError("Versions and reviews of cases need this revision.", set(sub_objs))
    CASCADE(collector, field, sub_objs, using)
