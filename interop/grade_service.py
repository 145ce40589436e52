"""Speaking to a platform's services: column, score (LTI-AGS 2.0)."""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from .access_tokens import access_token, forget_token
from .models import Grade, Platform, ResourceLink
from .outside import Refused, ask, ask_json

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEM_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
_SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_CONFLICT = 409


def send_score(*, grade: Grade) -> None:
    """Give the platform the score. Raises `Unavailable`, `Refused`.

    That the platform has a later one already (409) is no failure: then there is nothing to do.
    """
    link, identity = grade.placement.link, grade.placement.identity
    if not link.platform.is_active:
        raise Refused("The platform is switched off here.", status=0)
    if SCORE not in link.scopes:
        raise Refused("The platform does not allow us to send scores for this link.", status=0)
    column = link.line_item or _column(link, grade)
    body: dict[str, Any] = {
        "userId": identity.subject,
        # When it was found: a corrected score must be later than the one before, or be refused.
        "timestamp": grade.created_at.isoformat(timespec="milliseconds"),
        "activityProgress": grade.activity,
        "gradingProgress": grade.grading,
    }
    if grade.given is not None:
        body |= {"scoreGiven": grade.given, "scoreMaximum": grade.maximum}
    try:
        _ask(link.platform, SCORE, "POST", _scores_of(column), json=body, kind=_SCORE_TYPE)
    except Refused as refused:
        if refused.status != _CONFLICT:
            raise


def _scores_of(column: str) -> str:
    """The address of a column's scores: "/scores" comes before a query (Moodle has one)."""
    parts = urlsplit(column)
    return urlunsplit(parts._replace(path=f"{parts.path}/scores"))


def _column(link: ResourceLink, grade: Grade) -> str:
    """The link's column in the grade book, made where the platform made none; remembered."""
    scope = LINE_ITEM if LINE_ITEM in link.scopes else LINE_ITEM_READ
    if scope not in link.scopes:
        raise Refused("The link has no column in the platform's grade book.", status=0)
    joint = "&" if urlsplit(link.line_items).query else "?"
    query = urlencode({"resource_link_id": link.link_id})
    url = f"{link.line_items}{joint}{query}"
    found = _ask_json(link.platform, scope, "GET", url, kind=_ITEMS_TYPE)
    items = found if isinstance(found, list) else []
    column = next((str(item["id"]) for item in items if "id" in item), "")
    if not column and scope == LINE_ITEM:
        item = {
            "scoreMaximum": grade.maximum,
            "label": link.title or link.get_target_kind_display(),
            "resourceLinkId": link.link_id,
        }
        made = _ask_json(link.platform, scope, "POST", link.line_items, json=item, kind=_ITEM_TYPE)
        column = str(made.get("id", "")) if isinstance(made, dict) else ""
    if not column:
        raise Refused("The link has no column in the platform's grade book.", status=0)
    link.line_item = column[:1000]
    link.save(update_fields=["line_item"])
    return link.line_item


def _options(platform: Platform, scope: str, kind: str, json: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {access_token(platform=platform, scope=scope)}"}
    if json is None:
        return {"headers": headers | {"Accept": kind}}
    return {"json": json, "headers": headers | {"Content-Type": kind}}


def _ask(
    platform: Platform, scope: str, method: str, url: str, *, kind: str, json: Any = None
) -> None:
    try:
        ask(method, url, **_options(platform, scope, kind, json))
    except Exception:
        forget_token(platform=platform, scope=scope)
        raise


def _ask_json(
    platform: Platform, scope: str, method: str, url: str, *, kind: str, json: Any = None
) -> Any:
    try:
        return ask_json(method, url, **_options(platform, scope, kind, json))
    except Exception:
        forget_token(platform=platform, scope=scope)
        raise
