"""A StreamField whose blocks stay out of migrations."""

from typing import Any

from wagtail.fields import StreamField as WagtailStreamField


class StreamField(WagtailStreamField):
    """Wagtail's StreamField, recorded in migrations without its blocks.

    Blocks change with every release and the database knows nothing of them: a migration for
    each change would be noise. A data migration that walks stream data must build its blocks
    itself (docs/decisions/0004-streamfields-and-migrations.md).
    """

    def __init__(self, block_types: Any = (), *args: Any, **kwargs: Any) -> None:
        super().__init__(block_types, *args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, path, _args, kwargs = super().deconstruct()
        for block_setting in ("block_lookup", "min_num", "max_num", "block_counts"):
            kwargs.pop(block_setting, None)
        return name, path, [], kwargs
