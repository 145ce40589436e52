"""How much room lectures take: what was uploaded, and what was made of it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from wagtail.models import Collection

from .models import Lecture, Rendition


@dataclass(frozen=True)
class CollectionStorage:
    """What the lectures of one collection take, in bytes."""

    name: str
    lectures: int
    original_bytes: int
    rendition_bytes: int

    @property
    def total_bytes(self) -> int:
        """Uploads and renditions together."""
        return self.original_bytes + self.rendition_bytes


def with_storage(lectures: QuerySet[Lecture]) -> QuerySet[Lecture]:
    """`lectures` with `rendition_bytes`, of what plays now, and `total_bytes`.

    Recordings kept elsewhere take none and are left out.
    """
    made = Rendition.objects.filter(lecture=OuterRef("pk")).order_by().values("lecture")
    return lectures.filter(link="").annotate(
        rendition_bytes=Coalesce(
            Subquery(made.annotate(n=Sum("size_bytes")).values("n")), Value(0)
        ),
        total_bytes=F("original_bytes") + F("rendition_bytes"),
    )


def by_collection(lectures: QuerySet[Lecture]) -> list[CollectionStorage]:
    """What `lectures` take in each collection, the largest first. Three queries."""
    chosen = lectures.filter(link="").order_by()
    uploads = chosen.values("collection").annotate(n=Count("pk"), size=Sum("original_bytes"))
    made = dict(
        Rendition.objects.filter(lecture__in=chosen)
        .order_by()
        .values_list("lecture__collection")
        .annotate(size=Sum("size_bytes"))
    )
    names = dict(Collection.objects.values_list("pk", "name"))
    found = [
        CollectionStorage(
            name=names[row["collection"]],
            lectures=row["n"],
            original_bytes=row["size"],
            rendition_bytes=made.get(row["collection"], 0),
        )
        for row in uploads
    ]
    return sorted(found, key=lambda one: (-one.total_bytes, one.name))


def free_bytes() -> int | None:
    """How much is left of the disk that uploads go to; None where that is no disk of ours."""
    root = Path(settings.PRIVATE_ROOT)
    return shutil.disk_usage(root).free if root.is_dir() else None
