"""Who is in a platform's course (LTI Names and Role Provisioning Services 2.0). Nothing is kept."""

from dataclasses import dataclass
from typing import Any

from .access_tokens import access_token, forget_token
from .models import ResourceLink
from .models.platforms import origin_of
from .outside import Refused, ask

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_MOST_PAGES = 50
_TEACHES = ("Instructor", "ContentDeveloper", "TeachingAssistant")


@dataclass(frozen=True)
class Member:
    """A person in a platform's course, as far as the platform says."""

    subject: str
    name: str
    teaches: bool
    is_active: bool


def members_of(*, link: ResourceLink) -> list[Member]:
    """Everybody in the course that holds the link. Raises `Unavailable`, `Refused`."""
    if not link.members_url:
        raise Refused("The platform does not name the members of this course.", status=0)
    found: dict[str, Member] = {}
    address: str | None = link.members_url
    for _page in range(_MOST_PAGES):
        if address is None:
            break
        # The token goes nowhere but where the platform said at the launch.
        if origin_of(address) != origin_of(link.members_url):
            raise Refused(f"{address}: on another site", status=0)
        rows, address = _page_at(link, address)
        found |= {member.subject: member for row in rows if (member := _member(row))}
    return sorted(found.values(), key=lambda member: (member.teaches, member.name.casefold()))


def _page_at(link: ResourceLink, address: str) -> tuple[list[Any], str | None]:
    token = access_token(platform=link.platform, scope=SCOPE)
    try:
        answer = ask("GET", address, headers={"Authorization": f"Bearer {token}", "Accept": _TYPE})
        rows = answer.json().get("members")
    except (ValueError, AttributeError) as error:
        raise Refused(f"{address}: no list of members", status=answer.status_code) from error
    except Exception:
        forget_token(platform=link.platform, scope=SCOPE)
        raise
    if not isinstance(rows, list):
        raise Refused(f"{address}: no list of members", status=answer.status_code)
    return rows, answer.links.get("next", {}).get("url")


def _member(row: Any) -> Member | None:
    if not isinstance(row, dict) or not row.get("user_id"):
        return None
    parts = [str(row.get(part) or "") for part in ("given_name", "family_name")]
    roles = [role.rsplit("#", 1)[-1] for role in row.get("roles") or [] if isinstance(role, str)]
    return Member(
        subject=str(row["user_id"]),
        name=(str(row.get("name") or "") or " ".join(parts)).strip()[:300],
        teaches=any(role in _TEACHES for role in roles),
        is_active=row.get("status", "Active") == "Active",
    )
