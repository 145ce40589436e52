"""Choosing, inside the platform, what a new link in a course there leads to (Deep Linking 2.0)."""

import secrets
from collections.abc import Iterable
from typing import Any

from interop.domain.grades import MAXIMUM
from interop.domain.launches import DEEP_LINK, LTI, VERSION
from interop.models import Launch
from interop.targets import Target
from interop.tokens import sign

_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"


def takes_several(launch: Launch) -> bool:
    """Whether the platform takes more than one link at once."""
    return bool((launch.claims or {})["deep_linking"].get("accept_multiple"))


def return_url(launch: Launch) -> str:
    """Where the answer goes, by a form in the person's browser."""
    return str((launch.claims or {})["deep_linking"]["deep_link_return_url"])


def answer(*, launch: Launch, targets: Iterable[Target], base_url: str) -> str:
    """The signed answer with a link for each target; each has a column for its grade.

    `base_url` is the hub's own (`https://hub.example.org`).
    """
    platform = launch.platform
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "nonce": secrets.token_urlsafe(16),
        f"{LTI}deployment_id": (launch.claims or {})["deployment"],
        f"{LTI}message_type": DEEP_LINK.replace("Request", "Response"),
        f"{LTI}version": VERSION,
        f"{_CLAIM}content_items": [_item(target, base_url) for target in targets],
    }
    data = (launch.claims or {})["deep_linking"].get("data")
    if data is not None:
        claims[f"{_CLAIM}data"] = data
    return sign(claims)


def _item(target: Target, base_url: str) -> dict[str, Any]:
    return {
        "type": "ltiResourceLink",
        "title": target.title,
        "url": base_url + target.open_path,
        "lineItem": {"scoreMaximum": MAXIMUM, "label": target.title[:255]},
    }
