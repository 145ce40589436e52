"""What the player's templates need of the address they are shown at."""

from typing import Any

from django import template

from media.moments import fragment

register = template.Library()


@register.simple_tag(takes_context=True)
def moment(context: dict[str, Any], player: dict[str, Any]) -> str:
    """`#t=…` for a source of the page's first player, so that `?t=` works without a script."""
    request = context.get("request")
    if request is None:
        return ""
    # The same lecture for each of its sources; others on the page begin at their beginning.
    first = request.__dict__.setdefault("moment_of", player["manifest_url"])
    if first != player["manifest_url"]:
        return ""
    return fragment(request.GET.get("t", ""), duration_s=player["duration_s"])
