"""What a platform's services want to be asked with (OAuth 2, RFC 7523 client credentials)."""

from django.core.cache import cache

from .models import Platform
from .outside import Refused, ask_json
from .tokens import sign

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Renewed so many seconds before it ends.
_MARGIN_S = 60


def access_token(*, platform: Platform, scope: str) -> str:
    """A token for one scope, kept while it holds. Raises `Unavailable`, `Refused`."""
    name = _token_name(platform, scope)
    kept = cache.get(name)
    if kept:
        return kept
    assertion = sign(
        {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.token_audience or platform.token_url,
        }
    )
    answer = ask_json(
        "POST",
        platform.token_url,
        data={
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
            "scope": scope,
        },
    )
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token:
        raise Refused(f"{platform.token_url}: no access token", status=0)
    life_s = answer.get("expires_in", 0)
    if isinstance(life_s, int) and life_s > _MARGIN_S:
        cache.set(name, token, life_s - _MARGIN_S)
    return token


def forget_token(*, platform: Platform, scope: str) -> None:
    """After a failure the next attempt asks for a new token: this one may have been withdrawn."""
    cache.delete(_token_name(platform, scope))


def _token_name(platform: Platform, scope: str) -> str:
    return f"lti-token-{platform.pk}-{scope.rsplit('/', 1)[-1]}"
